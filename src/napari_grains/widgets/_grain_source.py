"""Labels layers as the measurement sees them: grains, and what is left out of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from napari.layers import Labels, Layer, Shapes
from numpy.typing import NDArray

from napari_grains.widgets._results import is_ours
from napari_grains.widgets._source import Source, encloses, region_mask

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class GrainSource(Source):
    """A Labels layer that is measured.

    Parameters
    ----------
    layer : Labels
        The layer; of a multiscale one the finest level counts.
    """

    layer: Labels

    def problem(self) -> str | None:
        """Say in one line why the layer cannot be measured, or return None."""
        name = self.layer.name
        if len(self.squeezed) > 3:
            return f"“{name}” has {len(self.shape)} axes: extract one image or one stack (Z, Y, X)."
        return None


def is_mask(layer: Layer, grains: Labels | None) -> bool:
    """Whether a layer may say what is left out: shapes, or labels that are not grains themselves."""
    return isinstance(layer, Shapes | Labels) and layer is not grains and not is_ours(layer)


def mask_problem(mask: Layer, source: GrainSource) -> str | None:
    """Say in one line why a layer cannot be left out of another, or return None."""
    if isinstance(mask, Shapes):
        if encloses(mask):
            return None
        return f"“{mask.name}” encloses nothing: draw a rectangle, a polygon or an ellipse in it."
    shape = GrainSource(mask).squeezed
    if shape in (source.squeezed, source.plane):
        return None
    return f"“{mask.name}” is not as large as “{source.layer.name}”: paint in a layer of the same size."


def mask_of(mask: Layer, source: GrainSource, index: int | None = None) -> Mask:
    """Pixels that a layer marks: those inside its closed shapes, or those that are painted.

    Parameters
    ----------
    mask : Shapes or Labels
        Without `mask_problem`.
    source : GrainSource
        What is measured.
    index : int, optional
        The slice of a stack alone.

    Returns
    -------
    ndarray of bool, (Y, X), or (Z, Y, X) where a stack is painted slice by slice
    """
    if isinstance(mask, Shapes):
        return region_mask(mask, source)
    painted = GrainSource(mask)
    pixels: Mask = painted.read(index if painted.slices > 1 else None) > 0
    return pixels
