"""What microscope and camera add to the ideal image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from ._fields import smooth_noise
from ._parameters import Imaging

Float = NDArray[np.float32]


def record(image: Float, imaging: Imaging, rng: np.random.Generator) -> Float:
    """Image as recorded.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        Ideal grey levels around 0 to 1.
    imaging : Imaging
        Blur, artefacts, noise and grey-level curve.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32, (Y, X)
        Grey levels, 0 to 1 in steps of 1/255.
    """
    image = ndi.gaussian_filter(image, imaging.blur, truncate=3)
    if imaging.shading:
        image = image + 0.25 * imaging.shading * smooth_noise(image.shape, 0.35 * max(image.shape), rng)
    if imaging.curtaining:
        image = image + imaging.curtaining * ndi.gaussian_filter1d(rng.standard_normal(image.shape[1]), 1.0)
    if imaging.jitter:
        image = _jittered(image, imaging.jitter, rng)
    image = image + _noise(image, imaging, rng)
    return _grey_levels(image, imaging)


def _jittered(image: Float, jitter: float, rng: np.random.Generator) -> Float:
    """Shift every scan line by a random amount, to the nearest pixel."""
    shift = np.rint(rng.normal(0, jitter, image.shape[0])).astype(int)
    columns = np.clip(np.arange(image.shape[1]) + shift[:, None], 0, image.shape[1] - 1)
    return np.take_along_axis(image, columns, 1)


def _noise(image: Float, imaging: Imaging, rng: np.random.Generator) -> Float:
    noise = rng.standard_normal(image.shape, np.float32)
    if imaging.noise_correlation > 0.2:
        noise = ndi.gaussian_filter(noise, imaging.noise_correlation, truncate=2)
        noise /= max(float(noise.std()), 1e-6)
    grows = np.sqrt(np.clip(image, 0.05, 1.5) / 0.5) if imaging.shot else 1.0
    return np.asarray(imaging.noise * noise * (1 - imaging.shot + imaging.shot * grows), np.float32)


def _grey_levels(image: Float, imaging: Imaging) -> Float:
    ordered = np.partition(image[::3, ::3].ravel(), k := _ranks(image[::3, ::3].size, imaging.clipped))
    low, high = ordered[k[0]], ordered[k[1]]
    image = np.clip((image - low) / max(float(high - low), 1e-6), 0, 1) ** np.float32(imaging.gamma)
    image = 1 - image if imaging.inverted else image
    return np.asarray(np.rint(image * 255) / 255, np.float32)


def _ranks(n: int, clipped: float) -> tuple[int, int]:
    return int(clipped * n), int((1 - clipped) * (n - 1))
