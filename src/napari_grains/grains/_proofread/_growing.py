"""Outlines found anew by a watershed on the boundary map, in a part of a plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from skimage.graph import MCP_Geometric
from skimage.segmentation import watershed

from .._graph import Ids, Values
from ._boxes import Box, grown_box, slices
from ._strokes import Path

Mask = NDArray[np.bool_]

_EMPTY = np.iinfo(np.int32).max
"""Marker of an empty area among grains."""

_CORE = 0.5  # of the depth of a grain from which on it is its core
_LEVEL = 0.02  # cost of a px without any boundary, against 1 on a sure one
_SURE = 0.5  # boundary probability that separates empty areas
_FIRST_LOOK = 32  # px around a place in an empty area
_SPECK = 9  # px, smaller empty areas are none


def empty_area(labels: Ids, place: tuple[int, int]) -> tuple[Box, Mask]:
    """Find the empty area around a place, looking hardly further than it reaches.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains, 0 at the place.
    place : (row, column)
        Where.

    Returns
    -------
    box : (top, bottom, left, right)
        Reaches around the area by at least 1 px, except where the plane ends.
    area : ndarray of bool
        The area, on the box.
    """
    (row, column), reach = place, _FIRST_LOOK
    while True:
        box = grown_box((row, row + 1, column, column + 1), reach, labels.shape)
        pieces, _ = ndi.label(labels[slices(box)] == 0)
        area: Mask = pieces == pieces[row - box[0], column - box[2]]
        if not _leaves(area, box, labels.shape):
            return box, area
        reach *= 2


def _leaves(area: Mask, box: Box, shape: tuple[int, ...]) -> bool:
    """Whether an area reaches a side of its box that is no side of the plane."""
    sides = (area[0], area[-1], area[:, 0], area[:, -1])
    ends = (box[0] == 0, box[1] == shape[0], box[2] == 0, box[3] == shape[1])
    return any(not end and bool(side.any()) for side, end in zip(sides, ends, strict=True))


def filled(labels: Ids, area: Mask, boundary: Values | None) -> Ids:
    """Let the grains around an empty area grow into it; all arrays (Y, X)."""
    beside = ndi.binary_dilation(area) & ~area
    return flooded(boundary, np.where(beside, labels, 0), area | (beside & (labels > 0)), labels)


def regrown(labels: Ids, grain: int, boundary: Values) -> Ids:
    """Find the outline of a grain anew between its core and the cores of its neighbours.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        The grain and its neighbours, 0 is none.
    grain : int
        Whose outline may move; those between its neighbours do not.
    boundary : ndarray of float32, shape (Y, X)
        Boundary probability.
    """
    depth = _depth(labels)
    ids, where = np.unique(labels, return_inverse=True)
    deepest = ndi.maximum(depth, where.reshape(labels.shape), np.arange(len(ids)))[
        where.reshape(labels.shape)
    ]
    core = (labels > 0) & (depth >= _CORE * deepest)
    ours = labels == grain
    near = ndi.distance_transform_edt(~ours) <= deepest[ours].max()
    found = flooded(boundary, np.where(core | ~near, labels, 0), (labels > 0), labels)
    return np.where(ours | (found == grain), found, labels)


def _depth(labels: Ids) -> NDArray[np.float64]:
    """Distance of each pixel to the outline of its grain in px."""
    outline = np.zeros(labels.shape, bool)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    outline[:, 1:] |= across
    outline[:, :-1] |= across
    outline[1:] |= down
    outline[:-1] |= down
    depth: NDArray[np.float64] = ndi.distance_transform_edt(~outline) + 1
    return depth


def added(labels: Ids, stroke: Path, number: int, boundary: Values | None) -> Ids:
    """Grow a new grain from a stroke inside the grains and the empty area that it lies in.

    An old grain keeps what is harder to reach from the stroke, on a way that boundaries make long, than half
    of its hardest pixel; between that and the stroke the boundary map decides. An empty area is filled up to
    the boundaries in it.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains, 0 is none.
    stroke : ndarray of int, shape (P, 2)
        Pixels on the array.
    number : int
        Of the new grain.
    boundary : ndarray of float32, shape (Y, X), or None
        Boundary probability.
    """
    places = tuple(stroke.T)
    probability = np.zeros(labels.shape, np.float32) if boundary is None else np.clip(boundary, 0, 1)
    old = np.unique(labels[places])
    inside = np.isin(labels, old[old > 0]) | _empty_beside(labels, stroke)
    markers = _rest(labels, inside, stroke, probability)
    markers[places] = number
    found = flooded(probability, markers, inside, labels)
    return np.where(found == number, found, labels)


def _rest(labels: Ids, inside: Mask, stroke: Path, probability: Values) -> Ids:
    """Markers of what the old grains keep, and of empty areas, as `_EMPTY`, beyond a boundary."""
    cost = np.where(inside, _LEVEL + probability, np.inf)
    effort, _ = MCP_Geometric(cost).find_costs(stroke)
    markers = np.zeros(labels.shape, np.int32)
    for grain in np.unique(labels[inside & (labels > 0)]).tolist():
        ours = labels == grain
        reached = ours & np.isfinite(effort)
        hardest = effort[reached].max()
        markers[ours & (effort > _CORE * hardest)] = grain
    markers[_beyond(inside & (labels == 0) & (probability <= _SURE), stroke)] = _EMPTY
    return markers


def _beyond(open_area: Mask, stroke: Path) -> Mask:
    """Pieces of an area, larger than a speck, in which nothing of a stroke lies."""
    pieces, number = ndi.label(open_area)
    beyond = np.bincount(pieces.reshape(-1), minlength=number + 1) >= _SPECK
    beyond[0] = False
    beyond[pieces[tuple(stroke.T)]] = False
    found: Mask = beyond[pieces]
    return found


def _empty_beside(labels: Ids, stroke: Path) -> Mask:
    """Empty areas that a stroke lies in."""
    pieces, number = ndi.label(labels == 0)
    wanted = np.zeros(number + 1, bool)
    wanted[pieces[tuple(stroke.T)]] = True
    wanted[0] = False
    found: Mask = wanted[pieces]
    return found


def flooded(boundary: Values | None, markers: Ids, where: Mask, labels: Ids) -> Ids:
    """Let markers grow over the boundary map where allowed; the labels stay elsewhere."""
    height = np.zeros(labels.shape, np.float32) if boundary is None else boundary
    found = watershed(  # type: ignore[no-untyped-call]
        height, markers, mask=where
    )
    result: Ids = np.where(found > 0, found, labels).astype(np.int32)
    return result
