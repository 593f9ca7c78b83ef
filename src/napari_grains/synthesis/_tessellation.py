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
    places = labels.astype(np.intp)
    present = np.bincount(places.ravel()) > 0
    number: Labels = np.cumsum(present, dtype=np.int32)
    return number.take(places)


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
    tree = cKDTree(lifted, compact_nodes=False, balanced_tree=False)  # faster to grow and to ask
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
    blocks = corners[0].repeat(step, 0)[: y.shape[0]].repeat(step, 1)
    labels = np.ascontiguousarray(blocks[:, : y.shape[1]])
    undecided = np.logical_or.reduce([corner != corners[0] for corner in corners[1:]])
    pixels = _pixels_of(undecided, step, y.shape)
    py, px = y.ravel()[pixels], x.ravel()[pixels]
    nearest = np.full(pixels.shape, np.inf, np.float32)
    chosen = np.zeros(pixels.shape, np.int32)
    for corner in corners:
        candidate = corner[undecided]
        sy, sx, sz = lifted.T.take(candidate, 1)
        distance = (py - sy) ** 2
        distance += (px - sx) ** 2
        distance += sz**2
        np.copyto(chosen, candidate, where=distance < nearest)
        np.minimum(nearest, distance, out=nearest)
    labels.ravel()[pixels] = chosen
    return labels


def _pixels_of(cells: NDArray[np.bool_], step: int, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Flat index of the pixels of some of the square cells of a raster, (step^2, n).

    Where a cell reaches out of the raster, its last row or column stands in.
    """
    inside = np.arange(step)[:, None]
    row, column = (i * step + inside for i in np.nonzero(cells))
    row, column = (np.minimum(i, n - 1) for i, n in zip((row, column), shape, strict=True))
    flat = row[:, None] * shape[1] + column
    return np.asarray(flat.reshape(step * step, -1))


def _query(tree: cKDTree, y: Float, x: Float) -> NDArray[np.int32]:
    points = np.stack([y.ravel(), x.ravel(), np.zeros(y.size, np.float32)], 1)
    return np.asarray(tree.query(points)[1], np.int32).reshape(y.shape)
