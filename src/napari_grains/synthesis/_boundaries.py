"""Where the boundaries of a tessellation run, how far away they are, and how strong each one shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from ._fields import smooth_noise
from ._parameters import Contrast

Float = NDArray[np.float32]
Labels = NDArray[np.int32]

_EDGES = 4096  # edges are told apart by a hash of this many values


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Geometry of the grain boundaries, all arrays (Y, X).

    Parameters
    ----------
    distance : ndarray of float32
        Distance to the nearest boundary in px; 0.5 in the two pixels that meet at one.
    nearest : ndarray of intp
        Flat index of the nearest boundary pixel.
    edge : ndarray of uint32
        At boundary pixels, a number that is the same all along the edge between two grains; else 0.
    """

    distance: Float
    nearest: NDArray[np.intp]
    edge: NDArray[np.uint32]

    def spread(self, at_boundary: Float) -> Float:
        """Values (Y, X) at boundary pixels, carried to all the pixels that are nearest to them."""
        return np.asarray(at_boundary.ravel()[self.nearest])

    def per_edge(self, values: NDArray[np.floating]) -> Float:
        """Deal out values (4096,) to the edges; (Y, X), valid at boundary pixels."""
        dealt: Float = values.astype(np.float32)
        return np.asarray(dealt[(self.edge >> np.uint32(7)) & np.uint32(_EDGES - 1)])


def find_boundaries(labels: Labels) -> Boundaries:
    """Boundaries between differently labelled 4-neighbours.

    Parameters
    ----------
    labels : ndarray of int32, (Y, X)
        Grains. Where there is only one, the distance is the diagonal of the field everywhere.
    """
    edge = np.zeros(labels.shape, np.uint32)
    numbers = labels.view(np.uint32)
    for a, b in ((np.s_[1:, :], np.s_[:-1, :]), (np.s_[:, 1:], np.s_[:, :-1])):
        rows, columns = np.nonzero(labels[a] != labels[b])
        upper, lower = numbers[a][rows, columns], numbers[b][rows, columns]
        pair = (upper * lower * np.uint32(2654435761)) ^ (upper + lower) | np.uint32(1)
        edge[a][rows, columns] = pair
        edge[b][rows, columns] = pair
    if not edge.any():
        far = np.full(labels.shape, np.hypot(*labels.shape), np.float32)
        return Boundaries(far, np.zeros(labels.shape, np.intp), edge)
    rows, columns = ndi.distance_transform_edt(edge == 0, return_distances=False, return_indices=True)
    dy = rows - np.arange(labels.shape[0], dtype=np.int32)[:, None]
    dx = columns - np.arange(labels.shape[1], dtype=np.int32)
    distance = np.sqrt((dy * dy + dx * dx).astype(np.float32)) + np.float32(0.5)
    return Boundaries(distance, rows.astype(np.intp) * labels.shape[1] + columns, edge)


def edge_strength(boundaries: Boundaries, contrast: Contrast, rng: np.random.Generator) -> Float:
    """How strongly each edge shows as a whole; some are faint or absent.

    Parameters
    ----------
    boundaries : Boundaries
        Geometry.
    contrast : Contrast
        ``faint_edges`` is used.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32, (Y, X)
        0 to 1, valid at boundary pixels.
    """
    faint = rng.random(_EDGES) < contrast.faint_edges
    return boundaries.per_edge(np.where(faint, rng.uniform(0.0, 0.45, _EDGES), rng.uniform(0.7, 1.0, _EDGES)))


def edge_widths(boundaries: Boundaries, contrast: Contrast, rng: np.random.Generator) -> Float:
    """Width of each edge's line relative to the mean, (Y, X), valid at boundary pixels."""
    return boundaries.per_edge(np.exp(rng.normal(0, contrast.width_spread, _EDGES)))


def fading(shape: tuple[int, int], contrast: Contrast, length: float, rng: np.random.Generator) -> Float:
    """Field, (Y, X), 0 to 1, by which lines fade along their length; ``length`` in px is how fast."""
    field = smooth_noise(shape, length, rng)
    threshold = np.quantile(field[::2, ::2], contrast.gaps)
    return np.asarray(np.clip((field - threshold) * 4 + 0.1, 0.0, 1.0), np.float32)
