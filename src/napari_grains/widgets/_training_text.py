"""What came out of a training, in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from napari_grains.widgets._run_panel import duration


def saved(result: Mapping[str, Any]) -> tuple[str, str]:
    """Return one line about the result of the job "pretrain", and details below each other."""
    began = "Stopped, and saved" if result.get("stopped") else "Saved"
    scores = [f"validation {result['validation']:.3g}"] if result.get("validation") is not None else []
    scores += [f"ARE on the real pair {result['real']:.3f}"] if result.get("real") is not None else []
    parts = [f"{result['steps']} steps in {duration(result['seconds'])}", *scores]
    line = f"{began} as “{result['name']}”: {', '.join(parts)}."
    details = [
        f"File: {result['network']}",
        f"{result['steps_per_second']:.2f} steps/s, {result['samples_per_second']:.0f} images/s",
        f"On: {result['device']}",
    ]
    return line, "\n".join(details)
