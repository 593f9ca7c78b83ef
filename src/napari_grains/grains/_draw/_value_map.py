"""Images in which every grain has the grey level of a value: what colours grains by their size or shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_SPARSE = 4  # ids per pixel from which on a table of all ids is larger than the image itself


def value_map(labels: NDArray[np.integer], ids: ArrayLike, values: ArrayLike) -> NDArray[np.float32]:
    """Give every pixel the value of its grain.

    Parameters
    ----------
    labels : ndarray of int, any shape
        Grains > 0.
    ids : array of int, shape (N,)
        Labels of the grains that have a value; those that the image lacks do no harm.
    values : array of numbers or bool, shape (N,)

    Returns
    -------
    ndarray of float32, shape of ``labels``
        NaN where there is no grain, or one without a value.
    """
    ids, values = np.asarray(ids, np.int64), np.asarray(values, np.float32)
    if int(labels.min(initial=0)) < 0:
        labels = np.maximum(labels, 0)
    largest = int(labels.max(initial=0))
    if largest > _SPARSE * max(labels.size, 1):
        present, places = np.unique(labels, return_inverse=True)
        return _levels(present, ids, values)[places].reshape(labels.shape)
    known = (ids > 0) & (ids <= largest)
    levels = np.full(largest + 1, np.nan, np.float32)
    levels[ids[known]] = values[known]
    shown: NDArray[np.float32] = levels[labels]
    return shown


def value_limits(values: ArrayLike, cut_off: float = 2.0) -> tuple[float, float]:
    """Return where a colour scale begins and ends, so that a few extreme grains do not take up all of it.

    Parameters
    ----------
    values : array of numbers or bool
        What is not finite does not count.
    cut_off : float
        Percent of the values that lie below the low end, and above the high one.

    Returns
    -------
    tuple of float
        The high end is above the low one, also where all values are equal or there is none.
    """
    finite = np.asarray(values, np.float64)
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return 0.0, 1.0
    low, high = (float(end) for end in np.percentile(finite, (cut_off, 100 - cut_off)))
    if high <= low:  # nearly all are equal
        low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low, low + (abs(low) or 1.0))


def _levels(
    present: NDArray[np.integer], ids: NDArray[np.int64], values: NDArray[np.float32]
) -> NDArray[np.float32]:
    order = np.argsort(ids, kind="stable")
    place = np.clip(np.searchsorted(ids[order], present), 0, max(len(ids) - 1, 0))
    levels = np.full(len(present), np.nan, np.float32)
    if len(ids):
        same = (ids[order][place] == present) & (present > 0)
        levels[same] = values[order][place][same]
    return levels
