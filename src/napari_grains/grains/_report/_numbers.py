"""Numbers of a summary as a report writes them: few digits, units that suit, intervals in the same unit."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeGuard

Summary = Mapping[str, object]
Kind = Literal["count", "number", "ratio", "length", "area", "density", "surface"]

DASH: Final = "\u2013"
APPROXIMATELY: Final = "≈"
"""Before an interval that is only indicative."""

_NARROW: Final = "\u202f"  # between thousands, as ISO 80000-1 has them

# Smallest value in the unit of the summary's key (um, um2, per mm2, per mm), factor, symbol.
_UNITS: Final[Mapping[str, tuple[tuple[float, float, str], ...]]] = {
    "length": ((1e3, 1e-3, "mm"), (0.1, 1.0, "µm"), (0.0, 1e3, "nm")),
    "area": ((1e6, 1e-6, "mm²"), (1e-2, 1.0, "µm²"), (0.0, 1e6, "nm²")),
    "density": ((1e6, 1e-6, "/µm²"), (0.0, 1.0, "/mm²")),
    "surface": ((1e3, 1e-3, "/µm"), (0.0, 1.0, "/mm")),
}
_PIXEL_UNITS: Final = {"length": "px", "area": "px²", "density": "/Mpx", "surface": "/px"}


@dataclass(frozen=True)
class Quantity:
    """A line of the table of results.

    Parameters
    ----------
    name : str
        In words.
    key : str
        Of the summary, where it is calibrated.
    kind : {"count", "number", "ratio", "length", "area", "density", "surface"}
        What it is; "number" is a grain size number, with two decimals.
    pixel_key : str, optional
        Of the summary, where it is not; by itself ``key``.
    """

    name: str
    key: str
    kind: Kind
    pixel_key: str | None = None


@dataclass(frozen=True)
class Shown:
    """A quantity in words; empty where there is nothing to say.

    Parameters
    ----------
    value : str
        With its unit; a dash where it is not defined.
    interval : str
        95 % interval over fields, without a unit.
    indicative : str
        Indicative interval of a single field.
    """

    value: str
    interval: str = ""
    indicative: str = ""

    @property
    def spread(self) -> str:
        """The interval, or the indicative one with its mark, or a dash."""
        if self.indicative and not self.interval:
            return f"{APPROXIMATELY} {self.indicative}"
        return self.interval or DASH


def shown(summary: Summary, quantity: Quantity) -> Shown:
    """Write a quantity of a summary, in µm where that is known, else in px."""
    key, factor, unit = _written_as(summary, quantity)
    value = summary.get(key)
    if not is_number(value):
        return Shown(DASH)
    write = _writer(quantity.kind, float(value) * factor)
    interval, indicative = (
        " to ".join(write(float(end) * factor) for end in ends) if isinstance(ends, list | tuple) else ""
        for ends in (summary.get(f"{key}_ci95"), summary.get(f"{key}_indicative95"))
    )
    return Shown(f"{write(float(value) * factor)} {unit}".strip(), interval, indicative)


def _written_as(summary: Summary, quantity: Quantity) -> tuple[str, float, str]:
    """Choose key, factor and symbol of the unit."""
    value = summary.get(quantity.key)
    if quantity.pixel_key is not None and not is_number(value):
        return quantity.pixel_key, 1.0, _PIXEL_UNITS.get(quantity.kind, "")
    if quantity.kind not in _UNITS or not is_number(value):
        return quantity.key, 1.0, ""
    units = _UNITS[quantity.kind]
    _, factor, symbol = next((unit for unit in units if float(value) >= unit[0]), units[-1])
    return quantity.key, factor, symbol


def _writer(kind: Kind, value: float) -> Callable[[float], str]:
    """Choose how a value is written, so that its interval is written alike."""
    if kind == "count" or (kind != "number" and abs(value) >= 100):
        return lambda number: f"{number:,.0f}".replace(",", _NARROW)
    decimals = 2 if kind in {"number", "ratio"} else decimals_of(value)
    return lambda number: f"{number:.{decimals}f}".replace("-", "\u2212")


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def decimals_of(value: float) -> int:
    """Give the number of decimals with which a value has three digits."""
    text = f"{abs(value):.2e}"
    return max(0, 2 - int(text[text.index("e") + 1 :]))


def measured(value: object) -> str:
    """Write a measured value with three digits, more before the point if it has them; or a dash."""
    return _writer("length", float(value))(float(value)) if is_number(value) else DASH


def percent(value: object) -> str:
    """Write a percentage with one decimal, or a dash."""
    return f"{float(value):.1f} %" if is_number(value) else DASH


def escaped(text: object) -> str:
    """Make any text safe in HTML, also within attributes."""
    return html.escape(str(text), quote=True)
