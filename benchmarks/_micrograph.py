"""The image that viewer and throughput are measured with."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from napari_grains.images import CalibratedImage

SIDE = 2048
NAME = "mirrored sample"


def calibrated_micrograph() -> CalibratedImage:
    """Mirror the bundled sample until it fills a square."""
    from napari_grains.images import calibrated, read_image  # noqa: PLC0415 - the first import is measured

    sample = read_image(str(files("napari_grains") / "samples" / "polycrystal.tif"))
    larger = np.pad(sample.pixels, [(0, SIDE - n) for n in sample.shape], "symmetric")
    return calibrated(larger, name=NAME, pixel_size=sample.pixel_size)


def micrograph() -> NDArray[np.float32]:
    """Return its pixels alone, (Y, X)."""
    return calibrated_micrograph().pixels
