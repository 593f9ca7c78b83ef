"""The images whose strokes are learned from: a list to tick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeGuard

import numpy as np
from napari.layers import Image, Labels, Layer
from napari.viewer import Viewer
from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy

from napari_grains.widgets._known_scales import KnownScale
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._stroke_layers import (
    Paint,
    can_hold_strokes,
    fits,
    image_of,
    is_annotation,
    paint_of,
    painted,
)
from napari_grains.widgets._subscriptions import Subscriptions

_TIP: Final = (
    "Strokes that are learned from, with the image they belong to. Strokes made here, and grains that were\n"
    "proofread, are ticked; tick other Labels layers of the size of an image if they were painted by hand."
)
_ROWS: Final = 3
"""Pairs that are seen at once; more scroll."""
_MARGIN: Final = 7


@dataclass(frozen=True)
class StrokePair:
    """An image and what is painted on it.

    Parameters
    ----------
    image : Image
    strokes : Labels
        Of the same shape.
    """

    image: Image
    strokes: Labels

    def arguments(self, leave_out: list[list[int]], known: KnownScale | None) -> dict[str, Any]:
        """Return the pair as jobs take it; reads the pixels, which may take long."""
        source = Source(self.image)
        return {
            "image": source.read(),
            "labels": self.labels(),
            "name": self.image.name,
            "rgb": bool(self.image.rgb),
            "paint": paint_of(self.strokes),
            "leave_out": leave_out,
            **({} if known is None else known.arguments()),
        }

    def labels(self) -> Array:
        """Copy the strokes, (Y, X) or (Z, Y, X)."""
        return painted(self.strokes, Source(self.image))

    @property
    def is_painted(self) -> bool:
        """Whether there is a stroke."""
        return bool(np.any(self.strokes.data))


class StrokePairs(QListWidget):
    """Lists every layer that can be painted, with its image.

    Parameters
    ----------
    viewer : Viewer
        Whose layers.
    paint : "boundary" or "phases"
        What is learned from: strokes by phase and other strokes are listed apart.

    Attributes
    ----------
    changed : Signal
        Other pairs are there, or ticked.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer, paint: Paint = "boundary") -> None:
        super().__init__()
        self._viewer, self._paint = viewer, paint
        self._pairs: list[StrokePair] = []
        self._ticks: dict[Labels, bool] = {}
        self._subscriptions = Subscriptions()
        self.setToolTip(_TIP)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.itemChanged.connect(self._tick)
        self.destroyed.connect(self._subscriptions.end)

    @property
    def pairs(self) -> list[StrokePair]:
        """All pairs, topmost layer first."""
        return list(self._pairs)

    @property
    def ticked(self) -> list[StrokePair]:
        """Pairs that are learned from."""
        return [pair for pair in self._pairs if self._ticks[pair.strokes]]

    def of(self, image: Image | None) -> StrokePair | None:
        """Return the pair of an image that is ticked, or was made to be painted."""
        found = [pair for pair in self._pairs if pair.image is image]
        chosen = [pair for pair in found if self._ticks[pair.strokes] or is_annotation(pair.strokes)]
        return min(chosen, key=lambda pair: not is_annotation(pair.strokes), default=None)

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
        before, self._pairs = self._pairs, self._found()
        here = {pair.strokes for pair in self._pairs}
        self._ticks = {layer: on for layer, on in self._ticks.items() if layer in here}
        with QSignalBlocker(self):
            self.clear()
            for pair in self._pairs:
                self._ticks.setdefault(pair.strokes, is_annotation(pair.strokes))
                self.addItem(self._item(pair))
        rows = min(max(1, len(self._pairs)), _ROWS)
        self.setFixedHeight(rows * self.fontMetrics().lineSpacing() + 2 * _MARGIN)
        if before != self._pairs:
            self.changed.emit()

    def _found(self) -> list[StrokePair]:
        layers = [layer for layer in reversed(self._viewer.layers) if self._belongs(layer)]
        images = [image_of(self._viewer, layer) for layer in layers]
        return [
            StrokePair(image, layer)
            for image, layer in zip(images, layers, strict=True)
            if image is not None and fits(layer, image)
        ]

    def _belongs(self, layer: Layer) -> TypeGuard[Labels]:
        by_phase = is_annotation(layer) and isinstance(layer, Labels) and paint_of(layer) == "phases"
        if is_annotation(layer) and by_phase != (self._paint == "phases"):
            return False
        return can_hold_strokes(layer)

    def _item(self, pair: StrokePair) -> QListWidgetItem:
        item = QListWidgetItem(f"{pair.strokes.name}  (on {pair.image.name})")
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
        ticked = self._ticks[pair.strokes]
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        return item

    def _tick(self, item: QListWidgetItem) -> None:
        pair = self._pairs[self.row(item)]
        self._ticks[pair.strokes] = item.checkState() == Qt.CheckState.Checked
        self.changed.emit()
