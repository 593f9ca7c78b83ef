"""Contrast stretch between percentiles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def stretch(
    pixels: NDArray[Any],
    specimen: NDArray[np.bool_] | None = None,
    low: float = 0.5,
    high: float = 99.5,
) -> NDArray[np.float32]:
    """Map the grey values between two percentiles linearly to 0..1 and clip the rest.

    Parameters
    ----------
    pixels : ndarray, any shape, finite
        Grey values.
    specimen : ndarray of bool, same shape, optional
        The percentiles are taken over its True pixels (over all pixels if there is none).
    low, high : float
        Percentiles, 0 <= low < high <= 100.

    Returns
    -------
    ndarray of float32, same shape
        Within 0..1. Where the two percentiles coincide (a few bright dots on black) the extremes take their
        place; a constant image becomes 0.

    Raises
    ------
    ValueError
        If the percentiles are not in order.
    """
    if not 0 <= low < high <= 100:
        raise ValueError(f"percentiles {low} and {high} are not in order within 0..100")
    seen = pixels if specimen is None or not specimen.any() else pixels[specimen]
    if seen.size == 0:
        return np.zeros(pixels.shape, np.float32)
    dark, bright = (float(value) for value in np.percentile(seen, [low, high]))
    if not bright > dark:
        dark, bright = float(seen.min()), float(seen.max())
    if not bright > dark:
        return np.zeros(pixels.shape, np.float32)
    # Double precision for the two numbers that are subtracted first, so that a small range on a large offset
    # survives.
    unit = np.subtract(pixels, dark, dtype=np.float64) / (bright - dark)
    clipped: NDArray[np.float32] = np.clip(unit, 0, 1, out=unit).astype(np.float32)
    return clipped
