"""The layer that shows what in an example speaks for its class."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from napari.layers import Image
from napari.viewer import Viewer

from napari_grains.widgets._answers import Place
from napari_grains.widgets._camera import current_slice
from napari_grains.widgets._grain_layers import slice_axis
from napari_grains.widgets._looks import look
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Array, planar_transform
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._viewer import add_aside

_ROLE: Final = "activation"


class Activation:
    """One layer over the image, for one example after the other; hidden while another slice is seen.

    Parameters
    ----------
    viewer : Viewer
        Where it is shown.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._place: Place | None = None
        self._of_viewer = Subscriptions()
        self.layer: Image | None = None

    def show(self, place: Place, activation: Array, text: str) -> None:
        """Show the activation of an example.

        Parameters
        ----------
        place : Place
            Of the example.
        activation : ndarray of float32, (Y, X)
            0 to 1, on the pixels that the job "explain" was given.
        text : str
            What is shown, for the name of the layer.
        """
        if place.layer is None or place.layer not in self._viewer.layers:
            return
        self.remove()
        self._place = place
        self.layer = Image(activation, **_properties(place, text))
        add_aside(self._viewer, self.layer)
        self._of_viewer.add(self._follow_slice, self._viewer.dims.events.point)
        self._of_viewer.add(self._forget, self._viewer.layers.events.removed)

    def remove(self) -> None:
        """Take the layer away."""
        self._of_viewer.end()
        layer, self.layer = self.layer, None
        if layer is not None and layer in self._viewer.layers:
            self._viewer.layers.remove(layer)

    def let_go(self) -> None:
        """Follow the viewer no longer; the layer stays."""
        self._of_viewer.end()

    def _follow_slice(self, _event: object = None) -> None:
        place = self._place
        if self.layer is None or place is None or place.layer is None:
            return
        axis = slice_axis(place.layer)
        if axis is not None:
            seen = current_slice(self._viewer, place.layer, axis)
            self.layer.visible = place.index is None or seen in (None, place.index)

    def _forget(self, event: Any) -> None:  # noqa: ANN401 - an event of napari
        if event.value is self.layer:
            self.layer = None
            self._of_viewer.end()


def _properties(place: Place, text: str) -> dict[str, Any]:
    layer = place.layer
    assert layer is not None  # noqa: S101 - for type checkers: the caller has looked
    matrix = planar_transform(layer)
    matrix[:2, 2] += matrix[:2, :2] @ np.array(place.corner, np.float64)
    mark = {"role": _ROLE, "source_id": str(layer.unique_id), "source_layer": layer.name}
    return {
        **look(_ROLE),
        "name": f"activation: {text}",
        "metadata": {METADATA: mark},
        "affine": matrix,
        "units": layer.units[-2:],
    }
