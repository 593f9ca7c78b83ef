"""What a user does with the dock Grains: mouse and keys on the canvas, as Qt gives them."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication
from scipy.ndimage import gaussian_filter

from napari_grains.widgets._camera import plane_on_canvas

SIDE = 30
ROWS, COLUMNS = 4, 5
LEFT = Qt.MouseButton.LeftButton
SHAPE = (ROWS * SIDE, COLUMNS * SIDE)


def tiles():
    """Square grains 1..20, row by row."""
    return np.kron(np.arange(1, ROWS * COLUMNS + 1).reshape(ROWS, COLUMNS), np.ones((SIDE, SIDE))).astype(
        np.int32
    )


def boundary_of(labels, faint=()):
    """A map that is 0.9 along the boundaries, 0.2 between pairs of grains that are named as faint."""
    boundary = np.zeros(labels.shape, np.float32)
    for axis in (-2, -1):
        one, other = (np.moveaxis(labels, axis, 0)[cut] for cut in (np.s_[:-1], np.s_[1:]))
        strength = np.where(one != other, 0.9, 0.0)
        for pair in faint:
            strength[np.isin(one, pair) & np.isin(other, pair) & (one != other)] = 0.2
        target = np.moveaxis(boundary, axis, 0)
        target[1:] = np.maximum(target[1:], strength)
        target[:-1] = np.maximum(target[:-1], strength)
    return gaussian_filter(boundary, 0.3) if not faint else boundary


def middle(grain):
    """Row and column in the middle of a tile."""
    row, column = divmod(grain - 1, COLUMNS)
    return (row + 0.5) * SIDE, (column + 0.5) * SIDE


class Canvas:
    """Mouse and keys over the canvas of a viewer, in rows and columns of a layer."""

    def __init__(self, viewer, layer, qtbot):
        self.viewer, self.layer, self.qtbot = viewer, layer, qtbot
        self.native = viewer.window._qt_viewer.canvas.native
        qtbot.wait(100)
        viewer.fit_to_view()

    def pixel(self, place):
        position = self.layer.world_to_data(self.viewer.dims.point[-self.layer.ndim :])
        matrix = plane_on_canvas(self.viewer, self.layer, position)
        x, y = matrix @ (*place, 1)
        return QPoint(round(x), round(y))

    def click(self, place):
        QTest.mouseClick(self.native, LEFT, Qt.KeyboardModifier.NoModifier, self.pixel(place))

    def drag(self, *places, steps=8, release=True):
        """Press, move along straight lines, and let go."""
        start, *others = [np.array(place, float) for place in places]
        QTest.mousePress(self.native, LEFT, Qt.KeyboardModifier.NoModifier, self.pixel(start))
        for end in others:
            for share in np.linspace(0, 1, steps + 1)[1:]:
                self.move(start + share * (end - start))
            start = end
        if release:
            self.release(start)

    def move(self, place):
        """Move with the left button down, which QTest leaves to the window system."""
        pixel, none = QPointF(self.pixel(place)), Qt.KeyboardModifier.NoModifier
        where = (pixel, QPointF(self.native.mapToGlobal(pixel.toPoint())))
        event = QMouseEvent(QEvent.Type.MouseMove, *where, Qt.MouseButton.NoButton, LEFT, none)
        QApplication.sendEvent(self.native, event)
        self.qtbot.wait(12)  # vispy passes over moves that come faster

    def release(self, place):
        QTest.mouseRelease(self.native, LEFT, Qt.KeyboardModifier.NoModifier, self.pixel(place))

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(self.native, key, modifier)
