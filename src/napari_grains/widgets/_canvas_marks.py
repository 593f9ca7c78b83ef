"""Marks over the canvas: a stroke that follows the mouse, and what of the image the user is to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from napari.layers import Layer
from napari.viewer import Viewer
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QLineF, QObject, QPointF, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QWidget

from napari_grains.widgets._camera import plane_on_canvas
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._viewer import camera_of

_COLOUR: Final = QColor("#ffe600")
_SHADOW: Final = QColor(0, 0, 0, 160)
_LINE: Final = 1.6
_EDGE: Final = 2.6
_DOT: Final = 4.0
"""Width of a stroke and of a line, and radius of a dot, in canvas pixels."""

_NONE: Final = np.empty((0, 2))


class CanvasMarks(QWidget):
    """A clear pane before the canvas, which lets the mouse through.

    No layer is made for what is gone a moment later: a stroke is a list of pixels of the canvas, and marks
    are places of a layer that move with the camera. In 3-D display and in grid mode marks are not shown.

    Parameters
    ----------
    viewer : Viewer
        Whose canvas.
    """

    def __init__(self, viewer: Viewer) -> None:
        canvas: QWidget = viewer.window._qt_viewer.canvas.native  # noqa: SLF001 - there is no public name
        super().__init__(canvas)
        self._viewer = viewer
        self._stroke: list[tuple[float, float]] = []
        self._layer: Layer | None = None
        self._plane: list[float] = []
        self._dots, self._ends = _NONE, _NONE
        self._following = Subscriptions()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(canvas.rect())
        canvas.installEventFilter(self)
        self.destroyed.connect(self._following.end)
        self.hide()

    @property
    def stroke(self) -> list[tuple[float, float]]:
        """Pixels of the canvas that the stroke went through."""
        return self._stroke

    @property
    def marked(self) -> NDArray[np.float64]:
        """Rows and columns (N, 2) that are marked: dots, and ends of lines."""
        return np.concatenate([self._dots, self._ends])

    def draw(self, x: float, y: float) -> None:
        """Lengthen the stroke."""
        self._stroke.append((x, y))
        self._show()

    def end_stroke(self) -> None:
        """Take the stroke away."""
        self._stroke = []
        self._show()

    def mark(
        self,
        layer: Layer,
        position: Sequence[float],
        *,
        dots: NDArray[np.float64] = _NONE,
        lines: NDArray[np.float64] = _NONE,
    ) -> None:
        """Mark places in a plane of a layer instead of those that were marked.

        Parameters
        ----------
        layer : Layer
            It may be moved and scaled meanwhile.
        position : sequence of float
            Data coordinates, one per axis of the layer; says which plane.
        dots : ndarray, shape (N, 2)
            Rows and columns.
        lines : ndarray, shape (L, 2, 2)
            Rows and columns of both ends of straight pieces.
        """
        self.unmark()
        self._layer, self._plane = layer, list(position)
        self._dots, self._ends = dots.reshape(-1, 2), lines.reshape(-1, 2)
        camera, dims = camera_of(self._viewer).events, self._viewer.dims.events
        self._following.add(self._show, camera.center, camera.zoom, dims.ndisplay, dims.order)
        self._following.add(self._show, layer.events.scale, layer.events.affine, layer.events.visible)
        self._show()

    def unmark(self) -> None:
        """Take the marks away."""
        self._following.end()
        self._layer, self._dots, self._ends = None, _NONE, _NONE
        self._show()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Stay as large as the canvas."""
        canvas = self.parentWidget()
        if event is not None and event.type() == QEvent.Type.Resize and canvas is not None:
            self.setGeometry(canvas.rect())
        return bool(super().eventFilter(watched, event))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw marks and stroke, each bright on dark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        stroke = QPolygonF([QPointF(x, y) for x, y in self._stroke])
        dots, lines = self._in_canvas()
        for colour, wider in ((_SHADOW, 2.0), (_COLOUR, 0.0)):
            painter.setPen(_pen(colour, _LINE + wider))
            painter.drawPolyline(stroke)
            painter.setPen(_pen(colour, _EDGE + wider))
            for line in lines:
                painter.drawLine(line)
            painter.setBrush(colour)
            for dot in dots:
                painter.drawEllipse(dot, _DOT, _DOT)
        painter.end()

    def _show(self, _event: object = None) -> None:
        self.setVisible(bool(self._stroke or len(self.marked)))
        self.raise_()
        self.update()

    def _in_canvas(self) -> tuple[list[QPointF], list[QLineF]]:
        layer = self._layer
        if layer is None or not layer.visible or layer not in self._viewer.layers:
            return [], []
        matrix = plane_on_canvas(self._viewer, layer, self._plane)
        if matrix is None:
            return [], []
        pixels = self.marked @ matrix[:, :2].T + matrix[:, 2]
        dots, ends = np.split(pixels, [len(self._dots)])
        return [QPointF(*dot) for dot in dots], [QLineF(*line) for line in ends.reshape(-1, 4)]


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
