"""Info bar and scale bar that are burned into an image: shown, and left out on consent."""

from __future__ import annotations

from typing import Final

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from napari_grains.images import Box
from napari_grains.widgets._guides import Guide, box_corners
from napari_grains.widgets._inspection import Findings

_COLOUR: Final = "#00c8ff"
_TIP: Final = (
    "Burned into the image: it would count as grains.\n"
    "Ticked: left out of grey levels, segmentation and statistics. It is outlined in the image."
)


class MarksField(QWidget):
    """One box for each mark that was found; hidden while there is none.

    Parameters
    ----------
    viewer : Viewer
        Where the marks are outlined.

    Attributes
    ----------
    info_bar, scale_bar : QCheckBox
        Whether it is left out.
    changed : Signal
        The user ticked a box.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._guide = Guide(viewer, "marks", _COLOUR)
        self._image: Image | None = None
        self._findings = Findings()
        self.info_bar, self.scale_bar = QCheckBox(), QCheckBox("Leave out the scale bar")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in (self.info_bar, self.scale_bar):
            box.setToolTip(_TIP)
            box.toggled.connect(self._toggle)
            layout.addWidget(box)
        self.show_findings(None, Findings())

    @property
    def left_out(self) -> list[list[int]]:
        """Boxes [top, bottom, left, right] in image px that the user wants left out."""
        return [
            box.sides
            for tick, box in zip((self.info_bar, self.scale_bar), self._boxes(), strict=True)
            if box is not None and tick.isChecked()
        ]

    def show_findings(self, image: Image | None, findings: Findings) -> None:
        """Offer what was found in an image and outline it; ticks belong to one image."""
        if image is not self._image:
            for tick in (self.info_bar, self.scale_bar):
                tick.setChecked(False)
        self._image, self._findings = image, findings
        info_bar, scale_bar = self._boxes()
        self.info_bar.setVisible(info_bar is not None)
        self.scale_bar.setVisible(scale_bar is not None)
        self.setVisible(info_bar is not None or scale_bar is not None)
        if findings.info_bar is not None:
            rows = findings.info_bar.box
            self.info_bar.setText(f"Leave out the info bar: rows {rows.top} to {rows.bottom - 1}")
            self.info_bar.setToolTip(f"{_TIP}\nFound by: {findings.info_bar.source}")
        self._draw()

    def hide_marks(self) -> None:
        """Take the outlines away."""
        self._guide.hide()

    def _boxes(self) -> tuple[Box | None, Box | None]:
        bar, scale = self._findings.info_bar, self._findings.scale_bar
        info_bar = None if bar is None else bar.box
        apart = scale is not None and not (bar is not None and bar.box.top <= scale.row < bar.box.bottom)
        return info_bar, scale.box if scale is not None and apart else None

    def _draw(self) -> None:
        boxes = zip((self.info_bar, self.scale_bar), self._boxes(), ("info bar", "scale bar"), strict=True)
        found = [(box, tick.isChecked(), name) for tick, box, name in boxes if box is not None]
        if self._image is None or not found:
            self._guide.hide()
            return
        shapes = [(box_corners(box.top, box.bottom, box.left, box.right), "rectangle") for box, _, _ in found]
        texts = [f"{name}, left out" if out else name for _, out, name in found]
        self._guide.show(self._image, shapes, texts)

    def _toggle(self) -> None:
        self._draw()
        self.changed.emit()
