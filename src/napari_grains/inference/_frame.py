"""The working frame: the pixel grid at the scale that a network knows, tied to the image it came from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

Float = NDArray[np.float32]


@dataclass(frozen=True)
class WorkingFrame:
    """A scaled pixel grid over an image.

    The grid belongs to the whole micrograph, not to the part at hand: working pixel k covers
    [k / scale, (k + 1) / scale) of the original pixel coordinates. An image that was cropped, and knows its
    origin, is therefore sampled at the very places where the uncropped one is.

    Parameters
    ----------
    scale : float
        Working pixels per image pixel; 0.5 halves the image.
    image_shape : (int, int)
        Rows and columns of the image.
    origin : (int, int)
        Row and column of the image's first pixel in the micrograph it was cropped from.
    """

    scale: float
    image_shape: tuple[int, int]
    origin: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise ValueError(f"the scale must be a positive number, got {self.scale}")

    @property
    def first(self) -> tuple[int, int]:
        """Row and column of the first working pixel in the micrograph's working grid."""
        row, column = (math.floor(o * self.scale) for o in self.origin)
        return row, column

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the working image, at least one each."""
        rows, columns = (
            max(1, math.ceil((o + n) * self.scale - 1e-6) - first)
            for o, n, first in zip(self.origin, self.image_shape, self.first, strict=True)
        )
        return rows, columns

    def to_working(self, image: Float) -> Float:
        """Bring an image (Y, X) to the working grid, smoothed against aliasing where it shrinks."""
        if self.scale == 1:
            return image
        if self.scale < 1:
            image = ndi.gaussian_filter(image, (1 / self.scale - 1) / 2, mode="nearest", truncate=3)
        offset = [(k + 0.5) / self.scale - 0.5 - o for k, o in zip(self.first, self.origin, strict=True)]
        return _sample(image, 1 / self.scale, offset, self.shape)

    def to_image(self, working: Float) -> Float:
        """Bring a result from the working grid to the image's pixels by linear interpolation."""
        return self.block_to_image(working, (slice(0, self.image_shape[0]), slice(0, self.image_shape[1])))

    def block_to_image(
        self, working: Float, block: tuple[slice, slice], corner: tuple[int, ...] = (0, 0)
    ) -> Float:
        """As `to_image`, for the rectangle of image pixels ``block`` alone.

        ``working`` may be a part of the working grid whose first pixel is ``corner``.
        """
        shape = (block[0].stop - block[0].start, block[1].stop - block[1].start)
        if self.scale == 1:
            rows, columns = (slice(p.start - c, p.stop - c) for p, c in zip(block, corner, strict=True))
            return working[rows, columns]
        offset = [
            (o + part.start + 0.5) * self.scale - 0.5 - k - c
            for k, o, part, c in zip(self.first, self.origin, block, corner, strict=True)
        ]
        return _sample(working, self.scale, offset, shape)

    def places(self) -> tuple[Float, Float]:
        """Where the rows and the columns of the image lie on the working grid, in working pixels."""
        rows, columns = (
            ((np.arange(n) + o + 0.5) * self.scale - 0.5 - k).astype(np.float32)
            for n, o, k in zip(self.image_shape, self.origin, self.first, strict=True)
        )
        return rows, columns

    def block_in_image(self, block: tuple[slice, slice]) -> tuple[slice, slice]:
        """Image pixels whose centres lie in a rectangle of working pixels."""
        rows, columns = (
            slice(
                *(
                    min(max(math.ceil((k + edge) / self.scale - 0.5) - o, 0), n)
                    for edge in (part.start, part.stop)
                )
            )
            for part, k, o, n in zip(block, self.first, self.origin, self.image_shape, strict=True)
        )
        return rows, columns


def _sample(array: Float, step: float, offset: list[float], shape: tuple[int, int]) -> Float:
    """Linear interpolation at ``offset + step * index`` along both axes; the border continues outwards."""
    sampled = ndi.affine_transform(array, [step, step], offset, shape, np.float32, order=1, mode="nearest")
    return np.asarray(sampled, np.float32)
