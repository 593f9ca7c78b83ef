"""From the ideal image to the recorded one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._artefacts import charged, compressed, curtained, jittered, resampled, scratched
from ._fields import blurred, smooth_noise
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
    if imaging.scratches:
        image = scratched(image, imaging.scratches, rng)
    image = blurred(image, imaging.blur, truncate=3)
    if imaging.shading:
        light = smooth_noise(image.shape, 0.35 * max(image.shape), rng)
        image = image + np.float32(0.25 * imaging.shading) * light
    if imaging.curtaining:
        image = curtained(image, imaging.curtaining, rng)
    if imaging.charging:
        image = charged(image, imaging.charging)
    if imaging.jitter:
        image = jittered(image, imaging.jitter, rng)
    image = image + _noise(image, imaging, rng)
    if imaging.resampling > 1:
        image = resampled(image, imaging.resampling)
    return _grey_levels(image, imaging)


def _noise(image: Float, imaging: Imaging, rng: np.random.Generator) -> Float:
    noise = rng.standard_normal(image.shape, np.float32)
    if imaging.noise_correlation > 0.2:
        noise = blurred(noise, imaging.noise_correlation, truncate=2)
        noise /= max(float(noise[::2, ::2].std()), 1e-6)
    noise *= np.float32(imaging.noise)
    if imaging.shot:
        grows = np.sqrt(np.clip(image, 0.05, 1.5) * np.float32(2))
        noise *= np.float32(1 - imaging.shot) + np.float32(imaging.shot) * grows
    return noise


def _grey_levels(image: Float, imaging: Imaging) -> Float:
    sample = image[::3, ::3].ravel()
    first, last = int(imaging.clipped * sample.size), int((1 - imaging.clipped) * (sample.size - 1))
    ordered = np.partition(sample, (first, last))
    low, high = ordered[first], ordered[last]
    image = np.clip((image - low) / max(float(high - low), 1e-6), 0, 1) ** np.float32(imaging.gamma)
    image = 1 - image if imaging.inverted else image
    if imaging.jpeg:
        return compressed(image, imaging.jpeg)
    return np.asarray(np.rint(image * 255) / 255, np.float32)
