"""Rows and grains: listed, sorted, visited and found."""

from __future__ import annotations

import numpy as np
import pytest
from grain_layers import add_grains, voronoi
from grain_table_use import centre, chosen, click, listed, press, summary, view_of
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

from napari_grains.widgets._camera import camera_of


def test_without_grains_it_says_what_to_do(viewer, open_table):
    dock = open_table(viewer)
    viewer.add_labels(voronoi(), name="painted")
    assert "run Segment grains first" in dock.empty.text()
    assert not dock.empty.isHidden()
    assert dock.view.isHidden()
    assert dock.this_slice.isHidden()
    assert not dock.export.isEnabled()
    assert summary(dock) == ""
    dock.export_csv()
    dock.copy_rows()


def test_grains_are_listed_with_their_mean(dock, layer):
    assert listed(dock) == list(range(1, 41))
    mean = layer.features["ecd_um"].mean()
    assert summary(dock) == f"40 grains · mean ECD {mean:.3g} µm"
    assert dock.empty.isHidden()
    assert chosen(dock) == []


def test_selected_rows_are_counted(dock, layer, qtbot):
    click(qtbot, dock, 2)
    click(qtbot, dock, 4, Qt.KeyboardModifier.ShiftModifier)
    mean = layer.features["ecd_um"][2:5].mean()
    assert summary(dock) == f"40 grains · 3 selected · mean ECD {mean:.3g} µm"


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"scale": (-0.5, 0.5)},
        {"scale": (2, 2), "translate": (-40, 7)},
        {"scale": (0.5, 0.5), "rotate": 30, "units": "um"},
    ],
)
def test_a_click_on_a_row_flies_to_the_grain(viewer, open_table, qtbot, place):
    layer = add_grains(viewer, **place)
    dock = open_table(viewer)
    click(qtbot, dock, 6)
    grain = layer.features.iloc[6]
    np.testing.assert_allclose(centre(viewer, layer), (grain["centroid_y"], grain["centroid_x"]), atol=1e-6)
    assert layer.selected_label == 7
    camera_of(viewer).center = (0, 0, 0)
    click(qtbot, dock, 6)
    np.testing.assert_allclose(centre(viewer, layer), (grain["centroid_y"], grain["centroid_x"]), atol=1e-6)


def test_keys_walk_through_the_sorted_table(dock, layer, qtbot):
    dock.view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    largest = list(layer.features.sort_values("ecd_um", ascending=False)["index"])
    click(qtbot, dock, 0)
    assert layer.selected_label == largest[0]
    for label in largest[1:4]:
        qtbot.keyClick(dock.view, Qt.Key.Key_Down)
        assert layer.selected_label == label
        assert chosen(dock) == [label]


def test_a_click_on_a_header_sorts_and_another_one_turns_the_order(dock, layer, qtbot):
    header = dock.view.horizontalHeader()
    dock.resize(290, 600)
    dock.show()
    QApplication.processEvents()
    at = QPoint(header.sectionViewportPosition(1) + 10, header.height() // 2)
    orders = []
    for _ in range(2):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        orders.append(listed(dock))
    by_size = layer.features.sort_values("ecd_um")["index"]
    assert orders == [list(by_size), list(by_size[::-1])]


def test_a_click_takes_the_keys(viewer, dock):
    assert dock.view.focusPolicy() & Qt.FocusPolicy.ClickFocus


def test_the_focus_alone_goes_nowhere(viewer, dock, qtbot):
    before = view_of(viewer)
    dock.view.setCurrentIndex(dock.model.index(-1, -1))
    dock.view.selectionModel().setCurrentIndex(
        dock.model.index(0, 0), dock.view.selectionModel().SelectionFlag.NoUpdate
    )  # what Qt does when the table gets the focus by Tab
    assert view_of(viewer) == before


def test_one_grain_can_be_coloured_alone(viewer, dock, layer):
    dock.this_grain.setChecked(True)
    assert layer.show_selected_label
    layer.show_selected_label = False
    assert not dock.this_grain.isChecked()
    layer.show_selected_label = True
    assert dock.this_grain.isChecked()
    dock.layers.layer = add_grains(viewer, voronoi(20), name="other")
    assert not dock.this_grain.isChecked()
    assert layer.show_selected_label


def test_a_label_picked_in_the_canvas_selects_its_row_and_leaves_the_view(viewer, dock, layer):
    before = view_of(viewer)
    layer.selected_label = 39
    assert chosen(dock) == [39]
    assert view_of(viewer) == before
    assert dock.view.currentIndex().row() == 38
    layer.selected_label = 0
    assert chosen(dock) == []
    assert layer.selected_label == 0


def test_colours_alone_select_nothing(dock, layer):
    layer.events.selected_label()
    assert chosen(dock) == []


def test_a_click_on_a_grain_finds_its_row(viewer, dock, layer):
    viewer.layers.selection.active = viewer.add_image(np.zeros((200, 260)), scale=(0.5, 0.5), units="um")
    before = view_of(viewer)
    for y, x in ((30, 40), (150, 200)):
        press(viewer, layer.data_to_world((y, x)))
        assert chosen(dock) == [layer.data[y, x]] == [layer.selected_label]
    press(viewer, layer.data_to_world((30, 40)), moved=3)
    assert chosen(dock) == [layer.data[30, 40]]
    assert view_of(viewer) == before


def test_a_drag_or_a_click_beside_the_grains_finds_nothing(viewer, dock, layer):
    press(viewer, layer.data_to_world((30, 40)), moved=30)
    press(viewer, (-1000, -1000))
    layer.visible = False
    press(viewer, layer.data_to_world((30, 40)))
    assert chosen(dock) == []
    layer.visible = True
    layer.mode = "paint"
    press(viewer, layer.data_to_world((30, 40)))
    assert chosen(dock) == []


def test_the_default_label_can_be_clicked(viewer, dock, layer):
    assert layer.selected_label == 1
    y, x = np.argwhere(layer.data == 1)[0]
    press(viewer, layer.data_to_world((y, x)))
    assert chosen(dock) == [1]


def test_several_selected_rows_stay_while_the_label_is_one_of_them(dock, layer, qtbot):
    click(qtbot, dock, 2)
    click(qtbot, dock, 5, Qt.KeyboardModifier.ControlModifier)
    assert layer.selected_label == 6
    assert chosen(dock) == [3, 6]
    layer.selected_label = 3
    assert chosen(dock) == [3, 6]
    layer.selected_label = 10
    assert chosen(dock) == [10]


def test_rows_stay_selected_when_they_are_sorted(dock, qtbot):
    click(qtbot, dock, 2)
    dock.view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert chosen(dock) == [3]
