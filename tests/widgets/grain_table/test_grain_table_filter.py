"""Grains that are listed by conditions, and coloured by a column."""

from __future__ import annotations

import numpy as np
import pytest
from grain_layers import add_grains, voronoi
from grain_table_use import chosen, click, listed, summary

from napari_grains.grains import value_limits


@pytest.fixture
def filtered(dock):
    def type_in(text):
        dock.filter.setText(text)
        dock.filter.edited.emit()

    return type_in


def test_conditions_choose_what_is_listed(dock, layer, filtered):
    filtered("ecd_um > 10 and not edge")
    table = layer.features
    expected = table["index"][(table["ecd_um"] > 10) & ~table["edge"]]
    assert listed(dock) == list(expected)
    assert summary(dock).startswith(f"{len(expected)} of 40 grains")
    filtered("")
    assert len(listed(dock)) == 40


def test_the_table_follows_when_the_user_pauses(dock, qtbot):
    qtbot.keyClicks(dock.filter, "grain<3")
    qtbot.waitUntil(lambda: listed(dock) == [1, 2])


def test_what_is_no_condition_is_said_and_leaves_the_list(dock, filtered):
    filtered("grain < 5")
    filtered("grian < 3")
    assert "no column “grian”" in dock.message.text()
    assert "color" in dock.filter.styleSheet()
    assert listed(dock) == [1, 2, 3, 4]
    filtered("grain < 3")
    assert dock.message.isHidden()
    assert dock.filter.styleSheet() == ""


def test_the_selection_stays_where_it_is_listed(dock, qtbot, filtered):
    click(qtbot, dock, 6)
    filtered("grain > 5")
    assert chosen(dock) == [7]
    filtered("grain < 5")
    assert chosen(dock) == []


def test_conditions_and_slice_go_together(viewer, stack_dock, stack):
    viewer.dims.set_current_step(0, 2)
    stack_dock.filter.setText("edge")
    stack_dock.filter.edited.emit()
    stack_dock.this_slice.setChecked(True)
    table = stack.features
    assert listed(stack_dock) == list(table["index"][table["edge"] & (table["slice"] == 2)])


def test_another_table_is_filtered_too(viewer, dock, layer, filtered):
    filtered("grain < 4")
    layer.features = layer.features.iloc[1:].reset_index(drop=True)
    assert listed(dock) == [2, 3]
    dock.layers.layer = add_grains(viewer, voronoi(20), name="other")
    assert listed(dock) == [1, 2, 3]


def test_sorting_keeps_the_filter(dock, layer, filtered):
    filtered("grain < 6")
    dock.model.sort(1)
    by_size = layer.features[:5].sort_values("ecd_um")["index"]
    assert listed(dock) == list(by_size)


def test_names_are_completed(dock, qtbot):
    qtbot.keyClicks(dock.filter, "not edge and asp")
    assert dock.filter._completer.currentCompletion() == "aspect_ratio"
    dock.filter._complete("aspect_ratio")
    assert dock.filter.text() == "not edge and aspect_ratio"


def coloured_by(dock, header):
    dock.colours.columns.setCurrentText(header)
    return dock.colours.layer


def test_grains_are_coloured_by_a_column(viewer, dock, layer):
    active = viewer.layers.selection.active
    values = coloured_by(dock, "by ECD (µm)")
    assert values.name == "steel grains by ECD"
    assert viewer.layers.index(values) == viewer.layers.index(layer) + 1
    assert viewer.layers.selection.active is active
    ecd = layer.features["ecd_um"].to_numpy()
    np.testing.assert_array_equal(values.data, ecd.astype(np.float32)[layer.data - 1])
    assert tuple(values.contrast_limits) == pytest.approx(value_limits(ecd))
    np.testing.assert_array_equal(values.scale, layer.scale)
    assert all(end.endswith(" µm") for end in dock.colours.bar.ends)
    assert not dock.colours.bar.isHidden()


def test_another_column_and_another_table_update_the_layer(viewer, dock, layer):
    values = coloured_by(dock, "by ECD (µm)")
    assert coloured_by(dock, "by Aspect ratio") is values
    assert values.name == "steel grains by Aspect ratio"
    layer.features = layer.features.assign(aspect_ratio=layer.features["aspect_ratio"] + 1)
    assert dock.colours.columns.currentText() == "by Aspect ratio"
    assert values.data.min() > 2
    assert len(viewer.layers) == 2


def test_back_to_the_numbers(viewer, dock, layer):
    coloured_by(dock, "by ECD (µm)")
    dock.colours.columns.setCurrentIndex(0)
    assert list(viewer.layers) == [layer]
    assert dock.colours.bar.isHidden()
    viewer.layers.remove(coloured_by(dock, "by ECD (µm)"))
    assert dock.colours.columns.currentIndex() == 0
    assert dock.colours.layer is None


def test_other_grains_are_not_coloured_at_first(viewer, dock, layer):
    coloured_by(dock, "by ECD (µm)")
    dock.layers.layer = add_grains(viewer, voronoi(20), name="other")
    assert dock.colours.columns.currentIndex() == 0
    assert [each.name for each in viewer.layers] == ["steel grains", "other"]


def test_the_bar_follows_the_layer_controls(dock):
    values = coloured_by(dock, "by Aspect ratio")
    values.contrast_limits = (1, 1.5)
    assert dock.colours.bar.ends == ("1.00", "1.50")


def test_columns_that_only_name_grains_are_not_offered(stack_dock):
    offered = [stack_dock.colours.columns.itemText(k) for k in range(stack_dock.colours.columns.count())]
    assert "by Grain" not in offered
    assert "by Slice" not in offered
    assert "by Cut" not in offered
    assert "by ECD (px)" in offered


def test_stacks_are_coloured(stack_dock, stack):
    values = coloured_by(stack_dock, "by ECD (px)")
    assert values.data.shape == stack.data.shape
    ecd = stack.features["ecd_px"].to_numpy()
    np.testing.assert_allclose(values.data, ecd[stack.data - 1], rtol=1e-6)


def test_closing_the_dock_takes_the_colours_away(window, docked):
    docked.colours.columns.setCurrentIndex(1)
    assert len(window.layers) == 2
    window.window.remove_dock_widget(docked)
    assert len(window.layers) == 1
    window.window.add_dock_widget(docked, name="Grain table")
    assert docked.colours.columns.currentIndex() == 0
