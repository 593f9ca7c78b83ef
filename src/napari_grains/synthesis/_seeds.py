"""Point processes that grains grow from."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ._parameters import Seeds, Structure

Points = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Lower and upper y, lower and upper x."""

_APART = 0.71  # least distance of a Poisson-disk process, at which it has its density, in mean spacings
_COLONY = 3.0  # diameter of a colony of large grains, in grain diameters


def scatter(box: Box, structure: Structure, rng: np.random.Generator) -> Points:
    """Seeds in a box, (N, 2) rows and columns, one for each area of a mean grain, at least four.

    Parameters
    ----------
    box : (float, float, float, float)
        Lower and upper y, lower and upper x in px.
    structure : Structure
        Its point process, diameter, disorder and colonies are used.
    rng : numpy.random.Generator
        Source of randomness.
    """
    # Where colonies of large grains are thinned out later, the others must be smaller.
    pitch = np.sqrt(np.pi / 4) * structure.grain_diameter / (1 + structure.colonies)
    seeds = _PROCESSES[structure.seeds](box, pitch, structure.disorder, rng)
    if structure.colonies > 0:
        seeds = _thin(seeds, box, structure, rng)
    return seeds if len(seeds) > 3 else np.vstack([seeds, _uniform(box, 4, rng)])


def _lattice(box: Box, pitch: float, disorder: float, rng: np.random.Generator) -> Points:
    """Return a hexagonal lattice, every point displaced at random."""
    across = pitch * np.sqrt(2 / np.sqrt(3))
    y, x = np.meshgrid(
        np.arange(box[0], box[1], across * np.sqrt(3) / 2), np.arange(box[2], box[3], across), indexing="ij"
    )
    x[1::2] += across / 2
    jitter = disorder * across * 0.8
    points = np.stack([y.ravel(), x.ravel()], 1) + rng.normal(0, jitter, (y.size, 2))
    return np.asarray(points + rng.uniform(0, across, 2))


def _poisson(box: Box, pitch: float, _disorder: float, rng: np.random.Generator) -> Points:
    """Return independent points."""
    return _uniform(box, int(rng.poisson(_expected(box, pitch))), rng)


def _poisson_disk(box: Box, pitch: float, _disorder: float, rng: np.random.Generator) -> Points:
    """Return points of which no two are closer than a distance, dense enough that few more would fit.

    In rounds, of the points that are left those that come first among their neighbours stay and drive the
    others off: the outcome of throwing darts one by one (Luby's parallel maximal independent set).
    """
    points = _uniform(box, int(4 * _expected(box, pitch)), rng)
    pairs = cKDTree(points).query_pairs(_APART * pitch, output_type="ndarray")
    kept, open_ = np.zeros(len(points), bool), np.ones(len(points), bool)
    while open_.any():
        blocked = np.zeros(len(points), bool)
        blocked[pairs.max(1)] = True  # the order of the points is the order in which they were thrown
        winners = open_ & ~blocked
        kept |= winners
        open_ &= ~winners
        open_[pairs[winners[pairs[:, 0]], 1]] = False
        open_[pairs[winners[pairs[:, 1]], 0]] = False
        pairs = pairs[open_[pairs[:, 0]] & open_[pairs[:, 1]]]
    return np.asarray(points[kept])


def _lloyd(box: Box, pitch: float, _disorder: float, rng: np.random.Generator) -> Points:
    """Return independent points moved twice towards the centroids of their cells (sampled)."""
    points = _poisson(box, pitch, 0.0, rng)
    for _ in range(2 if len(points) else 0):
        sample = _uniform(box, 8 * len(points), rng)
        nearest = cKDTree(points).query(sample)[1]
        held = np.bincount(nearest, minlength=len(points))
        centroid = np.stack(
            [np.bincount(nearest, axis, len(points)) / np.maximum(held, 1) for axis in sample.T], 1
        )
        points = np.where(held[:, None] > 0, centroid, points)
    return points


def _clustered(box: Box, pitch: float, _disorder: float, rng: np.random.Generator) -> Points:
    """Half independent points, half clusters of a few (Thomas process)."""
    expected = _expected(box, pitch)
    parents = _uniform(box, int(rng.poisson(expected / 10)), rng)
    children = np.repeat(parents, rng.poisson(5, len(parents)), axis=0)
    children = children + rng.normal(0, 0.8 * pitch, children.shape)
    return np.vstack([_uniform(box, int(rng.poisson(expected / 2)), rng), children])


def _thin(seeds: Points, box: Box, structure: Structure, rng: np.random.Generator) -> Points:
    """Drop most seeds in random discs several grains wide: what is left there grows large."""
    size = structure.grain_diameter * _COLONY
    number = max(1, int(0.3 * (box[1] - box[0]) * (box[3] - box[2]) / size**2))
    distance, _ = cKDTree(_uniform(box, number, rng)).query(seeds)
    coarse = distance < size * rng.uniform(0.5, 1.0)
    return np.asarray(seeds[~coarse | (rng.random(len(seeds)) > 0.9 * structure.colonies)])


def _uniform(box: Box, number: int, rng: np.random.Generator) -> Points:
    return rng.uniform((box[0], box[2]), (box[1], box[3]), (number, 2))


def _expected(box: Box, pitch: float) -> float:
    return (box[1] - box[0]) * (box[3] - box[2]) / pitch**2


_PROCESSES: Mapping[str, Callable[[Box, float, float, np.random.Generator], Points]] = {
    Seeds.lattice: _lattice,
    Seeds.poisson: _poisson,
    Seeds.poisson_disk: _poisson_disk,
    Seeds.lloyd: _lloyd,
    Seeds.clustered: _clustered,
}
