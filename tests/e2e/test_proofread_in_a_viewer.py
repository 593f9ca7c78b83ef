"""Grains are proofread with mouse and keys, taken back, kept through a crash, and made training labels."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from qtpy.QtCore import Qt
from scipy.ndimage import center_of_mass

from canvas_mouse import Canvas
from napari_grains.grains import edge_scores
from napari_grains.synthesis import Recipe
from napari_grains.widgets import GrainsDock, SegmentDock
from napari_grains.widgets._reporting import ReportText

PATIENCE = 120_000
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SCRIPT = Path(__file__).with_name("killed_while_proofreading.py")


@pytest.fixture(autouse=True)
def journals(tmp_path, monkeypatch):
    """A folder of its own for what is kept of corrections, also for other processes."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def viewer(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1280, 800)
    return viewer


@pytest.fixture
def open_grains(viewer, qtbot):
    """Open the dock from the menu, and wait until grains can be corrected."""

    def from_menu():
        _, dock = viewer.window.add_plugin_dock_widget("napari-grains", "Grains: proofread and measure")
        assert isinstance(dock, GrainsDock)
        corrections = dock.proofread.corrections
        qtbot.waitUntil(lambda: corrections.proofreading(0) is not None, timeout=PATIENCE)
        return dock

    return from_menu


def middle(labels, grain):
    """A pixel of a grain near its middle."""
    places = np.argwhere(labels == grain)
    centre = center_of_mass(labels == grain)
    return places[np.abs(places - centre).sum(axis=1).argmin()]


def neighbours(labels, boundary):
    """Two grains with a long edge between them, far from the rim."""
    edges = edge_scores(labels, boundary)
    rim = np.unique(np.concatenate([labels[[0, -1]].ravel(), labels[:, [0, -1]].ravel()]))
    inner = ~np.isin(edges.pairs, rim).any(axis=1)
    return edges.pairs[inner][edges.length[inner].argmax()].tolist()


def across(labels, grain):
    """A stroke through the middle of a grain that leaves it on both sides."""
    row, column = middle(labels, grain)
    columns = np.flatnonzero(labels[row] == grain)
    return (row, columns.min() - 3), (row, column), (row, columns.max() + 3)


def test_a_segmentation_is_proofread_measured_and_reported(viewer, open_grains, qtbot, tmp_path):
    truth = Recipe(kinds={"etched": 1.0}, grain_diameter=(40.0, 40.0)).micrograph(0, 0, (256, 320))
    viewer.add_image((255 * truth.image.clip(0, 1)).astype(np.uint8), name="steel")
    _, segment = viewer.window.add_plugin_dock_widget("napari-grains", "Segment grains")
    assert isinstance(segment, SegmentDock)
    qtbot.mouseClick(segment.panel.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: segment.run_in_progress is None, timeout=PATIENCE)
    layer, boundary = viewer.layers["steel grains"], viewer.layers["steel boundary"].data
    segmented = layer.data.copy()
    number = len(np.unique(segmented))

    dock = open_grains()
    tab = dock.proofread
    assert tab.merging.text.text() == f"{number} grains"
    canvas = Canvas(viewer, layer)
    viewer.layers.selection.active = layer
    canvas.key(Qt.Key.Key_G)
    one, other = neighbours(segmented, boundary)
    canvas.click(middle(segmented, one))
    canvas.click(middle(segmented, other))
    assert len(np.unique(layer.data[np.isin(segmented, [one, other])])) == 1

    canvas.key(Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(layer.data, segmented)
    canvas.drag(middle(segmented, one), middle(segmented, other), steps=20)
    assert len(np.unique(layer.data)) < number
    while tab.tools.undo.isEnabled():
        canvas.key(Qt.Key.Key_Z, CONTROL)

    canvas.key(Qt.Key.Key_S)
    canvas.drag(*across(segmented, one), steps=12)
    assert tab.message.text() == ""
    assert len(np.unique(layer.data[segmented == one])) >= 2
    canvas.key(Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(layer.data, segmented)
    canvas.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert len(np.unique(layer.data)) > number
    canvas.key(Qt.Key.Key_Z, CONTROL)

    canvas.key(Qt.Key.Key_D)
    canvas.click(middle(segmented, one))
    assert not layer.data[segmented == one].any()
    canvas.key(Qt.Key.Key_R)
    canvas.click(middle(segmented, one))
    assert layer.data.all()  # neighbours have grown into the empty place

    tab.training.click()
    target = viewer.layers["steel training labels"]
    np.testing.assert_array_equal(target.data, layer.data)
    assert target.metadata["napari_grains"]["source_id"] == str(viewer.layers["steel"].unique_id)

    bar = dock.tabs.tabBar()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(1).center())
    qtbot.mouseClick(dock.measure.panel.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.measure.run_in_progress is None, timeout=PATIENCE)
    summary = layer.metadata["napari_grains"]["summary"]
    assert (summary["grains"], summary["mean_diameter_um"]) == (number - 1, None)
    assert set(layer.features["index"]) == set(np.unique(layer.data))

    report = dock.measure.report
    report.start(ReportText(tmp_path, "steel", "Etched steel"))
    qtbot.waitUntil(lambda: report.run_in_progress is None, timeout=PATIENCE)
    page = (tmp_path / "steel_report.html").read_text("utf-8")
    assert "Etched steel" in page
    assert f"{number - 1} grains" in page
    assert "by hand" in page


def test_doubtful_boundaries_are_walked_with_keys(viewer, open_grains, qtbot):
    labels = np.kron(np.arange(1, 26).reshape(5, 5), np.ones((40, 40))).astype(np.int32)
    boundary = np.zeros(labels.shape, np.float32)
    boundary[39:-1:40] = boundary[40::40] = boundary[:, 39:-1:40] = boundary[:, 40::40] = 0.9
    for row, column in ((0, 1), (3, 3)):  # faint between 1 and 2, and between 18 and 19
        boundary[40 * row + 4 : 40 * row + 36, 40 * column - 2 : 40 * column + 2] *= 0.1
    mark = {"source_id": "steel", "source_layer": "steel"}
    viewer.add_image(boundary, name="boundary", metadata={"napari_grains": {"role": "boundary", **mark}})
    layer = viewer.add_labels(labels, name="grains", metadata={"napari_grains": {"role": "grains", **mark}})
    tab = open_grains().proofread
    canvas = Canvas(viewer, layer)
    seen = []
    canvas.key(Qt.Key.Key_N)
    while tab.walk.edge is not None:
        seen.append(tab.walk.edge.pair)
        canvas.key(Qt.Key.Key_K if len(seen) == 1 else Qt.Key.Key_J)
    assert set(seen) == {(1, 2), (18, 19)}
    assert len(np.unique(layer.data)) == 24
    assert tab.doubtful.text.text() == "None is left"
    viewer.layers.selection.active = layer
    canvas.key(Qt.Key.Key_Z, CONTROL)
    assert len(np.unique(layer.data)) == 25


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_corrections_survive_a_killed_napari(viewer, open_grains, tmp_path, qtbot):
    labels = np.kron(np.arange(1, 13).reshape(3, 4), np.ones((40, 40))).astype(np.int32)
    before, corrected = tmp_path / "labels.npy", tmp_path / "corrected.npy"
    np.save(before, labels)
    process = subprocess.run(
        [sys.executable, SCRIPT, before, corrected], capture_output=True, text=True, check=False
    )
    assert process.returncode == -signal.SIGKILL, process.stderr

    layer = viewer.add_labels(labels.copy(), name="grains")
    tab = open_grains().proofread
    qtbot.waitUntil(lambda: tab.recovery.isVisibleTo(tab))
    assert tab.recovery.text.text().startswith("2 corrections of “grains”")
    qtbot.mouseClick(tab.recovery.restore, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(tab.tools.undo.isEnabled)
    qtbot.waitUntil(lambda: tab.corrections.proofreading(0) is not None)
    assert viewer.layers["grains"] is layer
    np.testing.assert_array_equal(layer.data, np.load(corrected))
    assert not (layer.data == labels).all()
    tab.tools.undo.click()
    tab.tools.undo.click()
    np.testing.assert_array_equal(layer.data, labels)
    assert not tab.tools.undo.isEnabled()
