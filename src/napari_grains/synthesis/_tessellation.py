"""Grains as a warped Laguerre tessellation on the pixel raster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ._fields import smooth_noise
from ._parameters import Structure
from ._relaxation import relax
from ._seeds import scatter

Float = NDArray[np.float32]
Labels = NDArray[np.int32]


def tessellate(shape: tuple[int, int], structure: Structure, rng: np.random.Generator) -> Labels:
    """Draw a tessellation.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns.
    structure : Structure
        Its parameters.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of int32, (Y, X)
        Grain of every pixel, 1 to N without gaps.
    """
    y, x = _material_coordinates(shape, structure, rng)
    margin = 3 * structure.grain_diameter
    box = (y.min() - margin, y.max() + margin, x.min() - margin, x.max() + margin)
    lifted = _lift(scatter(box, structure, rng), structure, rng)
    labels = _nearest(lifted, y, x, _grid(structure))
    if structure.relaxation > 0:
        labels = relax(labels, structure.relaxation * structure.grain_diameter)
    return without_gaps(labels)


def without_gaps(labels: NDArray[np.integer]) -> Labels:
    """Renumber labels to 1..N, in their order."""
    present = np.bincount(labels.ravel()) > 0
    number: Labels = np.cumsum(present, dtype=np.int32)
    return np.asarray(number[labels])


def _material_coordinates(
    shape: tuple[int, int], structure: Structure, rng: np.random.Generator
) -> tuple[Float, Float]:
    """Pixel coordinates in the frame in which the grains are equiaxed and their boundaries straight."""
    y = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(shape[0] / 2)
    x = np.arange(shape[1], dtype=np.float32) - np.float32(shape[1] / 2)
    diameter = structure.grain_diameter
    for size, share in ((1.5, 1.0), (0.4, 0.35)):  # long waves bend whole grains, short ones their boundaries
        amplitude = np.float32(structure.waviness * diameter * share)
        y = y + amplitude * smooth_noise(shape, size * diameter, rng)
        x = x + amplitude * smooth_noise(shape, size * diameter, rng)
    sin, cos = np.float32(np.sin(structure.angle)), np.float32(np.cos(structure.angle))
    stretch = np.float32(np.sqrt(structure.elongation))
    across, along = (cos * y - sin * x) * stretch, (cos * x + sin * y) / stretch
    return across, np.asarray(along, np.float32)


def _lift(seeds: NDArray[np.float64], structure: Structure, rng: np.random.Generator) -> Float:
    """(N, 3) seeds with the third coordinate that makes the nearest-neighbour diagram a power diagram."""
    radii = 0.5 * structure.grain_diameter * np.exp(rng.normal(0, structure.size_spread, len(seeds)))
    weights = np.minimum(radii, 1.5 * structure.grain_diameter) ** 2
    return np.column_stack([seeds, np.sqrt(weights.max() - weights)]).astype(np.float32)


def _grid(structure: Structure) -> int:
    """Pitch in px of a grid that few grains of this structure slip through; at most 4."""
    small = structure.grain_diameter / ((1 + structure.colonies) * (1 + structure.size_spread))
    return int(np.clip(small / 2.5, 1, 4))


def _nearest(lifted: Float, y: Float, x: Float, step: int) -> NDArray[np.int32]:
    """Seed of every pixel.

    A power diagram is a nearest-neighbour query in one more dimension: seed i with weight w_i lies at height
    sqrt(w_max - w_i), the pixels at height 0. The query is asked on a coarse grid; every pixel then chooses
    among what was found at the four grid points around it. What is lost are slivers narrower than the grid.
    """
    tree = cKDTree(lifted)
    if step == 1:
        return _query(tree, y, x)
    rows, columns = (np.minimum(np.arange(0, n + step, step), n - 1) for n in y.shape)
    coarse = _query(tree, y[np.ix_(rows, columns)], x[np.ix_(rows, columns)])
    corners = [coarse[i : len(rows) - 1 + i, j : len(columns) - 1 + j] for i in (0, 1) for j in (0, 1)]
    return _choose(corners, lifted, y, x, step)


def _choose(
    corners: list[NDArray[np.int32]], lifted: Float, y: Float, x: Float, step: int
) -> NDArray[np.int32]:
    """For every pixel the nearest of the seeds at the four corners of its cell."""

    def fine(values: NDArray[np.generic]) -> NDArray[np.generic]:
        return values.repeat(step, 0)[: y.shape[0]].repeat(step, 1)[:, : y.shape[1]]

    labels = np.array(fine(corners[0]), np.int32).ravel()
    undecided = fine(np.logical_or.reduce([corner != corners[0] for corner in corners[1:]]))
    where = np.flatnonzero(undecided)
    py, px = y.ravel()[where], x.ravel()[where]
    nearest = np.full(where.size, np.inf, np.float32)
    chosen = np.zeros(where.size, np.int32)
    for corner in corners:
        candidate = np.asarray(fine(corner)).ravel()[where]
        seed = lifted[candidate]
        distance = (py - seed[:, 0]) ** 2 + (px - seed[:, 1]) ** 2 + seed[:, 2] ** 2
        closer = distance < nearest
        nearest[closer], chosen[closer] = distance[closer], candidate[closer]
    labels[where] = chosen
    return labels.reshape(y.shape)


def _query(tree: cKDTree, y: Float, x: Float) -> NDArray[np.int32]:
    points = np.stack([y.ravel(), x.ravel(), np.zeros(y.size, np.float32)], 1)
    return np.asarray(tree.query(points)[1], np.int32).reshape(y.shape)
