"""Frames that hold no pattern, which a classifier of diffraction patterns should call unknown."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from napari_grains.synthesis import WIDE_PATTERN_RANGES, PatternImaging, PatternRecipe
from napari_grains.synthesis._diffraction._record import record

Float = NDArray[np.float64]


def no_pattern(seed: int, index: int) -> NDArray[np.float32]:
    """Frame number ``index`` of a seed: beam alone, amorphous halo, scattered spots, or a micrograph."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
    imaging = PatternRecipe(ranges=WIDE_PATTERN_RANGES).draw(rng).imaging
    content = CONTENTS[index % len(CONTENTS)]
    return record(content(imaging, rng), imaging, rng)


def beam(imaging: PatternImaging, _: np.random.Generator) -> Float:
    return np.zeros((imaging.size, imaging.size))


def halo(imaging: PatternImaging, rng: np.random.Generator) -> Float:
    """Rings as broad as those of an amorphous film."""
    y, x = np.indices((imaging.size, imaging.size)) - (imaging.size - 1) / 2
    radius = np.hypot(y - imaging.offset_y, x - imaging.offset_x)
    image = np.zeros_like(radius)
    for _ in range(rng.integers(1, 4)):
        at, width, height = rng.uniform([6, 3, 0.2], [24, 7, 1])
        image += height * np.exp(-0.5 * ((radius - at) / width) ** 2)
    return image


def scattered(imaging: PatternImaging, rng: np.random.Generator) -> Float:
    """Spots that lie on no net."""
    y, x = np.indices((imaging.size, imaging.size))
    image = np.zeros((imaging.size, imaging.size))
    for _ in range(rng.integers(3, 60)):
        row, column, height = rng.uniform([0, 0, 0.05], [imaging.size, imaging.size, 1])
        away = np.hypot(y - row, x - column) / imaging.spot_size
        image += height**2 * np.exp(-0.5 * away**2)
    return image


def micrograph(imaging: PatternImaging, rng: np.random.Generator) -> Float:
    """Blurred noise."""
    image = gaussian_filter(rng.standard_normal((imaging.size, imaging.size)), rng.uniform(0.6, 6))
    return (image - image.min()) ** rng.uniform(0.5, 3)


CONTENTS = (beam, halo, scattered, micrograph)
"""What may be in a frame without a pattern."""
