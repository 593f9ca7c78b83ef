"""Grey levels of grains and boundaries: the specimen before anything is in the way of seeing it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from ._boundaries import Boundaries, edge_visibility
from ._fields import smooth_noise
from ._parameters import Contrast

Float = NDArray[np.float32]
Labels = NDArray[np.int32]


def render(
    labels: Labels, boundaries: Boundaries, contrast: Contrast, diameter: float, rng: np.random.Generator
) -> Float:
    """Ideal image of the polycrystal.

    Parameters
    ----------
    labels : ndarray of int32, (Y, X)
        Grains 1 to N.
    boundaries : Boundaries
        Their boundaries.
    contrast : Contrast
        What is visible and how strongly.
    diameter : float
        Mean grain diameter in px.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32, (Y, X)
        Grey levels around 0 to 1, not clipped.
    """
    image = contrast.background + _steps(labels, contrast, rng)
    if contrast.ramps or contrast.fringes:
        image += _inside_grains(labels, contrast, diameter, rng)
    if contrast.texture:
        image += contrast.texture * smooth_noise(labels.shape, contrast.texture_size, rng)
    visibility = edge_visibility(boundaries, contrast, 0.35 * diameter, rng)
    profile = _line_profile(boundaries.distance, contrast, diameter, rng) * visibility
    image += contrast.lines * profile
    if contrast.groove:
        image += contrast.groove * _lit_from_one_side(profile, rng)
    return image


def _steps(labels: Labels, contrast: Contrast, rng: np.random.Generator) -> Float:
    """Grey level of each grain; some images have only a few levels, so that some neighbours look alike."""
    n = int(labels.max()) + 1
    levels = rng.standard_normal(n)
    if rng.random() < 0.15:
        few = rng.integers(4, 9)
        levels = rng.permutation(np.linspace(-1.5, 1.5, few))[rng.integers(0, few, n)]
    return (contrast.grain_steps * levels).astype(np.float32)[labels]


def _inside_grains(labels: Labels, contrast: Contrast, diameter: float, rng: np.random.Generator) -> Float:
    """Linear ramps, and bent fringes in a third of the grains."""
    n = int(labels.max()) + 1
    y, x = (np.arange(k, dtype=np.float32) / diameter for k in labels.shape)
    angle = rng.uniform(0, 2 * np.pi, n).astype(np.float32)
    phase = rng.uniform(0, 2 * np.pi, n).astype(np.float32)
    along = (
        np.sin(angle)[labels] * y[:, None]
        + np.cos(angle)[labels] * x
        + 0.3 * smooth_noise(labels.shape, diameter, rng)
    )
    image = np.zeros(labels.shape, np.float32)
    if contrast.ramps:
        period = np.float32(
            2.5
        )  # of a triangular wave in grain diameters: one ramp per grain, never out of range
        image += contrast.ramps * 4 * (np.abs(((along + phase[labels]) / period) % 1 - 0.5) - 0.25)
    if contrast.fringes:
        bent = rng.uniform(3, 14, n).astype(np.float32)
        amplitude = (rng.random(n) < 0.35) * rng.uniform(0.3, 1.0, n)
        image += (
            contrast.fringes
            * amplitude.astype(np.float32)[labels]
            * np.sin(bent[labels] * along + phase[labels])
        )
    return image


def _line_profile(distance: Float, contrast: Contrast, diameter: float, rng: np.random.Generator) -> Float:
    """1 on the boundary, 0 away from it: from a bar with steep flanks to a bell."""
    if contrast.rounding:  # blurring the distance lifts it less where three grains meet: lines widen there
        sigma = contrast.rounding * contrast.line_width
        distance = np.maximum(ndi.gaussian_filter(distance, sigma, truncate=3) - np.float32(0.8 * sigma), 0)
    half = np.float32(contrast.line_width / 2)
    width: Float | np.float32 = half
    if contrast.line_wobble:
        width = half * np.exp(contrast.line_wobble * smooth_noise(distance.shape, 0.5 * diameter, rng))
    bell = np.exp(-0.69 * (distance / width) ** 2)
    if contrast.line_softness >= 1:
        return np.asarray(bell, np.float32)
    bar = 1 / (1 + np.exp(np.clip((distance - width) * 3, -20, 20)))
    return np.asarray(contrast.line_softness * bell + (1 - contrast.line_softness) * bar, np.float32)


def _lit_from_one_side(profile: Float, rng: np.random.Generator) -> Float:
    """Slope of the line profile along a random direction, scaled to about -1 to 1."""
    angle = rng.uniform(0, 2 * np.pi)
    slope_y, slope_x = np.gradient(profile)
    slope = np.sin(angle) * slope_y + np.cos(angle) * slope_x
    return np.asarray(slope / max(float(np.abs(slope).max()), 1e-3), np.float32)
