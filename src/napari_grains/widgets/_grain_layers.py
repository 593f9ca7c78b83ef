"""Layers that have a table of grains: the list of them, and where their grains are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from napari.layers import Labels, Layer
from napari.utils.events import Event
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_grains.widgets._camera import long_axes
from napari_grains.widgets._combos import LayerCombo
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._subscriptions import Subscriptions

if TYPE_CHECKING:
    from napari_grains.widgets._table_model import Place  # brings pandas, for which no dock waits

_BY_CLASS: Final = ("annotation", "examples", "phases", "grain phases")
"""Roles of layers in which a label is a class."""


class LabelsCombo(LayerCombo[Labels]):
    """Labels layers; unless the user has chosen or selected another one, the result of a segmentation."""

    def _preferred(self) -> Labels | None:
        preferred = super()._preferred()
        listed = [layer for layer in self._layers if layer is not None]
        active = self._viewer.layers.selection.active
        if preferred is self._chosen or (preferred is active and preferred is not None and preferred.visible):
            return preferred
        return next((layer for layer in listed if _is_grain_result(layer)), preferred)


class GrainLayerCombo(LabelsCombo):
    """Labels layers with a row per grain; follows the layer list and the features while `follow` is on.

    Attributes
    ----------
    table_changed : Signal
        The same layer has other features.
    """

    table_changed = Signal()

    def __init__(self, viewer: Viewer, parent: QWidget | None = None) -> None:
        super().__init__(viewer, has_grains, parent=parent)
        self._of_layers = Subscriptions()
        self.destroyed.connect(self._of_layers.end)

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the layer list and the features of its layers."""
        self._of_layers.end()
        super().follow(on=on)

    def _refresh(self, event: object = None) -> None:
        self._of_layers.end()
        labels = [layer for layer in self._viewer.layers if isinstance(layer, Labels)]
        self._of_layers.add(self._hear_features, *(layer.events.features for layer in labels))
        super()._refresh(event)

    def _hear_features(self, event: Event) -> None:
        before = self._chosen
        super()._refresh(event)
        if event.source is before is self._chosen:
            self.table_changed.emit()


def labels_combo(viewer: Viewer) -> LabelsCombo:
    """List the layers whose labels are grains: all but those by class, painted or classified."""
    return LabelsCombo(viewer, lambda layer: isinstance(layer, Labels) and not _is_by_class(layer))


def has_grains(layer: Layer) -> bool:
    """Whether a layer is Labels with a table that says which row belongs to which label."""
    if not isinstance(layer, Labels) or layer.features.empty or _is_by_class(layer):
        return False
    return not {"index", "grain"}.isdisjoint(layer.features.columns)


def slice_axis(layer: Layer) -> int | None:
    """Return the axis that counts the slices: the first with a length, before rows and columns."""
    return next(iter(long_axes(layer.extent.data[1] + 1)), None)


def position_of(layer: Labels, place: Place) -> list[float]:
    """Return the data coordinates of a grain, with zeros for axes of length 1."""
    position = [0.0] * (layer.ndim - 2) + [place.y, place.x]
    axis = slice_axis(layer)
    if axis is not None and place.slice is not None:
        position[axis] = place.slice
    return position


def _is_grain_result(layer: Layer) -> bool:
    return bool(layer.metadata.get(METADATA, {}).get("role") == "grains")


def _is_by_class(layer: Layer) -> bool:
    """Whether labels of a layer are classes, not grains."""
    return bool(layer.metadata.get(METADATA, {}).get("role") in _BY_CLASS)
