"""The dock that draws distributions of grain sizes and roses of directions."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Final

from napari.layers import Labels
from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtCore import QSize, QTimer
from qtpy.QtGui import QResizeEvent, QShowEvent
from qtpy.QtWidgets import QBoxLayout, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout

from napari_grains import grains
from napari_grains.errors import InputError
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._dock import Dock, error_colour, is_bright
from napari_grains.widgets._file_names import file_name, folder_of
from napari_grains.widgets._grain_layers import GrainLayerCombo
from napari_grains.widgets._grain_plot import KINDS, WEIGHTED, plot_of, why_no_plot
from napari_grains.widgets._run_panel import TextLine

_BY: Final = {"by number": "number", "by area": "area"}
_NOTHING: Final = "No grains yet: run Segment grains first."
_TIPS: Final = {
    "layers": "Labels layers with a table of grains",
    "kind": "Histogram of equivalent circle diameters with its log-normal fit; share of grains up to each\n"
    "diameter; directions of the long axes; mean intercept by direction",
    "by": "Whether every grain counts the same, or as much as its area",
    "save": "Save the plot as PNG, SVG or PDF, in colours for paper",
}
_INCHES: Final = {True: (5.0, 5.0), False: (6.0, 4.2)}
"""Size of a saved rose, and of another plot."""
_FILTERS: Final = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
_MINIMUM_WIDTH: Final = 290
_HEIGHT: Final = 300
_WIDE: Final = 480
"""Pixels from which all that is chosen stands in one row."""


class GrainPlots(Dock):
    """Plots of the grains of a layer; they follow its table.

    matplotlib is imported with the first plot, when the dock is on the screen already.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Its Labels layers with features are offered. No engine is started.

    Attributes
    ----------
    layers : GrainLayerCombo
        Whose grains are drawn.
    kind, by : NarrowComboBox
        What is drawn; counted by number or by area.
    save : QPushButton
        Asks for a file.
    message : TextLine
        Why there is no plot, or what saving came to.
    canvas : PlotCanvas or None
        Made with the first plot.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self._folder: Path | None = None
        self._failed = False
        self.canvas: Any = None
        self.layers = GrainLayerCombo(self._viewer)
        self.kind, self.by = NarrowComboBox(), NarrowComboBox()
        self.save, self.message = QPushButton("Save…"), TextLine()
        self._soon = QTimer(self)
        self._lay_out()
        self._connect()
        self._attach()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw as soon as the dock is on the screen."""
        super().showEvent(event)
        self._soon.start()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Put all that is chosen into one row where there is room, as at the bottom of the window."""
        super().resizeEvent(event)
        self.arrange(self.width())

    def arrange(self, width: int) -> None:
        """Put what is chosen into one row or into two."""
        directions, wide = QBoxLayout.Direction, width >= _WIDE
        self._head.setDirection(directions.LeftToRight if wide else directions.TopToBottom)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return what makes a plot legible, also beside the table and before there is one."""
        return QSize(_WIDE, _HEIGHT)

    def save_figure(self) -> None:
        """Ask for a file and write the plot that is shown."""
        layer = self.layers.layer
        path = None if layer is None or self._why_not() else self._ask_for_file(layer)
        if layer is None or path is None:
            return
        plot = plot_of(layer, self.kind.currentText(), self._counted_by(), grains.PlotColours())
        try:
            _matplotlib().save_plot(path, plot, _INCHES[plot.polar])
        except InputError as error:
            self._say(str(error), error=True)
        else:
            self._folder = path.parent
            self._say(f"Saved as {path.name}.", details=str(path))

    def _lay_out(self) -> None:
        self.kind.addItems(list(KINDS))
        self.by.addItems(list(_BY))
        for name, tip in _TIPS.items():
            getattr(self, name).setToolTip(tip)
        self._head = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        below = QHBoxLayout()
        self._head.addWidget(self.layers, 2)
        self._head.addLayout(below, 3)
        below.addWidget(self.kind, 3)
        below.addWidget(self.by, 2)
        below.addWidget(self.save)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(6, 6, 6, 6)
        self._column.setSpacing(6)
        self._column.addLayout(self._head)
        self._column.addWidget(self.message)
        self._column.addStretch()
        self.setMinimumWidth(_MINIMUM_WIDTH)

    def _connect(self) -> None:
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._draw)
        for signal in (self.layers.layer_changed, self.layers.table_changed):
            signal.connect(self._show)
        for combo in (self.kind, self.by):
            combo.currentIndexChanged.connect(self._show)
        self.save.clicked.connect(self.save_figure)

    def _attach(self) -> None:
        super()._attach()
        self.layers.follow(on=True)
        self._show()

    def _detach(self) -> None:
        self._soon.stop()
        self.layers.follow(on=False)
        super()._detach()

    def _show(self) -> None:
        """Say what there is to say now, and draw a moment later: once, where several things change."""
        why_not = self._why_not()
        self.layers.setEnabled(self.layers.layer is not None)
        self.by.setVisible(self.kind.currentText() in WEIGHTED)
        self.save.setEnabled(not why_not)
        self._say(why_not)
        if self.isVisible():
            self._soon.start()

    def _why_not(self) -> str:
        layer = self.layers.layer
        return _NOTHING if layer is None else why_no_plot(layer, self.kind.currentText())

    def _draw(self) -> None:
        layer = self.layers.layer
        drawable = layer is not None and not self._why_not()
        if layer is not None and drawable:
            self._make_canvas()
            bright = is_bright(self._viewer)
            colours = grains.PlotColours() if bright else grains.PlotColours.dark()
            plot = plot_of(layer, self.kind.currentText(), self._counted_by(), colours)
            self.canvas.show_plot(plot, get_theme(self._viewer.theme).background.as_hex())
        if self.canvas is not None:
            self.canvas.setVisible(drawable)

    def _make_canvas(self) -> None:
        if self.canvas is None:
            self.canvas = _matplotlib().PlotCanvas()
            self._column.insertWidget(1, self.canvas, 1)

    def _counted_by(self) -> str:
        return _BY[self.by.currentText()]

    def _ask_for_file(self, layer: Labels) -> Path | None:
        name = f"{file_name(layer.name)}_{file_name(self.kind.currentText()).lower()}.png"
        suggestion = (self._folder or folder_of(layer)) / name
        dialog = QFileDialog(self, "Save the plot", str(suggestion), _FILTERS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        chosen = dialog.selectedFiles() if dialog.exec() else []
        dialog.deleteLater()
        return Path(chosen[0]) if chosen else None

    def _say(self, text: str, *, error: bool = False, details: str = "") -> None:
        self._failed = error
        self.message.setText(text)
        self.message.setToolTip(details or text)
        self.message.setVisible(bool(text))
        self._colour_message()

    def _show_theme(self, _event: object = None) -> None:
        self._colour_message()
        if self.isVisible():
            self._soon.start()

    def _colour_message(self) -> None:
        self.message.setStyleSheet(f"color: {error_colour(self._viewer)};" if self._failed else "")


def _matplotlib() -> Any:  # noqa: ANN401 - a module
    """Import what draws only now: it takes longer than the dock may take to open."""
    return importlib.import_module("napari_grains.widgets._plot_canvas")
