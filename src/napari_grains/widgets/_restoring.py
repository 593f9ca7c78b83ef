"""Where corrections that were left behind go: into the layer they were made on, or into a new one."""

from __future__ import annotations

from typing import Any, Final

from napari.layers import Labels
from napari.viewer import Viewer

from napari_grains.grains import Restored
from napari_grains.widgets._looks import look
from napari_grains.widgets._results import METADATA, mark_of

_MARKS: Final = ("role", "source_id", "source_layer", "merge_threshold")
"""What of a layer's metadata a new layer needs."""


def facts_of(layer: Labels) -> dict[str, Any]:
    """Return what is needed to find or to make a layer of grains again, as JSON."""
    mark = mark_of(layer)
    return {
        "name": layer.name,
        "mark": {key: mark[key] for key in _MARKS if key in mark},
        "scale": [float(value) for value in layer.scale],
        "units": [str(unit) for unit in layer.units],
    }


def restored_layer(viewer: Viewer, restored: Restored) -> Labels:
    """Give a layer the corrected grains.

    Parameters
    ----------
    viewer : Viewer
        A layer of the same name and shape is taken, such as that of the same segmentation made anew; else a
        layer is added.
    restored : Restored
        Grains with all corrections.

    Returns
    -------
    Labels
        Its data are the restored array.
    """
    layer = _matching(viewer, restored)
    if layer is None:
        layer = _new(restored)
        viewer.layers.append(layer)
    else:
        layer.data = restored.labels
    mark = layer.metadata.setdefault(METADATA, {})
    mark |= restored.facts.get("mark", {}) | mark | {"regions": restored.regions}
    mark["merge_threshold"] = restored.facts.get("mark", {}).get("merge_threshold")
    return layer


def _new(restored: Restored) -> Labels:
    frame = {key: restored.facts[key] for key in ("scale", "units") if key in restored.facts}
    return Labels(restored.labels, name=restored.facts.get("name", "grains"), **look("grains"), **frame)


def _matching(viewer: Viewer, restored: Restored) -> Labels | None:
    wanted: Any = (restored.facts.get("name"), restored.labels.shape)
    found = (layer for layer in reversed(viewer.layers) if isinstance(layer, Labels))
    return next((layer for layer in found if (layer.name, layer.data.shape) == wanted), None)
