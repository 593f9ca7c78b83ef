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
