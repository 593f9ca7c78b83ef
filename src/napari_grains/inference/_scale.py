"""The scale at which a network sees an image best, found by asking the network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Job, Progress

from ._blocks import Block
from ._forwarding import forwarded, notices_only
from ._frame import WorkingFrame
from ._predictor import Predictor

Float = NDArray[np.float32]
Mask = NDArray[np.bool_]
CANDIDATES = tuple(2 ** (k / 2) for k in range(2, -9, -1))
"""Scales that are tried, from 2 to 1/16, each 0.71 of the one before."""
WINDOW = 448
"""Side in working px of the part of the image that is looked at."""
SMALLEST = 96
"""Shorter side in working px below which there are too few grains left to judge."""


@dataclass(frozen=True)
class ScaleChoice:
    """What was tried and what came out.

    Parameters
    ----------
    scale : float
        Working pixels per image pixel.
    tried : tuple of (float, float)
        Scales and their indecision: undecided pixels per boundary pixel; infinite where hardly any boundary
        was seen.
    """

    scale: float
    tried: tuple[tuple[float, float], ...]


def choose_scale(
    image: Float, predictor: Predictor, specimen: Mask | None = None, region: Mask | None = None
) -> Job[ScaleChoice]:
    """Find the scale at which the network is most decided.

    A network is sure of itself where grains and lines have the sizes it was trained on: the number of
    undecided pixels (0.2 < p < 0.8) per boundary pixel (p > 0.5) is smallest there. The smallest value among
    the candidates and its neighbours are interpolated by a parabola over the logarithm of the scale.

    Each candidate looks at as many pixels of its working grid, in the middle of the image or of the region.
    What lies around a region is looked at, too, and counts for the candidates whose window the region fills
    by less than half: a few grains are too few to judge, and those next to them tell most about them.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        Any grey levels.
    predictor : Predictor
        The network.
    specimen : ndarray of bool, (Y, X), optional
        Pixels that count.
    region : ndarray of bool, (Y, X), optional
        Where the result is wanted.

    Yields
    ------
    Progress, Notice
        Progress after each candidate.

    Returns
    -------
    ScaleChoice
    """
    inputs = predictor.network_input(image, specimen)
    scales = [s for s in CANDIDATES if s * min(image.shape) >= SMALLEST] or [CANDIDATES[0]]
    tried = []
    for done, scale in enumerate(scales, 1):
        window = _window(inputs.shape, scale, region)
        job = _indecision(inputs[window], scale, predictor, _counting(specimen, region, window))
        tried.append((scale, (yield from forwarded(job, notices_only))))
        yield Progress(done, len(scales), "finding the scale")
    return ScaleChoice(_interpolated_minimum(tried), tuple(tried))


def scale_for_diameter(grain_diameter: float, predictor: Predictor) -> float:
    """Scale at which grains of a given diameter in image px lie in the middle of what the network knows."""
    return math.sqrt(math.prod(predictor.card.grain_diameter)) / grain_diameter


def _window(shape: tuple[int, ...], scale: float, region: Mask | None) -> Block:
    """Part of the image that is looked at: around the middle of the region, else of the image."""
    side = math.ceil(WINDOW / scale)
    middle = [n / 2 for n in shape] if region is None else [n.mean() + 0.5 for n in np.nonzero(region)]
    starts = [max(0, min(int(m - side / 2), n - side)) for m, n in zip(middle, shape, strict=True)]
    return slice(starts[0], starts[0] + side), slice(starts[1], starts[1] + side)


def _counting(specimen: Mask | None, region: Mask | None, window: Block) -> Mask | None:
    """Pixels of the window that count; None: all."""
    seen = None if specimen is None else specimen[window]
    if region is None:
        return seen
    wanted = region[window] if seen is None else region[window] & seen
    return wanted if wanted.mean() >= 0.5 else seen


def _indecision(image: Float, scale: float, predictor: Predictor, counting: Mask | None) -> Job[float]:
    frame = WorkingFrame(scale, (image.shape[0], image.shape[1]))
    prediction = yield from predictor.predict(frame.to_working(image))
    probability = prediction.boundary
    if counting is not None:
        probability = probability[frame.to_working(counting.astype(np.float32)) > 0.5]
    boundary = np.count_nonzero(probability > 0.5)
    if boundary <= 0.01 * probability.size:
        return math.inf
    return np.count_nonzero((probability > 0.2) & (probability < 0.8)) / boundary


def _interpolated_minimum(tried: list[tuple[float, float]]) -> float:
    """Vertex of the parabola through the smallest value and its neighbours, over log scale and log value."""
    values = np.array([value for _, value in tried])
    best = int(np.argmin(values))
    if not np.isfinite(values[best]):
        return min(tried, key=lambda candidate: abs(math.log(candidate[0])))[0]
    if best in (0, len(tried) - 1) or not np.isfinite(values[best - 1 : best + 2]).all():
        return tried[best][0]
    before, here, after = np.log(values[best - 1 : best + 2] + 1e-6)
    shift = 0.5 * (before - after) / max(before - 2 * here + after, 1e-6)
    step = math.log(tried[best + 1][0] / tried[best][0])
    return float(tried[best][0] * math.exp(step * np.clip(shift, -0.5, 0.5)))
