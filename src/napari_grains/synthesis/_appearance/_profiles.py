"""Grey levels across the boundaries of a partition, edge by edge, and what they tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from scipy.special import ndtr

from ._edges import Edges

Float = NDArray[np.float64]
Image = NDArray[np.float32]
Labels = NDArray[np.int32]
_SMALLEST_EDGE = 4
"""Pixels that must lie beside an edge for it to count."""


@dataclass(frozen=True, eq=False)
class Profiles:
    """Mean grey level across each edge, over the level of the grain on either side.

    Parameters
    ----------
    at : ndarray, (K,)
        Distance from the boundary in px.
    left, right : ndarray, (E, K)
        Means in the first and in the second grain; nan without a pixel.
    length : ndarray, (E,)
        Pixels beside the edge: its weight.
    """

    at: Float
    left: Float
    right: Float
    length: Float

    @property
    def line(self) -> Float:
        """(E, K) mean of both sides: what a line adds, whatever the steps between grains do."""
        return 0.5 * (self.left + self.right)

    @property
    def odd(self) -> Float:
        """(E, K) half the difference between the sides: what steps and slanting light add."""
        return 0.5 * (self.right - self.left)


def edge_profiles(residual: Image, edges: Edges, reach: float) -> Profiles:
    """Profiles across all edges that have some length.

    Parameters
    ----------
    residual : ndarray of float32, (Y, X)
        Image less the grey level of each grain.
    edges : Edges
        Edges of the partition.
    reach : float
        How far the profiles extend to either side, in px.
    """
    bins = int(reach)
    use = (edges.edge >= 0) & (edges.distance < bins)
    number, step = edges.edge[use], edges.distance[use].astype(int)
    right = edges.side[use] > 0
    n = len(edges.grains)
    key = (number * 2 + right) * bins + step
    counts = np.bincount(key, minlength=2 * n * bins).reshape(n, 2, bins)
    sums = np.bincount(key, residual[use], 2 * n * bins).reshape(n, 2, bins)
    at = np.bincount(step, edges.distance[use], bins) / np.maximum(np.bincount(step, minlength=bins), 1)
    means = np.where(counts, sums / np.maximum(counts, 1), np.nan)
    length = counts[:, :, 0].sum(1).astype(float)
    length[length < _SMALLEST_EDGE] = 0
    return Profiles(at, means[:, 0], means[:, 1], length)


@dataclass(frozen=True)
class Line:
    """A line of full width ``width`` at half of its ``height``; softness 0 is a bar, 1 a bell."""

    height: float
    width: float
    softness: float


def fit_line(at: Float, profile: Float) -> Line:
    """Fit a line on a level ground to the mean profile across the boundaries.

    Parameters
    ----------
    at, profile : ndarray, (K,)
        Distance from the boundary in px and grey level there.
    """
    half = np.repeat(np.geomspace(0.4, max(1.0, 0.7 * at[-1]), 28), 5)[:, None]
    softness = np.tile(np.linspace(0, 1, 5), 28)[:, None]
    bell = np.exp(-np.log(2) * (at / half) ** 2)
    bar = 1 / (1 + np.exp(np.clip((at - half) * 3, -20, 20)))
    shape = softness * bell + (1 - softness) * bar
    shape -= shape.mean(1, keepdims=True)  # the ground takes the means
    height = shape @ (profile - profile.mean()) / np.maximum((shape**2).sum(1), 1e-12)
    error = ((height[:, None] * shape - (profile - profile.mean())) ** 2).sum(1)
    best = int(np.argmin(error))
    return Line(float(height[best]), 2 * float(half[best, 0]), float(softness[best, 0]))


def weighted_median(values: Float, weights: Float) -> float:
    """Median of the values that are numbers, 0 if there is none."""
    use = np.isfinite(values) & (weights > 0)
    if not use.any():
        return 0.0
    order = np.argsort(values[use])
    cumulative = np.cumsum(weights[use][order])
    return float(values[use][order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def typical_profile(profiles: Profiles) -> Float:
    """(K,) median over the edges of the profile of their lines."""
    line = profiles.line
    return np.array([weighted_median(line[:, k], profiles.length) for k in range(len(profiles.at))])


def blur_of_steps(profiles: Profiles, steps: Float) -> float | None:
    """Tell the standard deviation of the blur in px from how grey levels pass between grains.

    Parameters
    ----------
    profiles : Profiles
        Profiles across the edges.
    steps : ndarray, (E,)
        Level of the second grain less that of the first.

    Returns
    -------
    float or None
        None if the grains do not differ enough to say.
    """
    reach = min(6, len(profiles.at))
    shares, errors = np.array([_slope(-profiles.odd[:, k], steps, profiles.length) for k in range(reach)]).T
    if errors[0] > 0.06:
        return None
    best, found = np.inf, None
    for sigma in np.linspace(0.2, 3.0, 57):
        passing = ndtr(-profiles.at[:reach] / sigma)
        # A level that is wrong by chance pulls all shares towards a half: c + (1 - 2 c) passing.
        weight = 1 / np.maximum(errors, 1e-3) ** 2
        lever = 1 - 2 * passing
        wrong = np.sum(weight * lever * (shares - passing)) / np.sum(weight * lever**2)
        misfit = np.sum(weight * (passing + float(np.clip(wrong, 0, 0.5)) * lever - shares) ** 2)
        if misfit < best:
            best, found = misfit, float(sigma)
    return found


def _slope(y: Float, x: Float, weights: Float) -> tuple[float, float]:
    """Slope through the origin of y over x and its standard error, with outliers clipped."""
    use = np.isfinite(y) & np.isfinite(x) & (weights > 0)
    if use.sum() < 8:
        return 0.0, np.inf
    y, x, weights = y[use], np.clip(x[use], -0.5, 0.5), weights[use]
    spread = 3 * 1.4826 * np.median(np.abs(y)) + 1e-6
    y = np.clip(y, -spread, spread)
    power = max(float(np.sum(weights * x * x)), 1e-9)
    slope = float(np.sum(weights * x * y)) / power
    error = np.sqrt(float(np.sum((weights * x * (y - slope * x)) ** 2))) / power
    return slope, max(error, 1e-6)


def groove_of(profiles: Profiles, steps: Float, normal: Float) -> float:
    """Grey-level difference from a boundary's middle to the flank turned to the light.

    The odd part of each profile is regressed on the edge's normal (a fixed direction of light) and, so that
    grain contrast does not pass for light, on the step between the grains.
    """
    strongest = 0.0
    for k in range(min(4, len(profiles.at))):
        odd = profiles.odd[:, k]
        use = np.isfinite(odd) & (profiles.length > 0) & np.isfinite(steps)
        if use.sum() < 12:
            continue
        weight = np.sqrt(profiles.length[use])[:, None]
        design = np.column_stack([normal[use], steps[use]])
        solution, *_ = np.linalg.lstsq(design * weight, odd[use] * weight[:, 0], rcond=None)
        scatter = np.median(np.abs(odd[use] - design @ solution)) * 1.4826
        noise = scatter * np.sqrt(2 * 2 / use.sum())
        strongest = max(strongest, float(np.sqrt(max(np.hypot(*solution[:2]) ** 2 - 2 * noise**2, 0))))
    return strongest


def junction_excess(over: Image, edges: Edges, grains: Labels, line: Line) -> float:
    """How much the flanks of the lines fill up where three grains meet, in units of the line's height.

    Parameters
    ----------
    over : ndarray of float32, (Y, X)
        Image less the grey level of each grain.
    edges : Edges
        Edges of the partition.
    grains : ndarray of int32, (Y, X)
        Partition.
    line : Line
        The typical line.

    Returns
    -------
    float
        Mean of the flanks near junctions less that away from them; 0 if there is nothing to compare.
    """
    corners = np.sort(np.stack([grains[:-1, :-1], grains[1:, :-1], grains[:-1, 1:], grains[1:, 1:]]), axis=0)
    meeting = np.zeros(grains.shape, bool)
    meeting[1:, 1:] = (np.diff(corners, axis=0) > 0).sum(0) >= 2
    if not meeting.any() or abs(line.height) < 0.03:
        return 0.0
    away = ndi.distance_transform_edt(~meeting)
    width = max(line.width, 2.0)
    flank = (edges.distance > 0.5 * width) & (edges.distance < 0.5 * width + 1.5) & (edges.edge >= 0)
    near, far = flank & (away < 1.2 * width), flank & (away > 2.2 * width)
    if min(near.sum(), far.sum()) < 30:
        return 0.0
    return float((over[near].mean() - over[far].mean()) / line.height)


def share_of_faint(profiles: Profiles, typical: float) -> float:
    """Share of the boundary length whose line is less than 0.45 of the typical one, noise allowed for."""
    height = profiles.line[:, 0]
    use = np.isfinite(height) & (profiles.length >= 2 * _SMALLEST_EDGE)
    if use.sum() < 12 or typical == 0:
        return 0.0
    return float(np.average(height[use] / typical < 0.45, weights=profiles.length[use]))
