"""The layer in which a network in training shows what it makes of the user's image."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from napari.layers import Image
from napari.viewer import Viewer

from napari_grains.widgets._looks import look
from napari_grains.widgets._results import METADATA, result_layer
from napari_grains.widgets._source import Array, planar_transform

_ROLE: Final = "training"


class WatchedLayer:
    """Layer "<name> boundary (training)", made with the first prediction and then updated in place.

    Parameters
    ----------
    viewer : Viewer
        Where it is shown.
    image : Image
        What is predicted; of a stack the slice that the training was given.
    """

    def __init__(self, viewer: Viewer, image: Image) -> None:
        self._viewer, self._image = viewer, image
        self._layer: Image | None = None

    def show(self, prediction: Array) -> None:
        """Show a boundary probability, unless the user has removed the image or the layer.

        Parameters
        ----------
        prediction : ndarray of float32, (Y, X)
            0 to 1.
        """
        if self._image not in self._viewer.layers:
            return
        if self._layer is None:
            self._layer = self._existing() or self._new(prediction)
        if self._layer in self._viewer.layers:
            self._layer.data = prediction

    def _existing(self) -> Image | None:
        layer = result_layer(self._viewer, self._image, _ROLE)
        return layer if isinstance(layer, Image) else None

    def _new(self, prediction: Array) -> Image:
        layers, active = self._viewer.layers, self._viewer.layers.selection.active
        layer = Image(np.asarray(prediction, np.float32), **self._properties())
        layers.insert(layers.index(self._image) + 1, layer)
        if active is not None:
            layers.selection.active = active
        return layer

    def _properties(self) -> dict[str, Any]:
        image = self._image
        mark = {"role": _ROLE, "source_id": str(image.unique_id), "source_layer": image.name}
        return {
            **look("boundary"),
            "name": f"{image.name} boundary (training)",
            "metadata": {METADATA: mark},
            "affine": planar_transform(image),
            "units": image.units[-2:],
        }
