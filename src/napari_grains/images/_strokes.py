"""A horizontal stroke of one grey level: where it begins and ends, and whether ticks mark its ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

_MARGIN: Final = 8
_END_ZONE: Final = 0.08
"""Share of a stroke's length, at either end, in which it may be wider than its middle."""
_STRAY: Final = 0.03
_PAIR: Final = 0.6
_THICK: Final = 3
_COVERED: Final = 0.4
"""Share of a thick bar's length along which the specimen may have its grey value."""

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Stroke:
    """A separate horizontal stroke.

    Parameters
    ----------
    top, bottom : int
        Its rows, without ticks.
    left, right : float
        Its ends, as in `ScaleBar`.
    outline : tuple of int
        First and last row + 1, first and last column + 1 of the stroke with its ticks.
    level : float
        Its grey value.
    ticked : tuple of bool
        Whether there is a tick at the left and at the right end.
    """

    top: int
    bottom: int
    left: float
    right: float
    outline: tuple[int, int, int, int]
    level: float
    ticked: tuple[bool, bool]

    @property
    def length(self) -> float:
        """Distance of the ends in px."""
        return self.right - self.left

    @property
    def thickness(self) -> int:
        """Number of rows."""
        return self.bottom - self.top

    @property
    def ticks(self) -> int:
        """Number of ends with a tick."""
        return sum(self.ticked)

    def moved(self, rows: int, columns: int = 0) -> Stroke:
        """Shift it down and to the right."""
        top, bottom, left, right = self.outline
        return replace(
            self,
            top=self.top + rows,
            bottom=self.bottom + rows,
            left=self.left + columns,
            right=self.right + columns,
            outline=(top + rows, bottom + rows, left + columns, right + columns),
        )

    def pairs_with(self, other: Stroke) -> bool:
        """Tell whether this is the left and the other the right half of one bar with its text between."""
        alike = abs(self.length - other.length) <= max(3, 0.1 * self.length)
        in_line = abs(self.top - other.top) <= 1 and abs(self.bottom - other.bottom) <= 1
        near = other.left - self.right <= 1.5 * (self.length + other.length)
        open_within = not self.ticked[1] and not other.ticked[0]
        return alike and in_line and near and open_within and self.ticked[0] == other.ticked[1]

    def joined(self, other: Stroke) -> Stroke:
        """Give the bar of which this is the left half."""
        first, second = self.outline, other.outline
        outline = (min(first[0], second[0]), max(first[1], second[1]), first[2], second[3])
        ticked = (self.ticked[0], other.ticked[1])
        return replace(self, right=other.right, outline=outline, ticked=ticked)


def stroke_at(band: Grey, row: int, left: int, right: int, tolerance: float) -> Stroke | None:
    """Follow the flat run on columns left..right-1 of a row; None if it is part of something else."""
    level = float(np.median(band[row, left:right]))
    shape, begin = _shape_at(band, row, (left, right), level, tolerance)
    columns = slice(left - begin[1], right - begin[1])
    body = _body_rows(shape, row - begin[0], columns)
    if body is None:
        return None
    stroke = _with_ticks(shape, body, level) or _block(shape, body, columns, level)
    return None if stroke is None else stroke.moved(*begin)


def _with_ticks(shape: Mask, body: slice, level: float) -> Stroke | None:
    """Take the whole shape for a bar, perhaps with ticks; None if it has any other form."""
    rows, columns = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    if _touches_border(rows, columns, shape) or not _is_bar_with_ticks(shape, body, columns):
        return None
    left, right = (_end(shape, body, columns[at], inwards) for at, inwards in ((0, 1), (-1, -1)))
    outline = (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)
    return Stroke(body.start, body.stop, left[0], right[0], outline, level, (left[1], right[1]))


def _block(shape: Mask, body: slice, columns: slice, level: float) -> Stroke | None:
    """Take the rows of a thick bar alone, where the specimen around it happens to have its grey value."""
    height, width = shape.shape
    if body.stop - body.start < _THICK or body.start < 2 or body.stop > height - 2:
        return None
    rows = shape[body]
    left, right = columns.start, columns.stop
    while left > 0 and rows[:, left - 1].all():
        left -= 1
    while right < width and rows[:, right].all():
        right += 1
    if left == 0 or right == width or rows[:, left - 1].any() or rows[:, right].any():
        return None
    beside = shape[[body.start - 2, body.start - 1, body.stop, body.stop + 1], left:right]
    # The strip of a plate below its bar goes on at both ends; a bright grain may hide where a bar ends.
    zone = max(4, round(_END_ZONE * (right - left)))
    if beside.mean(axis=1).max() > _COVERED or beside[:, :zone].any() or beside[:, -zone:].any():
        return None
    outline = (body.start, body.stop, left, right)
    return Stroke(body.start, body.stop, left - 0.5, right - 0.5, outline, level, (False, False))


def _shape_at(
    band: Grey, row: int, run: tuple[int, int], level: float, tolerance: float
) -> tuple[Mask, tuple[int, int]]:
    """Give the connected pixels of one level around a run, in a window, and where the window begins."""
    left, right = run
    length = right - left
    tall = max(_MARGIN, min(length // 2, 4 * _MARGIN + length // 10))
    wide = max(_MARGIN, length // 16)
    begin = (max(row - tall, 0), max(left - wide, 0))
    window = band[begin[0] : row + tall + 1, begin[1] : right + wide]
    labels, _ = ndi.label(np.abs(window - level) <= 1.5 * tolerance)
    here = labels[row - begin[0], (left + right) // 2 - begin[1]]
    return (labels == here) & (here > 0), begin


def _touches_border(rows: NDArray[np.intp], columns: NDArray[np.intp], shape: Mask) -> bool:
    height, width = shape.shape
    return bool(rows[0] == 0 or columns[0] == 0 or rows[-1] == height - 1 or columns[-1] == width - 1)


def _body_rows(shape: Mask, row: int, columns: slice) -> slice | None:
    """Give the rows around `row` that the stroke fills from end to end."""
    full = shape[:, columns].mean(axis=1) >= 0.95
    if not full[row]:
        return None
    gaps = np.flatnonzero(~full)
    return slice(int(gaps[gaps < row].max(initial=-1)) + 1, int(gaps[gaps > row].min(initial=len(full))))


def _is_bar_with_ticks(shape: Mask, body: slice, columns: NDArray[np.intp]) -> bool:
    """Tell whether the ends are straight and nothing but ticks on them sticks out of the rows of the bar."""
    bar = shape[:, columns[0] : columns[-1] + 1]
    length, thickness = bar.shape[1], body.stop - body.start
    zone = max(3, round(_END_ZONE * length), thickness)
    if length <= 2 * zone or not (bar[body, :3].all(axis=0).any() and bar[body, -3:].all(axis=0).any()):
        return False
    outside = bar.copy()
    outside[body] = False
    stray = outside[:, zone:-zone].sum()
    filled = bar[body, zone:-zone].mean()
    if stray > _STRAY * length * thickness or filled < 1 - _STRAY:
        return False
    left, right = outside[:, :zone], outside[:, : -zone - 1 : -1]
    # A half bar has a tick on one end alone; else what is on the ends was drawn as a pair.
    return not left.any() or not right.any() or bool((left & right).sum() >= _PAIR * (left | right).sum())


def _end(shape: Mask, body: slice, outer: int, inwards: int) -> tuple[float, bool]:
    """Give the end of a stroke and whether it is a tick: then its middle, else the outer edge."""
    heights, thickness = shape.sum(axis=0), body.stop - body.start
    tip = int(outer)
    while not shape[body, tip].all() and abs(tip - outer) < 3:  # rounded, or a stray pixel
        tip += inwards
    column, tall = tip, []
    while heights[column] < thickness + 2 and abs(column - outer) <= 2:  # the tip beyond a tick
        column += inwards
    while 0 <= column < len(heights) and heights[column] >= thickness + 2:
        tall.append(column)
        column += inwards
    extents = heights[tall]
    if not tall or extents.max() - extents.min() > max(2, 0.25 * extents.max()):
        return float(tip) - 0.5 * inwards, False  # no tick, or the head of an arrow
    return float(np.mean(tall)), True
