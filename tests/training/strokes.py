"""Strokes on a synthetic micrograph."""

from __future__ import annotations

import numpy as np
from scipy import ndimage as ndi

from napari_grains.images import calibrated
from napari_grains.synthesis import Recipe
from napari_grains.training import Finetuning, PaintedImage

RECIPE = Recipe(kinds={"etched": 1.0}, grain_diameter=(14, 24), noise=0.5)
QUICK = Finetuning(
    steps=6,
    seconds=None,
    layers="all",
    batch=2,
    rehearsal=1,
    patch=32,
    matched=False,
    learning_rate=3e-3,
    ema=0.5,
    seed=1,
)
"""A run in a second."""


def strokes_on(micrograph, every=3):
    """Paint some rows of a micrograph: 2 on boundaries and 1 well inside grains."""
    strokes = np.zeros(micrograph.boundary.shape, np.int32)
    core = ndi.distance_transform_edt(~micrograph.boundary) == 0
    strokes[core & (micrograph.distance <= 0.8)] = 2
    strokes[micrograph.distance > 3.5] = 1
    strokes[np.arange(len(strokes)) % every > 0] = 0
    return strokes


def painted_image(number=0, size=96, scale=1.0, name="steel"):
    """Make a synthetic micrograph with strokes."""
    micrograph = RECIPE.micrograph(5, number, (size, size))
    image = calibrated(micrograph.image, name=name, rgb=False)
    return PaintedImage(image, strokes_on(micrograph), scale)
