"""How boundaries look: etched or bright lines, grooves lit from one side, halos."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._boundaries import Boundaries, edge_widths, fading
from ._fields import blurred, smooth_noise
from ._parameters import Contrast

Float = NDArray[np.float32]


def draw_lines(
    boundaries: Boundaries, strength: Float, contrast: Contrast, diameter: float, rng: np.random.Generator
) -> Float:
    """Grey levels that the boundaries add to the grains.

    Parameters
    ----------
    boundaries : Boundaries
        Where they are.
    strength : ndarray of float32, (B,)
        How strongly each boundary pixel shows.
    contrast : Contrast
        How they look.
    diameter : float
        Mean grain diameter in px.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32, (Y, X)
    """
    shown = strength * fading(boundaries, contrast, 0.35 * diameter, rng) if contrast.gaps else strength
    distance = _rounded(boundaries.distance, contrast)
    profile = _profile(distance, _half_width(boundaries, contrast, diameter, rng), contrast.line_softness)
    shown = boundaries.spread(shown)
    profile *= shown
    image = np.float32(contrast.lines) * profile
    if contrast.groove:
        image += np.float32(contrast.groove) * _lit_from_one_side(profile, rng)
    if contrast.halo:
        far = (boundaries.distance / np.float32(1.5 * contrast.line_width + 1.5)) ** 2
        image += np.float32(contrast.halo) * np.exp(-far) * shown
    return image


def _rounded(distance: Float, contrast: Contrast) -> Float:
    """Distance, blurred: that lifts it less where three grains meet, so that lines widen there."""
    if not contrast.rounding:
        return distance
    sigma = contrast.rounding * contrast.line_width
    soft = blurred(distance, sigma, truncate=3)
    return np.asarray(np.maximum(soft - np.float32(0.8 * sigma), 0), np.float32)


def _half_width(
    boundaries: Boundaries, contrast: Contrast, diameter: float, rng: np.random.Generator
) -> Float | np.float32:
    half: Float | np.float32 = np.float32(contrast.line_width / 2)
    if contrast.line_wobble:
        wobble = smooth_noise(boundaries.distance.shape, 0.5 * diameter, rng)
        half = half * np.exp(np.float32(contrast.line_wobble) * wobble)
    if contrast.width_spread:
        widths = boundaries.per_edge(edge_widths(contrast, rng), boundaries.pixels)
        half = half * boundaries.spread(widths)
    return half


def _profile(distance: Float, half: Float | np.float32, softness: float) -> Float:
    """1 on the boundary, 0 away from it: from a bar with steep flanks to a bell."""
    image = np.zeros(distance.shape, np.float32)
    if softness > 0:
        image += np.float32(softness) * np.exp(np.float32(-0.69) * (distance / half) ** 2)
    if softness < 1:
        image += np.float32(1 - softness) / (1 + np.exp(np.clip((distance - half) * 3, -20, 20)))
    return image


def _lit_from_one_side(profile: Float, rng: np.random.Generator) -> Float:
    """Slope of the line profile along a random direction, scaled to about -1 to 1."""
    angle = rng.uniform(0, 2 * np.pi)
    slope_y, slope_x = np.gradient(profile)
    slope = np.float32(np.sin(angle)) * slope_y + np.float32(np.cos(angle)) * slope_x
    return np.asarray(slope / max(float(np.abs(slope).max()), 1e-3), np.float32)
