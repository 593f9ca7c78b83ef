"""How well the boundary probability supports each edge between two grains, and joining those it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._graph import Ids, Values, boundary_edges, consecutive, joined, weakest_edge
from ._merge_tree import MergeTree


@dataclass(frozen=True, eq=False)
class EdgeScores:
    """Edges between neighbouring grains.

    Parameters
    ----------
    pairs : ndarray of int32, shape (E, 2)
        Ids of the two grains, the smaller first; each pair of neighbours once.
    score : ndarray of float32, shape (E,)
        Mean boundary probability along the edge.
    length : ndarray of float32, shape (E,)
        Length of the edge in px: contacts of pixels times pi/4, right on average over all directions
        (Cauchy-Crofton with two directions).
    """

    pairs: Ids
    score: Values
    length: Values


def edge_scores(labels: NDArray[np.integer], boundary: NDArray[np.floating]) -> EdgeScores:
    """Score every edge between two grains by the mean boundary probability along it.

    Parameters
    ----------
    labels : ndarray of int, shape (Y, X)
        Grains; 0 is outside the specimen.
    boundary : ndarray, shape (Y, X)
        Boundary probability, 0..1.

    Returns
    -------
    EdgeScores
        The lowest scores are the most doubtful edges.
    """
    edges = boundary_edges(labels.astype(np.int32, copy=False), boundary.astype(np.float32, copy=False))
    length = edges.count * (np.pi / 4)
    return EdgeScores(edges.pairs, edges.mean.astype(np.float32), length.astype(np.float32))


def merge_edges(labels: NDArray[np.integer], boundary: NDArray[np.floating], threshold: float) -> Ids:
    """Join grains across edges whose mean boundary probability is below ``threshold``.

    The weakest edge goes first, and what a joined grain shares with a neighbour is scored as one edge: a
    chain of single weak pixels does not join everything.

    Parameters
    ----------
    labels : ndarray of int, shape (Y, X)
        Grains; 0 is outside the specimen.
    boundary : ndarray, shape (Y, X)
        Boundary probability, 0..1.
    threshold : float
        0 joins nothing.

    Returns
    -------
    ndarray of int32, shape (Y, X)
        Grains numbered 1..N.
    """
    labels = consecutive(labels.astype(np.int32, copy=False))
    if threshold <= 0:
        return labels
    number = int(labels.max(initial=0))
    edges = boundary_edges(labels, boundary.astype(np.float32, copy=False))
    return consecutive(MergeTree.of(edges, number, threshold).cut(threshold)[labels])


def merge_small(labels: Ids, boundary: Values, min_area: float) -> Ids:
    """Give regions of fewer than ``min_area`` px to the neighbour behind their weakest edge.

    A small region without a neighbour stays.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Regions; 0 is none.
    boundary : ndarray of float32, shape (Y, X)
        Boundary probability, 0..1.
    min_area : float
        In px.
    """
    labels = consecutive(labels)
    area = np.bincount(labels.ravel()).astype(float)
    number = len(area) - 1
    edges = boundary_edges(labels, boundary)
    names = np.arange(number + 1, dtype=np.int32)
    while True:
        weakest = weakest_edge(edges, number)
        rows = np.unique(weakest[(area > 0) & (area < min_area) & (weakest >= 0)])
        if not len(rows):
            return consecutive(names[labels])
        round_names = joined(edges.pairs[rows, 0], edges.pairs[rows, 1], number)
        area = np.bincount(round_names, weights=area, minlength=number + 1)
        names, edges = round_names[names], edges.renamed(round_names)
