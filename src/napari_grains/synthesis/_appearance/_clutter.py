"""Spots, blobs and streaks inside the grains of a partition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from ._interiors import robust_sd

Float = NDArray[np.float64]
Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class ClutterSeen:
    """Things inside grains, per 10 grains; contrast in grey levels and diameter in grain diameters."""

    spots: float = 0.0
    dark_blobs: float = 0.0
    bright_blobs: float = 0.0
    streaks: float = 0.0
    contrast: float = 0.0
    blob_diameter: float = 0.0


def measure_clutter(
    residual: Image, inside: Mask, diameter: float, grains: float, texture: float
) -> ClutterSeen:
    """Count what sticks out of the mottling inside grains.

    Parameters
    ----------
    residual : ndarray of float32, (Y, X)
        Image less the plane of each grain.
    inside : ndarray of bool, (Y, X)
        Interiors.
    diameter : float
        Mean grain diameter in px.
    grains : float
        Number of grains in the image.
    texture : float
        Standard deviation of the mottling, which sets how far a thing must stick out.
    """
    covered = ndi.gaussian_filter(inside.astype(np.float32), 0.7, truncate=3)
    smooth = ndi.gaussian_filter(residual * inside, 0.7, truncate=3) / np.maximum(covered, 0.3)
    threshold = max(3.2 * robust_sd(smooth[inside]), 2.2 * texture, 0.05)
    dark = _things(-smooth, inside & (smooth < -threshold))
    bright = _things(smooth, inside & (smooth > threshold))
    return _sorted(dark, bright, diameter, 10 / max(grains, 1))


@dataclass(frozen=True, eq=False)
class _Things:
    """One value per connected piece: diameter of the circle of its area in px, length to width, contrast."""

    diameter: Float
    slender: Float
    contrast: Float


def _things(height: Image, where: Mask) -> _Things:
    labels, n = ndi.label(where, np.ones((3, 3)))
    if not n:
        return _Things(*(np.zeros(0) for _ in range(3)))
    number = labels[where]
    y, x = np.nonzero(where)
    area = np.bincount(number, minlength=n + 1)[1:].astype(float)
    cy, cx = (np.bincount(number, k, n + 1)[1:] / area for k in (y, x))
    dy, dx = y - cy[number - 1], x - cx[number - 1]
    yy, xx, xy = (np.bincount(number, k, n + 1)[1:] / area for k in (dy * dy, dx * dx, dy * dx))
    yy, xx = yy + 1 / 12, xx + 1 / 12  # a pixel has an extent of its own
    half, off = 0.5 * (yy + xx), np.hypot(0.5 * (yy - xx), xy)
    slender = np.sqrt((half + off) / np.maximum(half - off, 1 / 24))
    contrast = ndi.maximum(height, labels, np.arange(1, n + 1))
    large = area >= 2
    return _Things(np.sqrt(4 * area[large] / np.pi), slender[large], np.asarray(contrast, float)[large])


def _sorted(dark: _Things, bright: _Things, diameter: float, per_ten: float) -> ClutterSeen:
    small = 2 * (0.06 * diameter + 1.2)
    lines = [t.slender > 3.5 for t in (dark, bright)]
    blob = ~lines[0] & (dark.diameter > small)
    contrast = np.concatenate([dark.contrast, bright.contrast])
    size = np.concatenate([dark.diameter[blob], bright.diameter[~lines[1]]])
    return ClutterSeen(
        spots=float(np.sum(~lines[0] & ~blob)) * per_ten,
        dark_blobs=float(blob.sum()) * per_ten,
        bright_blobs=float(np.sum(~lines[1])) * per_ten,
        streaks=float(lines[0].sum() + lines[1].sum()) * per_ten,
        contrast=float(np.median(contrast)) if contrast.size else 0.0,
        blob_diameter=float(np.median(size)) / diameter if size.size else 0.0,
    )
