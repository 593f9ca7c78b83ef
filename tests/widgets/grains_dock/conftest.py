"""The dock Grains in the window of a viewer, and grains to correct."""

from __future__ import annotations

import numpy as np
import pytest
from grain_layers import add_grains
from grains_dock_use import boundary_of, tiles

from canvas_mouse import Canvas
from napari_grains.widgets import GrainsDock

MARK = {"source_id": "micrograph", "source_layer": "steel"}


@pytest.fixture(autouse=True)
def journals(tmp_path, monkeypatch):
    """A folder of its own for what is kept of corrections."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def viewer(viewer):
    viewer.window.resize(1000, 800)
    viewer.window.show()
    return viewer


@pytest.fixture
def add_layers():
    """Add grains with their boundary map, as a segmentation leaves them."""

    def add_to(viewer, labels=None, faint=((1, 2), (7, 12)), **properties):
        labels = tiles() if labels is None else labels
        boundary = boundary_of(labels, faint)
        viewer.add_image(
            boundary,
            name="steel boundary",
            metadata={"napari_grains": {"role": "boundary", **MARK}},
            **properties,
        )
        return add_grains(
            viewer, labels, metadata={"napari_grains": {"role": "grains", **MARK}}, **properties
        )

    return add_to


@pytest.fixture
def open_grains():
    """Open the dock as napari does."""

    def open_in(viewer):
        dock = GrainsDock(viewer)
        viewer.window.add_dock_widget(dock, name="Grains")
        return dock

    return open_in


@pytest.fixture
def ready(qtbot):
    """Wait until the slice that is shown can be corrected."""

    def wait_for(tab):
        qtbot.waitUntil(lambda: tab.corrections is not None)
        qtbot.waitUntil(lambda: tab.corrections.proofreading(tab.corrections.shown) is not None)

    return wait_for


@pytest.fixture
def layer(viewer, add_layers):
    return add_layers(viewer)


@pytest.fixture
def dock(viewer, layer, open_grains, ready):
    dock = open_grains(viewer)
    ready(dock.proofread)
    return dock


@pytest.fixture
def tab(dock):
    return dock.proofread


@pytest.fixture
def canvas(viewer, layer, dock):
    return Canvas(viewer, layer)


@pytest.fixture
def stack(viewer, add_layers):
    """Three slices whose grains have numbers of their own."""
    return add_layers(viewer, np.stack([tiles()] * 3))
