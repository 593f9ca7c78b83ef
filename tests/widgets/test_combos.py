"""Lists of layers that follow the viewer."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPoint
from qtpy.QtGui import QHelpEvent
from qtpy.QtWidgets import QApplication, QToolTip

from napari_grains.widgets._combos import NarrowComboBox, image_combo, region_combo


def entries(combo):
    return [combo.itemText(index) for index in range(combo.count())]


@pytest.fixture
def combo(viewer, qtbot):
    combo = image_combo(viewer)
    qtbot.addWidget(combo)
    combo.follow(on=True)
    return combo


def test_image_combo_offers_image_layers_alone(viewer, combo, image):
    viewer.add_image(image, name="a")
    viewer.add_labels(image.astype(int), name="labels")
    viewer.add_points(np.zeros((1, 2)))
    viewer.add_image(image, name="a boundary", metadata={"napari_grains": {"role": "boundary"}})
    viewer.add_image(image, name="b")
    assert entries(combo) == ["b", "a"]


def test_image_combo_keeps_its_choice_through_additions_renames_and_moves(viewer, combo, image):
    first = viewer.add_image(image, name="a")
    assert combo.layer is first
    viewer.add_image(image, name="b")
    assert combo.layer is first
    first.name = "renamed"
    assert combo.currentText() == "renamed"
    viewer.layers.move(0, 2)
    assert entries(combo) == ["renamed", "b"]
    assert combo.layer is first


def test_image_combo_goes_on_when_its_choice_is_removed(viewer, combo, image, qtbot):
    viewer.add_image(image, name="a")
    other = viewer.add_image(image, name="b")
    with qtbot.waitSignal(combo.layer_changed):
        viewer.layers.remove("a")
    assert combo.layer is other
    with qtbot.waitSignal(combo.layer_changed):
        viewer.layers.clear()
    assert combo.layer is None


def test_image_combo_follows_no_more_when_told(viewer, combo, image):
    combo.follow(on=False)
    viewer.add_image(image)
    assert combo.count() == 0


def test_region_combo_offers_shapes_after_the_whole_image(viewer, qtbot):
    combo = region_combo(viewer)
    qtbot.addWidget(combo)
    combo.follow(on=True)
    assert entries(combo) == ["whole image"]
    assert combo.layer is None
    region = viewer.add_shapes(name="field")
    viewer.add_shapes(name="marks", metadata={"napari_grains": {"role": "marks"}})
    assert entries(combo) == ["whole image", "field"]
    assert combo.layer is None  # drawing something chooses nothing
    combo.layer = region
    assert combo.layer is region
    viewer.layers.remove(region)
    assert combo.layer is None
    assert combo.currentText() == "whole image"


@pytest.fixture
def narrow_combo(qtbot):
    combo = NarrowComboBox()
    qtbot.addWidget(combo)
    combo.addItems(["28 Nov 14:45 · error 0.083 → 0.044 · section 4", "short"])
    combo.setToolTip("Which network")
    combo.resize(160, 24)
    combo.show()
    qtbot.waitExposed(combo)
    return combo


def hover(combo):
    """Tooltip under a mouse that rests on a list."""
    place = QPoint(5, 5)
    QApplication.sendEvent(combo, QHelpEvent(QEvent.Type.ToolTip, place, combo.mapToGlobal(place)))
    return QToolTip.text()


def test_an_entry_that_is_cut_off_is_in_the_tooltip_in_full(narrow_combo):
    assert narrow_combo.is_cut_off
    assert hover(narrow_combo) == "28 Nov 14:45 · error 0.083 → 0.044 · section 4\nWhich network"
    narrow_combo.resize(600, 24)
    assert not narrow_combo.is_cut_off
    assert hover(narrow_combo) == "Which network"


def test_an_entry_that_is_cut_off_ends_in_dots(narrow_combo):
    drawn = narrow_combo.grab().toImage()
    shown = narrow_combo._shown(narrow_combo._option())
    assert shown.startswith("28 Nov")
    assert shown.endswith("…")
    narrow_combo.setItemText(0, shown)
    assert not narrow_combo.is_cut_off
    assert narrow_combo.grab().toImage() == drawn
