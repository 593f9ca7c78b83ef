"""Grains as a warped Laguerre tessellation on the pixel raster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ._fields import smooth_noise
from ._parameters import Structure

Float = NDArray[np.float32]
Labels = NDArray[np.int32]


def tessellate(shape: tuple[int, int], structure: Structure, rng: np.random.Generator) -> Labels:
    """Draw a tessellation.

    A power diagram is a nearest-neighbour query in one more dimension: seed i with weight w_i lies at height
    sqrt(w_max - w_i), the pixels at height 0.

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
    seeds = _seeds(shape, structure, rng)
    margin = 4 * structure.grain_diameter
    near = (seeds[:, 0] > y.min() - margin) & (seeds[:, 0] < y.max() + margin)
    near &= (seeds[:, 1] > x.min() - margin) & (seeds[:, 1] < x.max() + margin)
    tree = cKDTree(_lift(seeds[near], structure, rng))
    return _without_gaps(_nearest(tree, y, x))


def _material_coordinates(
    shape: tuple[int, int], structure: Structure, rng: np.random.Generator
) -> tuple[Float, Float]:
    """Pixel coordinates in the frame in which the grains are equiaxed and their boundaries straight."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    y -= shape[0] / 2
    x -= shape[1] / 2
    diameter = structure.grain_diameter
    for size, share in ((1.5, 1.0), (0.4, 0.35)):  # long waves bend whole grains, short ones their boundaries
        amplitude = structure.waviness * diameter * share
        y = y + amplitude * smooth_noise(shape, size * diameter, rng)
        x = x + amplitude * smooth_noise(shape, size * diameter, rng)
    along = np.cos(structure.angle) * x + np.sin(structure.angle) * y
    across = np.cos(structure.angle) * y - np.sin(structure.angle) * x
    stretch = np.sqrt(structure.elongation)
    return across * stretch, along / stretch


def _seeds(shape: tuple[int, int], structure: Structure, rng: np.random.Generator) -> NDArray[np.float64]:
    """(N, 2) seeds: a jittered hexagonal lattice, thinned where colonies of large grains are."""
    diameter = structure.grain_diameter / (1 + structure.colonies)
    reach = (0.75 * np.hypot(*shape) + 3 * diameter) * np.sqrt(structure.elongation)
    pitch = diameter * np.sqrt(np.pi / 4) * np.sqrt(2 / np.sqrt(3))
    rows = np.arange(-reach, reach, pitch * np.sqrt(3) / 2)
    columns = np.arange(-reach, reach, pitch)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    x[1::2] += pitch / 2
    jitter = structure.disorder * pitch * 0.8
    seeds = (
        np.stack([y.ravel(), x.ravel()], 1) + rng.normal(0, jitter, (y.size, 2)) + rng.uniform(0, pitch, 2)
    )
    return _thin(seeds, structure, rng) if structure.colonies > 0 else seeds


def _thin(seeds: NDArray[np.float64], structure: Structure, rng: np.random.Generator) -> NDArray[np.float64]:
    """Drop most seeds in random discs several grains wide: what is left there grows large."""
    reach = np.abs(seeds).max()
    size = structure.grain_diameter * 3
    number = max(1, int(0.3 * (2 * reach / size) ** 2))
    distance, _ = cKDTree(rng.uniform(-reach, reach, (number, 2))).query(seeds)
    coarse = distance < size * rng.uniform(0.5, 1.0)
    return np.asarray(seeds[~coarse | (rng.random(len(seeds)) > 0.9 * structure.colonies)])


def _lift(seeds: NDArray[np.float64], structure: Structure, rng: np.random.Generator) -> NDArray[np.float64]:
    """(N, 3) seeds with the third coordinate that makes the nearest-neighbour diagram a power diagram."""
    radii = 0.5 * structure.grain_diameter * np.exp(rng.normal(0, structure.size_spread, len(seeds)))
    weights = np.minimum(radii, 1.5 * structure.grain_diameter) ** 2
    return np.column_stack([seeds, np.sqrt(weights.max() - weights)])


def _nearest(tree: cKDTree, y: Float, x: Float) -> NDArray[np.intp]:
    """Nearest seed of every pixel: asked for every second pixel, then again for those beside a change."""
    height, width = y.shape
    half = _query(tree, y[::2, ::2], x[::2, ::2])
    labels = np.repeat(np.repeat(half, 2, 0), 2, 1)[:height, :width]
    unsure = np.repeat(np.repeat(_near_change(half), 2, 0), 2, 1)[:height, :width]
    labels[unsure] = _query(tree, y[unsure], x[unsure])
    return labels


def _query(tree: cKDTree, y: Float, x: Float) -> NDArray[np.intp]:
    points = np.stack([y.ravel(), x.ravel(), np.zeros(y.size, np.float32)], 1)
    found: NDArray[np.intp] = tree.query(points)[1]
    return found.reshape(y.shape)


def _without_gaps(labels: NDArray[np.intp]) -> Labels:
    """Renumber labels to 1..N."""
    present = np.bincount(labels.ravel()) > 0
    number = np.cumsum(present, dtype=np.int32)
    return number[labels]


def _near_change(labels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Pixels with a different label among their eight neighbours."""
    near = np.zeros(labels.shape, bool)
    for a, b in (
        (np.s_[1:, :], np.s_[:-1, :]),
        (np.s_[:, 1:], np.s_[:, :-1]),
        (np.s_[1:, 1:], np.s_[:-1, :-1]),
        (np.s_[1:, :-1], np.s_[:-1, 1:]),
    ):
        different = labels[a] != labels[b]
        near[a] |= different
        near[b] |= different
    return near
