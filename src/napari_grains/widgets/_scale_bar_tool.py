"""Pixel size by hand: a line along the burned-in scale bar, and the length that is written beside it."""

from __future__ import annotations

from typing import Final

import numpy as np
from magicgui.widgets import ComboBox, Container, FloatSpinBox
from napari.layers import Image, Shapes
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.images import PixelSize, ScaleBar
from napari_grains.widgets._guides import Guide
from napari_grains.widgets._source import Float
from napari_grains.widgets._subscriptions import Subscriptions

_COLOUR: Final = "#ff00c8"
_SHORTEST: Final = 3.0  # px


class ScaleBarTool(QWidget):
    """A line that the user drags in the image, and a form for its length; hidden until `begin`.

    Parameters
    ----------
    viewer : Viewer
        Where the line is drawn.

    Attributes
    ----------
    measured : Signal(PixelSize)
        The user took the length over.
    length, unit : magicgui widgets
        What stands beside the scale bar.
    use, cancel : QPushButton
    """

    measured = Signal(object)

    def __init__(self, viewer: Viewer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._guide = Guide(viewer, "scale bar", _COLOUR)
        self._before: object = None
        self._subscriptions = Subscriptions()
        self.length = FloatSpinBox(value=10, min=0.001, max=100000, step=1, tooltip="Length of the scale bar")
        self.unit = ComboBox(value="µm", choices=["nm", "µm", "mm"], tooltip="Unit of the length")
        self.form = Container(widgets=[self.length, self.unit], layout="horizontal", labels=False)
        self.form.margins = (0, 0, 0, 0)
        self.use, self.cancel = QPushButton("Use"), QPushButton("Cancel")
        self.hint = QLabel()
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # one line
        self.hint.setToolTip(
            "Drag a line along the scale bar, or the ends of the line that is there;\nthen type the length."
        )
        self._lay_out()
        self.use.clicked.connect(self._take)
        self.cancel.clicked.connect(self.end)
        self.length.changed.connect(self._describe)
        self.unit.changed.connect(self._describe)
        self.destroyed.connect(self._subscriptions.end)
        self.hide()

    @property
    def pixel_size(self) -> PixelSize | None:
        """The pixel size that line and length give; None while there is no line."""
        pixels = self._line_length()
        if pixels < _SHORTEST:
            return None
        edge = f"{self.length.value / pixels!r} {self.unit.value}"
        return PixelSize.parse(
            edge, f"scale bar: {self.length.value:g} {self.unit.value} over {pixels:.1f} px"
        )

    def begin(self, image: Image, scale_bar: ScaleBar | None = None) -> None:
        """Show the form, and the line along the scale bar if one was found, else wait for the user's line."""
        self.end()
        self._before = self._viewer.layers.selection.active
        found = [] if scale_bar is None else [(_ends(scale_bar), "line")]
        layer = self._guide.show(image, found)
        self._subscriptions.add(self._describe, layer.events.data, layer.events.set_data)
        self._subscriptions.add(self._on_removed, self._viewer.layers.events.removed)
        self._viewer.layers.selection.active = layer
        layer.mode = "direct" if found else "add_line"
        self.show()
        self._describe()

    def end(self) -> None:
        """Hide the form and take the line away."""
        self._subscriptions.end()
        self._guide.hide()
        if self._before is not None and self._before in self._viewer.layers:
            self._viewer.layers.selection.active = self._before
        self._before = None
        self.hide()

    def _lay_out(self) -> None:
        for button, tip in ((self.use, "Take this pixel size over"), (self.cancel, "Leave it as it was")):
            button.setToolTip(tip)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.form.native, 1)
        row.addWidget(self.use)
        row.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.hint)
        layout.addLayout(row)

    def _take(self) -> None:
        size = self._size_or_problem()
        if isinstance(size, PixelSize):
            self.end()
            self.measured.emit(size)

    def _describe(self, _event: object = None) -> None:
        size = self._size_or_problem()
        self.use.setEnabled(isinstance(size, PixelSize))
        if isinstance(size, PixelSize):
            self.hint.setText(f"{self._line_length():.1f} px long: {size} per pixel")
        else:
            self.hint.setText(size or "Drag a line along the scale bar")

    def _size_or_problem(self) -> PixelSize | str | None:
        try:
            return self.pixel_size
        except InputError as error:
            return str(error)

    def _line_length(self) -> float:
        layer: Shapes | None = self._guide.layer
        if layer is None or not layer.data:
            return 0.0
        start, end = np.asarray(layer.data[-1], float)[[0, -1]]
        return float(np.hypot(*(end - start)))

    def _on_removed(self, event: object) -> None:
        if getattr(event, "value", None) is self._guide.layer:
            self.end()


def _ends(bar: ScaleBar) -> Float:
    return np.array([[bar.row, bar.left], [bar.row, bar.right]], float)
