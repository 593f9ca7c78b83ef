"""Where in an image a result is wanted, and the working grid on which it is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Preview
from napari_grains.images import CalibratedImage

from ._blocks import Block, common, corner, grown, placed, size, whole, within
from ._frame import WorkingFrame
from ._settings import View

Float = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Wanted:
    """Where a result is wanted: a rectangle, pixels of it (None: all), and where somebody is looking."""

    block: Block
    mask: NDArray[np.bool_] | None
    focus: tuple[float, float] | None

    @classmethod
    def of(cls, image: CalibratedImage, view: View) -> Wanted:
        block = view.block(image.shape)
        mask = view.wanted(image.specimen)
        return cls(block, None if mask is None else mask[block], view.centre(block))

    def only(self, values: Float, block: Block) -> Float:
        """Set values of a rectangle to 0 where none is wanted."""
        if self.mask is None:
            return values
        return np.where(self.mask[within(block, self.block)], values, np.float32(0))


@dataclass(frozen=True, eq=False)
class Canvas:
    """The working grid of a part of the image, ``seen``, on which the rectangle ``wanted`` is drawn."""

    frame: WorkingFrame
    seen: Block
    wanted: Block

    @classmethod
    def of(cls, image: CalibratedImage, scale: float, wanted: Block, radius: int | None = None) -> Canvas:
        """Make the canvas of what can be seen within a radius in working px; None: of the whole image."""
        frame = WorkingFrame(scale, size(whole(image.shape)), image.origin)
        seen = whole(image.shape) if radius is None else grown(wanted, frame.reach(radius), image.shape)
        return cls(frame.part(seen), seen, wanted)

    def on_grid(self, place: tuple[float, float] | None) -> tuple[float, float] | None:
        """Where a place in the image lies on the grid."""
        if place is None:
            return None
        row, column = (
            (at - part.start + o) * self.frame.scale - k
            for at, part, o, k in zip(place, self.seen, self.frame.origin, self.frame.first, strict=True)
        )
        return row, column

    def show(self, event: Preview, wanted: Wanted) -> Preview | None:
        """Bring a preview from working to image px, cut to what is wanted; None: nothing of it is."""
        ready = self.frame.block_in_image(placed(event.offset, event.array.shape))
        block = common(ready, within(self.wanted, self.seen))
        if block is None:
            return None
        array = self.frame.block_to_image(event.array.astype(np.float32, copy=False), block, event.offset)
        place = tuple(k + n for k, n in zip(corner(block), corner(self.seen), strict=True))
        return Preview(event.name, wanted.only(array, placed(place, array.shape)), place)

    def in_image(self, values: Float) -> Float:
        """Bring values on the grid to the pixels of the image that are wanted."""
        return self.frame.block_to_image(values, within(self.wanted, self.seen))
