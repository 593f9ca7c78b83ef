"""Grains of a coarse working grid brought to the grid of the micrograph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from skimage.segmentation import watershed

from ._graph import Ids, Values


def upsample_partition(
    labels: NDArray[np.integer],
    boundary: NDArray[np.floating],
    *,
    places: tuple[Values, Values] | None = None,
    specimen: NDArray[np.bool_] | None = None,
) -> Ids:
    """Bring a partition to the grid of ``boundary`` and put its grain lines where the boundaries are there.

    The cores of the grains are kept; a band of about one working pixel on either side of the grain lines is
    flooded again on ``boundary``.

    Parameters
    ----------
    labels : ndarray of int, shape (y, x)
        Grains on the working grid; 0 is outside the specimen.
    boundary : ndarray, shape (Y, X)
        Boundary probability on the full grid, which may also be the coarser of the two.
    places : pair of float ndarrays, shapes (Y,) and (X,), optional
        Where the rows and columns of the full grid lie on the working grid, in its pixels; None: both grids
        cover the same field, pixel edge to pixel edge.
    specimen : ndarray of bool, shape (Y, X), optional
        Where there is specimen on the full grid; None is where ``labels`` says so.

    Returns
    -------
    ndarray of int32, shape (Y, X)
        The same ids, each of them present (as long as there are pixels for all); > 0 on every specimen pixel,
        0 elsewhere.
    """
    rows, columns = places or tuple(map(_edge_to_edge, boundary.shape, labels.shape))
    fine = _nearest(labels.astype(np.int32, copy=False), rows, columns)
    where = fine > 0 if specimen is None else specimen
    if fine.shape == labels.shape and bool(((fine > 0) == where).all()):
        return fine
    if not fine.any():
        return where.astype(np.int32)
    fine = np.where(where, fine, 0)
    radius = max(
        1, round(max(full / small for full, small in zip(boundary.shape, labels.shape, strict=True)))
    )
    seeds = np.where(_near_lines(fine, radius), 0, fine)
    seeds = _with_lost_grains(seeds, fine, labels.astype(np.int32, copy=False), (rows, columns))
    flooded: Ids = watershed(boundary, seeds, mask=where).astype(np.int32)  # type: ignore[no-untyped-call]
    return _filled(flooded, where)


def _edge_to_edge(full: int, small: int) -> Values:
    """Places of the ``full`` pixel centres of an axis among the ``small`` ones that cover the same length."""
    return ((np.arange(full) + 0.5) * small / full - 0.5).astype(np.float32)


def _nearest(labels: Ids, rows: Values, columns: Values) -> Ids:
    """Sample a label image at places in its pixels."""
    indices = [
        np.clip(np.floor(places + 0.5).astype(int), 0, number - 1)
        for places, number in zip((rows, columns), labels.shape, strict=True)
    ]
    return labels[np.ix_(*indices)]


def _near_lines(labels: Ids, radius: int) -> NDArray[np.bool_]:
    """Pixels with another grain within ``radius`` px along the rows and columns of a square window."""
    size = 2 * radius + 1
    near: NDArray[np.bool_] = ndi.maximum_filter(labels, size) != ndi.minimum_filter(labels, size)
    return near


def _with_lost_grains(seeds: Ids, fine: Ids, labels: Ids, places: tuple[Values, Values]) -> Ids:
    """Give a seed to grains without a core: all of their pixels, or one at their place if they have none."""
    number = int(labels.max(initial=0)) + 1
    counts = [np.bincount(image.ravel(), minlength=number)[:number] for image in (seeds, fine, labels)]
    coreless = counts[0] == 0
    coreless[0] = False
    seeds = np.where(coreless[fine], fine, seeds)
    lost = np.flatnonzero((counts[1] == 0) & (counts[2] > 0))
    for grain in lost[lost > 0]:  # only where the full grid is the coarser one: few
        inside = np.argwhere(labels == grain)
        middle = inside[len(inside) // 2]
        row, column = (int(np.abs(along - at).argmin()) for along, at in zip(places, middle, strict=True))
        seeds[row, column] = grain
    return seeds


def _filled(labels: Ids, where: NDArray[np.bool_]) -> Ids:
    """Give the nearest grain to specimen pixels that no flood could reach."""
    missed = where & (labels == 0)
    if not missed.any():
        return labels
    row, column = ndi.distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    return np.where(missed, labels[row, column], labels).astype(np.int32)
