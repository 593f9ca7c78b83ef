"""Edges between the grains of a partition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from skimage.segmentation import watershed

Float = NDArray[np.float64]
Image = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Edges:
    """Which pixel belongs to which edge between two grains.

    Parameters
    ----------
    distance : ndarray of float32, (Y, X)
        Distance to the nearest boundary in px, 0.5 in the pixels beside it.
    edge : ndarray of intp, (Y, X)
        Edge nearest to the pixel, 0 to E - 1; -1 if the pixel lies in neither of its grains.
    side : ndarray of int8, (Y, X)
        -1 in the edge's first grain, 1 in its second.
    grains : ndarray of int32, (E, 2)
        The two grains.
    normal : ndarray, (E, 2)
        Unit vector (row, column) from the first grain to the second.
    """

    distance: Image
    edge: NDArray[np.intp]
    side: NDArray[np.int8]
    grains: Labels
    normal: Float


def find_edges(grains: Labels) -> Edges:
    """Edges of a partition.

    Parameters
    ----------
    grains : ndarray of int32, (Y, X)
        Grains from 1; 0 is no specimen, and no edge borders on it.
    """
    first, second, across = _pairs(grains)
    pairs, number = np.unique(
        np.stack([grains.ravel()[first], grains.ravel()[second]], 1), axis=0, return_inverse=True
    )
    beside = np.full(grains.size, -1, np.intp)
    beside[first], beside[second] = number.ravel(), number.ravel()
    at = beside.reshape(grains.shape)
    if not len(pairs):
        return Edges(
            np.full(grains.shape, np.hypot(*grains.shape), np.float32),
            at,
            np.zeros(grains.shape, np.int8),
            pairs.astype(np.int32),
            np.zeros((0, 2)),
        )
    distance, nearest = ndi.distance_transform_edt(at < 0, return_indices=True)
    edge = at[nearest[0], nearest[1]]
    side = (grains == pairs[edge, 1]).astype(np.int8) - (grains == pairs[edge, 0])
    sums = [np.bincount(number.ravel(), part, len(pairs)).astype(float) for part in across]
    normal = np.stack(sums, 1) / np.maximum(np.hypot(*sums), 1e-9)[:, None]
    return Edges(
        (distance + 0.5).astype(np.float32), np.where(side, edge, -1), side, pairs.astype(np.int32), normal
    )


def _pairs(grains: Labels) -> tuple[NDArray[np.intp], NDArray[np.intp], tuple[Float, Float]]:
    """Flat indices of 4-neighbours in two grains, that of the smaller label first, and the step between."""
    index = np.arange(grains.size).reshape(grains.shape)
    found = []
    for axis in (0, 1):
        low, high = (np.take(index, range(k, k + grains.shape[axis] - 1), axis).ravel() for k in (0, 1))
        a, b = grains.ravel()[low], grains.ravel()[high]
        differ = (a != b) & (a > 0) & (b > 0)
        swap = a > b
        first, second = np.where(swap, high, low)[differ], np.where(swap, low, high)[differ]
        step = np.where(swap, -1.0, 1.0)[differ]
        found.append((first, second, *((step, 0 * step) if axis == 0 else (0 * step, step))))
    first, second, down, right = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return first, second, (down, right)


def snapped(grains: Labels, edges: Edges, pixels: Image, sign: float) -> Labels:
    """Partition whose boundaries are moved by up to about 2 px onto the crests of the lines.

    Parameters
    ----------
    grains : ndarray of int32, (Y, X)
        Partition.
    edges : Edges
        Its edges.
    pixels : ndarray of float32, (Y, X)
        Image.
    sign : float
        Below 0 for dark lines, above for bright ones.
    """
    deepest = ndi.maximum(edges.distance, grains, np.arange(int(grains.max()) + 1))
    core = edges.distance > np.minimum(2.6, np.asarray(deepest, np.float32) - 0.1)[grains]
    crest = np.float32(np.sign(sign)) * ndi.gaussian_filter(pixels, 0.7)
    flooded = watershed(crest, np.where(core, grains, 0), mask=grains > 0)  # type: ignore[no-untyped-call]
    return np.asarray(flooded, np.int32)
