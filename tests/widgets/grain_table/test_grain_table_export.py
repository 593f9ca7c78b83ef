"""The table of grains on its way out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from grain_layers import HALF_MICROMETRE, add_grains
from grain_table_use import STACK, click
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QFileDialog

from napari_grains.grains import measure
from napari_grains.widgets import _grain_table
from napari_grains.widgets._table_file import ask_for_csv


def export_to(monkeypatch, dock, path):
    asked = []

    def answer(_parent, suggestion):
        asked.append(suggestion)
        return path

    monkeypatch.setattr(_grain_table, "ask_for_csv", answer)
    dock.export.click()
    return asked[0]


@pytest.mark.parametrize("pixel_size", [None, HALF_MICROMETRE])
def test_the_export_is_the_table_of_the_command_line(viewer, open_table, monkeypatch, tmp_path, pixel_size):
    add_grains(viewer, STACK, pixel_size)
    dock = open_table(viewer)
    dock.this_slice.setChecked(True)
    suggestion = export_to(monkeypatch, dock, tmp_path / "table.csv")
    assert suggestion.name == "steel_grains.csv"
    expected = measure(STACK, pixel_size).table
    assert (tmp_path / "table.csv").read_bytes().decode() == expected.to_csv(index=False)
    assert dock.message.text() == "75 grains written to table.csv."
    assert not list(tmp_path.glob("*.part"))
    assert export_to(monkeypatch, dock, None).parent == tmp_path


def test_the_export_is_in_the_order_shown(dock, layer, monkeypatch, tmp_path):
    dock.view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    export_to(monkeypatch, dock, tmp_path / "table.csv")
    exported = pd.read_csv(tmp_path / "table.csv")
    expected = layer.features.sort_values("ecd_um", ascending=False).drop(columns="index")
    pd.testing.assert_frame_equal(exported, expected.reset_index(drop=True), check_exact=True)


def test_the_export_is_suggested_beside_the_image(dock, layer, monkeypatch, tmp_path):
    layer.name = "5 kV / a:b"
    layer.metadata["napari_grains"]["summary"] = {"source": str(tmp_path / "steel.tif")}
    assert export_to(monkeypatch, dock, None) == tmp_path / "5_kV_a_b.csv"
    layer.metadata["napari_grains"]["summary"] = {"source": "/no/such/folder/steel.tif"}
    assert export_to(monkeypatch, dock, None).parent == Path.home()


def test_an_export_that_fails_is_one_line(dock, monkeypatch, tmp_path):
    export_to(monkeypatch, dock, tmp_path / "no such folder" / "table.csv")
    assert "cannot be written" in dock.message.text()
    assert "choose another folder" in dock.message.text()
    assert "color" in dock.message.styleSheet()
    export_to(monkeypatch, dock, tmp_path / "table.csv")
    assert dock.message.styleSheet() == ""


def test_selected_rows_are_copied_by_keys(dock, layer, qtbot):
    click(qtbot, dock, 1)
    click(qtbot, dock, 3, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(dock.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    header, *lines = QApplication.clipboard().text().splitlines()
    assert header.split("\t")[:2] == ["Grain", "ECD (µm)"]
    assert [line.split("\t")[0] for line in lines] == ["2", "4"]
    assert float(lines[0].split("\t")[1]) == layer.features["ecd_um"][1]
    assert dock.message.text() == "2 grains copied."


def test_all_rows_are_copied_where_none_is_selected(dock):
    dock.copy.click()
    assert len(QApplication.clipboard().text().splitlines()) == 41


@pytest.mark.parametrize("accepted", [True, False])
def test_the_dialog_suggests_a_file_and_ends_it_with_csv(dock, monkeypatch, tmp_path, accepted):
    seen = []

    def answer(dialog):
        seen.append((Path(dialog.selectedFiles()[0]), dialog.acceptMode()))
        dialog.selectFile(str(tmp_path / "mine"))
        return accepted

    monkeypatch.setattr(QFileDialog, "exec", answer)
    path = ask_for_csv(dock, tmp_path / "steel_grains.csv")
    assert seen == [(tmp_path / "steel_grains.csv", QFileDialog.AcceptMode.AcceptSave)]
    assert path == (tmp_path / "mine.csv" if accepted else None)
