"""Annealing twins: straight lamellae that cross grains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._parameters import Twins

Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Twinned:
    """Grains with twins in them; both arrays (Y, X) int32.

    Parameters
    ----------
    regions : ndarray of int32
        Every piece between boundaries of any sort has a number of its own.
    crystals : ndarray of int32
        Every orientation has a number: the parts of a grain on both sides of a twin share one.
    """

    regions: Labels
    crystals: Labels


def add_twins(grains: Labels, twins: Twins, diameter: float, rng: np.random.Generator) -> Twinned:
    """Put lamellae into some of the grains.

    Parameters
    ----------
    grains : ndarray of int32, (Y, X)
        Grains 1 to N.
    twins : Twins
        How many, how wide.
    diameter : float
        Mean grain diameter in px.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Twinned
        Where there are no twins, both of its arrays are ``grains``.
    """
    if twins.share <= 0:
        return Twinned(grains, grains)
    n = int(grains.max())
    places = grains.astype(np.intp)  # which NumPy looks up without converting it each time
    angle = rng.uniform(0, np.pi, n + 1).astype(np.float32)
    shift = rng.uniform(-0.25, 0.25, n + 1).astype(np.float32)
    across = _from_middle(places, angle) - shift.take(places) * diameter
    widths = np.where(
        rng.random(n + 1) < twins.share, rng.uniform(0.3, 0.9, n + 1) * twins.width * diameter, -1.0
    )
    half = widths.astype(np.float32).take(places)
    inside, beyond = np.abs(across) <= half, (across > half) & (half > 0)
    crystals = grains + np.int32(n) * inside
    return Twinned(crystals + np.int32(2 * n) * beyond, crystals)


def _from_middle(grains: NDArray[np.intp], angle: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance in px from a line through the middle of each pixel's grain, at the grain's angle."""
    rows, columns = np.arange(grains.shape[0], dtype=np.float32), np.arange(grains.shape[1], dtype=np.float32)
    sin, cos = np.sin(angle), np.cos(angle)
    along = cos.take(grains) * rows[:, None] - sin.take(grains) * columns
    flat = grains.ravel()
    middle = np.bincount(flat, along.ravel()) / np.maximum(np.bincount(flat), 1)
    return np.asarray(along - middle.astype(np.float32).take(grains), np.float32)
