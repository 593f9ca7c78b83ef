"""A new region for the user to draw."""

from __future__ import annotations

from napari.layers import Image, Shapes
from napari.viewer import Viewer

from napari_grains.widgets._source import planar_transform


def begin_region(viewer: Viewer, image: Image) -> Shapes:
    """Add a Shapes layer in the frame of an image, with the tool for rectangles in hand."""
    region = Shapes(
        ndim=2,
        name=f"{image.name} region",
        affine=planar_transform(image),
        units=image.units[-2:],
        edge_color="#00c8ff",
        face_color="transparent",
        edge_width=max(1, round(max(image.extent.data[1] - image.extent.data[0]) / 400)),
    )
    viewer.layers.append(region)
    viewer.layers.selection.active = region
    region.mode = "add_rectangle"
    return region
