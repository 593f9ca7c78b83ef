"""What a match measured, in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_SHOWN: Final = (
    ("grain_diameter", "grains {:.0f} px"),
    ("line_width", "lines {:.1f} px"),
    ("lines", "line contrast {:+.2f}"),
    ("grain_steps", "grain contrast {:.2f}"),
    ("noise", "noise {:.3f}"),
    ("blur", "blur {:.1f} px"),
)


def measured(result: Mapping[str, Any]) -> tuple[str, str]:
    """Return one line about the result of the job "match", and all numbers below each other."""
    appearance = result["appearance"]
    parts = [text.format(appearance[name]) for name, text in _SHOWN if name in appearance]
    line = f"Measured at scale × {result['scale']:.2f}: {', '.join(parts)}"
    details = [f"{name.replace('_', ' ')}: {_short(value)}" for name, value in appearance.items()]
    return ". ".join([line, *(note.rstrip(".") for note in result.get("notes", ()))]) + ".", "\n".join(
        details
    )


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
