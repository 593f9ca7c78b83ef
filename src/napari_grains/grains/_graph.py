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
    flat, width = labels.ravel(), labels.shape[1]
    across, down = flat[1:] != flat[:-1], flat[width:] != flat[:-width]
    across[width - 1 :: width] = False  # from the end of a row to the start of the next
    beside, above = np.flatnonzero(across), np.flatnonzero(down)
    pixel = np.concatenate((beside, above))
    other = np.concatenate((beside + 1, above + width))
    inside = (flat[pixel] > 0) & (flat[other] > 0)
    pixel, other = pixel[inside], other[inside]
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
    _, where = distinct_pairs(touching.first, touching.second)
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


def distinct_pairs(first: Ids, second: Ids) -> tuple[Ids, NDArray[np.int64]]:
    """Tell the distinct pairs of ids, whatever their order, and which of them each pair is.

    Sorted first by the larger and then by the smaller ids, NumPy goes through their digits where they have
    no more than 16 bits, three times as fast as it compares pairs.

    Parameters
    ----------
    first, second : ndarray of int32, shape (C,)
        Ids, not negative.

    Returns
    -------
    ndarray of int32, shape (E, 2)
        The smaller id first, in ascending order.
    ndarray of int64, shape (C,)
        Row of each pair.
    """
    low, high = np.minimum(first, second), np.maximum(first, second)
    short = np.min_scalar_type(high.max(initial=0))
    order = np.argsort(high.astype(short), kind="stable")
    order = order[np.argsort(low.astype(short)[order], kind="stable")]
    low, high = low[order], high[order]
    new = np.ones(len(order), bool)
    new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    row = np.empty(len(order), np.int64)
    row[order] = np.cumsum(new) - 1
    return np.stack((low[new], high[new]), axis=1), row


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
    pairs, where = distinct_pairs(first[apart], second[apart])
    sums = [
        np.bincount(where, weights=values[apart], minlength=len(pairs)).astype(np.float64)
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


def mutually_weakest(edges: RegionEdges, number: int, threshold: float) -> NDArray[np.int64]:
    """Rows of edges below ``threshold`` that are the weakest of both their regions."""
    weakest = weakest_edge(edges, number)
    rows = np.arange(len(edges.pairs))
    mutual = (weakest[edges.pairs[:, 0]] == rows) & (weakest[edges.pairs[:, 1]] == rows)
    return np.flatnonzero(mutual & (edges.mean < threshold))


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
    places = labels.astype(np.intp)  # which NumPy counts and looks up without converting it each time
    present = np.bincount(places.ravel()) > 0
    present[0] = False
    names = np.where(present, np.cumsum(present), 0).astype(np.int32)
    return names.take(places)
