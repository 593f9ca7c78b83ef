"""The dock Grains beside the viewer: layers that come and go, napari's own tools, slices, other docks."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from grain_layers import add_grains
from grains_dock_use import middle, tiles
from qtpy.QtCore import Qt

from canvas_mouse import Canvas
from napari_grains.widgets._tool_box import Tool

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_without_grains_the_dock_says_what_to_do(viewer, open_grains):
    tab = open_grains(viewer).proofread
    assert "Segment grains" in tab.empty.text()
    assert not tab.tools.isEnabled()
    assert not tab.merging.isEnabled()


def test_every_part_has_a_tooltip(tab, dock):
    buttons = [*tab.tools.buttons.values(), tab.tools.undo, tab.tools.redo, tab.training]
    parts = [
        dock.layers,
        tab.shortcuts,
        tab.merging.slider,
        tab.doubtful.next,
        tab.doubtful.keep,
        tab.doubtful.join,
    ]
    assert all(part.toolTip() for part in [*buttons, *parts])


def test_results_come_before_other_labels(viewer, layer, open_grains, ready):
    viewer.layers.selection.active = viewer.layers[0]
    viewer.add_labels(tiles(), name="mine")
    viewer.layers.selection.active = viewer.layers[0]
    dock = open_grains(viewer)
    assert dock.layers.layer is layer
    assert dock.layers.count() == 2
    ready(dock.proofread)


def test_hidden_grains_are_not_corrected_blindly(viewer, tab, layer, canvas):
    tab.tools.take(Tool.DELETE)
    layer.visible = False
    canvas.click(middle(8))
    assert "is hidden" in tab.message.text()
    np.testing.assert_array_equal(layer.data, tiles())


def test_hidden_labels_are_not_preferred(viewer, layer, open_grains, ready):
    hidden = viewer.add_labels(tiles(), name="truth", visible=False)
    assert viewer.layers.selection.active is hidden
    dock = open_grains(viewer)
    assert dock.layers.layer is layer
    ready(dock.proofread)


def test_without_a_boundary_map_the_slider_says_so(viewer, open_grains, ready):
    viewer.add_labels(tiles().astype(np.uint8), name="mine")
    tab = open_grains(viewer).proofread
    ready(tab)
    assert not tab.merging.slider.isEnabled()
    assert "boundary map" in tab.merging.text.text()
    assert tab.merging.text.text().startswith("20 grains")
    assert not tab.doubtful.next.isEnabled()
    assert viewer.layers["mine"].data.dtype == np.int32


@pytest.mark.parametrize(
    ("data", "said"),
    [(da.zeros((40, 50), chunks=20, dtype=int), "not in memory"), (np.zeros((2, 3, 40, 50), int), "axes")],
)
def test_layers_that_cannot_be_corrected_are_refused_in_one_line(viewer, open_grains, data, said):
    viewer.add_labels(data, name="other")
    tab = open_grains(viewer).proofread
    assert said in tab.empty.text()
    assert not tab.tools.isEnabled()


def test_tools_take_the_mouse_and_give_it_back(viewer, tab, layer, canvas):
    viewer.layers.selection.active = viewer.layers[0]
    tab.tools.buttons[Tool.SPLIT].click()
    assert viewer.layers.selection.active is layer
    assert not layer.mouse_pan
    tab.tools.buttons[Tool.LOOK].click()
    assert layer.mouse_pan
    tab.tools.take(Tool.MERGE)
    layer.mode = "paint"
    assert tab.tools.tool is Tool.LOOK
    assert layer.mode == "paint"
    assert not layer.mouse_pan
    tab.tools.take(Tool.MERGE)
    assert layer.mode == "pan_zoom"
    viewer.layers.selection.active = viewer.layers[0]
    assert tab.tools.tool is Tool.LOOK
    assert layer.mouse_pan


def test_space_pans_while_it_is_held(viewer, tab, layer, canvas, qtbot):
    tab.tools.take(Tool.MERGE)
    qtbot.keyPress(canvas.native, Qt.Key.Key_Space)
    assert layer.mouse_pan
    canvas.drag(middle(6), middle(8))
    np.testing.assert_array_equal(layer.data, tiles())
    qtbot.keyRelease(canvas.native, Qt.Key.Key_Space)
    assert not layer.mouse_pan


def test_space_pans_with_napari_s_own_tools_too(tab, layer, canvas, qtbot):
    layer.mode = "paint"
    qtbot.keyPress(canvas.native, Qt.Key.Key_Space)
    assert layer.mode == "pan_zoom"
    qtbot.keyRelease(canvas.native, Qt.Key.Key_Space)
    assert layer.mode == "paint"


def test_what_is_painted_while_the_dock_is_closed_ends_the_history(viewer, dock, tab, layer, canvas):
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(20))
    viewer.window.remove_dock_widget(dock)
    layer.data_setitem((np.array([3]), np.array([4])), 9)
    layer.undo()
    dock.setParent(viewer.window._qt_window)
    assert not tab.tools.undo.isEnabled()
    np.testing.assert_array_equal(layer.data, np.where(tiles() == 20, 0, tiles()))


def test_strokes_of_the_brush_are_in_the_same_history(tab, layer, canvas):
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(20))
    layer.mode, layer.selected_label, layer.brush_size = "paint", 1, 6
    canvas.drag(middle(1), middle(2))
    painted = layer.data.copy()
    assert (painted[tiles() == 2] == 1).any()
    canvas.key(Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(layer.data, np.where(tiles() == 20, 0, tiles()))
    canvas.key(Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(layer.data, tiles())
    tab.tools.redo.click()
    tab.tools.redo.click()
    np.testing.assert_array_equal(layer.data, painted)


def test_other_layers_keep_their_own_undo(viewer, tab, layer, canvas):
    other = viewer.add_labels(tiles(), name="mine")
    other.data_setitem((np.array([3]), np.array([4])), 9)
    canvas.key(Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(other.data, tiles())
    canvas.key(Qt.Key.Key_D)
    assert tab.tools.tool is Tool.LOOK


def test_rows_of_corrected_grains_leave_the_table_until_undone(tab, layer, canvas):
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    tab.tools.take(Tool.MERGE)
    canvas.drag(middle(1), middle(2))
    tab.corrections._rows.show()
    assert set(layer.features["index"]) == set(range(1, 21)) - {1, 2, 8}
    assert layer.metadata["napari_grains"]["edited"] == 2
    tab.undo()
    tab.corrections._rows.show()
    assert set(layer.features["index"]) == set(range(1, 21)) - {8}
    measured = layer.features.copy()
    layer.features = measured
    assert "edited" not in layer.metadata["napari_grains"]
    tab.undo()
    tab.corrections._rows.show()
    assert set(layer.features["index"]) == set(measured["index"]) - {8}


def test_training_labels_are_grains_of_the_slice_that_is_shown(viewer, tab, layer, canvas):
    tab.training.click()
    target = viewer.layers["steel training labels"]
    np.testing.assert_array_equal(target.data, tiles())
    mark = target.metadata["napari_grains"]
    assert (mark["role"], mark["paint"], mark["source_id"]) == ("annotation", "grains", "micrograph")
    assert viewer.layers.selection.active is layer
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    assert (target.data[tiles() == 8] == 8).all()
    tab.training.click()
    assert not target.data[tiles() == 8].any()
    assert len([each for each in viewer.layers if "training" in each.name]) == 1


def test_corrections_survive_a_change_of_slice(viewer, stack, open_grains, ready, qtbot):
    tab = open_grains(viewer).proofread
    viewer.dims.set_point(0, 0)
    ready(tab)
    before = stack.data.copy()
    canvas = Canvas(viewer, stack)
    tab.tools.take(Tool.MERGE)
    canvas.drag(middle(1), middle(2))
    viewer.dims.set_point(0, 2)
    ready(tab)
    canvas.drag(middle(6), middle(7))
    assert [len(np.unique(plane)) for plane in stack.data] == [19, 20, 19]
    viewer.dims.set_point(0, 1)
    tab.training.click()
    assert viewer.layers["steel training labels"].data.any(axis=(1, 2)).tolist() == [False, True, False]
    tab.undo()
    assert viewer.dims.current_step[0] == 2
    tab.undo()
    assert viewer.dims.current_step[0] == 0
    np.testing.assert_array_equal(stack.data, before)
    np.testing.assert_array_equal(stack._slice.image.view, stack._raw_to_displayed(stack.data[0]))


def test_in_3d_corrections_are_refused_and_undo_works(viewer, stack, open_grains, ready, qtbot):
    tab = open_grains(viewer).proofread
    ready(tab)
    before = stack.data.copy()
    canvas = Canvas(viewer, stack)
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    viewer.dims.ndisplay = 3
    qtbot.mouseClick(canvas.native, Qt.MouseButton.LeftButton)
    assert "2-D" in tab.message.text()
    tab.undo()
    np.testing.assert_array_equal(stack.data, before)
    np.testing.assert_array_equal(stack._slice.image.view, stack._raw_to_displayed(stack.data))


def test_a_scaled_layer_is_corrected_where_the_mouse_is(viewer, add_layers, open_grains, ready, qtbot):
    layer = add_layers(viewer, scale=(0.25, 0.5), translate=(7, -3), units="um")
    tab = open_grains(viewer).proofread
    ready(tab)
    tab.tools.take(Tool.DELETE)
    Canvas(viewer, layer).click(middle(12))
    assert not layer.data[tiles() == 12].any()
    assert layer.data.any(axis=1).all()


def test_other_layers_are_corrected_in_turns(viewer, dock, tab, layer, canvas, ready):
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    other = add_grains(viewer, tiles(), name="other grains")
    dock.layers.layer = other
    ready(tab)
    assert not tab.tools.undo.isEnabled()
    assert "D" not in [str(key) for key in layer.keymap]
    dock.layers.layer = layer
    assert tab.tools.undo.isEnabled()
    tab.undo()
    np.testing.assert_array_equal(layer.data, tiles())


def test_a_closed_dock_leaves_nothing_behind(viewer, dock, tab, layer, canvas):
    callbacks = len(layer.mouse_drag_callbacks)
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    viewer.window.remove_dock_widget(dock)
    assert layer.mouse_pan
    assert len(layer.mouse_drag_callbacks) == callbacks
    assert not layer.keymap
    dock.setParent(viewer.window._qt_window)  # put back
    tab.undo()
    np.testing.assert_array_equal(layer.data, tiles())


def test_a_removed_layer_ends_its_corrections(viewer, dock, tab, layer, canvas):
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    viewer.layers.remove(layer)
    assert tab.corrections is None
    assert "Segment grains" in tab.empty.text()


def test_a_new_segmentation_begins_a_new_history(tab, layer, canvas, ready):
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    layer.data = tiles()
    ready(tab)
    assert not tab.tools.undo.isEnabled()
    assert tab.tools.tool is Tool.LOOK
    tab.tools.take(Tool.DELETE)
    canvas.click(middle(8))
    assert not layer.data[tiles() == 8].any()


def test_icons_and_errors_follow_the_theme(viewer, tab):
    dark = tab.tools.buttons[Tool.MERGE].icon().cacheKey()
    tab.say("wrong", error=True)
    before = tab.message.styleSheet()
    viewer.theme = "light"
    assert tab.message.styleSheet() != before
    assert tab.tools.buttons[Tool.MERGE].icon().cacheKey() != dark
