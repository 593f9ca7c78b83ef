"""Edges compared with the typical one of a micrograph, as a person does who traces boundaries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._edges import edge_scores, merge_edges
from ._graph import Ids, contacts, pooled_edges


def merge_untypical(
    labels: NDArray[np.integer], boundary: NDArray[np.floating], image: NDArray[np.floating], share: float
) -> Ids:
    """Join grains across edges that are far fainter than the boundaries of the same micrograph.

    Parameters
    ----------
    labels, boundary, image, share
        See `untypical_threshold`.

    Returns
    -------
    ndarray of int32, shape (Y, X)
        Grains numbered 1..N.
    """
    return merge_edges(labels, boundary, untypical_threshold(labels, boundary, image, share))


def untypical_threshold(
    labels: NDArray[np.integer], boundary: NDArray[np.floating], image: NDArray[np.floating], share: float
) -> float:
    """Return the score below which edges are far fainter than the boundaries of the same micrograph.

    Among lines, one that is far fainter is a twin, a scratch or a subgrain boundary. Where grains show by
    their grey levels rather than by lines, neighbours may be nearly alike by chance, and all edges stay.

    Parameters
    ----------
    labels : ndarray of int, shape (Y, X)
        Grains; 0 is outside the specimen.
    boundary : ndarray, shape (Y, X)
        Boundary probability, 0..1.
    image : ndarray, shape (Y, X)
        Grey levels, finite where there are grains.
    share : float
        Edges whose mean boundary probability is below this share of the median edge (by length) go.

    Returns
    -------
    float
        For `merge_edges`; 0, which joins nothing, where all edges stay.
    """
    edges = edge_scores(labels, boundary)
    if share <= 0 or not len(edges.score) or not lines_show(labels, image):
        return 0.0
    return share * weighted_median(edges.score, edges.length)


def lines_show(labels: NDArray[np.integer], image: NDArray[np.floating]) -> bool:
    """Tell whether lines set the grains apart at least as much as their grey levels do.

    Parameters
    ----------
    labels : ndarray of int, shape (Y, X)
        Grains; 0 is outside the specimen.
    image : ndarray, shape (Y, X)
        Grey levels, finite where there are grains.

    Returns
    -------
    bool
        Over the median edge by length, whether the grey level along it differs from the mean of its two
        grains by no less than these differ from each other.
    """
    ids, grey = labels.astype(np.int32, copy=False), np.where(labels > 0, image, 0).ravel()
    touching = contacts(ids)
    along = (grey[touching.pixel] + grey[touching.other]) / 2
    edges = pooled_edges(touching.first, touching.second, along, np.ones(len(along)))
    if not len(edges.pairs):
        return False
    pixels = np.bincount(ids.ravel())
    mean = np.bincount(ids.ravel(), grey) / np.maximum(pixels, 1)
    first, second = mean[edges.pairs].T
    line, step = np.abs(edges.mean - (first + second) / 2), np.abs(first - second)
    return weighted_median(line, edges.count) >= weighted_median(step, edges.count)


def weighted_median(values: NDArray[np.floating], weights: NDArray[np.floating]) -> float:
    """Median of at least one value, weighted."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
