"""Structures whose grains and grain size are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from scipy.spatial import cKDTree


def cells(seeds: NDArray[np.floating], shape: tuple[int, int]) -> NDArray[np.int32]:
    """Voronoi cells of seeds (N, 2) in px, numbered 1..N without gaps."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    _, nearest = cKDTree(seeds).query(np.stack((y.ravel(), x.ravel()), axis=1))
    return (np.unique(nearest, return_inverse=True)[1].reshape(shape) + 1).astype(np.int32)


def voronoi(shape: tuple[int, int], diameter: float, seed: int) -> NDArray[np.int32]:
    """Poisson-Voronoi cells of mean area diameter ** 2, cut out of a larger field."""
    rng = np.random.default_rng(seed)
    margin = 3 * diameter
    extent = np.array(shape) + 2 * margin
    seeds = rng.random((rng.poisson(extent.prod() / diameter**2), 2)) * extent - margin
    return cells(seeds, shape)


def hexagons(shape: tuple[int, int], pitch: float, shift: float = 0.37) -> NDArray[np.int32]:
    """Regular hexagons, ``pitch`` px from centre to centre; their area is sqrt(3) / 2 * pitch ** 2."""
    height = pitch * np.sqrt(3) / 2
    rows = np.arange(-2, shape[0] / height + 3)
    columns = np.arange(-2, shape[1] / pitch + 3)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    seeds = np.stack(((y + shift) * height, (x + shift + 0.5 * (y % 2)) * pitch), axis=-1)
    return cells(seeds.reshape(-1, 2), shape)


def squares(shape: tuple[int, int], side: int, shifts: tuple[int, int]) -> NDArray[np.int32]:
    """Squares whose pattern is shifted against the frame by so many px along y and x."""
    row, column = ((np.arange(length) + by) // side for length, by in zip(shape, shifts, strict=True))
    return (row[:, None] * (int(column.max()) + 1) + column + 1).astype(np.int32)


def lines(labels: NDArray[np.integer]) -> NDArray[np.float32]:
    """Ideal boundaries: 1 where a pixel's lower or right neighbour is another grain."""
    found = np.zeros(labels.shape, np.float32)
    found[:-1][labels[:-1] != labels[1:]] = 1
    found[:, :-1][labels[:, :-1] != labels[:, 1:]] = 1
    return found


def with_gaps(
    boundary: NDArray[np.float32], block: int = 8, share: float = 0.12, seed: int = 0
) -> NDArray[np.float32]:
    """Erase a share of the boundary in square blocks."""
    rng = np.random.default_rng(seed)
    number = [length // block + 1 for length in boundary.shape]
    erased = np.kron(rng.random(number) < share, np.ones((block, block), bool))
    return np.where(erased[: boundary.shape[0], : boundary.shape[1]], 0, boundary).astype(np.float32)


def connected_components(boundary: NDArray[np.float32]) -> NDArray[np.int32]:
    """What lies between boundaries, grown over them: the method that gaps break."""
    pieces, _ = ndi.label(boundary <= 0.5)
    row, column = ndi.distance_transform_edt(pieces == 0, return_distances=False, return_indices=True)
    return pieces[row, column]
