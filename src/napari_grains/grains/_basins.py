"""Catchment basins of a landscape by steepest ascent, and which of their summits count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from ._graph import Contacts, Ids, Values

_NEIGHBOURS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]


def basins(height: Values, specimen: NDArray[np.bool_]) -> tuple[Ids, Values]:
    """Let every pixel climb to a summit.

    Parameters
    ----------
    height : ndarray of float32, shape (Y, X)
        The landscape, finite on the specimen.
    specimen : ndarray of bool, shape (Y, X)
        Where there is a landscape.

    Returns
    -------
    labels : ndarray of int32, shape (Y, X)
        1..N on the specimen, one id per summit; 0 outside.
    summits : ndarray of float32, shape (N + 1,)
        Height of each summit; -inf for id 0.
    """
    target = _steepest_ascent(np.where(specimen, height, -np.inf))
    flat = target.ravel()
    standing = (flat == np.arange(flat.size, dtype=flat.dtype)).reshape(height.shape) & specimen
    # Neighbours that both stand still are level: a plateau, to be taken as one summit.
    plateaus, number = ndi.label(standing, np.ones((3, 3), int))
    while not np.array_equal(further := flat[flat], flat):
        flat = further
    summit = plateaus.ravel()[flat].reshape(height.shape)
    labels = np.where(specimen, summit, 0).astype(np.int32)  # pixels outside climb into the specimen
    summits = np.full(number + 1, -np.inf, np.float32)
    summits[plateaus[standing]] = height[standing]
    return labels, summits


def _steepest_ascent(height: Values) -> NDArray[np.int32]:
    """Return the flat index of each pixel's steepest upward neighbour, or its own where none is higher."""
    shape = height.shape
    own = np.arange(height.size, dtype=np.int32).reshape(shape)
    target = own.copy()
    steepest = np.zeros(shape, np.float32)
    ground = np.where(np.isfinite(height), height, np.float32(-1e9)).astype(np.float32)
    for dy, dx in _NEIGHBOURS:
        here = (_overlap(-dy), _overlap(-dx))
        there = (_overlap(dy), _overlap(dx))
        slope = ground[there] - ground[here]
        slope *= np.float32(1 / np.hypot(dy, dx))
        better = slope > steepest[here]
        np.copyto(steepest[here], slope, where=better)
        np.copyto(target[here], own[there], where=better)
    return target


def _overlap(shift: int) -> slice:
    """Return the part of an axis that is reached from inside by moving by ``shift``."""
    return slice(shift, None) if shift > 0 else slice(None, shift or None)


def without_shallow_summits(summits: Values, touching: Contacts, height: Values, dynamics: float) -> Ids:
    """Join every summit that rises less than ``dynamics`` above the pass to a higher one.

    The outcome is that of h-maxima, but the work is done on the graph of basins: in each round a basin
    looks at its highest pass, and joins the basin behind it if that one is higher and the climb from the
    pass is too small.

    Parameters
    ----------
    summits : ndarray of float32, shape (N + 1,)
        Height of each basin's summit.
    touching : Contacts
        Contacts between the basins.
    height : ndarray of float32, shape (Y, X)
        The landscape.
    dynamics : float
        Least rise of a summit that counts.

    Returns
    -------
    ndarray of int32, shape (N + 1,)
        names[i] is the basin that basin ``i`` has become part of.
    """
    flat = height.ravel()
    passes = np.minimum(flat[touching.pixel], flat[touching.other])
    order = np.argsort(passes, kind="stable")
    passes, first, second = passes[order], touching.first[order], touching.second[order]
    names = np.arange(len(summits), dtype=np.int32)
    while len(passes):
        parent = _climb(summits, first, second, passes, dynamics)
        if parent is None:
            break
        names, first, second = parent[names], parent[first], parent[second]
        apart = first != second
        passes, first, second = passes[apart], first[apart], second[apart]
    return names


def _climb(summits: Values, first: Ids, second: Ids, passes: Values, dynamics: float) -> Ids | None:
    """Return the basin each basin joins in a round, itself if it stays; None if all stay. Passes ascend."""
    number = len(summits)
    rank = np.full(number, -1, np.int64)
    for side in (first, second):
        best = np.full(number, -1, np.int64)
        best[side] = np.arange(len(passes))  # numpy keeps the last of repeated assignments: the highest pass
        rank = np.maximum(rank, best)
    own = np.flatnonzero(rank >= 0).astype(np.int32)
    edge = rank[own]
    over = np.where(first[edge] == own, second[edge], first[edge])
    higher = (summits[over] > summits[own]) | ((summits[over] == summits[own]) & (over < own))
    joins = higher & (summits[own] - passes[edge] < dynamics)
    if not joins.any():
        return None
    parent = np.arange(number, dtype=np.int32)
    parent[own[joins]] = over[joins]
    while not np.array_equal(further := parent[parent], parent):
        parent = further
    return parent
