"""The part of the dock in which strokes are begun, and the brush is chosen."""

from __future__ import annotations

from typing import Final

import numpy as np
from napari.layers import Labels
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGridLayout, QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_grains.widgets._combos import image_combo
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._source import Source
from napari_grains.widgets._stroke_keys import StrokeKeys
from napari_grains.widgets._stroke_layers import (
    BOUNDARY,
    COLOURS,
    GRAIN,
    NOTHING,
    in_hand,
    is_annotation,
    new_strokes,
    paint_of,
    take,
)
from napari_grains.widgets._stroke_pairs import StrokePairs
from napari_grains.widgets._subscriptions import Subscriptions

_BRUSHES: Final = {
    GRAIN: ("Grain (1)", "Paint inside grains where the result shows a boundary that is none"),
    BOUNDARY: ("Boundary (2)", "Paint along boundaries that the result misses; a few short strokes will do"),
    NOTHING: ("Erase (0)", "Take strokes back; what is not painted is ignored, it is no background"),
}
_KEY_TIP: Final = "\nKey {key} while the strokes are the active layer; Ctrl+Z undoes a stroke"
_NEW_TIP: Final = "Add a layer over the image in which you paint what is right, with the brush in hand"


class PaintBox(QGroupBox):
    """Image, new strokes, brushes, number of painted pixels, and the list of strokes to learn from.

    Parameters
    ----------
    viewer : Viewer
        Whose layers are painted.

    Attributes
    ----------
    image : LayerCombo
        Where strokes are begun, the network is shown, and doubtful places are looked for.
    new : QPushButton
    brushes : dict of int to QPushButton
        By what they paint.
    count : TextLine
    pairs : StrokePairs
    image_changed, changed : Signal
        Another image is chosen; other strokes are.
    """

    image_changed = Signal()
    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__("Paint")
        self._viewer = viewer
        self._keys, self._of_layers, self._of_viewer = StrokeKeys(), Subscriptions(), Subscriptions()
        self.image, self.pairs, self.count = image_combo(viewer), StrokePairs(viewer), TextLine()
        self.new = QPushButton("New strokes")
        self.brushes = {value: QPushButton(text) for value, (text, _) in _BRUSHES.items()}
        self._lay_out()
        self.new.clicked.connect(self.begin)
        self.image.layer_changed.connect(self._show_image)
        self.pairs.changed.connect(self._show_pairs)
        for value, button in self.brushes.items():
            button.clicked.connect(lambda _=False, value=value: self.take(value))
        self.destroyed.connect(self._of_layers.end)
        self.destroyed.connect(self._of_viewer.end)

    @property
    def strokes(self) -> Labels | None:
        """The layer that the brushes are for: the active one, else that of the image."""
        active = self._viewer.layers.selection.active
        if isinstance(active, Labels) and is_annotation(active):
            return active
        pair = self.pairs.of(self.image.layer)
        return None if pair is None or not is_annotation(pair.strokes) else pair.strokes

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer's layers."""
        self._of_viewer.end()
        self.image.follow(on=on)
        self.pairs.follow(on=on)
        if on:
            self._of_viewer.add(self._show_brush, self._viewer.layers.selection.events.active)
            self._show_pairs()
        else:
            self._keys.follow([])
            self._of_layers.end()

    def begin(self) -> None:
        """Add a layer for strokes on the chosen image."""
        if self.image.layer is not None and not self.problem():
            new_strokes(self._viewer, self.image.layer)

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
        """Count what is painted."""
        strokes = self.strokes
        if strokes is None:
            self.count.setText("Where the result is wrong, paint what is right.")
        elif paint_of(strokes) == "grains":
            self.count.setText(f"“{strokes.name}”: grains painted by number")
        else:
            numbers = np.bincount(np.ravel(strokes.data), minlength=3)
            self.count.setText(f"Painted: grain {numbers[GRAIN]:,} px · boundary {numbers[BOUNDARY]:,} px")

    def _lay_out(self) -> None:
        self.image.setToolTip("The micrograph to paint on; the training is shown on it")
        self.image.setAccessibleName("Image")
        for value, button in self.brushes.items():
            button.setToolTip(_BRUSHES[value][1] + _KEY_TIP.format(key=value))
            button.setCheckable(True)
            button.setMinimumHeight(32)
            if value in COLOURS:
                button.setStyleSheet(f"QPushButton {{ border-bottom: 4px solid {COLOURS[value]}; }}")
        above, brushes, column = QHBoxLayout(), QGridLayout(), QVBoxLayout(self)
        above.addWidget(self.image, 1)
        above.addWidget(self.new)
        for place, button in enumerate(self.brushes.values()):
            brushes.addWidget(button, 0, place)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addLayout(above)
        column.addLayout(brushes)
        for widget in (self.count, self.pairs):
            column.addWidget(widget)

    def _show_image(self) -> None:
        self._show_brush()
        self.image_changed.emit()

    def _show_pairs(self) -> None:
        layers = [pair.strokes for pair in self.pairs.pairs if is_annotation(pair.strokes)]
        by_class = [layer for layer in layers if paint_of(layer) != "grains"]
        self._keys.follow(by_class)
        self._of_layers.end()
        for layer in by_class:
            self._of_layers.add(self._show_brush, layer.events.mode, layer.events.selected_label)
        self.pairs.setVisible(bool(self.pairs.pairs))
        self._show_brush()
        self.changed.emit()

    def _show_brush(self, _event: object = None) -> None:
        strokes, problem = self.strokes, self.problem()
        usable = strokes is not None and paint_of(strokes) != "grains"
        value = in_hand(strokes) if usable and strokes is not None else None
        for own, button in self.brushes.items():
            button.setEnabled(usable)
            button.setChecked(usable and own == value)
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
