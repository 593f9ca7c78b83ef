"""The part of the dock that says which image, and what is known of it: pixel size, burned-in marks."""

from __future__ import annotations

from typing import Final

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGroupBox, QHBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.images import PixelSize
from napari_grains.widgets._calibration import pixel_size_of
from napari_grains.widgets._combos import image_combo
from napari_grains.widgets._form import row, rows_of, small_button
from napari_grains.widgets._inspection import Findings, Inspector, as_text
from napari_grains.widgets._marks_field import MarksField
from napari_grains.widgets._pixel_size_field import PixelSizeField
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._scale_bar_tool import ScaleBarTool
from napari_grains.widgets._source import Source
from napari_grains.widgets._subscriptions import Subscriptions

_PIXEL_SIZE_TIP: Final = (
    "Edge of a pixel, such as 0.44 um or 12.5 nm; 0.5 x 0.4 um for height x width.\n"
    "Filled in from the layer's scale and units, or from what the instrument or ImageJ wrote into the file;\n"
    "what you type becomes the layer's scale with the next run. Empty: all results in px."
)

_MEASURE_TIP: Final = "Measure the pixel size: drag a line along the scale bar, type its length"


class MicrographBox(QGroupBox):
    """Image, pixel size, marks.

    Parameters
    ----------
    viewer : Viewer
        Whose images are offered.

    Attributes
    ----------
    image : LayerCombo
    pixel_size : PixelSizeField
    draw : QPushButton
        Opens the tool that measures the scale bar.
    tool : ScaleBarTool
    calibration : QLabel
        Where the pixel size comes from.
    marks : MarksField
    layer_changed, changed : Signal
        Another layer is chosen; anything else is.
    """

    layer_changed = Signal()
    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__("Micrograph")
        self.image, self.pixel_size = image_combo(viewer), PixelSizeField()
        self.draw, self.calibration = small_button("Measure", _MEASURE_TIP), TextLine()
        self.tool, self.marks = ScaleBarTool(viewer), MarksField(viewer)
        self._inspector = Inspector(self)
        self._of_layer = Subscriptions()
        self._lay_out()
        self.image.layer_changed.connect(self._show_layer)
        self.pixel_size.textChanged.connect(self._show_calibration)
        self.draw.clicked.connect(self._measure)
        self.tool.measured.connect(self.pixel_size.suggest)
        self.marks.changed.connect(self.changed)
        self._inspector.found.connect(self._show_findings)
        self.destroyed.connect(self._of_layer.end)

    @property
    def layer(self) -> Image | None:
        """The chosen layer."""
        return self.image.layer

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; in the end nothing of ours is left in it."""
        self.image.follow(on=on)
        if on:
            self._show_layer()
        else:
            self._of_layer.end()
            self.tool.end()
            self.marks.hide_marks()

    def problem(self) -> str:
        """Say in one line what is missing; empty if nothing is."""
        if self.layer is None:
            return "Open a micrograph first: File > Open, drop it here, or File > Open Sample."
        if problem := Source(self.layer).problem():
            return problem
        try:
            self.pixel_size.value()
        except InputError as error:
            return str(error)
        return ""

    def _lay_out(self) -> None:
        self.image.setToolTip("The micrograph: an image or a stack, which is segmented slice by slice")
        self.pixel_size.setToolTip(_PIXEL_SIZE_TIP)
        beside = QHBoxLayout()
        beside.addWidget(self.pixel_size, 1)
        beside.addWidget(self.draw)
        under: list[QWidget] = [self.tool, self.calibration, self.marks]
        rows_of(self, row("Image", self.image), row("Pixel size", beside, buddy=self.pixel_size), below=under)

    def _show_layer(self) -> None:
        layer = self.layer
        self._of_layer.end()
        self.tool.end()
        if layer is not None:
            self._of_layer.add(self._suggest, layer.events.scale, layer.events.units)
        self.draw.setEnabled(layer is not None)
        self._suggest()
        self.marks.show_findings(layer, self._findings())
        self.layer_changed.emit()

    def _findings(self) -> Findings:
        layer = self.layer
        return (None if layer is None else self._inspector.look_at(layer)) or Findings()

    def _show_findings(self, layer: Image, findings: Findings) -> None:
        if layer is self.layer:
            if not self.pixel_size.is_typed and self.pixel_size.value() is None:
                self._suggest()
            self.marks.show_findings(layer, findings)
            self._show_calibration()

    def _suggest(self, _event: object = None) -> None:
        layer = self.layer
        known = None if layer is None else pixel_size_of(layer)
        self.pixel_size.suggest(known or self._findings().pixel_size)
        self._show_calibration()

    def _show_calibration(self) -> None:
        findings = self._findings()
        try:
            size = self.pixel_size.value()
        except InputError:
            self.calibration.clear()
        else:
            self.calibration.setText("" if self.layer is None else as_text(findings, size))
        self.calibration.setVisible(bool(self.calibration.text()))
        self.calibration.setToolTip("\n".join(findings.notes))
        self.changed.emit()

    def _measure(self) -> None:
        if self.layer is not None:
            self.tool.begin(self.layer, self._findings().scale_bar)

    def known_size(self) -> PixelSize | None:
        """Return the pixel size, None where the field is empty or holds none."""
        try:
            return self.pixel_size.value()
        except InputError:
            return None
