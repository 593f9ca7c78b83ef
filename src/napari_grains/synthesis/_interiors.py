"""Grey levels inside grains: orientation contrast, gradients, fringes, stripes, mottling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._fields import smooth_noise
from ._parameters import Contrast

Float = NDArray[np.float32]
Labels = NDArray[np.intp]


def grain_levels(crystals: Labels, contrast: Contrast, rng: np.random.Generator) -> Float:
    """Grey level of each crystal, (Y, X); some images have only a few, so that some neighbours look alike."""
    n = int(crystals.max()) + 1
    levels = rng.standard_normal(n)
    if rng.random() < 0.15:
        few = rng.integers(4, 9)
        levels = rng.permutation(np.linspace(-1.5, 1.5, few))[rng.integers(0, few, n)]
    levels *= contrast.grain_steps
    if contrast.odd_grains:
        levels[rng.random(n) < contrast.odd_grains] += contrast.odd_step
    grey: Float = levels.astype(np.float32)
    return grey.take(crystals)


def interiors(
    crystals: Labels, distance: Float, contrast: Contrast, diameter: float, rng: np.random.Generator
) -> Float:
    """All that varies inside grains.

    Parameters
    ----------
    crystals : ndarray of intp, (Y, X)
        Orientations, 1 to N.
    distance : ndarray of float32, (Y, X)
        Distance to the nearest boundary in px.
    contrast : Contrast
        What is visible and how strongly.
    diameter : float
        Mean grain diameter in px.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32, (Y, X)
        To be added to the grey levels of the grains.
    """
    image = np.zeros(crystals.shape, np.float32)
    if contrast.ramps or contrast.fringes:
        image += _waves(crystals, contrast, diameter, rng)
    if contrast.lamellae:
        image += _lamellae(crystals, contrast, rng)
    if contrast.filaments:
        image += _filaments(crystals, contrast, rng)
    if contrast.domes:
        image += np.float32(contrast.domes) * (1 - np.exp(distance * np.float32(-5 / diameter)))
    if contrast.texture:
        image += _texture(crystals, contrast, rng)
    return image


def _waves(crystals: Labels, contrast: Contrast, diameter: float, rng: np.random.Generator) -> Float:
    """Linear ramps, and bent fringes in a third of the grains."""
    n = int(crystals.max()) + 1
    phase = rng.uniform(0, 2 * np.pi, n).astype(np.float32)
    along = _along(crystals, rng) / np.float32(diameter)
    along += np.float32(0.3) * smooth_noise(along.shape, diameter, rng)
    image = np.zeros(along.shape, np.float32)
    if contrast.ramps:  # a triangular wave of 2.5 grain diameters: one ramp per grain, never out of range
        turns = (along + phase.take(crystals)) / np.float32(2.5)
        turns -= np.floor(turns)
        image += np.float32(contrast.ramps * 4) * (np.abs(turns - np.float32(0.5)) - np.float32(0.25))
    if contrast.fringes:
        bent = rng.uniform(3, 14, n).astype(np.float32)
        amplitude = _in_a_third(n, rng) * np.float32(contrast.fringes)
        image += amplitude.take(crystals) * np.sin(bent.take(crystals) * along + phase.take(crystals))
    return image


def _lamellae(crystals: Labels, contrast: Contrast, rng: np.random.Generator) -> Float:
    """Straight stripes of one spacing, in each grain in its own direction."""
    n = int(crystals.max()) + 1
    amplitude = _in_a_third(n, rng) * np.float32(contrast.lamellae)
    frequency = (2 * np.pi / contrast.lamella_spacing * rng.uniform(0.8, 1.25, n)).astype(np.float32)
    stripes = np.sin(frequency.take(crystals) * _along(crystals, rng))
    return np.asarray(amplitude.take(crystals) * stripes, np.float32)


def _filaments(crystals: Labels, contrast: Contrast, rng: np.random.Generator) -> Float:
    """Zero crossings of a random field, a pixel or two wide, that come and go along their length."""
    size = contrast.filament_spacing / 2
    field, fades = (smooth_noise(crystals.shape, s, rng) for s in (size, 1.5 * size))
    width = np.float32(rng.uniform(0.5, 1.2) / (np.sqrt(2) * size))  # the field's slope is 1 / (sqrt(2) size)
    amount = rng.uniform(0, 1, int(crystals.max()) + 1).astype(np.float32) * np.float32(contrast.filaments)
    lines = np.exp(-((field / width) ** 2)) * np.clip(fades, 0, 1)
    return np.asarray(amount.take(crystals) * lines, np.float32)


def _texture(crystals: Labels, contrast: Contrast, rng: np.random.Generator) -> Float:
    field = np.float32(contrast.texture) * smooth_noise(crystals.shape, contrast.texture_size, rng)
    if not contrast.texture_spread:
        return field
    rough = np.exp(rng.normal(0, contrast.texture_spread, int(crystals.max()) + 1))
    return np.asarray(field * rough.astype(np.float32).take(crystals), np.float32)


def _along(crystals: Labels, rng: np.random.Generator) -> Float:
    """Coordinate in px along a direction of each crystal's own."""
    angle = rng.uniform(0, 2 * np.pi, int(crystals.max()) + 1).astype(np.float32)
    y, x = (np.arange(k, dtype=np.float32) for k in crystals.shape)
    sin, cos = np.sin(angle).take(crystals), np.cos(angle).take(crystals)
    return np.asarray(sin * y[:, None] + cos * x, np.float32)


def _in_a_third(n: int, rng: np.random.Generator) -> Float:
    """Amplitude of something that a third of the grains have."""
    return ((rng.random(n) < 0.35) * rng.uniform(0.3, 1.0, n)).astype(np.float32)
