"""A bar of colours with the values at its ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

_HEIGHT: Final = 20
_GAP: Final = 6
_LEAST_BAR: Final = 40


class ColourBar(QWidget):
    """Draws itself as wide as there is room; texts are in the colour of the theme.

    Attributes
    ----------
    ends : tuple of str
        What stands at the left and at the right.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ends = ("", "")
        self._colours: list[QColor] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Grains below and above have the colours of the ends")

    def show_scale(self, colours: Sequence[Sequence[float]], low: str, high: str) -> None:
        """Show colours, each red, green and blue from 0 to 1, from low to high."""
        self._colours = [QColor.fromRgbF(*map(float, colour[:3])) for colour in colours]
        self.ends = (low, high)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for both texts and a bar."""
        widths = [self.fontMetrics().horizontalAdvance(end) for end in self.ends]
        return QSize(sum(widths) + 2 * _GAP + 2 * _LEAST_BAR, _HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for both texts and a short bar."""
        return self.sizeHint() - QSize(_LEAST_BAR, 0)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the texts and the bar between them."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        left, right = (self.fontMetrics().horizontalAdvance(end) for end in self.ends)
        whole, middle = QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter
        painter.drawText(whole, middle | Qt.AlignmentFlag.AlignLeft, self.ends[0])
        painter.drawText(whole, middle | Qt.AlignmentFlag.AlignRight, self.ends[1])
        bar = whole.adjusted(left + _GAP, 4, -right - _GAP, -4)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for number, colour in enumerate(self._colours):
            gradient.setColorAt(number / max(1, len(self._colours) - 1), colour)
        painter.fillRect(bar, gradient)
        painter.end()
