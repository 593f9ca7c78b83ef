"""The table of grains with stacks, reruns, and layers that come and go."""

from __future__ import annotations

import numpy as np
from grain_layers import HALF_MICROMETRE, add_grains, voronoi
from grain_table_use import STACK, centre, chosen, click, listed, names, summary, table_of, view_of
from qtpy.QtCore import Qt
from widget_results import result

from napari_grains.grains import measure
from napari_grains.widgets._results import ResultLayers
from napari_grains.widgets._source import Source


def test_rows_of_a_stack_fly_to_their_slice(viewer, stack_dock, stack, qtbot):
    dock = stack_dock
    dock.view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    dock.view.scrollToTop()
    click(qtbot, dock, 0)
    grain = stack.features.iloc[50]
    np.testing.assert_allclose(centre(viewer, stack), (2, grain["centroid_y"], grain["centroid_x"]))
    assert stack.selected_label == 51
    assert viewer.dims.current_step[0] == 2


def test_the_slider_filters_a_stack(viewer, stack_dock, stack):
    dock = stack_dock
    assert not dock.this_slice.isHidden()
    viewer.dims.set_current_step(0, 1)
    assert len(listed(dock)) == 75
    dock.this_slice.setChecked(True)
    assert listed(dock) == list(range(31, 51))
    assert summary(dock).startswith("20 of 75 grains · mean ECD ")
    viewer.dims.set_current_step(0, 2)
    assert listed(dock) == list(range(51, 76))
    dock.this_slice.setChecked(False)
    assert len(listed(dock)) == 75


def test_the_selection_outlives_the_filter(viewer, stack_dock, stack, qtbot):
    dock = stack_dock
    viewer.dims.set_current_step(0, 0)
    click(qtbot, dock, 3)
    dock.this_slice.setChecked(True)
    assert chosen(dock) == [4]
    before = view_of(viewer)
    dock.this_slice.setChecked(False)
    assert chosen(dock) == [4]
    assert view_of(viewer) == before


def test_all_slices_are_listed_in_three_dimensions(viewer, stack_dock, stack, qtbot):
    dock = stack_dock
    dock.this_slice.setChecked(True)
    viewer.dims.ndisplay = 3
    assert len(listed(dock)) == 75
    assert not dock.this_slice.isEnabled()
    dock.view.scrollToBottom()
    click(qtbot, dock, 74)
    assert stack.selected_label == 75
    viewer.dims.ndisplay = 2
    assert dock.this_slice.isEnabled()
    assert listed(dock) == list(range(51, 76))
    assert chosen(dock) == [75]


def test_a_stack_of_one_image_is_an_image(viewer, open_table, qtbot):
    labels = voronoi()
    layer = viewer.add_labels(labels[None, None], features=table_of(labels))
    dock = open_table(viewer)
    click(qtbot, dock, 4)
    grain = layer.features.iloc[4]
    np.testing.assert_allclose(centre(viewer, layer), (0, 0, grain["centroid_y"], grain["centroid_x"]))
    assert dock.this_slice.isHidden()


def test_a_rerun_replaces_the_rows_and_keeps_the_order(dock, layer, qtbot):
    dock.view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    dock.view.setColumnWidth(0, 123)
    click(qtbot, dock, 0)
    labels = voronoi(25, seed=9)
    table = measure(labels, HALF_MICROMETRE).table
    layer.data, layer.features = labels, table.assign(index=table["grain"])
    assert listed(dock) == list(table.sort_values("ecd_um", ascending=False, kind="stable")["grain"])
    assert chosen(dock) == []
    assert summary(dock).startswith("25 grains · mean")
    assert dock.view.columnWidth(0) == 123
    assert dock.view.horizontalHeader().sortIndicatorSection() == 1


def test_other_columns_after_a_rerun_keep_the_sign_of_order_right(dock, layer):
    names = [column.name for column in dock.model.columns]
    dock.view.sortByColumn(names.index("aspect_ratio"), Qt.SortOrder.AscendingOrder)
    layer.features = table_of(STACK)
    assert dock.model.columns[dock.view.horizontalHeader().sortIndicatorSection()].name == "aspect_ratio"
    layer.features = table_of(voronoi()).drop(columns="aspect_ratio")
    assert dock.view.horizontalHeader().sortIndicatorSection() == -1


def test_results_are_preferred_to_other_tables(viewer, open_table):
    viewer.add_labels(voronoi(), name="other", features=table_of(voronoi()))
    layer = add_grains(viewer)
    viewer.add_labels(voronoi(), name="above", features=table_of(voronoi()))
    viewer.layers.selection.clear()
    dock = open_table(viewer)
    assert names(dock) == ["above", "steel grains", "other"]
    assert dock.layers.layer is layer


def test_results_of_the_segmentation_appear(viewer, open_table):
    dock = open_table(viewer)
    image = viewer.add_image(np.zeros((40, 50), np.uint8), name="steel")
    ResultLayers(viewer, Source(image)).show(result(grains=3))
    other = viewer.add_labels(voronoi(), name="other", features=table_of(voronoi()))
    assert names(dock) == ["other", "steel grains"]
    assert len(listed(dock)) == 3
    dock.layers.layer = other
    assert len(listed(dock)) == 40
    ResultLayers(viewer, Source(image)).show(result(grains=6))
    assert len(listed(dock)) == 40
    dock.layers.layer = viewer.layers["steel grains"]
    assert len(listed(dock)) == 6


def test_the_shown_layer_may_be_renamed_and_removed(viewer, dock, layer):
    layer.name = "iron grains"
    assert names(dock) == ["iron grains"]
    other = add_grains(viewer, voronoi(20), name="other")
    assert dock.layers.layer is layer
    viewer.layers.remove(layer)
    assert dock.layers.layer is other
    assert len(listed(dock)) == 20
    layer.selected_label = 5
    assert chosen(dock) == []
    viewer.layers.clear()
    assert not dock.empty.isHidden()
    assert listed(dock) == []


def test_a_layer_whose_features_are_taken_away_goes(dock, layer):
    layer.features = {}
    assert names(dock) == []
    assert not dock.empty.isHidden()
    layer.features = table_of(layer.data)
    assert len(listed(dock)) == 40


def test_grains_that_nobody_measured_can_be_selected_only(viewer, open_table, qtbot):
    layer = viewer.add_labels(voronoi(), features={"index": [5, 7], "phase": ["a", "b"]})
    dock = open_table(viewer)
    before = view_of(viewer)
    click(qtbot, dock, 1)
    assert layer.selected_label == 7
    assert view_of(viewer) == before
    assert summary(dock) == "2 grains · 1 selected"
