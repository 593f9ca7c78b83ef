"""The model of the table: what is shown of a DataFrame, in which order, and in which words."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from grain_layers import HALF_MICROMETRE, voronoi
from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt

from napari_grains.grains import measure
from napari_grains.images import PixelSize
from napari_grains.widgets._table_columns import Column, columns_of
from napari_grains.widgets._table_file import tab_separated
from napari_grains.widgets._table_model import GrainTableModel

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
NUMBERS = pd.DataFrame(
    {
        "index": [11, 12, 13, 14],
        "grain": [1, 2, 3, 4],
        "slice": [0, 0, 1, 1],
        "ecd_px": [9.0, 100.0, np.nan, 20.5],
        "edge": [False, True, False, True],
        "phase name": ["ferrite", "austenite", None, "ferrite"],
    }
)


@pytest.fixture
def model(qapp):
    model = GrainTableModel()
    model.show(NUMBERS)
    return model


def headers(model):
    return [
        model.headerData(column, Qt.Orientation.Horizontal, int(Qt.ItemDataRole.DisplayRole))
        for column in range(model.columnCount())
    ]


def number(model, header):
    return [column.header for column in model.columns].index(header)


def texts(model, header):
    column = number(model, header)
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def sort(model, header, order=UP):
    model.sort(number(model, header), order)
    return list(model.labels)


def test_calibrated_grains_are_shown_in_micrometres():
    table = measure(voronoi(), HALF_MICROMETRE).table
    assert [column.header for column in columns_of(table)] == [
        "Grain", "ECD (µm)", "Area (µm²)", "Max. Feret (µm)", "Min. Feret (µm)", "Aspect ratio",
        "Direction (°)", "Perimeter (µm)", "Circularity", "Solidity", "Neighbours", "Cut",
        "Row (px)", "Column (px)",
    ]  # fmt: skip


def test_uncalibrated_grains_are_shown_in_px():
    table = measure(np.stack([voronoi()] * 2)).table
    assert [column.header for column in columns_of(table)] == [
        "Grain", "Slice", "ECD (px)", "Area (px²)", "Max. Feret (px)", "Min. Feret (px)", "Aspect ratio",
        "Direction (°)", "Perimeter (px)", "Circularity", "Solidity", "Neighbours", "Cut",
        "Row (px)", "Column (px)",
    ]  # fmt: skip


def test_every_measured_column_is_explained():
    for column in columns_of(measure(np.stack([voronoi()] * 2), HALF_MICROMETRE).table):
        assert column.explanation.endswith(".")
        assert column.tip.endswith("Click to sort by it.")


def test_small_grains_are_shown_in_nanometres(model):
    table = measure(voronoi(), PixelSize(1e-9, 1e-9)).table
    model.show(table)
    assert {"ECD (nm)", "Area (nm²)", "Max. Feret (nm)", "Perimeter (nm)"} <= set(headers(model))
    diameter = 1000 * table["ecd_um"].mean()
    assert model.mean_diameter() == f"{diameter:.3g} nm"
    shown = model.shown_table(np.arange(3))
    np.testing.assert_allclose(shown["ECD (nm)"], 1000 * table["ecd_um"][:3])


def test_columns_of_other_plugins_keep_their_names(model):
    assert headers(model) == ["Grain", "Slice", "ECD (px)", "Cut", "phase name"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (41.2345, "41.23"), (8.5, "8.500"), (0.0123456, "0.01235"), (999.94, "999.9"), (999.96, "1,000"),
        (123456.7, "123,457"), (np.nan, "-"), (7, "7"), (True, "yes"), (False, ""), ("ferrite", "ferrite"),
    ],
)  # fmt: skip
def test_numbers_have_four_digits(value, text):
    assert Column("a", "A", "µm").text(value) == text


def test_tooltips_of_cells_have_more_digits(model):
    column = headers(model).index("ECD (px)")
    tip = int(Qt.ItemDataRole.ToolTipRole)
    assert model.data(model.index(3, column), tip) == "ECD: 20.5 px"
    assert model.data(model.index(0, column + 1), tip) == "Cut: no"


def test_numbers_stand_on_the_right(model):
    role, flags = int(Qt.ItemDataRole.TextAlignmentRole), Qt.AlignmentFlag
    sides = [model.data(model.index(0, column), role) for column in range(model.columnCount())]
    horizontal = [side & flags.AlignHorizontal_Mask for side in sides]
    assert horizontal == [*[flags.AlignRight] * 3, flags.AlignHCenter, flags.AlignLeft]


def test_the_header_says_how_it_is_sorted(model):
    model.sort(2, DOWN)
    assert headers(model)[2] == "ECD (px) ▼"
    model.sort(0, UP)
    assert headers(model)[:3] == ["Grain ▲", "Slice", "ECD (px)"]


def test_numbers_sort_as_numbers_and_missing_ones_come_last(model):
    assert sort(model, "ECD (px)") == [11, 14, 12, 13]
    assert sort(model, "ECD (px)", DOWN) == [12, 14, 11, 13]
    assert texts(model, "ECD (px)") == ["100.0", "20.50", "9.000", "-"]


def test_words_and_marks_sort_too(model):
    assert sort(model, "phase name") == [12, 11, 14, 13]
    assert sort(model, "Cut", DOWN) == [12, 14, 11, 13]
    model.sort(-1)
    assert list(model.labels) == [11, 12, 13, 14]


@given(st.lists(st.floats(allow_nan=True, width=32), min_size=1, max_size=30), st.booleans())
def test_sorting_is_what_pandas_does(values, descending):
    model = GrainTableModel()
    table = pd.DataFrame({"grain": range(1, len(values) + 1), "ecd_px": values})
    model.show(table)
    model.sort(1, DOWN if descending else UP)
    expected = table.sort_values("ecd_px", ascending=not descending, kind="stable")
    assert list(model.labels) == list(expected["grain"])


def test_a_slice_is_filtered_in_the_order_shown(model):
    sort(model, "ECD (px)", DOWN)
    assert model.show_slice(1)
    assert list(model.labels) == [14, 13]
    assert not model.show_slice(1)
    assert sort(model, "Grain") == [13, 14]
    assert model.show_slice(7)
    assert model.rowCount() == 0
    assert model.show_slice(None)
    assert list(model.labels) == [11, 12, 13, 14]


def test_all_rows_are_exported_in_the_order_shown(model):
    sort(model, "ECD (px)", DOWN)
    model.show_slice(1)
    exported = model.sorted_table()
    assert list(exported.columns) == ["grain", "slice", "ecd_px", "edge", "phase name"]
    assert list(exported["grain"]) == [2, 4, 1, 3]


def test_rows_are_copied_with_headers_and_all_digits(model):
    sort(model, "ECD (px)", DOWN)
    lines = tab_separated(model.shown_table(np.array([0, 1]))).splitlines()
    assert lines == ["Grain\tSlice\tECD (px)\tCut\tphase name", "2\t0\t100.0\tTrue\taustenite", "4\t1\t20.5\tTrue\tferrite"]  # fmt: skip # noqa: E501


def test_another_table_keeps_the_order_where_it_has_the_column(model):
    sort(model, "ECD (px)", DOWN)
    model.show(NUMBERS.assign(ecd_px=[1.0, 2.0, 3.0, 4.0]))
    assert list(model.labels) == [14, 13, 12, 11]
    assert model.sorted_by == (2, DOWN)
    model.show(NUMBERS.drop(columns="ecd_px"))
    assert list(model.labels) == [11, 12, 13, 14]
    assert model.sorted_by[0] == -1


def test_what_qt_remembers_moves_with_its_row(model):
    selection = QItemSelectionModel(model)
    flags = QItemSelectionModel.SelectionFlag
    selection.select(model.index(1, 0), flags.Select | flags.Rows)
    kept = QPersistentModelIndex(model.index(3, 2))
    assert sort(model, "ECD (px)", DOWN) == [12, 14, 11, 13]
    assert [index.row() for index in selection.selectedRows()] == [0]
    assert (kept.row(), kept.column()) == (1, 2)


def test_a_place_is_in_px_of_the_image(model):
    labels = np.zeros((30, 40), np.int32)
    labels[10:14, 20:26] = 1
    labels[labels == 0] = 2
    model.show(measure(labels, HALF_MICROMETRE).table)
    place = model.place(0)
    assert (place.slice, place.y, place.x) == (None, 11.5, 22.5)
    assert place.width == pytest.approx(np.hypot(4, 6), rel=0.01)
    model.show(NUMBERS)
    assert model.place(0) is None


def test_there_is_no_tree(model):
    assert model.rowCount(model.index(0, 0)) == model.columnCount(model.index(0, 0)) == 0
    assert model.rowCount(QModelIndex()) == 4
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_twenty_thousand_grains_sort_at_once(model):
    numbers = np.random.default_rng(0).lognormal(3, 0.5, 20_000)
    model.show(pd.DataFrame({"grain": np.arange(1, 20_001), "ecd_px": numbers}))
    began = time.perf_counter()
    model.sort(1, DOWN)
    assert time.perf_counter() - began < 0.2
    assert np.all(np.diff(numbers[model.labels - 1]) <= 0)
