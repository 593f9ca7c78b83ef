"""The U-Net (Ronneberger, Fischer & Brox, 2015, arXiv:1505.04597), same-size convolutions, several heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def _boundary_and_distance() -> dict[str, int]:
    return {"boundary": 1, "distance": 1}


@dataclass(frozen=True)
class UNetConfig:
    """Architecture of a U-Net.

    Parameters
    ----------
    in_channels : int
        Registered input channels, at least 1.
    base_channels : int
        Channels of the first level; they double from level to level.
    depth : int
        Number of 2x2 max-pools, at least 1.
    heads : mapping of str to int
        Name and number of output channels of each 1x1 convolution on top: "boundary" (a logit) and "distance"
        (to the nearest boundary, in units of `DISTANCE_UNIT` px) for grains.

    Raises
    ------
    ValueError
        If a number is below 1 or there is no head.
    """

    in_channels: int = 1
    base_channels: int = 16
    depth: int = 4
    heads: Mapping[str, int] = field(default_factory=_boundary_and_distance)

    def __post_init__(self) -> None:
        if min(self.in_channels, self.base_channels, self.depth) < 1:
            raise ValueError(f"channels and depth of a U-Net must be at least 1, got {self}")
        if not self.heads or min(self.heads.values()) < 1:
            raise ValueError(
                f"a U-Net needs at least one head with at least one channel, got {dict(self.heads)}"
            )

    @property
    def stride(self) -> int:
        """Input sides must be multiples of this: 2 to the power of the depth."""
        return 1 << self.depth

    @property
    def receptive_radius(self) -> int:
        """How many pixels away an input pixel can still change an output pixel, at most.

        An output pixel's interval of influence is followed down the decoder and up the encoder again: two 3x3
        convolutions widen it by two pixels of the level, an up-convolution halves its bounds, a max-pool
        doubles them.
        """
        return max(self._reach(phase) for phase in range(self.stride))

    def _reach(self, phase: int) -> int:
        first = last = phase
        for _ in range(self.depth):
            first, last = (first - 2) // 2, (last + 2) // 2
        first, last = first - 2, last + 2
        for _ in range(self.depth):
            first, last = 2 * first - 2, 2 * last + 1 + 2
        return max(phase - first, last - phase)


class DoubleConvolution(nn.Sequential):
    """Two 3x3 convolutions, each with batch norm and ReLU; (N, C_in, Y, X) to (N, C_out, Y, X)."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        )

    def fold_batch_norm(self) -> None:
        """Merge each batch norm into the convolution before it; for inference only."""
        for conv, norm in ((0, 1), (3, 4)):
            first, second = self[conv], self[norm]
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                self[conv], self[norm] = fuse_conv_bn_eval(first, second), nn.Identity()


class UNet(nn.Module):
    """U-Net with one 1x1 convolution per head.

    Parameters
    ----------
    config : UNetConfig
        Architecture.
    """

    def __init__(self, config: UNetConfig | None = None) -> None:
        super().__init__()
        self.config = config or UNetConfig()
        widths = [self.config.base_channels * 2**level for level in range(self.config.depth + 1)]
        inputs = [self.config.in_channels, *widths[:-1]]
        self.encoder = nn.ModuleList(DoubleConvolution(a, b) for a, b in zip(inputs, widths, strict=True))
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in reversed(widths[:-1]))
        self.decoder = nn.ModuleList(DoubleConvolution(2 * w, w) for w in reversed(widths[:-1]))
        self.heads = nn.ModuleDict(
            {name: nn.Conv2d(widths[0], n, 1) for name, n in self.config.heads.items()}
        )

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """Every head's output.

        Parameters
        ----------
        image : Tensor, (N, in_channels, Y, X)
            Y and X multiples of ``config.stride``.

        Returns
        -------
        dict of str to Tensor, (N, channels of the head, Y, X)
        """
        features = self.features(image)
        return {name: head(features) for name, head in self.heads.items()}

    def features(self, image: Tensor) -> Tensor:
        """Last feature map, (N, base_channels, Y, X), that the heads read."""
        skips: list[Tensor] = []
        x = image
        for level, block in enumerate(self.encoder):
            x = block(x if level == 0 else self.pool(x))
            skips.append(x)
        skips.pop()
        for up, block in zip(self.up, self.decoder, strict=True):
            x = block(torch.cat([skips.pop(), up(x)], dim=1))
        return x

    def fold_batch_norm(self) -> UNet:
        """Merge all batch norms into their convolutions, in place; the network must be in ``eval`` mode.

        Raises
        ------
        RuntimeError
            In training mode, where folding would freeze the statistics silently.
        """
        if self.training:
            raise RuntimeError("call eval() before folding the batch norms")
        for block in (*self.encoder, *self.decoder):
            if isinstance(block, DoubleConvolution):
                block.fold_batch_norm()
        return self
