"""Shares of a whole with their 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._measure._blocks import indicative_interval
from .._measure._confidence import Interval, pooled_density

Counts = NDArray[np.floating[Any] | np.integer[Any]]


def shares(
    counts: Counts, blocks: Counts | None
) -> Iterator[tuple[float, int, Interval | None, Interval | None]]:
    """Work out which share of all each of K things is.

    Parameters
    ----------
    counts : ndarray, (F, K)
        How much of each there is in each field.
    blocks : ndarray, (B, K), optional
        The same in each block of a single field.

    Yields
    ------
    share : float
        Of all fields together; NaN if there is nothing.
    count : int
        How much there is.
    interval : tuple of float or None
        Over the fields, see `pooled_density`, between 0 and 1.
    indicative : tuple of float or None
        Over the blocks, see `indicative_interval`, between 0 and 1.
    """
    for k in range(counts.shape[1]):
        found = pooled_density(*_one_of_all(counts, k))
        indicative = None if blocks is None else indicative_interval(*_one_of_all(blocks, k))
        yield found.value, int(counts[:, k].sum()), _within(found.interval), _within(indicative)


def share_to_dict(
    name: str, fraction: float, interval: Interval | None, indicative: Interval | None
) -> dict[str, Any]:
    """Return JSON values: "class", "fraction" (None of nothing), "ci95", "indicative95"."""
    return {
        "class": name,
        "fraction": None if math.isnan(fraction) else fraction,
        "ci95": None if interval is None else list(interval),
        "indicative95": None if indicative is None else list(indicative),
    }


def _one_of_all(counts: Counts, k: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return counts[:, k].astype(float), counts.sum(1).astype(float)


def _within(interval: Interval | None) -> Interval | None:
    """Cut an interval off at 0 and 1: it is of a share."""
    return None if interval is None else (max(0.0, interval[0]), min(1.0, interval[1]))
