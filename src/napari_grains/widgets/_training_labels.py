"""Proofread grains as labels to train on: a layer of its own, slice by slice."""

from __future__ import annotations

from typing import Any

import numpy as np
from napari.layers import Labels
from napari.viewer import Viewer

from napari_grains.grains import training_labels
from napari_grains.widgets._grain_planes import GrainPlanes
from napari_grains.widgets._looks import look
from napari_grains.widgets._results import METADATA, frame_of

_ROLE = "annotation"


def show_training_labels(viewer: Viewer, layer: Labels, index: int) -> Labels:
    """Put the grains of a slice into the layer "<source> training labels", made if it is not there.

    What that layer holds of other slices stays, 0 at first: not painted, which training leaves out.

    Parameters
    ----------
    viewer : Viewer
        The selection of its layers is left alone.
    layer : Labels
        The grains; see `GrainPlanes` for what it may be.
    index : int
        The slice.

    Returns
    -------
    Labels
        Its metadata say for which image it is, and that grains are painted.
    """
    mark = _mark(layer)
    grains = training_labels(GrainPlanes(layer).labels[index])
    target = _existing(viewer, mark["source_id"], layer.data.shape)
    if target is None:
        name = f"{mark['source_layer']} training labels"
        target = Labels(np.zeros_like(layer.data), name=name, **look("grains"), **frame_of(layer))
        target.metadata[METADATA] = mark
        active = viewer.layers.selection.active
        viewer.layers.insert(viewer.layers.index(layer) + 1, target)
        target.visible = False
        viewer.layers.selection.active = active
    GrainPlanes(target).labels[index] = grains
    target.refresh(extent=False)
    return target


def _mark(layer: Labels) -> dict[str, Any]:
    grains = layer.metadata.get(METADATA, {})
    return {
        "role": _ROLE,
        "paint": "grains",
        "source_id": grains.get("source_id", str(layer.unique_id)),
        "source_layer": grains.get("source_layer", layer.name),
    }


def _existing(viewer: Viewer, source: str, shape: tuple[int, ...]) -> Labels | None:
    for layer in viewer.layers:
        mark = layer.metadata.get(METADATA, {})
        ours = (mark.get("role"), mark.get("paint"), mark.get("source_id")) == (_ROLE, "grains", source)
        if ours and isinstance(layer, Labels) and layer.data.shape == shape:
            return layer
    return None
