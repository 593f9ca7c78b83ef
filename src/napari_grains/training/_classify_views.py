"""Views of an example that show the same class."""

from __future__ import annotations

import torch
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as V  # noqa: N812

from napari_grains.networks import Inputs

_GAIN = 0.15
"""Contrast differs by up to this share, brightness by half of it."""
QUARTERS = 8
"""Views of a grain: four turns, each also mirrored."""


def view(images: Tensor, generator: torch.Generator, black: float, *, any_angle: bool) -> Tensor:
    """Turn, mirror and regrade every image differently.

    Parameters
    ----------
    images : Tensor, (N, C, S, S)
        Prepared.
    generator : torch.Generator
        Source of randomness.
    black : float
        Input that no light becomes.
    any_angle : bool
        Whether a class is the same at any angle, which images have been cut to discs for; otherwise quarter
        turns.
    """
    numbers = torch.rand(len(images), 4, generator=generator).tolist()
    return torch.stack(
        [_one(image, four, black, any_angle) for image, four in zip(images, numbers, strict=True)]
    )


def views_of_grains(inputs: Inputs, generator: torch.Generator) -> Inputs:
    """Turn every grain by quarters and mirror it, differently; its grey beside the others' stays."""
    chosen = torch.randint(QUARTERS, (len(inputs),), generator=generator).tolist()
    return Inputs.joined([quarter(inputs[k : k + 1], turn) for k, turn in enumerate(chosen)])


def quarter(inputs: Inputs, number: int) -> Inputs:
    """View number 0 (as it is) to 7 of grains: turned by quarters, from the fifth on also mirrored."""
    assert inputs.masks is not None  # noqa: S101 - for mypy; grains have masks
    images, masks = (
        torch.rot90(one.flip(-1) if number >= QUARTERS // 2 else one, number % 4, (-2, -1))
        for one in (inputs.images, inputs.masks)
    )
    return Inputs(images, masks, inputs.measures)


def _one(image: Tensor, numbers: list[float], black: float, any_angle: bool) -> Tensor:
    turn, mirror, gain, level = numbers
    image = V.horizontal_flip(image) if mirror < 0.5 else image
    if any_angle:
        # The fill would be blended in at the borders; 0 is what lies beyond them anyway.
        image = V.rotate(image - black, 360 * turn, InterpolationMode.BILINEAR) + black
    else:
        image = torch.rot90(image, int(4 * turn), (1, 2))
    factor = 1 + _GAIN * (2 * gain - 1)
    shift = 0.0 if any_angle else 0.5 * _GAIN * (2 * level - 1)
    return (image - black) * factor + black + shift
