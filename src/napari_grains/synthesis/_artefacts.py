"""What goes wrong in preparation, microscope, camera and file format."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage as ndi

Float = NDArray[np.float32]

_TAIL = 100  # px after which a streak of charging has faded


def scratched(image: Float, number: float, rng: np.random.Generator) -> Float:
    """Straight scratches from border to border, dark or bright, about a pixel wide."""
    y, x = (np.arange(n, dtype=np.float32) for n in image.shape)
    image = image.copy()
    bundle = rng.uniform(0, np.pi)  # of one polishing direction, more or less
    for _ in range(rng.poisson(number)):
        angle = bundle + rng.normal(0, 0.3)
        row, column = (rng.uniform(0, n) for n in image.shape)
        across = np.float32(np.cos(angle)) * (y[:, None] - row) - np.float32(np.sin(angle)) * (x - column)
        line = np.exp(-((across / np.float32(rng.uniform(0.5, 1.3))) ** 2))
        image += np.float32(rng.uniform(-0.4, 0.25)) * line
    return image


def charged(image: Float, strength: float) -> Float:
    """Bright features drag a fading streak behind them along the scan line, as a charged detector does."""
    excess = np.maximum(image - np.quantile(image[::4, ::4], 0.9), 0)
    tail = 0.06 * 0.94 ** np.arange(_TAIL, dtype=np.float32)
    kernel = np.concatenate([np.zeros(1, np.float32), tail])  # a middle, which is moved to the end
    streak = ndi.convolve1d(excess, kernel, axis=1, mode="constant", origin=1 - len(kernel) // 2)
    return np.asarray(image + strength * streak, np.float32)


def curtained(image: Float, strength: float, rng: np.random.Generator) -> Float:
    """Stripes along the columns, as milling with an ion beam leaves them."""
    stripes = ndi.gaussian_filter1d(rng.standard_normal(image.shape[1]), 1.0)
    return np.asarray(image + strength * stripes, np.float32)


def jittered(image: Float, jitter: float, rng: np.random.Generator) -> Float:
    """Every scan line shifted by a random amount, to the nearest pixel."""
    shift = np.rint(rng.normal(0, jitter, image.shape[0])).astype(int)
    columns = np.clip(np.arange(image.shape[1]) + shift[:, None], 0, image.shape[1] - 1)
    return np.take_along_axis(image, columns, 1)


def resampled(image: Float, factor: float) -> Float:
    """Reduced by a factor and enlarged again: smooth pixels, correlated noise."""
    height, width = image.shape
    small = (max(1, round(width / factor)), max(1, round(height / factor)))
    reduced = Image.fromarray(image).resize(small, Image.Resampling.BILINEAR)
    return np.asarray(reduced.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def compressed(image: Float, quality: float) -> Float:
    """Compressed as JPEG and read again; grey levels 0 to 1."""
    file = BytesIO()
    grey = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(grey).save(file, "JPEG", quality=int(np.clip(quality, 1, 95)))
    return np.asarray(Image.open(file), np.float32) / np.float32(255)
