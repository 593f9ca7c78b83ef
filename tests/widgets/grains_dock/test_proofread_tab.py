"""Grains corrected with the mouse and with keys."""

from __future__ import annotations

import numpy as np
import pytest
from grains_dock_use import SIDE, middle, tiles
from qtpy.QtCore import Qt

from napari_grains.widgets._tool_box import Tool

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_two_clicks_merge_two_grains(tab, layer, canvas):
    tab.tools.buttons[Tool.MERGE].click()
    canvas.click(middle(1))
    assert "Now click" in tab.tools.hint.text()
    assert len(tab.marks.marked) == 1
    canvas.click(middle(2))
    assert (layer.data[:SIDE, : 2 * SIDE] == layer.data[0, 0]).all()
    assert len(tab.marks.marked) == 0
    assert tab.merging.text.text() == "19 grains"


def test_a_drag_across_boundaries_merges_all_it_goes_through(tab, layer, canvas):
    tab.tools.take(Tool.MERGE)
    canvas.drag(middle(6), middle(8), release=False)
    assert len(tab.marks.stroke) > 4
    canvas.release(middle(8))
    assert tab.marks.stroke == []
    assert len(np.unique(layer.data[SIDE : 2 * SIDE, : 3 * SIDE])) == 1
    assert tab.merging.text.text() == "18 grains"


def test_a_drag_within_a_grain_says_what_to_do(tab, layer, canvas):
    tab.tools.take(Tool.MERGE)
    row, column = middle(7)
    canvas.drag((row - 9, column), (row + 9, column))
    assert "stays within one grain" in tab.message.text()
    np.testing.assert_array_equal(layer.data, tiles())


def test_clicks_on_one_grain_or_none_merge_nothing(tab, layer, canvas):
    tab.tools.take(Tool.MERGE)
    canvas.click(middle(3))
    canvas.click(middle(3))
    assert len(tab.marks.marked) == 0
    canvas.click((-9, 9))
    assert tab.message.text() == "There is no grain at that place."
    np.testing.assert_array_equal(layer.data, tiles())


def test_a_click_deletes_a_grain(tab, layer, canvas):
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    assert not (layer.data[tiles() == 8]).any()
    assert tab.merging.text.text() == "19 grains"


def test_keys_take_tools_undo_and_redo(tab, layer, canvas):
    canvas.key(Qt.Key.Key_D)
    assert tab.tools.buttons[Tool.DELETE].isChecked()
    canvas.click(middle(8))
    canvas.key(Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(layer.data, tiles())
    canvas.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert not (layer.data[tiles() == 8]).any()
    canvas.key(Qt.Key.Key_Q)
    assert tab.tools.tool is Tool.LOOK


def test_buttons_say_what_they_take_back(tab, canvas):
    assert not tab.tools.undo.isEnabled()
    assert tab.tools.undo.toolTip() == "Nothing to undo"
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    assert tab.tools.undo.toolTip() == "Undo deleting a grain (Ctrl+Z)"
    tab.tools.undo.click()
    assert not tab.tools.undo.isEnabled()
    assert tab.tools.redo.toolTip() == "Redo deleting a grain (Ctrl+Shift+Z)"
    tab.tools.redo.click()
    assert tab.merging.text.text() == "19 grains"


def test_the_walk_goes_from_the_weakest_boundary_to_the_next(viewer, tab, layer, canvas):
    assert tab.doubtful.text.text() == "2 left"
    assert not tab.doubtful.keep.isEnabled()
    canvas.key(Qt.Key.Key_N)
    first = tab.walk.edge
    assert first.pair in {(1, 2), (7, 12)}
    assert len(tab.marks.marked) == 2 * SIDE
    centre = layer.world_to_data(viewer.scene.camera.center[-2:])
    np.testing.assert_allclose(centre, first.position, atol=1)
    canvas.key(Qt.Key.Key_K)
    second = tab.walk.edge
    assert {first.pair, second.pair} == {(1, 2), (7, 12)}
    assert "1 left" in tab.doubtful.text.text()
    canvas.key(Qt.Key.Key_J)
    assert len(np.unique(layer.data[np.isin(tiles(), second.pair)])) == 1
    assert tab.doubtful.text.text() == "None is left"
    assert len(tab.marks.marked) == 0
    tab.tools.undo.click()
    np.testing.assert_array_equal(layer.data, tiles())
    assert tab.doubtful.text.text() == "1 left"
    tab.tools.undo.click()
    assert tab.doubtful.text.text() == "2 left"


def test_the_slider_merges_while_it_moves(tab, layer, qtbot):
    with qtbot.waitSignal(tab.changed):
        tab.merging.slider.setValue(100)
    assert tab.merging.text.text() == "18 grains"
    assert tab.merging.number.value() == 0.5
    assert len(np.unique(layer.data)) == 18
    with qtbot.waitSignal(tab.changed):
        tab.merging.number.setValue(1.0)
    tab.tools.undo.click()
    np.testing.assert_array_equal(layer.data, tiles())
    assert tab.merging.slider.value() == 0
    assert not tab.tools.undo.isEnabled()  # one move of the slider is one step


def test_what_is_shown_is_what_the_layer_holds(tab, layer, canvas):
    tab.tools.take(Tool.MERGE)
    canvas.drag(middle(6), middle(8))
    shown = layer._slice.image.view
    np.testing.assert_array_equal(shown, layer._raw_to_displayed(layer.data))
    texture = canvas.viewer.window._qt_viewer.canvas.layer_to_visual[layer].node._texture
    assert texture.shape[:2] == layer.data.shape


@pytest.mark.parametrize("contour", [0, 2])
def test_contours_are_drawn_anew(tab, layer, canvas, contour):
    layer.contour = contour
    tab.tools.take(Tool.MERGE)
    canvas.drag(middle(6), middle(7))
    np.testing.assert_array_equal(layer._slice.image.view, layer._raw_to_displayed(layer.data))
