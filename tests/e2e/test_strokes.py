"""Strokes painted with the mouse, a network that learns from them, saved, and used after a restart."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication
from scipy import ndimage as ndi

from napari_grains.synthesis import Recipe
from napari_grains.weights import describe_network
from napari_grains.widgets import FinetuneDock, SegmentDock

PATIENCE = 240_000


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    folder = tmp_path / "own networks"
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return folder


@pytest.fixture
def scratched():
    """Grains with straight dark scratches, which look like boundaries to the bundled network."""
    truth = Recipe(kinds={"etched": 1.0}, grain_diameter=(30.0, 30.0)).micrograph(5, 0, (192, 224))
    grey = truth.image.copy()
    grey[12::24] = grey[13::24] = 0.15
    return (255 * grey.clip(0, 1)).astype(np.uint8), truth.grains


def test_a_network_learns_from_strokes_of_the_mouse(make_napari_viewer, own_folder, scratched, qtbot):
    image, grains = scratched
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1280, 800)
    viewer.add_image(image, name="steel")
    _, dock = viewer.window.add_plugin_dock_widget("napari-grains", "Fine-tune on strokes")
    assert isinstance(dock, FinetuneDock)
    qtbot.wait(300)

    qtbot.mouseClick(dock.paint.new, Qt.MouseButton.LeftButton)
    strokes = viewer.layers["steel strokes"]
    strokes.brush_size = 3
    canvas = Canvas(viewer, strokes)
    edges = _edges(grains)
    for column in range(8, 224, 16):
        canvas.draw([(row, column) for row in range(4, 188, 4) if edges[row, column]])
    qtbot.keyClick(canvas.widget, Qt.Key.Key_1)
    assert strokes.selected_label == 1
    for row in range(12, 180, 24):
        canvas.draw([(row, 6), (row, 216)])
    assert np.count_nonzero(strokes.data == 1) > 500
    assert strokes.data[36, 100] == 1
    on_edges = strokes.data == 2
    qtbot.keyClick(canvas.widget, Qt.Key.Key_2)
    for row, column in np.argwhere(edges)[::9]:
        canvas.draw([(row, column)])
    assert np.count_nonzero(strokes.data == 2) > np.count_nonzero(on_edges)

    dock.learn.layers.setCurrentText("all layers")
    dock.learn.live.setChecked(True)
    qtbot.waitUntil(dock.panel.run.isEnabled)
    qtbot.mouseClick(dock.panel.run, Qt.MouseButton.LeftButton)
    assert dock.run_in_progress is not None, dock.panel.message.text()
    qtbot.waitUntil(lambda: "steel boundary (training)" in viewer.layers, timeout=PATIENCE)
    first = viewer.layers["steel boundary (training)"].data.copy()
    scratches = (np.arange(192) % 24 == 12)[:, None] & ~_edges(grains, 9)
    scratches &= first > 0  # the part that is in view is shown first

    def corrected():
        now = viewer.layers["steel boundary (training)"].data
        return bool(now[scratches].mean() < 0.95 * first[scratches].mean())

    qtbot.waitUntil(corrected, timeout=PATIENCE)
    qtbot.mouseClick(dock.panel.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    assert "fell from" in dock.panel.message.text(), dock.panel.message.text()

    qtbot.mouseClick(dock.panel.place, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    assert "steel uncertainty (flips)" in viewer.layers, dock.panel.message.text()

    dock.keep.name.setText("scratched steel")
    qtbot.mouseClick(dock.keep.save, Qt.MouseButton.LeftButton)
    assert describe_network(own_folder / "scratched steel.safetensors")["name"] == "scratched steel"
    viewer.close()

    again = make_napari_viewer(show=True)
    again.add_image(image, name="steel")
    _, segment = again.window.add_plugin_dock_widget("napari-grains", "Segment grains")
    assert isinstance(segment, SegmentDock)
    segment.method.network.names.setCurrentText("scratched steel")
    segment.method.scale.diameter.setValue(30)
    qtbot.mouseClick(segment.panel.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: segment.run_in_progress is None, timeout=PATIENCE)
    assert segment.panel.message.text() == ""
    summary = again.layers["steel grains"].metadata["napari_grains"]["summary"]
    assert summary["model"].startswith("scratched steel")


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
        world = np.array(self.layer.data_to_world(place))
        middle = np.array([self.widget.height(), self.widget.width()]) / 2
        row, column = middle + (world - np.array(camera.center)[-2:]) * camera.zoom
        return QPointF(round(column), round(row))


def _edges(grains, width=3):
    return ndi.grey_dilation(grains, width) != ndi.grey_erosion(grains, width)
