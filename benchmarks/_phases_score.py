"""Intersection over union of phase maps: pixels of a fold together, then the mean over classes and folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Confusion = NDArray[np.int64]


def confusion(truth: NDArray[np.int64], found: NDArray[np.int64], classes: int) -> Confusion:
    """Count pixels.

    Parameters
    ----------
    truth, found : ndarray of int64, (Y, X)
        Phases 0..K-1.
    classes : int
        K.

    Returns
    -------
    ndarray of int64, (K, K)
        Rows are the truth.
    """
    counts = np.bincount((truth * classes + found).ravel(), minlength=classes**2)
    return counts.reshape(classes, classes)


def intersection_over_union(counts: Confusion) -> NDArray[np.float64]:
    """IoU of each class; NaN where it is neither there nor found.

    Parameters
    ----------
    counts : ndarray of int64, (K, K)
        See `confusion`.

    Returns
    -------
    ndarray of float64, (K,)
    """
    common = np.diag(counts)
    either = counts.sum(0) + counts.sum(1) - common
    return np.divide(common, either, out=np.full(len(counts), np.nan), where=either > 0)


def of_fold(images: Sequence[Confusion]) -> NDArray[np.float64]:
    """IoU of each class, (K,), over all pixels of a fold's test images together."""
    return intersection_over_union(np.sum(images, axis=0))


def of_images(images: Sequence[Confusion], phase: int) -> float:
    """IoU of one class, as the mean over images."""
    return float(np.mean([intersection_over_union(each)[phase] for each in images]))
