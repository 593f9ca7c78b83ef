"""The layer in which a network in training shows what it makes of the user's image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from napari.layers import Image, Labels, Layer
from napari.viewer import Viewer

from napari_grains.events import Preview
from napari_grains.widgets._labels_view import show_changed
from napari_grains.widgets._looks import look
from napari_grains.widgets._results import METADATA, result_layer
from napari_grains.widgets._source import Array, Source, planar_transform
from napari_grains.widgets._viewer import add_aside


@dataclass(frozen=True)
class Look:
    """What a layer shows.

    Parameters
    ----------
    role : str
        In its metadata.
    name : str
        After that of the image.
    look : callable
        Its properties, see `look`.
    result : str
        Role of the result in whose place it is seen; empty: of none.
    kind : type
        Image, or Labels where phases are shown.
    """

    role: str
    name: str
    look: Callable[[], Mapping[str, Any]]
    result: str = ""
    kind: type[Image] | type[Labels] = Image

    @property
    def dtype(self) -> type[np.float32] | type[np.int32]:
        """Type of its pixels."""
        return np.int32 if self.kind is Labels else np.float32


TRAINING: Final = Look("training", "boundary (training)", partial(look, "boundary"), "boundary")
_OF_CLASSES: Final = ("features", "colormap")
"""Properties of Labels that differ where other phases are told apart."""


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

    def __init__(self, viewer: Viewer, image: Image, shown: Look = TRAINING) -> None:
        self._viewer, self._image, self._shown = viewer, image, shown
        self._layer: Image | Labels | None = None

    @property
    def result(self) -> Layer | None:
        """The result in whose place it is seen."""
        return result_layer(self._viewer, self._image, self._shown.result) if self._shown.result else None

    @property
    def is_there(self) -> bool:
        """Whether the layer is in the viewer."""
        return self._existing() is not None

    def show(self, prediction: Array) -> None:
        """Show a prediction, unless the user has removed the image or the layer.

        Parameters
        ----------
        prediction : ndarray, (Y, X)
            Of boundaries float32 from 0 to 1, of phases int32.
        """
        if self._image not in self._viewer.layers:
            return
        if self._layer is None:
            self._layer = self._again() or self._new(prediction)
        if self._layer in self._viewer.layers:
            self._layer.data = prediction

    def show_part(self, preview: Preview) -> None:
        """Show a block of a prediction; around it stays what was there.

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
        whole = layer.data if layer is not None and known else np.zeros(plane, self._shown.dtype)
        where = (slice(top, top + rows), slice(left, left + columns))
        whole[where] = preview.array.reshape(rows, columns)
        if isinstance(self._layer, Labels) and known and self._layer in self._viewer.layers:
            show_changed(self._layer, where)
        else:
            self.show(whole)

    def blank(self) -> None:
        """Show nothing, because another slice is seen."""
        if self._layer is not None:
            self._layer.data = np.zeros(Source(self._image).plane, self._shown.dtype)

    def remove(self) -> None:
        """Take the layer away, which shows a network that is no longer there."""
        layer, self._layer = self._existing(), None
        if layer is not None:
            self._viewer.layers.remove(layer)

    def _existing(self) -> Image | Labels | None:
        layer = result_layer(self._viewer, self._image, self._shown.role)
        return layer if isinstance(layer, Image | Labels) else None

    def _again(self) -> Image | Labels | None:
        """Return the layer of an earlier training, with the classes of this one."""
        layer = self._existing()
        if isinstance(layer, Labels):
            for name in _OF_CLASSES:
                setattr(layer, name, self._shown.look()[name])
        return layer

    def _new(self, prediction: Array) -> Image | Labels:
        layer = self._shown.kind(np.asarray(prediction, self._shown.dtype), **self._properties())
        add_aside(self._viewer, layer, self._viewer.layers.index(self._image) + 1)
        return layer

    def _properties(self) -> dict[str, Any]:
        image = self._image
        mark = {"role": self._shown.role, "source_id": str(image.unique_id), "source_layer": image.name}
        return {
            **self._shown.look(),
            "name": f"{image.name} {self._shown.name}",
            "metadata": {METADATA: mark},
            "affine": planar_transform(image),
            "units": image.units[-2:],
        }
