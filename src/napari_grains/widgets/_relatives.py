"""Layers that show the same field: the micrograph, its results, and what is drawn on them."""

from __future__ import annotations

from napari.layers import Image, Labels, Layer
from napari.viewer import Viewer

from napari_grains.widgets._results import METADATA


def micrograph_of(viewer: Viewer, grains: Labels) -> Image | None:
    """Return the image that a layer of grains was made from, if it is still there."""
    wanted = grains.metadata.get(METADATA, {}).get("source_id")
    images = (layer for layer in viewer.layers if isinstance(layer, Image))
    return next((layer for layer in images if str(layer.unique_id) == wanted), None)


def relatives_of(viewer: Viewer, grains: Labels) -> list[Layer]:
    """Return the other layers that lie on the same micrograph: they are calibrated together."""
    family = {str(grains.unique_id), grains.metadata.get(METADATA, {}).get("source_id")} - {None}
    return [layer for layer in viewer.layers if layer is not grains and _ids_of(layer) & family]


def _ids_of(layer: Layer) -> set[str]:
    """Return the ids of a layer and of what it was made from."""
    source = layer.metadata.get(METADATA, {}).get("source_id")
    return {str(layer.unique_id)} | ({str(source)} if source else set())
