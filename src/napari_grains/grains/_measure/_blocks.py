"""Spatial block bootstrap: an indication of the scatter where there is a single field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._confidence import Interval
from ._field import Field

Values = NDArray[np.float64]

_GRAINS = 8  # per block, at least, so that neighbouring blocks are nearly independent
_MOST = 8  # blocks along a side
_SAMPLES = 1999
_SEED = 20260101


@dataclass(frozen=True, eq=False)
class Blocks:
    """What was counted in each block of a field, and in how much of it; arrays of shape (B,)."""

    grains: Values
    junctions: Values
    area: Values
    crossings: Values
    length: Values


def blocks_per_side(grains: int) -> int:
    """Say into how many blocks a field is divided along each side; 1 is too few for a scatter."""
    return int(np.clip(np.sqrt(grains / _GRAINS), 1, _MOST))


def in_blocks(
    shape: tuple[int, int], number: int, positions: NDArray[np.number], weights: Values | None = None
) -> Values:
    """Add up points (K, 2) by blocks of a frame; positions are pixels from its corner."""
    row, column = (
        np.clip((positions[:, axis] * (number / shape[axis])).astype(np.intp), 0, number - 1)
        for axis in range(2)
    )
    return np.bincount(row * number + column, weights, minlength=number**2).astype(float)


def block_areas(field: Field, number: int) -> Values:
    """Area of the region in each block, in px."""
    row, column = ((np.arange(length) * number) // length for length in field.labels.shape)
    inside = np.add.reduceat(
        field.labels > 0, np.searchsorted(row, np.arange(number)), axis=0, dtype=np.int64
    )
    areas = np.add.reduceat(inside, np.searchsorted(column, np.arange(number)), axis=1)
    return areas.astype(float).ravel()


def indicative_interval(counts: Values, sizes: Values) -> Interval | None:
    """95 % interval of sum(counts) / sum(sizes) when blocks are drawn anew with replacement.

    Percentiles of 1999 samples, from a fixed seed. One field does not tell how much others differ from it:
    the interval holds the scatter within the field only, and is no confidence interval of the specimen.
    """
    kept = sizes > 0
    number = int(np.count_nonzero(kept))
    if number < 4:
        return None
    drawn = np.random.default_rng(_SEED).multinomial(number, np.full(number, 1 / number), _SAMPLES)
    low, high = np.quantile((drawn @ counts[kept]) / (drawn @ sizes[kept]), (0.025, 0.975))
    return float(low), float(high)
