"""The working frame: the pixel grid at the scale that a network knows, tied to the image it came from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from ._blocks import Block, corner, size, whole

Float = NDArray[np.float32]
_TRUNCATE = 3.0
"""Standard deviations at which the blur ends."""


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
        return self.block_to_working(image, whole(self.shape))

    def block_to_working(self, image: Float, block: Block) -> Float:
        """As `to_working`, for the rectangle of working pixels ``block`` alone."""
        if self.scale == 1:
            return image[block]
        offset = [
            (k + part.start + 0.5) / self.scale - 0.5 - o
            for k, o, part in zip(self.first, self.origin, block, strict=True)
        ]
        sources = [self._source(*axis) for axis in zip(offset, size(block), self.image_shape, strict=True)]
        image = image[sources[0], sources[1]]
        if self.scale < 1:
            image = ndi.gaussian_filter(image, self._sigma, mode="nearest", truncate=_TRUNCATE)
        inside = [at - source.start for at, source in zip(offset, sources, strict=True)]
        return _sample(image, 1 / self.scale, inside, size(block))

    @property
    def _sigma(self) -> float:
        return max(0.0, (1 / self.scale - 1) / 2)

    @property
    def _blur_radius(self) -> int:
        return int(_TRUNCATE * self._sigma + 0.5)

    def _source(self, first: float, number: int, length: int) -> slice:
        """Image pixels that ``number`` working pixels are made of, the first at ``first``, along an axis."""
        last = first + (number - 1) / self.scale
        low, high = (min(max(at, 0), length - 1) for at in (math.floor(first), math.ceil(last)))
        return slice(max(low - self._blur_radius, 0), min(high + 1 + self._blur_radius, length))

    def reach(self, radius: int) -> int:
        """Image pixels from which a result can be influenced, in a network of receptive ``radius``.

        Added to what the network sees are a working pixel each for sampling the image and for sampling the
        result, and the blur.
        """
        return math.ceil((radius + 2) / self.scale) + self._blur_radius + 1

    def part(self, block: Block) -> WorkingFrame:
        """Frame of a rectangle of image pixels, on the same grid."""
        row, column = corner(block)
        return WorkingFrame(self.scale, size(block), (self.origin[0] + row, self.origin[1] + column))

    def to_image(self, working: Float) -> Float:
        """Bring a result from the working grid to the image's pixels by linear interpolation."""
        return self.block_to_image(working, whole(self.image_shape))

    def block_to_image(self, working: Float, block: Block, start: tuple[int, ...] = (0, 0)) -> Float:
        """As `to_image`, for the rectangle of image pixels ``block`` alone.

        ``working`` may be a part of the working grid whose first pixel is ``start``.
        """
        if self.scale == 1:
            rows, columns = (slice(p.start - c, p.stop - c) for p, c in zip(block, start, strict=True))
            return working[rows, columns]
        offset = [
            (o + part.start + 0.5) * self.scale - 0.5 - k - c
            for k, o, part, c in zip(self.first, self.origin, block, start, strict=True)
        ]
        return _sample(working, self.scale, offset, size(block))

    def block_in_image(self, block: Block) -> Block:
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


@dataclass(frozen=True, eq=False)
class WorkingImage:
    """An image on its working grid that is computed where it is read: ``working[rows, columns]``.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        The image.
    frame : WorkingFrame
        Its grid.
    """

    image: Float
    frame: WorkingFrame

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the working grid."""
        return self.frame.shape

    def __getitem__(self, block: Block) -> Float:
        return self.frame.block_to_working(self.image, block)


def _sample(array: Float, step: float, offset: list[float], shape: tuple[int, int]) -> Float:
    """Linear interpolation at ``offset + step * index`` along both axes; the border continues outwards."""
    sampled = ndi.affine_transform(array, [step, step], offset, shape, np.float32, order=1, mode="nearest")
    return np.asarray(sampled, np.float32)
