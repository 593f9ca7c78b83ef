"""Where corrections that were left behind go: into the layer they were made on, or into a new one."""

from __future__ import annotations

from typing import Any

from napari.layers import Labels
from napari.viewer import Viewer

from napari_grains.grains import Restored
from napari_grains.widgets._looks import look


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
        layer = Labels(restored.labels, name=restored.facts.get("name", "grains"), **look("grains"))
        viewer.layers.append(layer)
    else:
        layer.data = restored.labels
    return layer


def _matching(viewer: Viewer, restored: Restored) -> Labels | None:
    wanted: Any = (restored.facts.get("name"), restored.labels.shape)
    found = (layer for layer in reversed(viewer.layers) if isinstance(layer, Labels))
    return next((layer for layer in found if (layer.name, layer.data.shape) == wanted), None)
