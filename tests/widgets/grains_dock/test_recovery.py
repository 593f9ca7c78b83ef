"""Corrections that were left behind are offered, restored and discarded."""

from __future__ import annotations

import numpy as np
import pytest
from grains_dock_use import middle, tiles

from canvas_mouse import Canvas
from napari_grains.grains import Journal
from napari_grains.widgets import _autosave
from napari_grains.widgets._tool_box import Tool


@pytest.fixture
def left_behind(viewer, dock, tab, layer, canvas, qtbot):
    """Close a dock in which two grains were deleted, one of them was brought back, and two were merged."""
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    canvas.click(middle(9))
    tab.undo()
    tab.tools.take(Tool.MERGE)
    canvas.drag(middle(1), middle(2))
    corrected = layer.data.copy()
    viewer.layers.remove(layer)
    viewer.window.remove_dock_widget(dock)
    qtbot.wait(50)
    return corrected


@pytest.fixture
def offered(viewer, left_behind, open_grains, qtbot):
    """Open another dock, and wait for the offer."""

    def open_and_wait():
        tab = open_grains(viewer).proofread
        qtbot.waitUntil(lambda: tab.recovery.isVisibleTo(tab))
        return tab

    return open_and_wait


def test_what_was_left_behind_is_restored_into_a_new_layer(viewer, offered, left_behind, ready, qtbot):
    tab = offered()
    assert tab.recovery.text.text().startswith("2 corrections of “steel grains”")
    tab.recovery.restore.click()
    qtbot.waitUntil(lambda: "steel grains" in viewer.layers)
    ready(tab)
    layer = viewer.layers["steel grains"]
    np.testing.assert_array_equal(layer.data, left_behind)
    assert layer.metadata["napari_grains"]["role"] == "grains"
    assert not tab.recovery.isVisibleTo(tab)
    assert tab.merging.slider.isEnabled()
    tab.undo()
    tab.undo()
    np.testing.assert_array_equal(layer.data, tiles())
    assert not tab.tools.undo.isEnabled()
    tab.redo()
    assert tab.merging.text.text() == "19 grains"


def test_the_same_grains_segmented_anew_take_the_corrections(
    viewer, add_layers, offered, left_behind, ready, qtbot
):
    tab = offered()
    layer = add_layers(viewer)
    ready(tab)
    tab.recovery.restore.click()
    qtbot.waitUntil(tab.tools.undo.isEnabled)
    ready(tab)
    np.testing.assert_array_equal(layer.data, left_behind)
    assert [each.name for each in viewer.layers].count("steel grains") == 1
    tab.tools.take(Tool.DELETE)
    Canvas(viewer, layer).click(middle(20))
    for _ in range(3):
        tab.undo()
    np.testing.assert_array_equal(layer.data, tiles())


def test_restored_corrections_are_kept_again(viewer, offered, ready, qtbot):
    tab = offered()
    tab.recovery.restore.click()
    qtbot.waitUntil(lambda: "steel grains" in viewer.layers)
    ready(tab)
    tab.undo()
    viewer.layers.remove("steel grains")
    (summary,) = Journal.interrupted()
    assert summary.edits == 1


def test_what_is_discarded_is_gone(viewer, offered, qtbot):
    tab = offered()
    tab.recovery.discard.click()
    qtbot.waitUntil(lambda: not tab.recovery.isVisibleTo(tab))
    assert Journal.interrupted() == []


def test_a_disk_that_is_full_is_said_once_and_corrections_go_on(tab, layer, canvas, qtbot, monkeypatch):
    def full(*_):
        raise _autosave.InputError("Edits are not saved automatically (disk full)")

    monkeypatch.setattr(Journal, "begin", full)
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    qtbot.waitUntil(lambda: "disk full" in tab.message.text())
    canvas.click(middle(9))
    assert tab.message.text() == ""
    assert tab.merging.text.text() == "18 grains"
