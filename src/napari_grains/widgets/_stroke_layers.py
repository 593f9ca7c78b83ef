"""Labels layers in which strokes are painted: a label for each class, 0 where nothing is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from napari.layers import Image, Labels, Layer
from napari.utils.colormaps import DirectLabelColormap
from napari.viewer import Viewer

from napari_grains.widgets._results import METADATA, is_ours, result_layer
from napari_grains.widgets._source import Array, Source

Paint: TypeAlias = Literal["boundary", "grains", "phases"]
ROLE: Final = "annotation"
GRAIN, BOUNDARY, NOTHING = 1, 2, 0
_UNPAINTED: Final = "unpainted"
_LINE: Final = 3.0
"""Width of a brush in px of a network, which sees a boundary as so wide."""
_PER_SIDE: Final = 250
"""Brushes that fit along the longer side of an image whose scale is unknown."""
_FRAME: Final = ("units", "axis_labels", "scale", "translate", "rotate", "shear", "affine")


@dataclass(frozen=True)
class StrokeClasses:
    """What can be painted in a layer.

    Parameters
    ----------
    paint : "boundary" or "phases"
        What the labels mean.
    names, colours : mapping
        Of each label.
    first : int
        What a new layer is painted with.
    suffix : str
        Name of a layer, after that of the image.
    unused : mapping
        Names of labels that may be painted, but are not learned from any more.
    """

    paint: Paint
    names: Mapping[int, str]
    colours: Mapping[int, str]
    first: int
    suffix: str = "strokes"
    unused: Mapping[int, str] = field(default_factory=dict)


EDGES: Final = StrokeClasses(
    "boundary", {GRAIN: "grain", BOUNDARY: "boundary"}, {GRAIN: "#22b8ff", BOUNDARY: "#ff2fd0"}, BOUNDARY
)
"""Told apart from each other also by the colour-blind, and from the red of predicted boundaries."""


def new_strokes(
    viewer: Viewer, image: Image, classes: StrokeClasses = EDGES, painted: Array | None = None
) -> Labels:
    """Add a layer for strokes over an image, with the brush in hand; or one of strokes that were kept."""
    shape = Source(image).shape
    strokes = Labels(np.zeros(shape, np.uint8) if painted is None else painted, **_properties(image, classes))
    show_classes(strokes, classes)
    strokes.brush_size = brush_size(viewer, image)
    viewer.layers.append(strokes)
    viewer.layers.selection.active = strokes
    take(strokes, classes.first)
    return strokes


def show_classes(strokes: Labels, classes: StrokeClasses) -> None:
    """Give a layer the names and colours of what can be painted in it."""
    strokes.metadata[METADATA] |= {"classes": dict(classes.names), "unused": dict(classes.unused)}
    strokes.features = {
        "index": [NOTHING, *classes.names],
        "class": [_UNPAINTED, *classes.names.values()],
    }
    colours: dict[int | None, Any] = {None: "transparent", NOTHING: "transparent"}
    colours.update(classes.colours.items())
    strokes.colormap = DirectLabelColormap(color_dict=colours)


def classes_in(strokes: Labels) -> dict[int, str]:
    """Return the names of the labels that can be painted in a layer; empty for one of others."""
    return dict(strokes.metadata.get(METADATA, {}).get("classes", {}))


def unused_in(strokes: Labels) -> dict[int, str]:
    """Return the names of the labels of a layer that are not learned from any more."""
    return dict(strokes.metadata.get(METADATA, {}).get("unused", {}))


def brush_size(viewer: Viewer, image: Image) -> int:
    """Return a width in px at which a stroke is about as wide as a boundary is for the network."""
    grains = result_layer(viewer, image, "grains")
    summary = {} if grains is None else grains.metadata[METADATA].get("summary", {})
    scale = summary.get("scale")
    width = _LINE / scale if isinstance(scale, float) else max(Source(image).plane) / _PER_SIDE
    return int(np.clip(round(width), 2, 40))


def take(strokes: Labels, value: int) -> None:
    """Take the brush of a class in hand, or the eraser for 0."""
    if value == NOTHING:
        strokes.mode = "erase"
    else:
        strokes.selected_label = value
        strokes.mode = "paint"


def in_hand(strokes: Labels) -> int | None:
    """Return what the mouse paints, 0 for the eraser, None for something else."""
    if str(strokes.mode) == "erase":
        return NOTHING
    painting = str(strokes.mode) in ("paint", "fill", "polygon")
    label = int(strokes.selected_label)
    return label if painting and label in classes_in(strokes) else None


def is_annotation(layer: Layer | None) -> bool:
    """Whether a layer was made to be painted in."""
    return isinstance(layer, Labels) and layer.metadata.get(METADATA, {}).get("role") == ROLE


def paint_of(strokes: Labels) -> Paint | None:
    """Return how a layer is painted; None where only its values can tell."""
    paint: Paint | None = strokes.metadata.get(METADATA, {}).get("paint")
    return paint


def image_of(viewer: Viewer, strokes: Labels) -> Image | None:
    """Return the image that strokes belong to: that they were made for, else the only one of their size."""
    mark = strokes.metadata.get(METADATA, {})
    images = [layer for layer in viewer.layers if isinstance(layer, Image) and not is_ours(layer)]
    if "source_id" in mark:
        return next((image for image in images if str(image.unique_id) == mark["source_id"]), None)
    fitting = [image for image in images if fits(strokes, image)]
    return fitting[0] if len(fitting) == 1 else None


def fits(strokes: Labels, image: Image) -> bool:
    """Whether a layer has a label for each pixel of an image."""
    return not strokes.multiscale and tuple(strokes.data.shape) == Source(image).shape


def can_hold_strokes(layer: Layer) -> bool:
    """Whether a layer may be painted: made for that, or the user's own."""
    return is_annotation(layer) or (isinstance(layer, Labels) and not is_ours(layer))


def painted(strokes: Labels, source: Source) -> Array:
    """Copy labels (Y, X) or (Z, Y, X): what is painted meanwhile does not change the copy."""
    return np.array(strokes.data).reshape(source.squeezed)


def painted_numbers(strokes: Labels) -> Array:
    """Count the pixels of each label, from 0 on; labels of more than a byte are not counted."""
    labels = np.ravel(strokes.data)
    if labels.dtype != np.uint8:
        labels = labels[(labels >= 0) & (labels < 256)]
    return np.bincount(labels, minlength=3)


def _properties(image: Image, classes: StrokeClasses) -> dict[str, Any]:
    mark = {
        "role": ROLE,
        "paint": classes.paint,
        "source_id": str(image.unique_id),
        "source_layer": image.name,
    }
    return {
        **{name: getattr(image, name) for name in _FRAME},
        "name": f"{image.name} {classes.suffix}",
        "metadata": {METADATA: mark},
        "opacity": 0.8,
    }
