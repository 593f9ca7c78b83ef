"""Confidence intervals of a density estimated from several fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
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
    indicative : tuple of float or None
        95 % interval over the blocks of a single field.
    """

    value: float
    interval: Interval | None
    indicative: Interval | None = None

    @property
    def relative_accuracy_percent(self) -> float | None:
        """Half the interval in % of the value (the %RA of ASTM E112); None without an interval."""
        if self.interval is None or not self.value > 0:
            return None
        return 100 * (self.interval[1] - self.value) / self.value

    def mapped(self, function: Callable[[float], float]) -> tuple[float | None, list[float] | None]:
        """Apply a monotonic function that needs positive values to the density and its interval.

        The interval keeps its coverage because the function keeps the order. None where it is not defined.
        """
        value = function(self.value) if self.value > 0 else None
        return value, None if value is None else _mapped(self.interval, function)

    def mapped_indicative(self, function: Callable[[float], float]) -> list[float] | None:
        """Apply such a function to the indicative interval."""
        return _mapped(self.indicative, function)


def _mapped(interval: Interval | None, function: Callable[[float], float]) -> list[float] | None:
    if interval is None or not interval[0] > 0:
        return None
    return sorted(function(end) for end in interval)


def pooled_density(
    counts: Sequence[float] | NDArray[np.float64], sizes: Sequence[float] | NDArray[np.float64]
) -> Density:
    """Pool fields: the ratio estimator and its t interval.

    For fields of equal size the interval is mean +- t s / sqrt(n) of the densities of the fields (ASTM E112).

    Parameters
    ----------
    counts, sizes : sequence of float
        One value per field. Where the sizes are all 0 the density is NaN.
    """
    number = len(counts)
    count, size = np.asarray(counts, float), np.asarray(sizes, float)
    if not size.sum() > 0:
        return Density(math.nan, None)
    value = float(count.sum() / size.sum())
    if number < 2:
        return Density(value, None)
    scatter = math.sqrt(float(np.square(count - value * size).sum()) / (number - 1))
    half = float(stats.t.ppf(0.975, number - 1)) * scatter / math.sqrt(number) / float(size.mean())
    return Density(value, (value - half, value + half))
