"""The part of a dock in which strokes are begun, and the brush is chosen."""

from __future__ import annotations

from typing import Final

import numpy as np
from napari.layers import Image, Labels
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_grains.widgets._brushes import Brushes
from napari_grains.widgets._combos import LayerCombo, image_combo
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._source import Source
from napari_grains.widgets._stroke_keys import StrokeKeys
from napari_grains.widgets._stroke_layers import (
    is_annotation,
    new_strokes,
    painted_numbers,
    show_classes,
    take,
)
from napari_grains.widgets._stroke_pairs import StrokePairs
from napari_grains.widgets._subscriptions import Subscriptions

_NEW_TIP: Final = "Add a layer over the image in which you paint what is right, with the brush in hand"


class PaintBox(QGroupBox):
    """Image, new strokes, brushes, what is painted, and the list of strokes to learn from.

    Parameters
    ----------
    viewer : Viewer
        Whose layers are painted.
    brushes : Brushes
        What can be painted.
    image : LayerCombo, optional
        A list of images that the dock has already; by default the box has its own.

    Attributes
    ----------
    image : LayerCombo
        Where strokes are begun, the network is shown, and doubtful places are looked for.
    new : QPushButton
    brush_box : Brushes
    count : TextLine
    pairs : StrokePairs
    image_changed, changed : Signal
        Another image is chosen; other strokes are.
    """

    image_changed = Signal()
    changed = Signal()

    def __init__(self, viewer: Viewer, brushes: Brushes, image: LayerCombo[Image] | None = None) -> None:
        super().__init__("Paint")
        self._viewer, self.brush_box = viewer, brushes
        self._keys, self._of_layers, self._of_viewer = StrokeKeys(), Subscriptions(), Subscriptions()
        self._has_image = image is None
        self.image = image_combo(viewer) if image is None else image
        self.pairs, self.count = StrokePairs(viewer, brushes.classes.paint), TextLine()
        self.new = QPushButton("New strokes")
        self._lay_out()
        self.new.clicked.connect(self.begin)
        self.image.layer_changed.connect(self._show_image)
        self.pairs.changed.connect(self._show_pairs)
        brushes.taken.connect(self.take)
        brushes.classes_changed.connect(self._show_classes)
        self.destroyed.connect(self._of_layers.end)
        self.destroyed.connect(self._of_viewer.end)

    @property
    def brushes(self) -> dict[int, QPushButton]:
        """The button of each brush, by what it paints."""
        return self.brush_box.buttons

    @property
    def strokes(self) -> Labels | None:
        """The layer that the brushes are for: the active one, else that of the image."""
        active = self._viewer.layers.selection.active
        if isinstance(active, Labels) and is_annotation(active):
            return active
        pair = self.pairs.of(self.image.layer)
        return None if pair is None or not is_annotation(pair.strokes) else pair.strokes

    @property
    def layers(self) -> list[Labels]:
        """All layers that the brushes are for."""
        return [pair.strokes for pair in self.pairs.pairs if self.brush_box.can_paint(pair.strokes)]

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer's layers."""
        self._of_viewer.end()
        if self._has_image:
            self.image.follow(on=on)
        self.pairs.follow(on=on)
        if on:
            self._of_viewer.add(self._show_brush, self._viewer.layers.selection.events.active)
            self._show_pairs()
        else:
            self._keys.follow([], {})
            self._of_layers.end()

    def begin(self) -> None:
        """Add a layer for strokes on the chosen image."""
        if self.image.layer is not None and not self.problem():
            new_strokes(self._viewer, self.image.layer, self.brush_box.classes)

    def take(self, value: int) -> None:
        """Take a brush, and make its layer the active one."""
        strokes = self.strokes
        if strokes is not None:
            self._viewer.layers.selection.active = strokes
            take(strokes, value)
            self._show_brush()

    def problem(self) -> str:
        """Say in one line why nothing can be painted; empty if it can."""
        if self.image.layer is None:
            return "Open a micrograph: drop a file on the window, or File > Open Sample > Grains."
        return Source(self.image.layer).problem() or ""

    def show_count(self) -> None:
        """Say what is painted."""
        strokes, brushes = self.strokes, self.brush_box
        self.show_numbers()
        text = brushes.invitation if strokes is None else brushes.summary(strokes)
        self.count.setText(text)
        self.count.setVisible(bool(text))

    def show_numbers(self) -> None:
        """Tell the brushes how much is painted in all ticked layers."""
        painted = [pair.strokes for pair in self.pairs.ticked if self.brush_box.can_paint(pair.strokes)]
        total = np.zeros(1, np.int64)
        for numbers in map(painted_numbers, painted):
            longer = max(len(total), len(numbers))
            total = np.pad(total, (0, longer - len(total))) + np.pad(numbers, (0, longer - len(numbers)))
        self.brush_box.show_numbers(total)

    def _lay_out(self) -> None:
        above, column = QHBoxLayout(), QVBoxLayout(self)
        if self._has_image:
            self.image.setToolTip("The micrograph to paint on; the training is shown on it")
            self.image.setAccessibleName("Image")
            above.addWidget(self.image, 1)
        for button in (self.new, *self.brush_box.beside):
            above.addWidget(button)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addLayout(above)
        for widget in (self.brush_box, self.count, self.pairs):
            column.addWidget(widget)

    def _show_image(self) -> None:
        self._show_brush()
        self.image_changed.emit()

    def _show_pairs(self) -> None:
        layers = self.layers
        self._keys.follow(layers, self.brush_box.keys)
        self._of_layers.end()
        for layer in layers:
            self._of_layers.add(self._show_brush, layer.events.mode, layer.events.selected_label)
        self.pairs.setVisible(bool(self.pairs.pairs))
        self._show_brush()
        self.changed.emit()

    def _show_classes(self) -> None:
        """Let the layers show names and colours of what can be painted now."""
        for layer in self.layers:
            show_classes(layer, self.brush_box.classes)
        self._show_pairs()

    def _show_brush(self, _event: object = None) -> None:
        problem = self.problem()
        self.brush_box.show_hand(self.strokes)
        self.new.setEnabled(not problem)
        self.new.setToolTip(problem or _NEW_TIP)
        self.show_count()


def beside(*widgets: QWidget) -> QWidget:
    """Put widgets beside each other."""
    whole = QWidget()
    layout = QHBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget)
    return whole
