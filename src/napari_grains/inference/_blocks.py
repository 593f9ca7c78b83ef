"""Rectangles of pixels."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Block: TypeAlias = tuple[slice, slice]
"""Rows and columns, each with a start and a stop."""


def whole(shape: tuple[int, ...]) -> Block:
    """All of an image (Y, X)."""
    return slice(0, shape[0]), slice(0, shape[1])


def around(mask: NDArray[np.bool_]) -> Block:
    """Smallest rectangle that holds all that is True in a mask (..., Y, X), which is not empty."""
    flat = np.asarray(mask.reshape(-1, *mask.shape[-2:]).any(axis=0))
    rows, columns = np.flatnonzero(flat.any(axis=1)), np.flatnonzero(flat.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def corner(block: Block) -> tuple[int, int]:
    """First row and first column."""
    return block[0].start, block[1].start


def size(block: Block) -> tuple[int, int]:
    """Count rows and columns."""
    return block[0].stop - block[0].start, block[1].stop - block[1].start


def placed(place: tuple[int, ...], shape: tuple[int, ...]) -> Block:
    """Make the rectangle of a given shape whose corner is at a place."""
    return slice(place[0], place[0] + shape[0]), slice(place[1], place[1] + shape[1])


def grown(block: Block, margin: int, shape: tuple[int, ...]) -> Block:
    """Add a margin on all sides, as far as there is an image of that shape."""
    rows, columns = (
        slice(max(0, part.start - margin), min(length, part.stop + margin))
        for part, length in zip(block, shape, strict=True)
    )
    return rows, columns


def within(block: Block, other: Block) -> Block:
    """Count the pixels of a rectangle from the corner of another one."""
    return placed((block[0].start - other[0].start, block[1].start - other[1].start), size(block))


def common(block: Block, other: Block) -> Block | None:
    """Find what two rectangles share; None: nothing."""
    rows, columns = (
        slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(block, other, strict=True)
    )
    return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None
