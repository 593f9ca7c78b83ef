"""Rows of corrected grains leave a layer's table until the grains are measured again."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QObject, QTimer

from napari_grains.grains import Edit
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._subscriptions import Subscriptions

_PAUSE: Final = 400
"""Milliseconds without a correction after which the table follows."""


class StaleRows(QObject):
    """Keeps from a layer's features what is no longer true; a correction that is taken back brings it back.

    The layer's metadata say how many corrections there are since the table was measured ("edited"). When
    somebody gives the layer other features, they count as measured now.

    Parameters
    ----------
    layer : Labels
        Its table has a column "index" or "grain" with the labels.
    """

    def __init__(self, layer: Labels, parent: QObject) -> None:
        super().__init__(parent)
        self._layer = layer
        self._measured = layer.features
        self._touched: Counter[int] = Counter()
        self._edits = 0
        self._ours = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self.show)
        self._following = Subscriptions()
        self._following.add(self._hear_features, layer.events.features)
        self.destroyed.connect(self._following.end)

    def take(self, edit: Edit, sign: int) -> None:
        """Take note of a correction, or with -1 of one that was taken back."""
        if edit.is_empty:
            return
        moved = edit.regrouped if edit.kind == "threshold" else edit
        for grain in np.union1d(moved.before, moved.after).tolist():
            self._touched[grain] += sign
        self._edits += sign
        self._layer.metadata.setdefault(METADATA, {})["edited"] = self._edits
        self._timer.start()

    def show(self) -> None:
        """Let the layer's table say what is true now, and its thumbnail."""
        self._timer.stop()
        self._layer.refresh(data_displayed=False, highlight=False, extent=False)
        name = next((name for name in ("index", "grain") if name in self._measured), None)
        if name is None:
            return
        touched = [grain for grain, times in self._touched.items() if times]
        rows = self._measured[~self._measured[name].isin(touched)]
        if len(rows) != len(self._layer.features):
            self._ours = True
            self._layer.features = rows.reset_index(drop=True)
            self._ours = False

    def end(self) -> None:
        """Bring the table up to date a last time, and follow no more."""
        if self._timer.isActive():
            self.show()
        self._following.end()

    def _hear_features(self, _event: object = None) -> None:
        if not self._ours:
            self._timer.stop()
            self._measured, self._edits = self._layer.features, 0
            self._touched.clear()
            self._layer.metadata.get(METADATA, {}).pop("edited", None)
