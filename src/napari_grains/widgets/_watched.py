"""The layer in which a network in training shows what it makes of the user's image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from napari.layers import Image
from napari.viewer import Viewer

from napari_grains.events import Preview
from napari_grains.widgets._looks import look
from napari_grains.widgets._results import METADATA, result_layer
from napari_grains.widgets._source import Array, Source, planar_transform


@dataclass(frozen=True)
class Look:
    """What a layer shows.

    Parameters
    ----------
    role : str
        In its metadata.
    name : str
        After that of the image.
    look : str
        See `look`.
    """

    role: str
    name: str
    look: str


_TRAINING: Final = Look("training", "boundary (training)", "boundary")


class WatchedLayer:
    """Layer "<name> boundary (training)", made with the first prediction and then updated in place.

    Parameters
    ----------
    viewer : Viewer
        Where it is shown.
    image : Image
        What is predicted; of a stack the slice that the training was given.
    shown : Look
        What else than a boundary in training is shown.
    """

    def __init__(self, viewer: Viewer, image: Image, shown: Look = _TRAINING) -> None:
        self._viewer, self._image, self._shown = viewer, image, shown
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

    def show_part(self, preview: Preview) -> None:
        """Show a block of a boundary probability; around it stays what was there.

        Parameters
        ----------
        preview : Preview
            (Y, X) of an image, (1, Y, X) of the slice of a stack that is seen.
        """
        rows, columns = preview.array.shape[-2:]
        top, left = preview.offset[-2:]
        plane = Source(self._image).plane
        layer = self._layer or self._existing()
        known = layer is not None and layer.data.shape == plane
        whole = layer.data if layer is not None and known else np.zeros(plane, np.float32)
        whole[top : top + rows, left : left + columns] = preview.array.reshape(rows, columns)
        self.show(whole)

    def blank(self) -> None:
        """Show nothing, because another slice is seen."""
        if self._layer is not None:
            self._layer.data = np.zeros(Source(self._image).plane, np.float32)

    def remove(self) -> None:
        """Take the layer away, which shows a network that is no longer there."""
        layer, self._layer = self._existing(), None
        if layer is not None:
            self._viewer.layers.remove(layer)

    def _existing(self) -> Image | None:
        layer = result_layer(self._viewer, self._image, self._shown.role)
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
        mark = {"role": self._shown.role, "source_id": str(image.unique_id), "source_layer": image.name}
        return {
            **look(self._shown.look),
            "name": f"{image.name} {self._shown.name}",
            "metadata": {METADATA: mark},
            "affine": planar_transform(image),
            "units": image.units[-2:],
        }
