"""Layers of grains that are measured together, as fields of one specimen."""

from __future__ import annotations

from typing import Final

from napari.layers import Labels
from napari.viewer import Viewer
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QListWidget, QListWidgetItem, QWidget

from napari_grains.widgets._grain_layers import has_grains
from napari_grains.widgets._subscriptions import Subscriptions

_MOST_ROWS: Final = 4
"""Rows that are seen without scrolling."""
_ROW: Final = 20


class FieldList(QListWidget):
    """Other layers of grains, to be ticked; follows the layer list while `follow` is on.

    Parameters
    ----------
    viewer : Viewer
        Whose layers.

    Attributes
    ----------
    listed, ticked : Signal
        Other layers are there; other layers are ticked.
    """

    listed = Signal()
    ticked = Signal()

    def __init__(self, viewer: Viewer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._shown: Labels | None = None
        self._layers: list[Labels] = []
        self._with: list[Labels] = []
        self._subscriptions = Subscriptions()
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.itemChanged.connect(self._hear_tick)
        self.destroyed.connect(self._subscriptions.end)

    @property
    def layers(self) -> tuple[Labels, ...]:
        """Layers that are ticked, from the lowest."""
        return tuple(layer for layer in self._layers if layer in self._with)

    def show_layer(self, layer: Labels | None) -> None:
        """Offer all layers of grains but this one, which is measured anyway."""
        self._shown = layer
        self._refresh()

    def tick(self, *layers: Labels) -> None:
        """Tick these layers and no others."""
        self._with = [layer for layer in self._layers if layer in layers]
        self._list()
        self.ticked.emit()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the layer list."""
        self._subscriptions.end()
        if on:
            events = self._viewer.layers.events
            self._subscriptions.add(
                self._refresh, events.inserted, events.removed, events.reordered, events.renamed
            )
            self._refresh()

    def _refresh(self, _event: object = None) -> None:
        layers = (layer for layer in self._viewer.layers if layer is not self._shown)
        self._layers = [layer for layer in layers if has_grains(layer)]
        before = self._with
        self._with = [layer for layer in before if layer in self._layers]
        self._list()
        if self._with != before:
            self.ticked.emit()

    def _list(self) -> None:
        self.blockSignals(True)
        self.clear()
        for layer in self._layers:
            item = QListWidgetItem(layer.name)
            item.setToolTip(layer.name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            states = Qt.CheckState
            item.setCheckState(states.Checked if layer in self._with else states.Unchecked)
            self.addItem(item)
        self.blockSignals(False)
        self.setFixedHeight(4 + _ROW * max(1, min(_MOST_ROWS, len(self._layers))))
        self.listed.emit()

    def _hear_tick(self, item: QListWidgetItem) -> None:
        layer = self._layers[self.row(item)]
        ticked = item.checkState() == Qt.CheckState.Checked
        self._with = [other for other in self._with if other is not layer] + ([layer] if ticked else [])
        self.ticked.emit()
