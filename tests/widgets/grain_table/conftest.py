"""The table of grains, with and without a window around it."""

from __future__ import annotations

import pytest
from grain_layers import HALF_MICROMETRE, add_grains
from grain_table_use import STACK
from napari.components import ViewerModel

from napari_grains.widgets._grain_table import GrainTable


@pytest.fixture
def viewer():
    """A viewer without a window."""
    return ViewerModel()


@pytest.fixture
def open_table(qtbot):
    """Make the widget for a viewer, without a dock around it."""

    def open_for(viewer):
        dock = GrainTable(viewer)
        qtbot.addWidget(dock)
        return dock

    return open_for


@pytest.fixture
def layer(viewer):
    return add_grains(viewer, pixel_size=HALF_MICROMETRE, scale=(0.5, 0.5), units="um")


@pytest.fixture
def dock(viewer, layer, open_table):
    return open_table(viewer)


@pytest.fixture
def stack(viewer):
    return add_grains(viewer, STACK, scale=(3, 1, 1))


@pytest.fixture
def stack_dock(viewer, stack, open_table):
    return open_table(viewer)


@pytest.fixture
def add_dock():
    """Open the dock in a viewer as napari does."""

    def add_to(viewer, **options):
        dock = GrainTable(viewer)
        viewer.window.add_dock_widget(dock, name="Grain table", **options)
        return dock

    return add_to


@pytest.fixture
def window(make_napari_viewer):
    """A viewer with a window, in which are grains."""
    viewer = make_napari_viewer()
    add_grains(viewer, pixel_size=HALF_MICROMETRE, scale=(0.5, 0.5), units="um")
    return viewer


@pytest.fixture
def docked(window, add_dock):
    return add_dock(window)
