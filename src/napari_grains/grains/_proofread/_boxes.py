"""Upright rectangles of a plane: rows top..bottom-1 and columns left..right-1."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Box: TypeAlias = tuple[int, int, int, int]
"""Top, bottom, left, right."""

NOWHERE: Final[Box] = (0, 0, 0, 0)


def is_empty(box: Box) -> bool:
    """Whether a rectangle holds no pixel."""
    return box[1] <= box[0] or box[3] <= box[2]


def box_of(indices: NDArray[np.int64], width: int) -> Box:
    """Return the smallest rectangle around pixels of a plane so many columns wide; flat indices (P,)."""
    if not len(indices):
        return NOWHERE
    row, column = np.divmod(indices, width)
    return int(row.min()), int(row.max()) + 1, int(column.min()), int(column.max()) + 1


def indices_in(box: Box, mask: NDArray[np.bool_], width: int) -> NDArray[np.int64]:
    """Return the flat indices, rising, of the pixels of a mask that lies on a rectangle of the plane."""
    return places_in(box, np.flatnonzero(mask), width)


def places_in(box: Box, indices: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Turn flat indices in a rectangle of a plane, so many columns wide, into those in the plane."""
    row, column = np.divmod(indices, max(box[3] - box[2], 1))
    flat: NDArray[np.int64] = (row + box[0]) * width + column + box[2]
    return flat


def slices(box: Box) -> tuple[slice, slice]:
    """Return the index of a rectangle in an array (Y, X)."""
    return slice(box[0], box[1]), slice(box[2], box[3])


def joined_boxes(one: Box, other: Box) -> Box:
    """Return the smallest rectangle around two, either of which may be empty."""
    if is_empty(one) or is_empty(other):
        return other if is_empty(one) else one
    return min(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), max(one[3], other[3])


def common_box(one: Box, other: Box) -> Box:
    """Return what two rectangles have in common, maybe nothing."""
    return max(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), min(one[3], other[3])


def grown_box(box: Box, by: int, shape: tuple[int, ...]) -> Box:
    """Return a rectangle made larger by so many px on all sides, as far as the plane reaches."""
    top, bottom, left, right = box
    return max(top - by, 0), min(bottom + by, shape[0]), max(left - by, 0), min(right + by, shape[1])


def box_of_boxes(boxes: NDArray[np.int64]) -> Box:
    """Return the smallest rectangle around rectangles (N, 4)."""
    if not len(boxes):
        return NOWHERE
    low, high = boxes.min(axis=0), boxes.max(axis=0)
    return int(low[0]), int(high[1]), int(low[2]), int(high[3])
