"""Boundaries by an adaptive threshold, for micrographs with dark etched lines; no network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

_BLUR = 0.7  # px
_SURROUNDINGS = 10.0  # px, standard deviation of the local mean
_DARKER = 0.1  # a boundary is this much darker than its surroundings, on the scale 0..1 of the image
_SMALLEST = 30  # px, dark spots smaller than this are no boundaries


def threshold_boundary(image01: NDArray[np.floating]) -> NDArray[np.float32]:
    """Take for boundary what is darker than its surroundings.

    Parameters
    ----------
    image01 : ndarray, shape (Y, X)
        Micrograph stretched to 0..1, brought to a scale where its lines are a few px wide.

    Returns
    -------
    ndarray of float32, shape (Y, X)
        0..1; above 0.5 where the image is darker by more than 0.1 than its mean over a Gaussian window of
        10 px, and in a spot of at least 30 px. Not a probability in the strict sense.
    """
    image = ndi.gaussian_filter(image01.astype(np.float32, copy=False), _BLUR)
    darker = ndi.gaussian_filter(image, _SURROUNDINGS) - image
    boundary: NDArray[np.float32] = np.clip(darker / (2 * _DARKER), 0, 1).astype(np.float32)
    spots, number = ndi.label(boundary > 0.5)
    small = np.bincount(spots.ravel(), minlength=number + 1) < _SMALLEST
    small[0] = False
    boundary[small[spots]] = 0
    return boundary
