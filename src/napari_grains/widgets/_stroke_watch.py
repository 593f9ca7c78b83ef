"""Says which strokes were painted, a moment after the hand rests."""

from __future__ import annotations

import zlib
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QObject, QTimer, Signal

from napari_grains.widgets._subscriptions import Subscriptions

_PAUSE: Final = 300
"""Milliseconds after the last change."""


class StrokeWatch(QObject):
    """Follows layers while they are painted; undone strokes count as well.

    Attributes
    ----------
    painted : Signal(Labels)
        A layer is no longer what it was.
    painting : Signal
        The hand moves: pixels change under the brush now.
    """

    painted = Signal(object)
    painting = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._layers: list[Labels] = []
        self._sums: WeakKeyDictionary[Labels, int] = WeakKeyDictionary()
        self._subscriptions = Subscriptions()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._tell)

    def follow(self, layers: list[Labels]) -> None:
        """Follow these layers and no others."""
        self._subscriptions.end()
        self._layers = layers
        for layer in layers:
            self._sums.setdefault(layer, _sum(layer))
            self._subscriptions.add(self._wait, layer.events.paint, layer.events.data, layer.events.set_data)
            self._subscriptions.add(self._tell_painting, layer.events.labels_update)

    def _wait(self, _event: object = None) -> None:
        self._timer.start()

    def _tell_painting(self, _event: object = None) -> None:
        self.painting.emit()

    def _tell(self) -> None:
        for layer in self._layers:
            before, now = self._sums[layer], _sum(layer)  # napari also tells when another slice is shown
            self._sums[layer] = now
            if now != before:
                self.painted.emit(layer)


def _sum(layer: Labels) -> int:
    return zlib.crc32(np.ascontiguousarray(layer.data).data)
