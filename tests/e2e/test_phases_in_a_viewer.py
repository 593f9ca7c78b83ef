"""Phases painted with the mouse, a network that learns them, found in the image, saved."""

from __future__ import annotations

import numpy as np
import psutil
import pytest
from canvas import Canvas
from qtpy.QtCore import Qt
from scipy import ndimage as ndi

from napari_grains.weights import describe_network, list_networks, list_phase_networks
from napari_grains.widgets import PhasesDock

PATIENCE = 240_000
pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture
def steel():
    """A bright matrix with islands of lamellae, (Y, X), and which is which: 1 and 2."""
    noise = np.random.default_rng(3)
    field = ndi.gaussian_filter(noise.normal(size=(192, 224)), 10)
    phases = 1 + (field > np.quantile(field, 0.6))
    rows, columns = np.indices(phases.shape)
    lamellae = 120 + 50 * np.sign(np.sin((rows + columns) / 1.5))
    grey = np.where(phases == 2, lamellae, 165) + noise.normal(0, 10, phases.shape)
    return grey.clip(0, 255).astype(np.uint8), phases


def test_phases_are_learned_from_strokes_of_the_mouse(make_napari_viewer, own_folder, steel, qtbot):
    image, phases = steel
    before = set(psutil.Process().children(recursive=True))
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1280, 800)
    viewer.add_image(image, name="steel")
    _, dock = viewer.window.add_plugin_dock_widget("napari-grains", "Phases")
    assert isinstance(dock, PhasesDock)
    tab = dock.pixels
    qtbot.wait(300)
    for label, name in ((1, "ferrite"), (2, "pearlite")):
        field = tab.brushes.names[label]
        field.selectAll()
        qtbot.keyClicks(field, name)
        qtbot.keyClick(field, Qt.Key.Key_Return)

    qtbot.mouseClick(tab.paint.new, Qt.MouseButton.LeftButton)
    strokes = viewer.layers["steel phase strokes"]
    strokes.brush_size = 4
    canvas = Canvas(viewer, strokes)
    for key, label in ((Qt.Key.Key_1, 1), (Qt.Key.Key_2, 2)):
        qtbot.keyClick(canvas.widget, key)
        for stroke in _strokes(phases == label):
            canvas.draw(stroke)
    painted = np.bincount(strokes.data.ravel(), minlength=3)
    assert (painted[1:] > 300).all()
    qtbot.waitUntil(tab.panel.run.isEnabled, timeout=PATIENCE)

    tab.learn.layers.setCurrentText("all layers")
    tab.learn.live.setChecked(True)
    qtbot.mouseClick(tab.panel.run, Qt.MouseButton.LeftButton)
    assert tab.run_in_progress is not None, tab.panel.message.text()
    over = lambda: tab.run_in_progress is None  # noqa: E731 - what went wrong is said below
    qtbot.waitUntil(lambda: "steel phases (training)" in viewer.layers or over(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: _best(tab) < 0.01 or over(), timeout=PATIENCE)
    assert tab.run_in_progress is not None, tab.panel.message.text()
    qtbot.mouseClick(tab.panel.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.run_in_progress is None, timeout=PATIENCE)
    assert tab.network.class_names == ["ferrite", "pearlite"], tab.panel.message.text()

    qtbot.mouseClick(tab.panel.classify, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.run_in_progress is None, timeout=PATIENCE)
    assert "steel phases" in viewer.layers, tab.panel.message.text()
    found = viewer.layers["steel phases"]
    unpainted = strokes.data == 0
    assert (found.data == phases)[unpainted].mean() > 0.9
    assert viewer.layers["steel confidence"].data.max() > 0.9
    fractions = {name: float(text.split()[0]) for name, text, _ in tab.found.rows}
    assert fractions["pearlite"] == pytest.approx(40, abs=6)

    found.data[:] = 1
    found.refresh()
    found.data = found.data.copy()  # as an edit tells
    qtbot.waitUntil(lambda: tab.found.rows[0][1] == "100.0 %", timeout=PATIENCE)
    assert "as edited" in tab.found.line.text()

    tab.keep.name.setText("my steel")
    qtbot.mouseClick(tab.keep.save, Qt.MouseButton.LeftButton)
    assert describe_network(own_folder / "my steel.safetensors")["class_names"] == ["ferrite", "pearlite"]
    assert "my steel" in list_phase_networks()
    assert "my steel" not in list_networks()
    engine = dock._session.engine
    viewer.close()
    qtbot.waitUntil(lambda: engine.closed, timeout=PATIENCE)
    now = set(psutil.Process().children(recursive=True)) - before
    assert [child for child in now if child.status() != psutil.STATUS_ZOMBIE] == []


def _strokes(mask):
    """Horizontal strokes, from end to end, that lie well within a phase."""
    inside = ndi.binary_erosion(mask, iterations=5)
    strokes = []
    for row in range(12, 190, 24):
        labels, number = ndi.label(inside[row])
        for run in range(1, number + 1):
            columns = np.flatnonzero(labels == run)
            if len(columns) > 8:
                strokes.append([(row, columns[0]), (row, columns[-1])])
    return strokes


def _best(tab):
    errors = [error for _, error in tab.panel.curves.points["validation"]]
    return min(errors, default=1.0)
