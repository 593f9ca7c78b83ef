"""Square grains with a boundary map, to try the dock Grains on."""

from __future__ import annotations

import numpy as np

SIDE = 30
ROWS, COLUMNS = 4, 5
SHAPE = (ROWS * SIDE, COLUMNS * SIDE)


def tiles():
    """Square grains 1..20, row by row."""
    return np.kron(np.arange(1, ROWS * COLUMNS + 1).reshape(ROWS, COLUMNS), np.ones((SIDE, SIDE))).astype(
        np.int32
    )


def boundary_of(labels, faint=()):
    """A map that is 0.9 along the boundaries, 0.2 between pairs of grains that are named as faint."""
    boundary = np.zeros(labels.shape, np.float32)
    for axis in (-2, -1):
        one, other = (np.moveaxis(labels, axis, 0)[cut] for cut in (np.s_[:-1], np.s_[1:]))
        strength = np.where(one != other, 0.9, 0.0)
        for pair in faint:
            strength[np.isin(one, pair) & np.isin(other, pair) & (one != other)] = 0.2
        target = np.moveaxis(boundary, axis, 0)
        target[1:] = np.maximum(target[1:], strength)
        target[:-1] = np.maximum(target[:-1], strength)
    return boundary


def middle(grain):
    """Row and column in the middle of a tile."""
    row, column = divmod(grain - 1, COLUMNS)
    return (row + 0.5) * SIDE, (column + 0.5) * SIDE
