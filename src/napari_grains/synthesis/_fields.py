"""Random fields that the generator draws everything else from, and a blur."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

Float = NDArray[np.float32]

_ROOM = 16  # pixels at the end of a row: a line of the cache


def smooth_noise(shape: tuple[int, int], correlation: float, rng: np.random.Generator) -> Float:
    """Gaussian random field of unit variance with a given correlation length.

    White noise on a coarse grid, spread by a separable Gaussian basis: two small matrix products, whatever
    the correlation length.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns.
    correlation : float
        Standard deviation of the basis functions in px, at least 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float32, (Y, X)
    """
    along_y, along_x = (_basis(n, round(max(correlation, 1.0), 1)) for n in shape)
    coarse = rng.standard_normal((along_y.shape[1], along_x.shape[1]), np.float32)
    return np.asarray(along_y @ coarse @ along_x.T, np.float32)


@lru_cache(maxsize=1024)  # the default recipe has about 900 for one shape
def _basis(n: int, sigma: float) -> Float:
    """(n, K) Gaussian bumps 1.25 sigma apart, normalised so that white coefficients give unit variance."""
    centres = np.arange(-3 * sigma, n + 3 * sigma, 1.25 * sigma)
    bumps = np.exp(-0.5 * ((np.arange(n)[:, None] - centres) / sigma) ** 2)
    return np.ascontiguousarray(bumps / np.linalg.norm(bumps, axis=1, keepdims=True), np.float32)


def blurred(image: Float, sigma: float, truncate: float) -> Float:
    """Gaussian blur.

    Rows of a power of two bytes put the pixels of a column into the same few places of the processor's cache,
    where they drive each other out, and SciPy goes along columns. So the rows are given room at their end.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        Grey levels.
    sigma : float
        Standard deviation in px.
    truncate : float
        Where the Gaussian ends, in standard deviations.
    """
    height, width = image.shape
    sharp, soft = np.empty((2, height, width + _ROOM), np.float32)[:, :, :width]
    sharp[:] = image
    return np.ascontiguousarray(ndi.gaussian_filter(sharp, sigma, truncate=truncate, output=soft))
