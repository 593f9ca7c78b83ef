"""Confidence intervals of a density estimated from several fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

Interval = tuple[float, float]


@dataclass(frozen=True)
class Density:
    """Something counted per length or area, with its 95 % interval over fields.

    Parameters
    ----------
    value : float
        Sum of counts / sum of sizes.
    interval : tuple of float or None
        None for a single field.
    """

    value: float
    interval: Interval | None

    def mapped(self, function: Callable[[float], float]) -> tuple[float | None, list[float] | None]:
        """Apply a monotonic function that needs positive values to the density and its interval.

        The interval keeps its coverage because the function keeps the order. None where it is not defined.
        """
        value = function(self.value) if self.value > 0 else None
        if value is None or self.interval is None or self.interval[0] <= 0:
            return value, None
        return value, sorted(function(end) for end in self.interval)


def pooled_density(counts: Sequence[float], sizes: Sequence[float]) -> Density:
    """Pool fields: the ratio estimator and its t interval.

    For fields of equal size the interval is mean +- t s / sqrt(n) of the densities of the fields (ASTM E112).

    Parameters
    ----------
    counts, sizes : sequence of float
        One value per field.
    """
    number = len(counts)
    count, size = np.asarray(counts, float), np.asarray(sizes, float)
    value = float(count.sum() / size.sum())
    if number < 2:
        return Density(value, None)
    scatter = math.sqrt(float(np.square(count - value * size).sum()) / (number - 1))
    half = float(stats.t.ppf(0.975, number - 1)) * scatter / math.sqrt(number) / float(size.mean())
    return Density(value, (value - half, value + half))
