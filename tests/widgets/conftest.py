"""Viewers whose engine is a fake one in this process, or a real one with a tiny network."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import dask.array as da
import numpy as np
import psutil
import pytest

from napari_grains.engine import EngineState, TaskState, _folders
from napari_grains.weights import bundled_folder
from napari_grains.widgets import SegmentDock, _session

SAVE_TINY_NETWORK = """
import sys, torch
from napari_grains.networks import NetworkCard, UNet, UNetConfig, save_network
torch.manual_seed(0)
config = UNetConfig(base_channels=4, depth=2)
save_network(sys.argv[1], UNet(config), NetworkCard("default", config))
"""


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.viewer)


class FakeTask:
    """Does what the test says, from a thread as the engine would."""

    def __init__(self, job, arguments, callbacks):
        self.job, self.arguments, self.callbacks = job, arguments, callbacks
        self.stops = self.aborts = 0
        self.updates = []

    def update(self, changes):
        self.updates.append(changes)

    def stop(self):
        self.stops += 1

    def abort(self):
        self.aborts += 1
        self.state(TaskState.ABORTED)

    def event(self, *events):
        for event in events:
            self._call("on_event", event)

    def state(self, state):
        self._call("on_state", state)

    def finish(self, result):
        self._call("on_done", result)
        self.state(TaskState.DONE)

    def fail(self, message):
        self._call("on_error", message)
        self.state(TaskState.FAILED)

    def _call(self, name, argument):
        thread = threading.Thread(target=self.callbacks[name], args=[argument])
        thread.start()
        thread.join()


class FakeEngine:
    """Keeps the tasks that a dock submits."""

    log_path = Path("somewhere", "engine.log")

    def __init__(self):
        self.state, self.device, self.problem = EngineState.OFF, None, None
        self.closed, self.tasks, self.listeners, self.gave_way = False, [], [], 0

    def start(self):
        self.state = EngineState.STARTING

    def listen(self, callback):
        self.listeners.append(callback)

    def become(self, state, device=None, problem=None):
        self.state, self.device, self.problem = state, device, problem
        for callback in self.listeners:
            thread = threading.Thread(target=callback)
            thread.start()
            thread.join()

    def give_way(self):
        self.gave_way += 1

    def submit(self, job, arguments, **callbacks):
        self.tasks.append(FakeTask(job, arguments, callbacks))
        return self.tasks[-1]

    def close(self):
        self.closed = True


@pytest.fixture
def networks(tmp_path, monkeypatch):
    """The user's folder with two networks."""
    folder = tmp_path / "networks"
    folder.mkdir()
    for name in ("default", "steel"):
        (folder / f"{name}.safetensors").symlink_to(bundled_folder() / "default.safetensors")
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(folder))
    return folder


@pytest.fixture
def viewer(make_napari_viewer, monkeypatch, networks):
    monkeypatch.setattr(_session, "Engine", FakeEngine)
    return make_napari_viewer()


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 255, (40, 50), np.uint8)


@pytest.fixture
def unreadable(viewer, image):
    """Add a lazy image, named "lazy", of which nothing can be read any more."""

    def broken(block):
        if block.size:
            raise OSError("no such chunk")
        return block

    def add():
        lazy = da.from_array(image, chunks=-1)
        layer = viewer.add_image(lazy, name="lazy")
        layer._data = lazy.map_blocks(broken, dtype=image.dtype)  # napari draws no more of it
        return layer

    return add


@pytest.fixture
def open_dock():
    """Open the dock in a viewer as napari does."""

    def open_in(viewer):
        dock = SegmentDock(viewer)
        viewer.window.add_dock_widget(dock, name="Segment grains")
        return dock

    return open_in


@pytest.fixture
def dock(viewer, open_dock, image):
    """A dock ready to run on a 2-D image."""
    viewer.add_image(image, name="steel")
    return open_dock(viewer)


@pytest.fixture
def engine(dock):
    return dock._session.engine


@pytest.fixture
def begin(dock, engine):
    """Press Run and return the task."""

    def press():
        dock.panel.run.click()
        return engine.tasks[-1]

    return press


@pytest.fixture
def settle(qtbot, dock):
    """Wait until the run has ended."""

    def wait():
        qtbot.waitUntil(lambda: dock.run_in_progress is None)

    return wait


@pytest.fixture(scope="session")
def tiny_network(tmp_path_factory):
    """A folder with a small untrained network, made in another process: torch stays out of this one."""
    file = tmp_path_factory.mktemp("networks") / "default.safetensors"
    subprocess.run([sys.executable, "-c", SAVE_TINY_NETWORK, file], check=True)
    return file.parent


@pytest.fixture
def real_engine(tiny_network, tmp_path, monkeypatch):
    """Let docks start real engines, whose folders are private to the test and empty in the end."""
    folder = tmp_path / "shared"
    folder.mkdir()
    monkeypatch.setattr(_folders, "roots", lambda: (folder,))
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tiny_network))
    before = set(psutil.Process().children(recursive=True))
    return {"folder": folder, "before": before}
