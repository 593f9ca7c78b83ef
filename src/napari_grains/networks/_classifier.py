"""Networks that sort images into classes: feature maps, their mean, and a head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ._inputs import Inputs

PATTERN = "pattern"
"""Name of the small network for diffraction patterns."""
LATTICE = "lattice"
"""Name of the network that measures the net of spots and the rings of a diffraction pattern first."""


@dataclass(frozen=True)
class ClassifierConfig:
    """Architecture of a classifier.

    Parameters
    ----------
    network : str
        "pattern", "lattice", "unet", or the name of a classifier of torchvision with convolutional feature
        maps.
    classes : int
        Number of classes, at least 2.
    channels : int
        Registered input channels, at least 1.
    measures : int
        Numbers that are read beside the image; 0 except for grains.

    Raises
    ------
    ValueError
        If a number is too small.
    """

    network: str = PATTERN
    classes: int = 2
    channels: int = 1
    measures: int = 0

    def __post_init__(self) -> None:
        if self.classes < 2 or self.channels < 1 or self.measures < 0:
            raise ValueError(f"a classifier needs two classes and a channel, got {self}")


class Classifier(nn.Module):
    """Encoder, global average pooling, head.

    Parameters
    ----------
    config : ClassifierConfig
        Architecture.
    encoder : nn.Module
        (N, channels, Y, X) to feature maps (N, F, y, x).
    head : nn.Module
        (N, F) to logits (N, classes).
    """

    def __init__(self, config: ClassifierConfig, encoder: nn.Sequential, head: nn.Module) -> None:
        super().__init__()
        self.config, self.encoder, self.head = config, encoder, head

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, classes) of images (N, channels, Y, X)."""
        logits: Tensor = self.head(self.features(images))
        return logits

    def features(self, images: Tensor) -> Tensor:
        """Mean (N, F) of every feature map, which the head reads."""
        maps: Tensor = self.encoder(images)
        return maps.float().mean(dim=(2, 3))  # what differs between images is small beside the mean

    def features_of(self, inputs: Inputs) -> Tensor:
        """Features (N, F), which the head reads."""
        return self.features(inputs.images)

    def last_stage(self) -> list[nn.Module]:
        """Parts of the encoder behind its last reduction of the resolution that have weights."""
        sizes = self._sizes()
        for size in reversed(list(dict.fromkeys(sizes))):
            parts = [part for part, one in zip(self.encoder, sizes, strict=True) if one <= size]
            if any(True for part in parts for _ in part.parameters()):
                return parts
        return list(self.encoder)

    def batch_norms(self) -> Iterator[nn.BatchNorm1d | nn.BatchNorm2d]:
        """All batch norms."""
        return (module for module in self.modules() if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d))

    @torch.no_grad()
    def _sizes(self) -> list[int]:
        """Rows of the output of each part of the encoder, tried on an empty image."""
        was_training, first = self.training, next(self.parameters())
        self.eval()
        image = first.new_zeros(1, self.config.channels, 64, 64)
        sizes = []
        for part in self.encoder:
            image = part(image)
            sizes.append(image.shape[2])
        self.train(was_training)
        return sizes
