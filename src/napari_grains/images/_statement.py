"""What one tag or one sidecar says about an image, and what several of them together allow to believe."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from napari_grains.images._annotations import Box, InfoBar
from napari_grains.images._pixel_size import PixelSize, is_plausible, unit_exponent

AGREE: Final = 0.01
"""Two statements of one length may differ by this share: field widths are rounded to three digits."""
LARGEST_BAR: Final = 1 / 3
"""Share of the rows of an image that its info bar may take."""
_SMALLEST_BAR: Final = 4
_NUMBER: Final = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\W\d_]*)\s*")


@dataclass(frozen=True)
class Statement:
    """One source's word on an image.

    Parameters
    ----------
    source : str
        Which tag or file, for the user.
    edges : tuple of float, optional
        Height and width of a pixel in metres, not yet judged.
    bar : tuple of int, optional
        First row of the info bar and the row after its last one.
    instrument : str
        Name of the microscope.
    refusal : str
        Why the source cannot be taken at its word, one line.
    """

    source: str
    edges: tuple[float, float] | None = None
    bar: tuple[int, int] | None = None
    instrument: str = ""
    refusal: str = ""


def number(value: object) -> float | None:
    """Give a finite number, also one written as text; None for anything else."""
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value)
        value = float(match[1]) if match and not match[2] else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def length(text: str) -> float | None:
    """Give a length such as ``"5um"`` in metres; None without a number or a known unit."""
    match = _NUMBER.fullmatch(text)
    exponent = unit_exponent(match[2]) if match else None
    return None if match is None or exponent is None else metres(float(match[1]), exponent)


def metres(value: float, exponent: int) -> float:
    """Change a number with a power of ten into metres, without the rounding error of multiplying by 1e-9."""
    return value / float(10**-exponent) if exponent < 0 else value * float(10**exponent)


def differ(first: float, second: float) -> bool:
    """Tell whether two statements of the same length contradict each other."""
    return not math.isclose(first, second, rel_tol=AGREE)


def section(values: Mapping[str, Any] | None, name: object) -> Mapping[str, Any]:
    """Give a section of nested metadata, empty if there is none."""
    found = (values or {}).get(str(name))
    return found if isinstance(found, Mapping) else {}


def bar_below(specimen_rows: float | None, rows: int) -> tuple[int, int] | None:
    """Give the rows below the specimen's; None if there are none."""
    return None if specimen_rows is None or not 0 < specimen_rows < rows else (int(specimen_rows), rows)


def agreed_pixel_size(statements: Sequence[Statement]) -> tuple[PixelSize | None, list[str]]:
    """Take the first pixel size that is stated, if it can be and nothing contradicts it.

    Returns
    -------
    pixel_size : PixelSize or None
    notes : list of str
        Why a statement was not taken.
    """
    notes = [statement.refusal for statement in statements if statement.refusal]
    sizes = []
    for statement in statements:
        if statement.edges is None or statement.refusal:
            continue
        if all(is_plausible(edge) for edge in statement.edges):
            sizes.append(PixelSize(*statement.edges, statement.source))
        else:
            stated = " x ".join(f"{edge:.3g}" for edge in dict.fromkeys(statement.edges))
            notes.append(f"The pixel size in the file ({stated} m, {statement.source}) cannot be: not used.")
    for other in sizes[1:]:
        if differ(other.y, sizes[0].y) or differ(other.x, sizes[0].x):
            both = " but ".join(f"{size} ({size.source})" for size in (sizes[0], other))
            return None, [*notes, f"The file gives a pixel of {both}: neither is used; type the pixel size."]
    return (sizes[0] if sizes else None), notes


def first_info_bar(statements: Sequence[Statement], shape: tuple[int, int]) -> InfoBar | None:
    """Take the first info bar that fits an image of (Y, X)."""
    rows, columns = shape
    for statement in statements:
        if statement.bar is None:
            continue
        top, bottom = statement.bar
        if top > 0 and bottom == rows and _SMALLEST_BAR <= bottom - top <= LARGEST_BAR * rows:
            return InfoBar(Box(top, bottom, 0, columns), statement.source)
    return None
