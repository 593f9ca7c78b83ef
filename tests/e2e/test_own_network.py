"""A network of one's own: match an image, train for a few steps, segment with it."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import Qt

from napari_grains.synthesis import Recipe
from napari_grains.weights import describe_network
from napari_grains.widgets import PretrainDock, SegmentDock

PATIENCE = 240_000


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    folder = tmp_path / "own networks"
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(folder))
    return folder


def test_an_image_is_matched_a_network_trained_resumed_and_used(make_napari_viewer, own_folder, qtbot):
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1280, 800)
    recipe = Recipe(kinds={"etched": 1.0}, grain_diameter=(30.0, 30.0))
    truth = recipe.micrograph(5, 0, (192, 224))
    viewer.add_image((255 * truth.image).astype(np.uint8), name="steel")
    viewer.add_labels(truth.grains, name="grains by hand", visible=False)
    _, segment = viewer.window.add_plugin_dock_widget("napari-grains", "Segment grains")
    _, dock = viewer.window.add_plugin_dock_widget("napari-grains", "Pretrain on synthetic micrographs")
    assert isinstance(dock, PretrainDock)
    assert isinstance(segment, SegmentDock)

    qtbot.mouseClick(dock.match.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.match.run_in_progress is None, timeout=PATIENCE)
    assert dock.match.line.text().startswith("Measured at scale"), dock.match.line.text()
    assert dock.recipe.recipe != Recipe()
    qtbot.waitUntil(lambda: "Synthetic grains" in viewer.layers)
    assert "Sample of the image" in viewer.layers

    dock.training.name.setText("steel and more")
    dock.training.by_steps.setChecked(True)
    dock.training.steps.setValue(1000)
    dock.training.pair.image.layer = viewer.layers["steel"]
    dock.training.pair.labels.layer = viewer.layers["grains by hand"]
    assert dock.training.watch.layer is viewer.layers["steel"]
    qtbot.mouseClick(dock.panel.run, Qt.MouseButton.LeftButton)
    assert dock.run_in_progress is not None, dock.panel.message.text()
    qtbot.waitUntil(lambda: "steel boundary (training)" in viewer.layers, timeout=PATIENCE)
    qtbot.waitUntil(lambda: len(dock.panel.curves.points["loss"]) > 0, timeout=PATIENCE)
    qtbot.mouseClick(dock.panel.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    assert dock.panel.message.text().startswith("Stopped, and saved"), dock.panel.message.text()
    file = own_folder / "steel and more.safetensors"
    assert describe_network(file)["name"] == "steel and more"
    prediction = viewer.layers["steel boundary (training)"].data
    assert prediction.shape == truth.grains.shape
    assert 0 <= prediction.min() < prediction.max() <= 1

    qtbot.mouseClick(dock.panel.resume, Qt.MouseButton.LeftButton)
    assert dock.run_in_progress is not None
    losses = len(dock.panel.curves.points["loss"])
    qtbot.waitUntil(lambda: len(dock.panel.curves.points["loss"]) > losses, timeout=PATIENCE)
    steps = [step for step, _ in dock.panel.curves.points["loss"]]
    assert steps == sorted(steps)
    qtbot.mouseClick(dock.panel.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)

    segment.method.network.names.setCurrentText("steel and more")
    segment.micrograph.image.layer = viewer.layers["steel"]
    segment.method.scale.diameter.setValue(30)
    qtbot.mouseClick(segment.panel.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: segment.run_in_progress is None, timeout=PATIENCE)
    assert segment.panel.message.text() == ""
    grains = viewer.layers["steel grains"]
    assert (grains.data > 0).all()
    assert grains.metadata["napari_grains"]["summary"]["model"].startswith("steel and more")
