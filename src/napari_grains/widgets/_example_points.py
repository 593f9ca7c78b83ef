"""Points layers in which places of an image, or frames of a stack, are given a class."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from napari.layers import Image, Layer, Points
from napari.viewer import Viewer

from napari_grains.widgets._phase_classes import PhaseClass, PhaseClasses
from napari_grains.widgets._results import METADATA, frame_of, is_ours, result_layer
from napari_grains.widgets._source import Array, Source

ROLE: Final = "class examples"
CLASS, GROUP = "class", "group"
"""Columns of the features."""
_GREY: Final = "#808080"
_PER_SIDE: Final = 50
"""Points that fit along the longer side of an image."""
_CANVAS: Final = (9, 10_000)
"""Least and largest size in pixels of the canvas."""


def is_example_points(layer: Layer) -> bool:
    """Whether a layer may hold examples: made for that, or the user's own with a class for each point."""
    if not isinstance(layer, Points):
        return False
    ours = layer.metadata.get(METADATA, {}).get("role") == ROLE
    return ours or (not is_ours(layer) and CLASS in layer.features)


def points_of(viewer: Viewer, image: Image | None) -> Points | None:
    """Return the layer of examples that was made for an image; None if there is none."""
    found = None if image is None else result_layer(viewer, image, ROLE)
    return found if isinstance(found, Points) else None


def image_under(viewer: Viewer, points: Points) -> Image | None:
    """Return the image that points belong to: that they were made for, else the only one of their axes."""
    images = [layer for layer in viewer.layers if isinstance(layer, Image) and not is_ours(layer)]
    mark = points.metadata.get(METADATA, {})
    if "source_id" in mark:
        return next((image for image in images if str(image.unique_id) == mark["source_id"]), None)
    fitting = [image for image in images if len(Source(image).shape) == points.ndim]
    return fitting[0] if len(fitting) == 1 else None


def new_points(
    viewer: Viewer,
    image: Image,
    current: PhaseClass,
    places: Array | None = None,
    features: dict[str, Any] | None = None,
) -> Points:
    """Add a layer for examples over an image, to be clicked into: empty, or with those that were kept."""
    source = Source(image)
    empty = {CLASS: np.empty(0, object), GROUP: np.empty(0, object)}
    mark = {"role": ROLE, "source_id": str(image.unique_id), "source_layer": image.name}
    layer = Points(
        np.empty((0, len(source.shape))) if places is None else places,
        ndim=len(source.shape),
        features=features or empty,
        feature_defaults={CLASS: current.name, GROUP: ""},
        size=point_size(source),
        canvas_size_limits=_CANVAS,
        name=f"{image.name} examples",
        metadata={METADATA: mark},
        **frame_of(image),
    )
    viewer.layers.append(layer)
    viewer.layers.selection.active = layer
    take_class(layer, current, "")
    layer.mode = "add"
    return layer


def point_size(source: Source) -> float:
    """Return how large points are; on a stack 1, because larger ones would add slices to napari's slider."""
    return 1.0 if source.slices > 1 else max(4.0, max(source.plane) / _PER_SIDE)


def take_class(layer: Points, current: PhaseClass, group: str) -> None:
    """Let the next click be an example of a class."""
    layer.selected_data = set()
    layer.feature_defaults = {CLASS: current.name, GROUP: group}
    layer.current_face_color = current.colour


def classes_of(layer: Points) -> list[str]:
    """Return the class of each point, empty where there is none."""
    return ["" if one is None or one != one else str(one) for one in layer.features[CLASS]]  # noqa: PLR0124


def groups_of(layer: Points) -> list[str]:
    """Return the group of each point, empty where there is none."""
    if GROUP not in layer.features:
        return [""] * len(layer.data)
    return ["" if one is None or one != one else str(one) for one in layer.features[GROUP]]  # noqa: PLR0124


def rename_class(layer: Points, before: str, name: str) -> None:
    """Give the examples of a class another name."""
    features = layer.features.copy()
    features[CLASS] = [name if one == before else one for one in classes_of(layer)]
    layer.features = features


def show_colours(layer: Points, phases: PhaseClasses) -> None:
    """Colour points by their class; grey is not learned from."""
    colours = {one.name: one.colour for one in phases.classes}
    if len(layer.data):
        layer.face_color = [colours.get(name, _GREY) for name in classes_of(layer)]
