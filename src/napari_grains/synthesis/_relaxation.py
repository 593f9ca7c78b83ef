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
    own = np.zeros(labels.shape, np.int8)
    for a, b in offsets:
        own += padded[a : a + height, b : b + width] == labels
    open_ = np.flatnonzero(own < _RING // 2)  # no other label can have more than the rest of the ring
    places = open_ + open_ // width * (2 * reach)  # every row has grown by this
    ring = np.stack([padded.ravel().take(places + (a * padded.shape[1] + b)) for a, b in offsets])
    result = labels.copy()
    result.ravel()[open_] = _winner(labels.ravel()[open_], own.ravel()[open_], ring)
    return result


def _winner(own: Labels, votes: NDArray[np.int8], ring: Labels) -> Labels:
    """Most frequent label, (n,), on rings (12, n); of equally frequent ones its own, then the first."""
    others = np.zeros(ring.shape, np.int8)
    for i in range(1, len(ring)):
        same = (ring[:i] == ring[i]).view(np.int8)
        others[:i] += same
        others[i] += same.sum(0, dtype=np.int8)
    # A label is found where it comes first, and there all of its other places have been counted.
    most, winner = votes - np.int8(1), own.copy()
    for label, number in zip(ring, others, strict=True):
        more = number > most
        winner[more], most[more] = label[more], number[more]
    return winner
