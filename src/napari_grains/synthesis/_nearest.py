"""The nearest of some marked pixels, for every pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

Marks = NDArray[np.bool_]
Packed = NDArray[np.int32]

_FAR = 64  # px: where anything is farther away than this, SciPy is asked


def nearest_mark(marks: Marks) -> tuple[Packed, Packed]:
    """Exact Euclidean distance transform, fast where no mark is far away.

    The nearest mark of each column is found first, then the nearest of those along the rows (Saito and
    Toriwaki, 1994). A squared distance is packed with its column into one number, so that the smaller of two
    numbers is the nearer mark, and of equally near ones the left one, as in SciPy's transform.

    Parameters
    ----------
    marks : ndarray of bool, (Y, X)
        At least one is set; X is at most 2^17.

    Returns
    -------
    ndarray of int32, (Y, X)
        Square of the distance in px.
    ndarray of int32, (Y, X)
        Flat index of the nearest mark; of equally near ones that in the leftmost column, there the upper one.
    """
    above, below = _gap_above(marks), _gap_above(marks[::-1])[::-1]
    packed = _along_rows(np.minimum(above, below))
    if packed is None:
        return _anywhere(marks)
    height, width = marks.shape
    bits = _bits(width)
    place = np.arange(0, height * width, width, dtype=np.int32)[:, None] + (packed & ((1 << bits) - 1))
    rows = np.where(above <= below, -above, below).take(place)
    return packed >> bits, place + rows * np.int32(width)


def _gap_above(marks: Marks) -> NDArray[np.int8]:
    """Rows up to the next mark in the column, at most 64."""
    gap = np.where(marks, np.int8(0), np.int8(_FAR))
    step = 1
    while step < _FAR:
        np.minimum(gap[step:], gap[:-step] + np.int8(step), out=gap[step:])
        step *= 2
    return gap


def _along_rows(gap: NDArray[np.int8]) -> Packed | None:
    """Nearest of the columns' marks, squared distance and column packed; None if one is too far away."""
    height, width = gap.shape
    bits, stride = _bits(width), width + _FAR
    columns = np.full(height * stride + 2 * _FAR, _FAR**2 << bits, np.int32)  # rows with room between them
    body = slice(_FAR, _FAR + height * stride)
    inner = columns[body].reshape(height, stride)[:, :width]
    inner[:] = gap
    inner *= inner
    inner <<= bits
    inner += np.arange(width, dtype=np.int32)
    best = columns[body].copy()
    found, both = best.reshape(height, stride)[:, :width], np.empty_like(best)
    for step in range(1, _FAR):
        if step % 8 == 0 and found.max() < step**2 << bits:
            return found
        left, right = columns[_FAR - step : -_FAR - step], columns[_FAR + step : body.stop + step]
        np.minimum(left, right, out=both)
        both += np.int32(step**2 << bits)
        np.minimum(best, both, out=best)
    return found if found.max() < _FAR**2 << bits else None


def _bits(width: int) -> int:
    """Bits that hold the number of a column."""
    return (width - 1).bit_length()


def _anywhere(marks: Marks) -> tuple[Packed, Packed]:
    """As `nearest_mark`, whatever the distance."""
    rows, columns = ndi.distance_transform_edt(~marks, return_distances=False, return_indices=True)
    dy = rows - np.arange(marks.shape[0], dtype=np.int32)[:, None]
    dx = columns - np.arange(marks.shape[1], dtype=np.int32)
    return dy * dy + dx * dx, rows * np.int32(marks.shape[1]) + columns
