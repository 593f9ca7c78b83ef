"""Images of any size on the grid of a network's pooling, read tile by tile."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ._blocks import Block, placed
from ._tiles import Span

Float = NDArray[np.float32]


class Readable(Protocol):
    """An image (Y, X) of which rectangles are read: an array, or a `WorkingImage`.

    Of several channels a rectangle is (C, Y, X), while rows and columns are the shape.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""

    def __getitem__(self, block: Block, /) -> Float:
        """Read a rectangle."""


class PaddedImage:
    """An image with mirrored pixels around it, so that it starts and ends where the pooling does.

    Parameters
    ----------
    image : ndarray of float32, (Y, X), or WorkingImage
        Any size.
    phase : (int, int)
        Position of the first pixel in a larger grid, on which the pooling starts at multiples of the stride.
    stride : int
        Of the network.

    Attributes
    ----------
    shape : (int, int)
        With the mirrored pixels; multiples of the stride.
    before : (int, int)
        Mirrored rows above and columns left of the image.
    inside : Block
        Where the image is.
    """

    def __init__(self, image: Readable, phase: tuple[int, int], stride: int) -> None:
        self._image = image
        self.before = (phase[0] % stride, phase[1] % stride)
        rows, columns = (b + n + -(n + b) % stride for b, n in zip(self.before, image.shape, strict=True))
        self.shape = (rows, columns)
        self.inside = placed(self.before, image.shape)

    def read(self, row: Span, column: Span) -> Float:
        """Give a tile what it reads, (Y, X) or (C, Y, X)."""
        parts, missing = [], []
        for span, inside in zip((row, column), self.inside, strict=True):
            start, stop = max(span.read[0], inside.start), min(span.read[1], inside.stop)
            parts.append(slice(start - inside.start, stop - inside.start))
            missing.append((start - span.read[0], span.read[1] - stop))
        tile = self._image[parts[0], parts[1]]
        return np.pad(tile, [(0, 0)] * (tile.ndim - 2) + missing, "symmetric")
