"""Strokes painted with the mouse, a network that learns from them, saved, and used after a restart."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from canvas import Canvas
from qtpy.QtCore import Qt
from scipy import ndimage as ndi

from napari_grains.synthesis import Recipe
from napari_grains.weights import describe_network
from napari_grains.widgets import FinetuneDock

PATIENCE = 280_000


@pytest.fixture
def scratched():
    """Grains with straight dark scratches, which look like boundaries to the bundled network."""
    truth = Recipe(kinds={"etched": 1.0}, grain_diameter=(30.0, 30.0)).micrograph(5, 0, (192, 224))
    grey = truth.image.copy()
    grey[12::24] = grey[13::24] = 0.15
    return (255 * grey.clip(0, 1)).astype(np.uint8), truth.grains


def test_a_network_learns_from_strokes_of_the_mouse(
    make_napari_viewer, own_folder, scratched, qtbot, tmp_path
):
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
        for row in range(4, 188, 4):
            if edges[row, column]:  # a line from one to the next would run through the grain between them
                canvas.draw([(row, column)])
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
        return bool(now[scratches].mean() < 0.7 * first[scratches].mean())

    qtbot.waitUntil(corrected, timeout=PATIENCE)
    qtbot.mouseClick(dock.panel.place, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "steel uncertainty (flips)" in viewer.layers, timeout=PATIENCE)
    assert dock.run_in_progress is not None
    assert "steel next place" in viewer.layers
    viewer.layers.remove("steel uncertainty (flips)")
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

    np.save(tmp_path / "steel.npy", image)
    script = str(Path(__file__).with_name("segment_after_restart.py"))
    command = [sys.executable, script, str(tmp_path / "steel.npy"), "scratched steel"]
    again = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE / 1000)
    told = json.loads(again.stdout.splitlines()[-1])
    assert told["model"].startswith("scratched steel")
    # After seconds of strokes, some of which run across boundaries.
    assert told["grains"] > 0.4 * len(np.unique(grains))
    assert (told["said"], told["torch"]) == ("", False)


def _edges(grains, width=3):
    return ndi.grey_dilation(grains, width) != ndi.grey_erosion(grains, width)
