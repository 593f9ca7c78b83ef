"""Several registered images of the same place as the channels of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.images import CalibratedImage
from napari_grains.networks import NetworkCard

from ._blocks import Block
from ._padding import Readable


def channel_slices(
    image: CalibratedImage, channels: Sequence[CalibratedImage], index: int
) -> list[CalibratedImage]:
    """Give all channels of a slice.

    Parameters
    ----------
    image : CalibratedImage
        (Y, X), the first channel.
    channels : sequence of CalibratedImage
        The others, of the image or of the stack that it is a slice of.
    index : int
        The slice.

    Returns
    -------
    list of CalibratedImage, (Y, X)
        With the specimen of the image.
    """
    others = (list(channel.slices())[index] for channel in channels)
    return [image, *(replace(other, specimen=image.specimen) for other in others)]


def check_channels(card: NetworkCard, image: CalibratedImage, channels: Sequence[CalibratedImage]) -> None:
    """Look whether an image has the channels that a network reads.

    Raises
    ------
    InputError
        If it reads more or fewer, or one has another shape than the image.
    """
    wanted = card.architecture.in_channels
    if wanted != 1 + len(channels):
        raise InputError(
            f"the network {card.name} reads {wanted} channels, not {1 + len(channels)}; give the channels "
            "that it learned from, in their order."
        )
    for channel in channels:
        if channel.shape != image.shape:
            raise InputError(
                f"the channel {channel.name} has the shape {channel.shape}, the image {image.shape}; give "
                "registered channels of the same rows and columns."
            )


@dataclass(frozen=True, eq=False)
class Channels:
    """Images that are read together: a rectangle of them is (C, Y, X).

    Parameters
    ----------
    images : sequence of ndarray of float32, (Y, X), or of WorkingImage
        At least one, of the same shape.
    """

    images: Sequence[Readable]

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return self.images[0].shape

    def __getitem__(self, block: Block) -> NDArray[np.float32]:
        return np.stack([image[block] for image in self.images])
