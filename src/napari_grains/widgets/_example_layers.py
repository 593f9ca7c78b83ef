"""Labels layers in which grains are given a class: over the grains, a label for each class."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from napari.layers import Labels, Layer
from napari.utils.colormaps import DirectLabelColormap
from napari.viewer import Viewer

from napari_grains.grains import MarkedGrains, marked_grains
from napari_grains.widgets._grain_source import GrainSource
from napari_grains.widgets._phase_classes import PhaseClasses
from napari_grains.widgets._results import METADATA, frame_of, result_layer
from napari_grains.widgets._source import Array

ROLE: Final = "examples"
_GREY: Final = "#808080"
_OPACITY: Final = 0.6


def examples_of(viewer: Viewer, grains: Labels | None) -> Labels | None:
    """Return the layer of examples of a layer of grains; None if there is none."""
    found = None if grains is None else result_layer(viewer, grains, ROLE)
    return found if isinstance(found, Labels) and grains is not None and _fits(found, grains) else None


def is_examples(layer: Layer) -> bool:
    """Whether a layer was made to hold examples."""
    return isinstance(layer, Labels) and layer.metadata.get(METADATA, {}).get("role") == ROLE


def new_examples(
    viewer: Viewer, grains: Labels, phases: PhaseClasses, painted: Array | None = None
) -> Labels:
    """Add an empty layer of examples over a layer of grains, or one of examples that were kept."""
    data = GrainSource(grains).data
    labels = np.zeros(data.shape, np.uint8) if painted is None else painted
    mark = {"role": ROLE, "source_id": str(grains.unique_id), "source_layer": grains.name}
    layer = Labels(
        labels,
        **frame_of(grains),
        name=f"{grains.name} examples",
        metadata={METADATA: mark},
        opacity=_OPACITY,
    )
    show_phases(layer, phases)
    viewer.layers.append(layer)
    viewer.layers.selection.active = layer
    return layer


def show_phases(layer: Labels, phases: PhaseClasses) -> None:
    """Give a layer of examples the names and colours of the classes."""
    names = {one.label: one.name for one in phases.classes}
    colours: dict[int | None, Any] = {None: "transparent", 0: "transparent"}
    colours |= {one.label: _GREY for one in phases.removed}
    colours |= {one.label: one.colour for one in phases.classes}
    layer.metadata[METADATA]["classes"] = names
    layer.metadata[METADATA]["unused"] = {one.label: one.name for one in phases.removed}
    layer.features = {"index": [0, *names], "class": ["no example", *names.values()]}
    layer.colormap = DirectLabelColormap(color_dict=colours)


def phases_in(layer: Labels) -> PhaseClasses:
    """Return the classes that a layer of examples was made with."""
    mark = layer.metadata.get(METADATA, {})
    return PhaseClasses.of(mark.get("classes", {}), mark.get("unused"))


def mark_grain(examples: Labels, grains: Labels, index: int, grain: int, label: int) -> bool:
    """Make a grain an example of a class; one that is already is none any more.

    Parameters
    ----------
    examples, grains : Labels
        Of the same shape.
    index : int
        Slice of a stack, 0 for an image.
    grain, label : int
        Of the grain, and of the class.

    Returns
    -------
    bool
        Whether there is such a grain. Napari's undo of the layer of examples takes it back.
    """
    source = GrainSource(grains)
    rows, columns = np.nonzero(source.read(index if source.slices > 1 else None) == grain)
    if not len(rows):
        return False
    places = (*_leading(source, index, len(rows)), rows, columns)
    taken_back = bool((np.asarray(examples.data)[places] == label).all())
    examples.data_setitem(places, 0 if taken_back else label)
    return True


def marked(examples: Labels, grains: Labels) -> MarkedGrains:
    """Return the grains that are examples, of whatever label."""
    source = GrainSource(grains)
    return marked_grains(source.read(), np.asarray(examples.data).reshape(source.squeezed))


def _leading(source: GrainSource, index: int, pixels: int) -> list[Array]:
    """Return indices for the axes before rows and columns: the slice, and 0 where the length is 1."""
    return [np.full(pixels, index if length > 1 else 0) for length in source.shape[:-2]]


def _fits(examples: Labels, grains: Labels) -> bool:
    return tuple(examples.data.shape) == GrainSource(grains).shape
