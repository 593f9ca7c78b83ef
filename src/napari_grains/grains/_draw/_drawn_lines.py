"""Test lines in the form in which viewers draw many lines at once: starts and steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CORNERS = 120  # of a circle: it departs from its polygon by less than a pixel up to a radius of 2,900 px


def as_vectors(segments: NDArray[np.floating]) -> NDArray[np.float32]:
    """Turn the ends of segments into starts and steps.

    Parameters
    ----------
    segments : ndarray, shape (L, 2, 2)
        Row and column of both ends.

    Returns
    -------
    ndarray of float32, shape (L, 2, 2)
        Row and column of the start, and how far it is to the end along both.
    """
    ends = np.asarray(segments, np.float64).reshape(-1, 2, 2)
    return np.stack([ends[:, 0], ends[:, 1] - ends[:, 0]], axis=1).astype(np.float32)


def circles_as_segments(circles: NDArray[np.floating]) -> NDArray[np.float64]:
    """Turn circles into polygons of short segments.

    Parameters
    ----------
    circles : ndarray, shape (C, 3)
        Row and column of the centre, radius, in px.

    Returns
    -------
    ndarray, shape (C, 120, 2, 2)
        Row and column of both ends of each segment.
    """
    circles = np.asarray(circles, np.float64).reshape(-1, 3)
    angle = np.linspace(0, 2 * np.pi, _CORNERS + 1)
    around = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    corners = circles[:, None, :2] + circles[:, None, 2:] * around
    return np.stack([corners[:, :-1], corners[:, 1:]], axis=2)
