"""What a user does with the table of grains, and sees."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from grain_layers import voronoi
from qtpy.QtCore import Qt

from napari_grains.grains import measure
from napari_grains.widgets._camera import camera_of

STACK = np.stack([voronoi(30, seed=0), voronoi(20, seed=1), voronoi(25, seed=2)])
"""Three slices with 75 grains."""


def names(dock):
    return [dock.layers.itemText(index) for index in range(dock.layers.count())]


def listed(dock):
    return list(dock.model.labels)


def chosen(dock):
    """Labels of the selected rows."""
    return list(dock.model.labels[dock.view.chosen_rows])


def summary(dock):
    return dock.summary.text().replace("\N{NO-BREAK SPACE}", " ")


def click(qtbot, dock, row, modifier=Qt.KeyboardModifier.NoModifier):
    place = dock.view.visualRect(dock.model.index(row, 0)).center()
    qtbot.mouseClick(dock.view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def centre(viewer, layer):
    """Data coordinates of the middle of the canvas."""
    world = np.array(viewer.dims.point, float)
    world[list(viewer.dims.displayed)] = camera_of(viewer).center[-viewer.dims.ndisplay :]
    return np.array(layer.world_to_data(world[-layer.ndim :]))


def view_of(viewer):
    return camera_of(viewer).center, camera_of(viewer).zoom, tuple(viewer.dims.point)


def press(viewer, position, moved=0):
    """A click of the mouse at a place of the world, as napari tells it to the viewer."""
    event = SimpleNamespace(type="mouse_press", button=1, modifiers=(), pos=(100, 100), position=position)
    event.view_direction, event.dims_displayed = None, list(viewer.dims.displayed)
    generators = [callback(viewer, event) for callback in viewer.mouse_drag_callbacks]
    steps = [("mouse_press", 0), ("mouse_move", moved), ("mouse_release", moved)]
    for event.type, distance in steps:
        event.pos = (100 + distance, 100)
        for generator in generators:
            next(generator, None)


def table_of(labels):
    """What a rerun would put into the features."""
    table = measure(labels).table
    return table.assign(index=table["grain"])
