"""The graph of neighbouring regions of a label image, and how regions are joined in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ids = NDArray[np.int32]
Values = NDArray[np.float32]
_STEPS = 2.0**24  # of a boundary probability, see contact_strength


@dataclass(frozen=True, eq=False)
class Contacts:
    """Pairs of pixels that share a side and belong to different regions.

    Parameters
    ----------
    first, second : ndarray of int32, shape (C,)
        Ids of the two regions, both > 0.
    pixel, other : ndarray of int64, shape (C,)
        Flat indices of the two pixels.
    """

    first: Ids
    second: Ids
    pixel: NDArray[np.int64]
    other: NDArray[np.int64]


def contacts(labels: Ids) -> Contacts:
    """Find all side-to-side contacts between regions of ``labels`` (Y, X); 0 is no region."""
    flat = labels.ravel()
    width = labels.shape[1]
    inside = labels > 0
    across = (labels[:, 1:] != labels[:, :-1]) & inside[:, 1:] & inside[:, :-1]
    down = (labels[1:] != labels[:-1]) & inside[1:] & inside[:-1]
    row, column = np.divmod(np.flatnonzero(across), max(width - 1, 1))
    beside, above = row * width + column, np.flatnonzero(down)
    pixel = np.concatenate((beside, above))
    other = np.concatenate((beside + 1, above + width))
    return Contacts(flat[pixel], flat[other], pixel, other)


def unsupported_contacts(labels: Ids, boundary: Values, threshold: float, ends: float) -> Contacts:
    """Find the contacts along edges that have no boundary between their ends.

    Parameters
    ----------
    labels, boundary : ndarray, shape (Y, X)
        Regions and boundary probability.
    threshold : float
        Mean boundary probability from which an edge is supported.
    ends : float
        Contacts of probability 1 left out of each mean: an edge ends in the boundaries it hangs between.
    """
    touching = contacts(labels)
    _, where = np.unique(pair_keys(touching.first, touching.second), return_inverse=True)
    strength = contact_strength(boundary, touching.pixel, touching.other)
    total, count = np.bincount(where, weights=strength), np.bincount(where)
    low = ((total - ends) < threshold * np.maximum(count - ends, 1))[where]
    return Contacts(touching.first[low], touching.second[low], touching.pixel[low], touching.other[low])


def contact_strength(
    boundary: Values, pixel: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Boundary probability of each contact: the larger of its two pixels, as lines may be one pixel wide.

    It comes in whole steps, so that sums are exact: they do not depend on the order of adding, and what is
    taken away again leaves nothing behind.

    Parameters
    ----------
    boundary : ndarray of float32, shape (Y, X)
        Boundary probability, 0..1.
    pixel, other : ndarray of int64, shape (C,)
        Flat indices of the two pixels.
    """
    flat = boundary.ravel()
    strength = np.maximum(flat[pixel], flat[other]).astype(np.float64)
    strength *= _STEPS
    strength = np.rint(strength, out=strength)
    strength /= _STEPS
    return strength


def pair_keys(first: Ids, second: Ids) -> NDArray[np.int64]:
    """One number per pair of ids, whatever their order: high half the smaller, low half the larger id."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    keys: NDArray[np.int64] = (low.astype(np.int64) << 32) | high
    return keys


@dataclass(frozen=True, eq=False)
class RegionEdges:
    """What regions share: one row per pair of neighbours.

    Parameters
    ----------
    pairs : ndarray of int32, shape (E, 2)
        Ids, the smaller one first.
    total : ndarray of float64, shape (E,)
        Sum of a value over the contacts of the pair.
    count : ndarray of float64, shape (E,)
        Number of contacts.
    """

    pairs: Ids
    total: NDArray[np.float64]
    count: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean value along each edge, shape (E,)."""
        return self.total / self.count

    def renamed(self, names: Ids) -> RegionEdges:
        """Give region ``i`` the id ``names[i]``: edges that coincide are added, edges within a region go."""
        first, second = names[self.pairs[:, 0]], names[self.pairs[:, 1]]
        return pooled_edges(first, second, self.total, self.count)


def pooled_edges(
    first: Ids, second: Ids, total: NDArray[np.floating], count: NDArray[np.floating]
) -> RegionEdges:
    """Add up what is listed for the same pair of regions, in whatever order the two stand; all shape (C,)."""
    apart = first != second
    key, where = np.unique(pair_keys(first[apart], second[apart]), return_inverse=True)
    pairs = np.stack((key >> 32, key & 0xFFFFFFFF), axis=1).astype(np.int32)
    sums = [
        np.bincount(where, weights=values[apart], minlength=len(key)).astype(np.float64)
        for values in (total, count)
    ]
    return RegionEdges(pairs, sums[0], sums[1])


def boundary_edges(labels: Ids, boundary: Values) -> RegionEdges:
    """Collect the boundary probability between neighbouring regions, both arrays (Y, X)."""
    touching = contacts(labels)
    strength = contact_strength(boundary, touching.pixel, touching.other)
    return pooled_edges(touching.first, touching.second, strength, np.ones(len(strength)))


def weakest_edge(edges: RegionEdges, number: int) -> NDArray[np.int64]:
    """Return the row of each region's weakest edge (longest among equals), shape (number + 1,); -1: none."""
    order = np.lexsort(
        (edges.count, -edges.mean)
    )  # numpy keeps the last of repeated assignments: the weakest
    rank = np.full(number + 1, -1, np.int64)
    for side in (0, 1):
        best = np.full(number + 1, -1, np.int64)
        best[edges.pairs[order, side]] = np.arange(len(order))
        rank = np.maximum(rank, best)
    return np.where(rank >= 0, order[rank] if len(order) else -1, -1)


def joined(first: Ids, second: Ids, number: int) -> Ids:
    """Return the smallest id linked to each region through the listed pairs, shape (number + 1,)."""
    links = coo_array((np.ones(len(first), bool), (first, second)), shape=(number + 1, number + 1))
    parts, part = connected_components(links, directed=False)
    smallest = np.full(parts, number + 1, np.int32)
    np.minimum.at(smallest, part, np.arange(number + 1, dtype=np.int32))
    names: Ids = smallest[part]
    return names


def consecutive(labels: Ids) -> Ids:
    """Return the regions numbered 1..N in the order of their ids; 0 stays 0."""
    present = np.bincount(labels.ravel()) > 0
    present[0] = False
    names = np.where(present, np.cumsum(present), 0).astype(np.int32)
    return names[labels]
