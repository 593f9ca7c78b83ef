"""At which scale a network for phases sees an image."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from napari_grains.images import PixelSize
from napari_grains.networks import NetworkCard


def phase_scale(card: NetworkCard, pixel_size: PixelSize | None) -> float:
    """Scale that shows an image as those were shown that the network learned from.

    Parameters
    ----------
    card : NetworkCard
        Says at which scale it learned, and the pixel size of its images if that was known.
    pixel_size : PixelSize, optional
        Of the image; None: its pixels are taken to be as large as those it learned from.

    Returns
    -------
    float
        Working pixels per image pixel; 1 if the card says nothing.
    """
    runs = card.recipe.get("finetuning") or [{}]
    scales = [_scale(painted, pixel_size) for painted in runs[-1].get("painted", ())]
    return median(scales) if scales else 1.0


def _scale(painted: Mapping[str, Any], pixel_size: PixelSize | None) -> float:
    scale, learned = float(painted["scale"]), painted.get("pixel_size_m")
    if pixel_size is None or learned is None:
        return scale
    return float(scale * (pixel_size.y * pixel_size.x / (learned[0] * learned[1])) ** 0.5)
