"""Mouse and keys over the canvas of a viewer, as Qt gives them."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_grains.widgets._camera import plane_on_canvas

LEFT = Qt.MouseButton.LeftButton


def rest(milliseconds):
    """Let events be handled."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec_()


class Canvas:
    """In rows and columns of a layer, all of which is in view at first."""

    def __init__(self, viewer, layer):
        self.viewer, self.layer = viewer, layer
        self.native = viewer.window._qt_viewer.canvas.native
        rest(100)
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
        rest(12)  # vispy passes over moves that come faster

    def release(self, place):
        QTest.mouseRelease(self.native, LEFT, Qt.KeyboardModifier.NoModifier, self.pixel(place))

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(self.native, key, modifier)
