"""Motion of boundaries by their curvature, as in grain growth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]

_FARTHEST = 9.0  # px: a wider ring would jump over grains
_RING = 12  # directions in which the surroundings of a pixel are sampled


def relax(labels: Labels, distance: float) -> Labels:
    """Move boundaries by their curvature; triple junctions turn towards 120 degrees.

    Every pixel takes the label that most of its surroundings have: diffusion and thresholding (Merriman,
    Bence and Osher, 1994) with a ring for the kernel, which obeys Herring's condition of equal tensions
    (Esedoglu and Otto, 2015).

    Parameters
    ----------
    labels : ndarray of int32, (Y, X)
        Grains.
    distance : float
        How far curvature is to reach, in px.

    Returns
    -------
    ndarray of int32, (Y, X)
        Some numbers may have vanished.
    """
    radius = max(1.5, min(distance, _FARTHEST))
    for reach in (radius, 0.7 * radius, min(2.5, radius)):  # the last one smooths what the raster left
        labels = _vote(labels, reach)
    return labels


def _vote(labels: Labels, radius: float) -> Labels:
    """Most frequent label on a ring around each pixel; its own where it is among the most frequent."""
    reach = int(np.ceil(radius))
    padded = np.pad(labels, reach, mode="edge")
    height, width = labels.shape
    angles = (np.arange(_RING) + 0.5) * 2 * np.pi / _RING
    offsets = np.rint(radius * np.stack([np.sin(angles), np.cos(angles)], 1)).astype(int) + reach
    views = [padded[a : a + height, b : b + width] for a, b in offsets]
    mixed = np.flatnonzero(np.logical_or.reduce([view != labels for view in views]))
    ring = np.stack([view.ravel()[mixed] for view in views])
    candidates = np.concatenate([labels.ravel()[None, mixed], ring])
    votes = np.stack([(ring == candidate).sum(0, dtype=np.int8) for candidate in candidates])
    result = labels.copy()
    result.ravel()[mixed] = np.take_along_axis(candidates, votes.argmax(0)[None], 0)[0]
    return result
