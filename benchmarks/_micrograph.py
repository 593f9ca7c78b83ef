"""The images that viewer, throughput and previews are measured with."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

if TYPE_CHECKING:
    from napari_grains.images import CalibratedImage

SIDE = 2048
NAME = "mirrored sample"
PAINTED_SHAPE = (1200, 1600)


def calibrated_micrograph() -> CalibratedImage:
    """Mirror the bundled sample until it fills a square."""
    from napari_grains.images import calibrated, read_image  # noqa: PLC0415 - the first import is measured

    sample = read_image(str(files("napari_grains") / "samples" / "polycrystal.tif"))
    larger = np.pad(sample.pixels, [(0, SIDE - n) for n in sample.shape], "symmetric")
    return calibrated(larger, name=NAME, pixel_size=sample.pixel_size)


def micrograph() -> NDArray[np.float32]:
    """Return its pixels alone, (Y, X)."""
    return calibrated_micrograph().pixels


def painted_micrograph() -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Draw a synthetic micrograph of `PAINTED_SHAPE`, and strokes on a few of its grains."""
    from napari_grains.synthesis import Recipe  # noqa: PLC0415 - the first import of others is measured

    truth = Recipe(kinds={"etched": 1.0}, grain_diameter=(45.0, 45.0)).micrograph(7, 0, PAINTED_SHAPE)
    return truth.image, _strokes_on(truth.grains)


def _strokes_on(grains: NDArray[np.int32], places: int = 24, side: int = 60) -> NDArray[np.uint8]:
    """Paint boundaries and insides in squares drawn at random, about one hundredth of the image."""
    rng = np.random.default_rng(0)
    edges = ndi.grey_dilation(grains, 3) != ndi.grey_erosion(grains, 3)
    inside = ndi.distance_transform_edt(~edges) > 6
    painted = np.zeros(grains.shape, np.uint8)
    for top, left in rng.integers(0, np.array(grains.shape) - side, (places, 2)):
        here = slice(top, top + side), slice(left, left + side)
        painted[here] = np.where(edges[here], 2, np.where(inside[here], 1, 0))
        painted[here][::3] = 0
    return painted
