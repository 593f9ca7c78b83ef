"""Columns of the table of grains, named for people: title with unit, explanation, number format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

_NANOMETRES_BELOW: Final = 0.1
"""Mean diameter in µm below which lengths are shown in nm."""


@dataclass(frozen=True)
class Column:
    """One column as it is shown.

    Parameters
    ----------
    name : str
        Of the column in the table.
    title, unit, explanation : str
        For people.
    decimals : int or None
        None: four significant digits.
    factor : float
        From the table's unit to the one that is shown.
    """

    name: str
    title: str
    unit: str = ""
    explanation: str = ""
    decimals: int | None = None
    factor: float = 1.0

    @property
    def header(self) -> str:
        """Title with unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def tip(self) -> str:
        """What the column is, and that it can be sorted."""
        return "\n".join(filter(None, [self.explanation, "Click to sort by it."]))

    def text(self, value: object) -> str:
        """Return a value of the table as text for a cell."""
        if isinstance(value, bool | np.bool_):
            return "yes" if value else ""
        if isinstance(value, float | np.floating):
            return _number(self.factor * float(value), self.decimals)
        return str(value)

    def full_text(self, value: object) -> str:
        """Return a value with unit and more digits than a cell shows."""
        if isinstance(value, float | np.floating):
            number = f"{self.factor * float(value):.9g}"
            return f"{self.title}: {number}{'' if self.unit == '°' else ' '}{self.unit}".rstrip()
        return f"{self.title}: {self.text(value) or 'no'}"


_DIAMETER: Final = "Equivalent circle diameter: of the circle with the area of the grain."
_FERET: Final = "Largest caliper diameter (Feret) of the grain."
_FERET_MIN: Final = "Smallest caliper diameter (Feret) of the grain."
_PERIMETER: Final = "Length of the grain's outline, from line intercepts in four directions."
_KNOWN: Final = (
    Column("grain", "Grain", "", "Number of the grain; in a stack, within its slice."),
    Column("slice", "Slice", "", "Slice of the stack, as the slider counts: from 0."),
    Column("ecd_um", "ECD", "µm", _DIAMETER),
    Column("ecd_px", "ECD", "px", _DIAMETER),
    Column("area_um2", "Area", "µm²", "Area of the grain."),
    Column("area_px", "Area", "px²", "Area of the grain: its number of pixels.", 0),
    Column("feret_max_um", "Max. Feret", "µm", _FERET),
    Column("feret_max", "Max. Feret", "px", _FERET),
    Column("feret_min_um", "Min. Feret", "µm", _FERET_MIN),
    Column("feret_min", "Min. Feret", "px", _FERET_MIN),
    Column("aspect_ratio", "Aspect ratio", "", "Length over width of the ellipse that fits the grain.", 2),
    Column(
        "orientation_deg",
        "Direction",
        "°",
        "Direction of the long axis, counter-clockwise from the rows; says little for a round grain.",
        1,
    ),
    Column("perimeter_um", "Perimeter", "µm", _PERIMETER),
    Column("perimeter", "Perimeter", "px", _PERIMETER),
    Column(
        "circularity", "Circularity", "", "4 π area / perimeter²: 1 for a circle, less for other grains.", 2
    ),
    Column(
        "solidity", "Solidity", "", "Area over that of the convex hull: less where the outline is hollow.", 2
    ),
    Column("neighbours", "Neighbours", "", "Number of grains that it touches."),
    Column(
        "edge", "Cut", "", "Whether the rim of the image or region cuts the grain: it is larger than seen."
    ),
    Column("centroid_y", "Row", "px", "Centre of the grain: its row in the image.", 1),
    Column("centroid_x", "Column", "px", "Centre of the grain: its column in the image.", 1),
)
_CALIBRATED: Final = {
    "ecd_px": "ecd_um",
    "area_px": "area_um2",
    "feret_max": "feret_max_um",
    "feret_min": "feret_min_um",
    "perimeter": "perimeter_um",
}
_HIDDEN: Final = {"index", "weight"}
"""What napari needs to find a label's row, and a statistical weight: exported, but nothing to look at."""
_SMALLER: Final = {"µm": ("nm", 1e3), "µm²": ("nm²", 1e6)}


def columns_of(table: pd.DataFrame) -> tuple[Column, ...]:
    """Choose what is shown of a table: px where there is no µm, other columns under their own names."""
    small = diameter_name(table) == "ecd_um" and bool(table["ecd_um"].mean() < _NANOMETRES_BELOW)
    return tuple(_in_nanometres(column) if small else column for column in _chosen(table))


def diameter_name(table: pd.DataFrame) -> str | None:
    """Return the name of the column of equivalent circle diameters, the calibrated one if there is one."""
    return next((name for name in ("ecd_um", "ecd_px") if name in table.columns), None)


def mean_text(values: NDArray[np.float64], column: Column) -> str:
    """Return the mean of a column's values with three digits and the unit."""
    mean = column.factor * float(values.mean())
    return f"{mean:,.0f} {column.unit}" if mean >= 999.5 else f"{mean:.3g} {column.unit}"


def is_number(values: pd.Series) -> bool:
    """Whether a column is written as numbers, which stand on the right."""
    return bool(is_numeric_dtype(values) and not is_bool_dtype(values))


def _chosen(table: pd.DataFrame) -> Iterator[Column]:
    names = [str(name) for name in table.columns]
    known = {column.name for column in _KNOWN}
    for column in _KNOWN:
        if column.name in names and _CALIBRATED.get(column.name) not in names:
            yield column
    for name in names:
        if name not in known | _HIDDEN:
            yield Column(name, name.replace("_", " "))


def _in_nanometres(column: Column) -> Column:
    unit, factor = _SMALLER.get(column.unit, (column.unit, 1.0))
    return replace(column, unit=unit, factor=factor)


def _number(value: float, decimals: int | None) -> str:
    if not np.isfinite(value):
        return "-"
    if decimals is not None:
        return f"{value:,.{decimals}f}"
    return f"{value:,.0f}" if abs(value) >= 999.95 else f"{value:#.4g}"
