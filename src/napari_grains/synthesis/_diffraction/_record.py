"""From reflections to what the camera records."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ._parameters import PatternImaging

Float = NDArray[np.float64]
_BINS_PER_PX = 4
"""Of the profile across rings."""


def farthest(imaging: PatternImaging) -> float:
    """|g| in 1/angstrom up to which reflections are drawn: to the edges of the image, not the corners."""
    aside = math.hypot(imaging.offset_y, imaging.offset_x)
    return (imaging.size / 2 + aside + 3 * imaging.spot_size) / imaging.camera_constant


def stretch(imaging: PatternImaging) -> Float:
    """Matrix (2, 2) for (y, x) that turns circles into ellipses of the same area."""
    angle, ratio = math.radians(imaging.ellipse_direction), 1 + imaging.ellipticity
    c, s = math.cos(angle), math.sin(angle)
    axes = np.array([[s, c], [c, -s]])
    matrix: Float = axes.T @ np.diag([math.sqrt(ratio), 1 / math.sqrt(ratio)]) @ axes
    return matrix


def centre(imaging: PatternImaging) -> tuple[float, float]:
    """(y, x) of the direct beam, px from the middle of pixel (0, 0)."""
    middle = (imaging.size - 1) / 2
    return middle + imaging.offset_y, middle + imaging.offset_x


def draw_spots(g: Float, intensity: Float, imaging: PatternImaging) -> Float:
    """Image (Y, X) of Gaussian spots at g, (N, 2) in 1/angstrom, whose peaks are their intensities."""
    if not len(g):
        return np.zeros((imaging.size, imaging.size))
    places = imaging.camera_constant * g @ stretch(imaging).T + np.array(centre(imaging))
    pixels = np.arange(imaging.size)
    rows, columns = (
        np.exp(-0.5 * ((pixels - place[:, None]) / imaging.spot_size) ** 2) for place in places.T
    )
    image: Float = (rows * intensity[:, None]).T @ columns
    return image


def draw_rings(g: Float, intensity: Float, imaging: PatternImaging) -> Float:
    """Image (Y, X) of rings with Gaussian profiles at |g|, (N,) in 1/angstrom."""
    bins = np.arange(0, imaging.size * _BINS_PER_PX)
    at = np.rint(imaging.camera_constant * _BINS_PER_PX * g).astype(np.intp)
    lines = np.bincount(at, intensity, len(bins))[: len(bins)]
    width = imaging.spot_size * _BINS_PER_PX
    reach = np.arange(-math.ceil(4 * width), math.ceil(4 * width) + 1)
    profile = np.convolve(lines, np.exp(-0.5 * (reach / width) ** 2))[len(reach) // 2 :][: len(bins)]
    return np.interp(_radius(imaging) * _BINS_PER_PX, bins, profile)


def record(diffracted: Float, imaging: PatternImaging, rng: np.random.Generator) -> NDArray[np.float32]:
    """Image as the camera records it.

    Parameters
    ----------
    diffracted : ndarray of float64, (Y, X)
        Reflections without the direct beam, in any unit.
    imaging : PatternImaging
        Exposure, direct beam, background, beam stop and noise.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    ndarray of float32, (Y, X)
        0 to 1 in steps of 1/255.
    """
    radius = _radius(imaging)
    image = diffracted / max(float(diffracted.max()), 1e-12)
    image += imaging.beam * np.exp(-0.5 * (radius / (1.2 * imaging.spot_size)) ** 2)
    image += imaging.background * np.exp(-radius / imaging.background_width) + imaging.floor
    image *= imaging.exposure
    if imaging.beam_stop:
        image *= _not_hidden(imaging)
    if imaging.counts:
        image = rng.poisson(image * imaging.counts) / imaging.counts
    if imaging.readout:
        image = image + imaging.readout * rng.standard_normal(image.shape)
    return np.asarray(np.rint(np.clip(image, 0, 1) * 255) / 255, np.float32)


def _offsets(imaging: PatternImaging) -> tuple[Float, Float]:
    """(Y, 1) rows and (1, X) columns from the centre, px."""
    y, x = centre(imaging)
    pixels = np.arange(imaging.size, dtype=np.float64)
    return (pixels - y)[:, None], (pixels - x)[None, :]


def _radius(imaging: PatternImaging) -> Float:
    """(Y, X), distance from the centre in px before the ellipse."""
    y, x = _offsets(imaging)
    back = np.linalg.inv(stretch(imaging))
    found: Float = np.hypot(back[0, 0] * y + back[0, 1] * x, back[1, 0] * y + back[1, 1] * x)
    return found


def _not_hidden(imaging: PatternImaging) -> Float:
    """(Y, X), 0 behind the beam stop and 1 elsewhere, with an edge one pixel soft."""
    y, x = _offsets(imaging)
    angle = math.radians(imaging.stop_direction)
    along, across = math.sin(angle) * y + math.cos(angle) * x, math.cos(angle) * y - math.sin(angle) * x
    bar = np.where(along > 0, np.abs(across) - imaging.beam_stop / 2, np.inf)
    outside = np.minimum(np.hypot(y, x) - imaging.beam_stop, bar)
    shown: Float = np.clip(outside + 0.5, 0, 1)
    return shown
