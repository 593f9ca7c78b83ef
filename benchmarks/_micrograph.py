"""The image that the viewer is measured with."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

SIDE = 2048
NAME = "mirrored sample"


def micrograph() -> NDArray[np.float32]:
    """Mirror the bundled sample until it fills a square, (Y, X)."""
    from napari_grains.images import read_image  # noqa: PLC0415 - not where the first import is measured

    sample = read_image(str(files("napari_grains") / "samples" / "polycrystal.tif")).pixels
    return np.pad(sample, [(0, SIDE - n) for n in sample.shape], "symmetric")
