"""The dock with the real engine and a tiny untrained network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from widget_results import PATIENCE

SCRIPT = Path(__file__).parent / "use_dock.py"


@pytest.fixture
def image():
    """Bright squares with dark seams and some noise."""
    rows, columns = np.indices((96, 128))
    seams = (rows % 24 < 2) | (columns % 24 < 2)
    return (np.where(seams, 60, 180) + np.random.default_rng(0).normal(0, 5, seams.shape)).astype(np.uint8)


def children(before):
    """Child processes that a test has started and that live."""
    now = set(psutil.Process().children(recursive=True)) - before
    return [child for child in now if child.status() != psutil.STATUS_ZOMBIE]


def shared(folder):
    return list(folder.iterdir())


def test_a_stack_is_segmented_and_nothing_is_left(real_engine, make_napari_viewer, open_dock, image, qtbot):
    viewer = make_napari_viewer()
    viewer.add_image(
        np.stack([image, 255 - image]), name="stack", scale=(1, 0.5, 0.5), units=("pixel", "um", "um")
    )
    dock = open_dock(viewer)
    dock.method.scale.diameter.setValue(30)  # the scale is 1 or nearly so
    dock.run()
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    assert dock.panel.message.text() == ""
    grains, boundary = viewer.layers["stack grains"], viewer.layers["stack boundary"]
    assert grains.data.dtype == np.int32
    assert (grains.data > 0).all()
    assert boundary.data.shape == grains.data.shape == (2, 96, 128)
    assert grains.features["index"].is_unique
    assert set(grains.features["index"]) == set(np.unique(grains.data))
    assert grains.metadata["napari_grains"]["summary"]["pixel_size_um"] == [0.5, 0.5]
    assert "CPU" in dock.method.device.text()
    viewer.close()
    qtbot.waitUntil(lambda: dock._session.engine.closed, timeout=PATIENCE)
    assert children(real_engine["before"]) == []
    assert shared(real_engine["folder"]) == []


def test_closing_the_viewer_during_a_job_leaves_nothing(
    real_engine, make_napari_viewer, open_dock, image, qtbot
):
    viewer = make_napari_viewer()
    viewer.add_image(np.tile(image, (40, 8, 8)), name="large")
    dock = open_dock(viewer)
    engine = dock._session.engine
    dock.method.scale.diameter.setValue(30)  # the scale is 1 or nearly so
    dock.run()
    qtbot.waitUntil(lambda: len(viewer.layers) == 2, timeout=PATIENCE)  # the first preview
    assert children(real_engine["before"])
    assert shared(real_engine["folder"])
    viewer.close()
    qtbot.waitUntil(lambda: engine.closed, timeout=PATIENCE)
    assert children(real_engine["before"]) == []
    assert shared(real_engine["folder"]) == []


def test_an_error_of_the_job_is_shown_and_the_next_run_works(
    real_engine, make_napari_viewer, open_dock, image, qtbot
):
    viewer = make_napari_viewer()
    layer = viewer.add_image(np.full((40, 50), 7, np.uint8), name="blank")
    dock = open_dock(viewer)
    dock.method.scale.diameter.setValue(30)  # the scale is 1 or nearly so
    dock.run()
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    assert "constant" in dock.panel.message.text()
    layer.data = image
    dock.run()
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    assert "blank grains" in viewer.layers


def test_torch_never_enters_the_viewer_process(tiny_network):
    done = subprocess.run(
        [sys.executable, SCRIPT],
        env={**os.environ, "NAPARI_GRAINS_NETWORKS": str(tiny_network)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split() == ["4", "layers", "torch", "not", "imported"]
