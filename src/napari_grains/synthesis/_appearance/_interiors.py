"""Grey levels, ramps, mottling and noise inside the grains of a partition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from scipy.optimize import nnls

Float = NDArray[np.float64]
Image = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]
_FEWEST = 10
"""Pixels that a grain's interior needs for a ramp to be fitted."""


def robust_sd(values: Float | Image) -> float:
    """Return the standard deviation of a normal distribution of the same median absolute deviation."""
    if not values.size:
        return 0.0
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


@dataclass(frozen=True, eq=False)
class Interiors:
    """A plane of grey levels in every grain, and what is left.

    Parameters
    ----------
    level, slope_y, slope_x : ndarray, (N + 1,)
        Grey level at the grain's centre and its increase over one grain diameter; nan where unknown.
    centre : ndarray, (N + 1, 2)
        Centre of the grain in px.
    pixels : ndarray, (N + 1,)
        Size of the interior.
    residual : ndarray of float32, (Y, X)
        Image less the plane, in interiors.
    over_level : ndarray of float32, (Y, X)
        Image less the grain's level and ramp, everywhere.
    """

    level: Float
    slope_y: Float
    slope_x: Float
    centre: Float
    pixels: Float
    residual: Image
    over_level: Image


def measure_interiors(pixels: Image, grains: Labels, inside: Mask, diameter: float) -> Interiors:
    """Fit a plane to the interior of each grain; what sticks out of it is clipped in further rounds.

    Parameters
    ----------
    pixels : ndarray of float32, (Y, X)
        Image.
    grains : ndarray of int32, (Y, X)
        Partition.
    inside : ndarray of bool, (Y, X)
        Pixels away from the boundaries.
    diameter : float
        Mean grain diameter in px, the unit of length of the slopes.
    """
    n = int(grains.max()) + 1
    number = grains[inside]
    value = pixels[inside].astype(float)
    count = np.bincount(number, minlength=n).astype(float)
    y, x = np.nonzero(inside)
    centre = np.stack([np.bincount(number, k, n) / np.maximum(count, 1) for k in (y, x)], 1)
    v, u = (y - centre[number, 0]) / diameter, (x - centre[number, 1]) / diameter
    plane = _planes(number, v, u, value, n)
    for _ in range(2):
        left = value - _on_plane(plane, number, v, u)
        limit = 2.0 * robust_sd(left) + 1e-6
        plane = _planes(number, v, u, value - left + np.clip(left, -limit, limit), n)
    plane[count == 0] = np.nan
    rows, columns = np.ogrid[: pixels.shape[0], : pixels.shape[1]]
    level = _on_plane(
        plane, grains, (rows - centre[grains, 0]) / diameter, (columns - centre[grains, 1]) / diameter
    )
    over = np.nan_to_num(pixels - level).astype(np.float32)
    return Interiors(
        plane[:, 0], plane[:, 1], plane[:, 2], centre, count, np.where(inside, over, np.float32(0)), over
    )


def _planes(number: NDArray[np.integer], v: Float, u: Float, value: Float, n: int) -> Float:
    """(N, 3) level and slopes of the plane through each grain's values; small ones get no slope."""
    columns = [np.ones_like(value), v, u]
    normal = np.empty((n, 3, 3))
    right = np.empty((n, 3))
    for i, a in enumerate(columns):
        right[:, i] = np.bincount(number, a * value, n)
        for j, b in enumerate(columns):
            normal[:, i, j] = np.bincount(number, a * b, n)
    normal[:, 0, 0] = np.maximum(normal[:, 0, 0], 1e-9)
    few = np.where(normal[:, 0, 0] < _FEWEST, 1e6, 0.02)
    normal[:, 1, 1] += few
    normal[:, 2, 2] += few
    return np.asarray(np.linalg.solve(normal, right[:, :, None])[:, :, 0], float)


def _on_plane(plane: Float, number: NDArray[np.integer], v: Float, u: Float) -> Float:
    return np.asarray(plane[number, 0] + plane[number, 1] * v + plane[number, 2] * u, float)


@dataclass(frozen=True)
class Levels:
    """Background, grain-to-grain steps and shading of the grains' grey levels."""

    background: float
    steps: float
    shading: float
    odd_grains: float
    even: Float


def measure_levels(interiors: Interiors, shape: tuple[int, ...], noise: float) -> Levels:
    """Tell slow shading, common to all grains, from steps between grains.

    Parameters
    ----------
    interiors : Interiors
        Planes of the grains.
    shape : (int, int)
        Size of the image.
    noise : float
        Standard deviation of what varies inside grains: small grains have uncertain levels.
    """
    known = np.isfinite(interiors.level) & (interiors.pixels >= 4)
    level = np.where(known, interiors.level, np.nan)
    if known.sum() < 4:
        background = float(np.nanmedian(level)) if known.any() else 0.5
        return Levels(background, 0.0, 0.0, 0.0, level)
    place = 2 * interiors.centre / np.array(shape) - 1
    background, slow = _shading(level[known], place[known])
    even = level.copy()
    even[known] -= slow - background
    steps = robust_sd(even[known])
    uncertain = noise**2 * float(np.median(1 / interiors.pixels[known]))
    steps = float(np.sqrt(max(steps**2 - uncertain, 0.0)))
    by_chance = 6 * steps**2 / known.sum()
    shading = float(np.sqrt(max(float(np.var(slow)) - by_chance, 0.0)))
    below = np.mean(even[known] < background - 3 * max(steps, 0.02))
    above = np.mean(even[known] > background + 3 * max(steps, 0.02))
    return Levels(background, steps, shading, float(above - below), even)


def _shading(level: Float, place: Float) -> tuple[float, Float]:
    """Median level, and the quadratic surface through the levels with outliers clipped."""
    y, x = place[:, 0], place[:, 1]
    columns = [np.ones_like(y), y, x]
    if len(level) >= 25:
        columns += [y * y, x * y, x * x]
    design = np.stack(columns, 1)
    middle = float(np.median(level))
    spread = 2 * robust_sd(level) + 1e-6
    clipped = np.clip(level, middle - spread, middle + spread)
    solution, *_ = np.linalg.lstsq(design, clipped, rcond=None)
    slow = design @ solution
    return middle, slow - float(np.median(slow)) + middle


def ramp_of(interiors: Interiors, diameter: float, noise: float) -> float:
    """Typical grey-level difference across one grain diameter, noise allowed for."""
    use = interiors.pixels > max(_FEWEST, 0.2 * diameter**2)
    if use.sum() < 4:
        return 0.0
    squared = interiors.slope_y[use] ** 2 + interiors.slope_x[use] ** 2
    # A disc of n pixels and radius R pins a slope down to a variance of 4 noise^2 / (n R^2).
    by_chance = 8 * noise**2 / (interiors.pixels[use] ** 2 / np.pi / diameter**2)
    return float(np.sqrt(max(float(np.median(squared) - np.median(by_chance)), 0.0)))


def ordinary(residual: Image, inside: Mask, grains: Labels, distance: Image) -> Mask:
    """Interiors to measure mottling and noise in: of grains that vary no more than most, away from the lines.

    Parameters
    ----------
    residual : ndarray of float32, (Y, X)
        Image less the plane of each grain.
    inside : ndarray of bool, (Y, X)
        Interiors.
    grains : ndarray of int32, (Y, X)
        Partition.
    distance : ndarray of float32, (Y, X)
        Distance to the nearest boundary in px.
    """
    deep = inside & (distance > (distance[inside].min() if inside.any() else 0) + 1.0)
    inside = deep if deep.sum() > 1000 else inside
    n = int(grains.max()) + 1
    count = np.bincount(grains[inside], minlength=n)
    sd = np.sqrt(np.bincount(grains[inside], residual[inside].astype(float) ** 2, n) / np.maximum(count, 1))
    judged = count >= _FEWEST
    if judged.sum() < 8:
        return inside
    order = np.argsort(sd[judged])
    weight = np.cumsum(count[judged][order])
    typical = sd[judged][order][np.searchsorted(weight, weight[-1] / 2)]
    return np.asarray(inside & (judged & (sd <= 1.25 * typical))[grains])


@dataclass(frozen=True)
class Mottling:
    """White or little correlated noise, and texture that extends further."""

    noise: float
    noise_correlation: float
    texture: float
    texture_size: float


def measure_mottling(residual: Image, inside: Mask, diameter: float) -> Mottling:
    """Split the autocovariance inside grains into two Gaussian random fields.

    Each of them is white noise spread by a Gaussian of standard deviation s, whose covariance at the lag r is
    proportional to exp(-r^2 / 4 s^2). The fitted plane takes long waves away: a constant allows for that.

    Parameters
    ----------
    residual : ndarray of float32, (Y, X)
        Image less the plane of each grain.
    inside : ndarray of bool, (Y, X)
        Interiors.
    diameter : float
        Mean grain diameter in px.
    """
    if inside.sum() < 200:
        sd = robust_sd(residual[inside])
        return Mottling(sd, 0.0, 0.0, 2.0)
    limit = 3 * robust_sd(residual[inside]) + 1e-4
    lag, covariance, weight = _covariance(
        np.clip(residual, -limit, limit) * inside, inside, int(np.clip(0.3 * diameter, 4, 10))
    )
    best, found = np.inf, (0.0, 2.0, np.zeros(4))
    for correlation in (0.0, 0.4, 0.6, 0.8, 1.0, 1.3):
        for size in np.geomspace(1.6, max(2.0, 0.25 * diameter), 6):
            if size < 1.6 * correlation:
                continue
            design = np.stack(
                [_spread(lag, correlation), _spread(lag, size), np.ones_like(lag), -np.ones_like(lag)], 1
            )
            solution, error = nnls(design * weight[:, None], covariance * weight)
            if error < best * 0.98:
                best, found = error, (correlation, float(size), solution)
    correlation, size, solution = found
    return Mottling(float(np.sqrt(solution[0])), correlation, float(np.sqrt(solution[1])), size)


def _covariance(residual: Image, inside: Mask, reach: int) -> tuple[Float, Float, Float]:
    """Lag, covariance there, and weight, along rows, columns and diagonals."""
    lags, values, counts = [], [], []
    height, width = residual.shape
    for dy, dx in [(0, 0), *((a * k, b * k) for k in range(1, reach + 1) for a, b in _DIRECTIONS)]:
        if dy >= height or abs(dx) >= width:
            continue
        one = np.s_[: height - dy, max(0, -dx) : width - max(0, dx)]
        two = np.s_[dy:, max(0, dx) : width - max(0, -dx)]
        both = np.count_nonzero(inside[one] & inside[two])
        if both < 50 or np.hypot(dy, dx) > reach:
            continue
        lags.append(np.hypot(dy, dx))
        values.append(float(np.vdot(residual[one], residual[two])) / both)
        counts.append(both)
    weight = np.sqrt(np.array(counts, float))
    weight[0] *= 2  # one pixel in the middle speaks for four directions
    return np.array(lags), np.array(values), weight / weight[0]


_DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


@lru_cache(maxsize=64)
def _kernel(sigma: float) -> tuple[float, ...]:
    """Covariance at lags 0, 1, 2, ... of white noise after a sampled Gaussian filter."""
    impulse = np.zeros(41)
    impulse[20] = 1
    kernel = ndi.gaussian_filter1d(impulse, sigma)
    covariance = np.correlate(kernel, kernel, "full")[40:]
    return tuple(covariance / covariance[0])


def _spread(lag: Float, sigma: float) -> Float:
    """Correlation at a lag of white noise that was spread by a Gaussian."""
    if sigma < 0.2:
        return np.asarray(lag == 0, float)
    if sigma > 1.5:
        return np.asarray(np.exp(-((lag / (2 * sigma)) ** 2)), float)
    return np.asarray(np.interp(lag, np.arange(41), _kernel(sigma)), float)
