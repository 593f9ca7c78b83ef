"""The nearest of some marked pixels, for every pixel or for some of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

Marks = NDArray[np.bool_]
Packed = NDArray[np.int32]
Pixels = NDArray[np.intp]

_FAR = 128  # px: where anything is farther away than this, SciPy is asked
_ROOM = 32  # px up to which all pixels are searched together, if so many of them need it
_FEW = 1 / 16  # of all pixels: so few are searched faster by themselves


def nearest_mark(marks: Marks) -> tuple[Packed, Packed]:
    """Exact Euclidean distance transform, fast where no mark is far away.

    The nearest mark of each column is found first, then the nearest of those along the rows (Saito and
    Toriwaki, 1994). A squared distance is packed with its column into one number, so that the smaller of two
    numbers is the nearer mark, and of equally near ones the left one, as in SciPy's transform.

    Parameters
    ----------
    marks : ndarray of bool, (Y, X)
        At least one is set; X is at most 2^16.

    Returns
    -------
    ndarray of int32, (Y, X)
        Square of the distance in px.
    ndarray of int32, (Y, X)
        Flat index of the nearest mark; of equally near ones that in the leftmost column, there the upper one.
    """
    columns = _Columns.of(marks)
    best, step = columns.search_together()
    far = np.flatnonzero(columns.may_improve(best, step))
    best.ravel()[far] = columns.search(far, best.ravel()[far], step)
    if columns.may_improve(best, _FAR).any():
        return _anywhere(marks)
    height, width = marks.shape
    return columns.unpacked(best, np.arange(0, height * width, width, dtype=np.int32)[:, None])


def nearest_mark_of(pixels: Pixels, marks: Marks) -> tuple[Packed, Packed]:
    """As `nearest_mark`, for a few pixels given by flat index, (n,); both results are (n,)."""
    columns = _Columns.of(marks)
    best = columns.search(pixels, columns.packed.ravel()[pixels], 1)
    if columns.may_improve(best, _FAR).any():
        squared, nearest = _anywhere(marks)
        return squared.ravel()[pixels], nearest.ravel()[pixels]
    return columns.unpacked(best, (pixels - pixels % marks.shape[1]).astype(np.int32))


@dataclass(frozen=True, eq=False)
class _Columns:
    """The nearest mark in the column of each pixel; marks at least 128 px away count as 128 px away.

    Parameters
    ----------
    packed : ndarray of int32, (Y, X)
        Square of its distance, above the bits that hold the number of the column.
    rows : ndarray of int8, (Y, X)
        How many rows farther down it lies.
    bits : int
        Bits that hold the number of a column.
    """

    packed: Packed
    rows: NDArray[np.int8]
    bits: int

    @classmethod
    def of(cls, marks: Marks) -> _Columns:
        above, below = _gap_above(marks), _gap_above(marks[::-1])[::-1]
        gap = np.minimum(above, below)
        bits = (marks.shape[1] - 1).bit_length()
        packed = gap.astype(np.int32)
        packed *= packed
        packed <<= bits
        packed += np.arange(marks.shape[1], dtype=np.int32)
        return cls(packed, gap.view(np.int8) * (1 - 2 * (above <= below).view(np.int8)), bits)

    def may_improve(self, best: Packed, step: int) -> Marks:
        """Which of the marks found so far may lie farther away than a mark ``step`` columns away."""
        return np.asarray(best >= step**2 << self.bits)

    def search_together(self) -> tuple[Packed, int]:
        """Nearest of the columns' marks for all pixels, (Y, X), and the first step that was not taken."""
        height, width = self.packed.shape
        columns = self._with_room(_ROOM)
        body = slice(_ROOM, len(columns) - _ROOM)
        best = columns[body].copy()
        found, both = best.reshape(height, -1)[:, :width], np.empty_like(best)
        for step in range(1, _ROOM):
            if step % 4 == 0 and np.count_nonzero(self.may_improve(found, step)) < _FEW * found.size:
                return np.ascontiguousarray(found), step
            left, right = columns[_ROOM - step : -_ROOM - step], columns[_ROOM + step : body.stop + step]
            np.minimum(left, right, out=both)
            both += np.int32(step**2 << self.bits)
            np.minimum(best, both, out=best)
        return np.ascontiguousarray(found), _ROOM

    def search(self, pixels: Pixels, best: Packed, first: int) -> Packed:
        """Go on from the nearest found for some pixels, both (n,), in steps from ``first`` on."""
        result, which = best.copy(), np.arange(len(best))
        columns = self._with_room(_FAR)
        places = pixels + pixels // self.packed.shape[1] * _FAR
        for step in range(first, _FAR):
            if step % 4 == 0:
                result[which] = best
                still = np.flatnonzero(self.may_improve(best, step))
                which, best, places = which[still], best[still], places[still]
                if not which.size:
                    return result
            both = np.minimum(columns[_FAR - step :].take(places), columns[_FAR + step :].take(places))
            both += np.int32(step**2 << self.bits)
            np.minimum(best, both, out=best)
        result[which] = best
        return result

    def _with_room(self, room: int) -> Packed:
        """All rows in one line, with some pixels before, after and between them that no mark is near to."""
        height, width = self.packed.shape
        line = np.full(height * (width + room) + 2 * room, _FAR**2 << self.bits, np.int32)
        line[room:-room].reshape(height, width + room)[:, :width] = self.packed
        return line

    def unpacked(self, best: Packed, start: Packed) -> tuple[Packed, Packed]:
        """Squared distance and flat index of the marks found; ``start`` is where the pixels' rows begin."""
        place = start + (best & ((1 << self.bits) - 1))
        return best >> self.bits, place + self.rows.take(place) * np.int32(self.packed.shape[1])


def _gap_above(marks: Marks) -> NDArray[np.uint8]:
    """Rows up to the next mark in the column, at most 128."""
    gap = (~marks).view(np.uint8) * np.uint8(_FAR)
    step = 1
    while step < _FAR:
        np.minimum(gap[step:], gap[:-step] + np.uint8(step), out=gap[step:])
        step *= 2
    return gap


def _anywhere(marks: Marks) -> tuple[Packed, Packed]:
    """As `nearest_mark`, whatever the distance."""
    rows, columns = ndi.distance_transform_edt(~marks, return_distances=False, return_indices=True)
    dy = rows - np.arange(marks.shape[0], dtype=np.int32)[:, None]
    dx = columns - np.arange(marks.shape[1], dtype=np.int32)
    return dy * dy + dx * dx, rows * np.int32(marks.shape[1]) + columns
