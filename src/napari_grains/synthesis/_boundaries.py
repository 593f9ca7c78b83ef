"""Where the boundaries of a tessellation run, how far away they are, and how visible each one is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from ._fields import smooth_noise
from ._parameters import Contrast

Float = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Geometry of the grain boundaries, all arrays (Y, X).

    Parameters
    ----------
    distance : ndarray of float32
        Distance to the nearest boundary in px; 0.5 in the two pixels that meet at one.
    nearest : ndarray of intp, (2, Y, X)
        Row and column of the nearest boundary pixel.
    edge : ndarray of uint32
        At boundary pixels, a number that is the same all along the edge between two grains.
    """

    distance: Float
    nearest: NDArray[np.intp]
    edge: NDArray[np.uint32]


def find_boundaries(labels: Labels) -> Boundaries:
    """Boundaries between differently labelled 4-neighbours.

    Parameters
    ----------
    labels : ndarray of int32, (Y, X)
        Grains. Where there is only one, the distance is the diagonal of the field everywhere.
    """
    edge = np.zeros(labels.shape, np.uint32)
    for a, b in ((np.s_[1:, :], np.s_[:-1, :]), (np.s_[:, 1:], np.s_[:, :-1])):
        upper, lower = labels[a].astype(np.uint32), labels[b].astype(np.uint32)
        different = upper != lower
        pair = (upper * lower * np.uint32(2654435761)) ^ (upper + lower)
        for side in (a, b):
            edge[side][different] = pair[different] | np.uint32(1)
    if not edge.any():
        distance = np.full(labels.shape, np.hypot(*labels.shape), np.float32)
        return Boundaries(distance, np.zeros((2, *labels.shape), np.intp), edge)
    distance, nearest = ndi.distance_transform_edt(edge == 0, return_indices=True)
    return Boundaries((distance + 0.5).astype(np.float32), nearest, edge)


def edge_visibility(
    boundaries: Boundaries, contrast: Contrast, correlation: float, rng: np.random.Generator
) -> Float:
    """How strongly the nearest boundary shows: some edges are faint, and any may fade along its length.

    Parameters
    ----------
    boundaries : Boundaries
        Geometry.
    contrast : Contrast
        ``faint_edges`` and ``gaps`` are used.
    correlation : float
        Length in px over which the visibility changes along an edge.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32, (Y, X)
        0 to 1.
    """
    table = np.where(
        rng.random(4096) < contrast.faint_edges, rng.uniform(0.0, 0.45, 4096), rng.uniform(0.7, 1.0, 4096)
    ).astype(np.float32)
    at_boundary = table[(boundaries.edge >> np.uint32(7)) & np.uint32(4095)]
    if contrast.gaps > 0:
        field = smooth_noise(boundaries.edge.shape, correlation, rng)
        threshold = np.quantile(field, contrast.gaps)
        at_boundary = at_boundary * np.clip((field - threshold) * 4 + 0.1, 0.0, 1.0)
    nearest_y, nearest_x = boundaries.nearest
    return np.asarray(at_boundary[nearest_y, nearest_x], np.float32)
