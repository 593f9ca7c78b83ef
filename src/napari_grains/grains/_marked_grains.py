"""Which grains were marked as examples of a class, from what was painted over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

LEAST_SHARE = 0.05
"""Part of a grain that has to be painted: a brush that slips over a boundary marks no grain."""


@dataclass(frozen=True, eq=False)
class MarkedGrains:
    """Grains that are examples of a class.

    Parameters
    ----------
    slices : ndarray of int64, (N,)
        Slice of the stack, 0 for an image.
    ids : ndarray of int64, (N,)
        Label of the grain.
    classes : ndarray of int64, (N,)
        Class 1..K.
    """

    slices: Ids
    ids: Ids
    classes: Ids

    def __len__(self) -> int:
        """Return the number of grains."""
        return len(self.ids)


def marked_grains(grains: NDArray[np.integer], painted: NDArray[np.integer]) -> MarkedGrains:
    """Find the grains that were given a class by painting them, wholly or with a stroke.

    Parameters
    ----------
    grains : ndarray of int, (Y, X) or (Z, Y, X)
        Labels, 0 for no grain; one label may stand for other grains in other slices.
    painted : ndarray of int, same shape
        Classes 1..K, 0 where nothing is painted.

    Returns
    -------
    MarkedGrains
        By slice and label. A grain has the class that covers most of it, if at least a twentieth of it is
        painted.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if grains.shape != painted.shape:
        raise ValueError(f"grains {grains.shape} and painted classes {painted.shape} differ in shape")
    places = np.flatnonzero(painted)
    places = places[grains.reshape(-1)[places] > 0]
    planes = places // (grains.shape[-2] * grains.shape[-1])
    ids = grains.reshape(-1)[places].astype(np.int64)
    classes = painted.reshape(-1)[places].astype(np.int64)
    rows, pixels = np.unique(np.stack([planes, ids, classes], axis=1), axis=0, return_counts=True)
    order = np.lexsort((-pixels, rows[:, 1], rows[:, 0]))
    rows = rows[order]
    _, first = np.unique(rows[:, :2], axis=0, return_index=True)
    chosen = rows[first]
    return _without_spills(chosen, grains, planes, ids)


def _without_spills(rows: Ids, grains: NDArray[np.integer], planes: Ids, ids: Ids) -> MarkedGrains:
    """Leave out grains of which too little is painted."""
    stack = grains.reshape(-1, *grains.shape[-2:])
    kept = np.zeros(len(rows), np.bool_)
    for plane in np.unique(rows[:, 0]):
        here = rows[:, 0] == plane
        own = rows[here, 1]
        whole = _counts(stack[plane], own)
        kept[here] = _counts(ids[planes == plane], own) >= LEAST_SHARE * whole
    rows = rows[kept]
    return MarkedGrains(rows[:, 0], rows[:, 1], rows[:, 2])


def _counts(labels: NDArray[np.integer], wanted: Ids) -> Ids:
    """Count the pixels of some labels; labels may be any numbers."""
    found, pixels = np.unique(labels[np.isin(labels, wanted)], return_counts=True)
    counts: Ids = pixels[np.searchsorted(found, wanted)].astype(np.int64)
    return counts
