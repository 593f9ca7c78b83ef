"""Ratio and direction of elongation from the mean intercepts by direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Anisotropy:
    """The ellipse of the mean intercepts.

    Parameters
    ----------
    ratio : float
        Longest over shortest diameter, >= 1.
    direction_deg : float
        Of the longest, 0..180 degrees counter-clockwise from the x axis.
    """

    ratio: float
    direction_deg: float


def anisotropy(intercepts: Mapping[float, float | None]) -> Anisotropy | None:
    """Fit an ellipse to the mean intercept as a function of direction.

    In polar form an ellipse about the origin is 1 / l^2 = a + b cos(2 t) + c sin(2 t); the three are found by
    least squares. With r = sqrt(b^2 + c^2) the ratio is sqrt((a + r) / (a - r)), and l is longest at
    t = atan2(-c, -b) / 2. Scatter makes the ratio of isotropic grains a little larger than 1.

    Parameters
    ----------
    intercepts : mapping
        Mean intercept in px by direction in degrees; None where no boundary was met.

    Returns
    -------
    Anisotropy or None
        None where a direction met no boundary, or no ellipse fits.
    """
    if any(length is None for length in intercepts.values()):
        return None
    twice = 2 * np.deg2rad(list(intercepts))
    terms = np.stack((np.ones_like(twice), np.cos(twice), np.sin(twice)), axis=1)
    values = np.array(list(intercepts.values()), float) ** -2
    a, b, c = np.linalg.lstsq(terms, values, rcond=None)[0]
    r = float(np.hypot(b, c))
    if r >= a:
        return None
    return Anisotropy(float(np.sqrt((a + r) / (a - r))), float(np.rad2deg(np.arctan2(-c, -b) / 2) % 180))
