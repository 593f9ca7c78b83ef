"""Whether grains have one size or two: a mixture of two log-normal distributions of diameter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

FEWEST = 50
_BINS = 256
_ROUNDS = 300
_SPLITS = (0.2, 0.5, 0.8, 0.95)
_NARROWEST = 0.05  # standard deviation of ln(diameter): grains that are all alike are no mode
_BIC = 10.0  # "very strong" (Kass and Raftery 1995)
_ASHMAN = 2.0  # from here on two modes are clearly apart (Ashman, Bird and Zepf 1994)
_SMALLEST_AREA = 0.05  # share of the area: ASTM E1181 takes less than this for no second size


@dataclass(frozen=True)
class Mixture:
    """Two log-normal distributions, the fine one first.

    Parameters
    ----------
    share : tuple of float
        Fractions by number.
    median : tuple of float
        Diameters, in the unit of the data.
    sigma_ln : tuple of float
        Standard deviations of ln(diameter).
    coarse_area_fraction : float
        Share of the coarse grains in the area.
    bic_gain : float
        By how much two distributions beat one by the Bayesian information criterion.
    """

    share: tuple[float, float]
    median: tuple[float, float]
    sigma_ln: tuple[float, float]
    coarse_area_fraction: float
    bic_gain: float

    @property
    def ashman_d(self) -> float:
        """Distance of the two means of ln(diameter) over their common spread."""
        apart = math.log(self.median[1] / self.median[0])
        return math.sqrt(2) * apart / math.hypot(*self.sigma_ln)

    @property
    def detected(self) -> bool:
        """Whether there are two sizes: clearly apart, far likelier than one, each a part of the area."""
        seen = _SMALLEST_AREA <= self.coarse_area_fraction <= 1 - _SMALLEST_AREA
        return self.bic_gain > _BIC and self.ashman_d > _ASHMAN and seen


def fitted_mixture(diameters: Values, weights: Values) -> Mixture | None:
    """Fit two log-normal distributions to complete grains with their weights.

    Expectation-maximisation on a histogram of ln(diameter), from several starts; None for fewer than
    `FEWEST` grains or where all are alike.
    """
    kept = weights > 0
    if np.count_nonzero(kept) < FEWEST:
        return None
    logs, weight = np.log(diameters[kept]), weights[kept]
    number = float(weight.sum() ** 2 / np.square(weight).sum())
    if np.ptp(logs) < 4 * _NARROWEST:
        return None
    height, edges = np.histogram(logs, _BINS, weights=weight)
    height, value = height / height.sum(), (edges[1:] + edges[:-1]) / 2
    fits = [_maximised(value, height, *_start(value, height, split)) for split in _SPLITS]
    likelihood, share, mean, sigma = max(fits, key=lambda fit: fit[0])
    mean_one = float(height @ value)
    sigma_one = max(_NARROWEST, math.sqrt(float(height @ np.square(value - mean_one))))
    one = float(height @ np.log(_normal(value, mean_one, sigma_one)))
    gain = 2 * number * (likelihood - one) - 3 * math.log(number)  # three more parameters
    return _ordered(share, mean, sigma, gain)


def _start(value: Values, height: Values, split: float) -> tuple[Values, Values, Values]:
    """Shares, means and spreads of the grains below and above a quantile."""
    upper = np.cumsum(height) > split
    parts = [np.where(part, height, 0) + 1e-12 for part in (~upper, upper)]
    share = np.array([part.sum() for part in parts])
    mean = np.array([np.average(value, weights=part) for part in parts])
    spread = [np.average((value - m) ** 2, weights=part) for m, part in zip(mean, parts, strict=True)]
    return share / share.sum(), mean, np.maximum(np.sqrt(spread), _NARROWEST)


def _maximised(
    value: Values, height: Values, share: Values, mean: Values, sigma: Values
) -> tuple[float, Values, Values, Values]:
    """Mean log-likelihood at its maximum, and where that lies."""
    likelihood = -math.inf
    for _ in range(_ROUNDS):
        density = share[:, None] * _normal(value, mean[:, None], sigma[:, None])
        total = np.maximum(density.sum(axis=0), 1e-300)
        before, likelihood = likelihood, float(height @ np.log(total))
        if likelihood - before < 1e-8:
            break
        belongs = density / total * height
        share = np.maximum(belongs.sum(axis=1), 1e-9)
        mean = belongs @ value / share
        spread = (belongs * (value - mean[:, None]) ** 2).sum(axis=1) / share
        sigma = np.maximum(np.sqrt(spread), _NARROWEST)
    return likelihood, share, mean, sigma


def _normal(value: Values, mean: Values | float, sigma: Values | float) -> Values:
    density: Values = np.exp(-0.5 * ((value - mean) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi)) + 1e-300
    return density


def _ordered(share: Values, mean: Values, sigma: Values, gain: float) -> Mixture:
    order = np.argsort(mean)
    share, mean, sigma = share[order] / share.sum(), mean[order], sigma[order]
    area = share * np.exp(2 * mean + 2 * sigma**2)  # mean of the squared diameter
    fine, coarse = range(2)
    return Mixture(
        (float(share[fine]), float(share[coarse])),
        (math.exp(mean[fine]), math.exp(mean[coarse])),
        (float(sigma[fine]), float(sigma[coarse])),
        float(area[coarse] / area.sum()),
        gain,
    )
