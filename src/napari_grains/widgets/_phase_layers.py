"""What phases were found in an image: its layers "<image> phases" and "<image> confidence"."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from napari.layers import Image, Labels, Layer
from napari.viewer import Viewer

from napari_grains.widgets._looks import confidence_look, phase_look
from napari_grains.widgets._results import METADATA, frame_of, mark_of, result_layer
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._viewer import add_aside

PHASES: Final = "phases"
_CONFIDENCE: Final = "confidence"
_KEPT: Final = (
    "class_names", "fractions", "by_field", "model", "model_sha256", "scale", "device", "seconds", "warnings",
)  # fmt: skip
"""What of a result is kept with the phases."""
_OF_CLASSES: Final = ("features", "colormap")


def show_phases(viewer: Viewer, image: Image, result: Mapping[str, Any], colours: Sequence[str]) -> Labels:
    """Make or update the layers of an image.

    Parameters
    ----------
    viewer : Viewer
        Its selection is left alone.
    image : Image
        What was classified.
    result : mapping
        Of the job "map_phases".
    colours : sequence of str
        Of the phases, in their order.
    """
    training = result_layer(viewer, image, "phases training")
    if training is not None:
        training.visible = False
    looks = {
        _CONFIDENCE: confidence_look(),
        PHASES: phase_look(list(result["class_names"]), colours),
    }
    kinds: dict[str, type[Image | Labels]] = {_CONFIDENCE: Image, PHASES: Labels}
    layers = {
        role: _put(viewer, image, kinds[role], role, np.asarray(result[role]), looks[role]) for role in looks
    }
    phases = layers[PHASES]
    assert isinstance(phases, Labels)  # noqa: S101 - for type checkers
    summary = {key: result[key] for key in _KEPT if key in result}
    phases.metadata[METADATA]["summary"] = summary | {
        "colours": list(colours),
        "checksum": checksum(phases.data),
    }
    phases.visible = True
    return phases


def phases_of(viewer: Viewer, image: Image | None) -> Labels | None:
    """Return the phases that were found in an image."""
    layer = None if image is None else result_layer(viewer, image, PHASES)
    return layer if isinstance(layer, Labels) else None


def all_phases(viewer: Viewer) -> list[Labels]:
    """Return the phases of all images, from the lowest."""
    return [
        layer for layer in viewer.layers if isinstance(layer, Labels) and mark_of(layer).get("role") == PHASES
    ]


def summary_of(phases: Labels) -> dict[str, Any]:
    """Return what was found, and how, as the job "map_phases" said it."""
    summary: dict[str, Any] = mark_of(phases).get("summary", {})
    return summary


def checksum(labels: Array) -> int:
    """Tell labels from those that were there before."""
    return zlib.crc32(np.ascontiguousarray(labels).data)


def _put(
    viewer: Viewer, image: Image, kind: type[Image | Labels], role: str, data: Array, look: Mapping[str, Any]
) -> Layer:
    data = data.reshape(Source(image).shape)
    layer = result_layer(viewer, image, role)
    if layer is not None and layer.data.shape == data.shape:
        layer.data = data
        for name in set(_OF_CLASSES) & set(look) if isinstance(layer, Labels) else ():
            setattr(layer, name, look[name])
        return layer
    if layer is not None:
        viewer.layers.remove(layer)
    return _insert(viewer, image, kind(data, **_properties(image, role), **look))


def _properties(image: Image, role: str) -> dict[str, Any]:
    mark = {"role": role, "source_id": str(image.unique_id), "source_layer": image.name}
    return {**frame_of(image), "name": f"{image.name} {role}", "metadata": {METADATA: mark}}


def _insert(viewer: Viewer, image: Image, layer: Layer) -> Layer:
    """Add a layer on its image, below strokes, and leave the user's selection alone."""
    add_aside(viewer, layer, viewer.layers.index(image) + 1)
    return layer
