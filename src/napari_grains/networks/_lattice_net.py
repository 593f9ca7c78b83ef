"""A network for diffraction patterns that reads what was measured on them."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from ._lattice_reading import OF_SPOTS, PROFILES, RADII, SHAPE, LatticeReading

LATTICE_FEATURES: Final = 256
"""Numbers that the head reads, half of them from the net of spots, half from the profile."""
_HALF: Final = LATTICE_FEATURES // 2
_RATIOS, _LEANS = 25, 13
"""Shapes that are told apart: logarithm of the ratio of the edges up to 1.2, leaning up to 1/2."""
_RATIO_WIDTH, _LEAN_WIDTH = 0.04, 0.035
_LIMIT: Final = 8.0
"""Largest number that is read: where nothing is found, an edge has any length."""
_HIDDEN: Final = 64
_DROPOUT: Final = 0.3


class LatticeFeatures(nn.Module):
    """From what `LatticeReading` gives, (N, NUMBERS, 1, 1), to (N, LATTICE_FEATURES, 1, 1)."""

    ratios: Tensor
    leans: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("ratios", torch.linspace(0, 1.2, _RATIOS), persistent=False)
        self.register_buffer("leans", torch.linspace(0, 0.5, _LEANS), persistent=False)
        numbers = OF_SPOTS + _RATIOS * _LEANS + _RATIOS + _LEANS
        self.net = nn.Sequential(
            nn.BatchNorm1d(numbers), *_dense(numbers, LATTICE_FEATURES), nn.Dropout(0.1),
            *_dense(LATTICE_FEATURES, _HALF),
        )  # fmt: skip
        self.profile = nn.Sequential(
            nn.BatchNorm1d(PROFILES), *_along(PROFILES, 32, 7, 2), *_along(32, 64, 5, 2), *_along(64, 64, 5),
            nn.MaxPool1d(2), *_along(64, 64, 3), nn.Flatten(), *_dense(64 * (RADII // 8), _HALF),
        )  # fmt: skip

    def forward(self, reading: Tensor) -> Tensor:
        """Features of readings."""
        values = reading.flatten(1).float().clamp(-_LIMIT, _LIMIT)
        net, profile = torch.split(values, [OF_SPOTS, PROFILES * RADII], dim=1)
        read = (
            self.net(torch.cat([net, self._shapes(net[:, :SHAPE])], dim=1)),
            self.profile(profile.reshape(-1, PROFILES, RADII)),
        )
        return torch.cat(read, dim=1)[:, :, None, None]

    def _shapes(self, shape: Tensor) -> Tensor:
        """How near the net's shape (N, SHAPE) is to each of a grid of shapes, and to each row and column."""
        ratio = torch.exp(-0.5 * ((shape[:, :1] - self.ratios) / _RATIO_WIDTH) ** 2)
        lean = torch.exp(-0.5 * ((shape[:, 1:2] - self.leans) / _LEAN_WIDTH) ** 2)
        both = (ratio[:, :, None] * lean[:, None]).flatten(1)
        return torch.cat([both, ratio, lean], dim=1)


def lattice_encoder() -> nn.Sequential:
    """From patterns (N, C, Y, X) to (N, LATTICE_FEATURES, 1, 1): measure, then learn."""
    return nn.Sequential(LatticeReading(), LatticeFeatures())


def lattice_head(classes: int) -> nn.Sequential:
    """From the features to K logits."""
    return nn.Sequential(
        nn.Linear(LATTICE_FEATURES, _HIDDEN), nn.ReLU(), nn.Dropout(_DROPOUT), nn.Linear(_HIDDEN, classes)
    )


def _dense(before: int, after: int) -> tuple[nn.Module, ...]:
    return nn.Linear(before, after), nn.BatchNorm1d(after), nn.ReLU()


def _along(before: int, after: int, reach: int, step: int = 1) -> tuple[nn.Module, ...]:
    """Convolution along the radius."""
    convolution = nn.Conv1d(before, after, reach, step, padding=reach // 2, bias=False)
    return convolution, nn.BatchNorm1d(after), nn.ReLU()
