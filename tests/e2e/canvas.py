"""The canvas of a viewer, painted on with real events of the mouse."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication


class Canvas:
    """Draws with the left mouse button in the pixels of a layer."""

    def __init__(self, viewer, layer):
        self.viewer, self.layer = viewer, layer
        self.widget = viewer.window._qt_viewer.canvas.native

    def draw(self, places):
        if not places:
            return
        points = [self._point(place) for place in places]
        left, nothing = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        self._send(QEvent.Type.MouseMove, points[0], nothing, nothing)
        self._send(QEvent.Type.MouseButtonPress, points[0], left, left)
        for point in points[1:]:
            QTest.qWait(40)  # napari listens to the mouse so many times a second
            self._send(QEvent.Type.MouseMove, point, nothing, left)
        QTest.qWait(40)
        self._send(QEvent.Type.MouseButtonRelease, points[-1], left, nothing)

    def _send(self, kind, point, button, buttons):
        above = QPointF(self.widget.mapToGlobal(point.toPoint()))
        event = QMouseEvent(kind, point, above, button, buttons, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.widget, event)

    def _point(self, place):
        """Canvas position of a pixel of the layer."""
        camera = self.viewer.scene.camera
        world = np.array(self.layer.data_to_world(place))[-2:]
        middle = np.array([self.widget.height(), self.widget.width()]) / 2
        row, column = middle + (world - np.array(camera.center)[-2:]) * camera.zoom
        return QPointF(round(column), round(row))
