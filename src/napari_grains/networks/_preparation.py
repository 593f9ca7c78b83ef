"""From grey values to what a classifier reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from napari_grains.images import stretch


@dataclass(frozen=True)
class Preparation:
    """How an image becomes the input of a classifier.

    Parameters
    ----------
    size : int
        Side in px to which the largest square in the middle of the image is brought.
    low, high : float
        Percentiles of the grey values that become 0 and 1.
    power : float
        Exponent of the values then; below 1 it brings out what is faint.
    mean, deviation : float
        What is subtracted from the values and what they are divided by.
    disc : bool
        Whether all outside the largest disc is 0 before that, so that an image can be turned by any angle.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    size: int = 64
    low: float = 0.5
    high: float = 99.5
    power: float = 1.0
    mean: float = 0.5
    deviation: float = 0.5
    disc: bool = False

    def __post_init__(self) -> None:
        if self.size < 8 or not (self.power > 0 and self.deviation > 0 and 0 <= self.low < self.high <= 100):
            raise ValueError(f"no image can be prepared like that: {self}")

    def __call__(self, image: NDArray[np.generic]) -> Tensor:
        """Prepare an image (Y, X), or registered channels (C, Y, X).

        Returns
        -------
        Tensor, (C, size, size), float32
        """
        channels = image[None] if image.ndim == 2 else image
        values = np.stack([stretch(_square(one), low=self.low, high=self.high) for one in channels])
        tensor = torch.from_numpy(np.ascontiguousarray(values))
        if tensor.shape[-1] != self.size:
            tensor = F.interpolate(tensor[None], (self.size, self.size), mode="bilinear", antialias=True)[0]
        return self.normalised(tensor)

    def normalised(self, grey: Tensor) -> Tensor:
        """Input for grey levels (..., size, size) between 0 and 1."""
        tensor = grey.clamp(0, 1) ** self.power
        if self.disc:
            tensor = tensor * disc(self.size)
        return (tensor - self.mean) / self.deviation

    @property
    def black(self) -> float:
        """Input that 0 becomes."""
        return -self.mean / self.deviation


def disc(size: int) -> Tensor:
    """Mask (size, size) of the largest disc, 1 inside and 0 outside."""
    from_middle = torch.arange(size) - (size - 1) / 2
    return (from_middle[:, None] ** 2 + from_middle**2 <= (size / 2) ** 2).float()


def _square(image: NDArray[np.generic]) -> NDArray[np.generic]:
    """Cut the largest square out of the middle, as a view."""
    side = min(image.shape)
    top, left = ((length - side) // 2 for length in image.shape)
    return image[top : top + side, left : left + side]
