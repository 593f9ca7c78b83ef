"""The scale at which a network sees an image best, found by asking the network."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Event, Job, Notice, Progress, drive

from ._frame import WorkingFrame
from ._predictor import Predictor

Float = NDArray[np.float32]
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
    image: Float, predictor: Predictor, specimen: NDArray[np.bool_] | None = None
) -> Job[ScaleChoice]:
    """Find the scale at which the network is most decided.

    A network is sure of itself where grains and lines have the sizes it was trained on: the number of
    undecided pixels (0.2 < p < 0.8) per boundary pixel (p > 0.5) is smallest there. The smallest value among
    the candidates and its neighbours are interpolated by a parabola over the logarithm of the scale.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        Any grey levels.
    predictor : Predictor
        The network.
    specimen : ndarray of bool, (Y, X), optional
        Pixels that count.

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
    events: list[Event] = []
    for done, scale in enumerate(scales, 1):
        window = _central_window(inputs.shape, scale)
        seen = None if specimen is None else specimen[window]
        tried.append((scale, _indecision(inputs[window], scale, predictor, seen, events.append)))
        while events:
            if isinstance(event := events.pop(0), Notice):
                yield event
        yield Progress(done, len(scales), "scale")
    return ScaleChoice(_interpolated_minimum(tried), tuple(tried))


def scale_for_diameter(grain_diameter: float, predictor: Predictor) -> float:
    """Scale at which grains of a given diameter in image px lie in the middle of what the network knows."""
    return math.sqrt(math.prod(predictor.card.grain_diameter)) / grain_diameter


def _central_window(shape: tuple[int, ...], scale: float) -> tuple[slice, slice]:
    side = math.ceil(WINDOW / scale)
    rows, columns = (slice(max(0, (n - side) // 2), max(0, (n - side) // 2) + side) for n in shape)
    return rows, columns


def _indecision(
    image: Float,
    scale: float,
    predictor: Predictor,
    specimen: NDArray[np.bool_] | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> float:
    frame = WorkingFrame(scale, (image.shape[0], image.shape[1]))
    probability = drive(predictor.predict(frame.to_working(image)), on_event).boundary
    if specimen is not None:
        probability = probability[frame.to_working(specimen.astype(np.float32)) > 0.5]
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
