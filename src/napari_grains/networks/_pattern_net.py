"""The small network for 64x64 diffraction patterns."""

from __future__ import annotations

from torch import nn

PATTERN_FEATURES = 128
"""Channels of the encoder's feature maps."""
_HIDDEN = 64
_DROPOUT = 0.3


def pattern_encoder(channels: int = 1) -> nn.Sequential:
    """Three 3x3 convolutions with batch norm, ReLU and, twice, max-pooling.

    (N, channels, Y, X) to (N, 128, Y / 4, X / 4); 320 + 18,496 + 73,856 weights and biases for one channel.
    """
    return nn.Sequential(
        _block(channels, 32),
        nn.MaxPool2d(2),
        _block(32, 64),
        nn.MaxPool2d(2),
        _block(64, PATTERN_FEATURES),
    )


def pattern_head(classes: int) -> nn.Sequential:
    """From 128 features to 64 to K logits, with dropout 0.3; 8,256 + 65 K weights and biases."""
    return nn.Sequential(
        nn.Linear(PATTERN_FEATURES, _HIDDEN),
        nn.ReLU(),
        nn.Dropout(_DROPOUT),
        nn.Linear(_HIDDEN, classes),
    )


def _block(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.BatchNorm2d(channels_out), nn.ReLU()
    )
