"""A new region for the user to draw."""

from __future__ import annotations

from typing import Final

from napari.layers import Image, Shapes
from napari.viewer import Viewer

from napari_grains.widgets._guides import drawing_on

_COLOUR: Final = "#00c8ff"


def begin_region(viewer: Viewer, image: Image) -> Shapes:
    """Add a Shapes layer in the frame of an image, with the tool for rectangles in hand."""
    region = drawing_on(image, "region", _COLOUR)
    viewer.layers.append(region)
    viewer.layers.selection.active = region
    region.mode = "add_rectangle"
    return region
