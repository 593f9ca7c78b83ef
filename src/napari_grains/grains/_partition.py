"""From a boundary probability to grains: a distance-seeded watershed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from ._basins import basins, without_shallow_summits
from ._edges import merge_edges, merge_small
from ._graph import Ids, Values, consecutive, contacts, unsupported_contacts

SMOOTHING = 1.0
"""Standard deviation of the blur of the depth in units of the detail: steps of a grid are no summits."""

RELATIVE_DEPTH = 1.25
"""Two summits are two grains if the lower is this many times as deep as the pass between them."""

UNSUPPORTED_DEPTH = 1.5
"""What `RELATIVE_DEPTH` is where no boundary lies between the ends of the edge: a waist is no boundary yet.

It stays below sqrt(3), the ratio for regular hexagons that have lost the whole side between them.
"""

_UNSUPPORTED = 0.15  # mean boundary probability below which an edge is unsupported
_ENDS = 4.0  # contacts, in details, at the ends of an edge that lie in other boundaries
_SHALLOW = 1.0  # details added to every depth, so that ratios of depths near a detail do not decide
_FADING = 0.9  # how much of its depth a pixel of boundary probability 1 loses


def partition(
    boundary: NDArray[np.floating],
    distance: NDArray[np.floating] | None = None,
    *,
    specimen: NDArray[np.bool_] | None = None,
    merge: float = 0.0,
    min_area: float = 16.0,
    detail: float = 1.0,
) -> Ids:
    """Divide a micrograph into grains.

    Every pixel climbs the landscape of the (blurred) depth below the boundaries. Summits are compared with
    the passes between them as a ratio, so that small and large grains are found by the same rule, and a gap
    in a boundary, whose pass is shallow, does not join two grains.

    Parameters
    ----------
    boundary : ndarray, shape (Y, X)
        Boundary probability, 0..1.
    distance : ndarray, shape (Y, X), optional
        Predicted distance to the nearest boundary in px; it betters the seeds where boundaries are faint.
    specimen : ndarray of bool, shape (Y, X), optional
        Where there is specimen; None is everywhere.
    merge : float
        Grains whose shared edge has a mean boundary probability below this are joined, weakest edge first.
    min_area : float
        Grains of fewer px are given to the neighbour behind their weakest edge.
    detail : float
        Size in px of the smallest detail of ``boundary``, at least 1: more than 1 where it was predicted on a
        coarser grid. What counts as a step of the grid, as shallow or as the end of an edge follows it.

    Returns
    -------
    ndarray of int32, shape (Y, X)
        Grains 1..N, without gaps in the numbers; > 0 on every pixel of the specimen, 0 outside.
    """
    probability = np.clip(np.nan_to_num(boundary), 0, 1).astype(np.float32)
    where = np.ones(probability.shape, bool) if specimen is None else specimen
    probability[~where] = 0
    height = landscape(probability, distance, detail)
    labels, summits = basins(height, where)
    labels = _join_shallow(labels, summits, height, probability, detail)
    labels = merge_small(consecutive(labels), probability, min_area)
    return merge_edges(labels, probability, merge)


def _join_shallow(labels: Ids, summits: Values, height: Values, boundary: Values, detail: float) -> Ids:
    """Join basins whose summits are not deep enough to be grains of their own; ids keep their summit."""
    names = without_shallow_summits(summits, contacts(labels), height, float(np.log(RELATIVE_DEPTH)))
    labels = names[labels]
    doubtful = unsupported_contacts(labels, boundary, _UNSUPPORTED, _ENDS * detail)
    names = without_shallow_summits(summits, doubtful, height, float(np.log(UNSUPPORTED_DEPTH)))
    return names[labels]


def landscape(boundary: Values, distance: NDArray[np.floating] | None = None, detail: float = 1.0) -> Values:
    """Return the logarithm of the depth below the boundaries, so that differences are ratios of depths.

    Parameters
    ----------
    boundary : ndarray of float32, shape (Y, X)
        Boundary probability, 0..1.
    distance : ndarray, shape (Y, X), optional
        Predicted distance to the nearest boundary in px. The geometric mean with the distance measured in
        ``boundary`` is used: either can make a pass between two grains.
    detail : float
        See `partition`.

    Returns
    -------
    ndarray of float32, shape (Y, X)
        Highest in the middle of grains, lowest in the middle of boundaries, however wide.
    """
    lines = boundary > 0.5
    depth = _distance_from(lines)
    if distance is not None:
        depth = np.sqrt(depth * np.clip(np.nan_to_num(distance), 0, None).astype(np.float32))
    depth = ndi.gaussian_filter(depth, SMOOTHING * detail)
    faded = 1 - np.float32(_FADING) * ndi.gaussian_filter(boundary, 0.7 * SMOOTHING * detail)
    inside_lines = _distance_from(~lines) if lines.any() else np.zeros_like(depth)
    height: Values = np.log(depth + np.float32(_SHALLOW * detail)) + np.log(faded) - inside_lines
    return height


def _distance_from(mask: NDArray[np.bool_]) -> Values:
    """Distance to the nearest pixel of ``mask`` in px; the same everywhere if there is none."""
    if not mask.any():
        return np.full(mask.shape, float(max(mask.shape)), np.float32)
    distance: Values = ndi.distance_transform_edt(~mask).astype(np.float32)
    return distance
