"""Where a report goes and what stands in its head."""

from __future__ import annotations

import pytest
from qtpy.QtWidgets import QDialogButtonBox, QFileDialog

from napari_grains.widgets._report_dialog import ReportDialog
from napari_grains.widgets._reporting import ReportText


@pytest.fixture
def dialog(qtbot, tmp_path):
    dialog = ReportDialog(ReportText(tmp_path, "steel", "Steel 7"))
    qtbot.addWidget(dialog)
    return dialog


def save(dialog):
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Save)


def test_it_says_what_is_written_and_what_is_replaced(dialog, tmp_path):
    assert dialog.files.text() == "Writes steel_report.html, steel_grains.csv, steel_summary.json."
    (tmp_path / "steel_grains.csv").touch()
    dialog.folder.setText(f" {tmp_path} ")
    assert "are replaced" in dialog.files.text()
    assert save(dialog).isEnabled()


@pytest.mark.parametrize("folder", ["", "nowhere/at/all"])
def test_a_folder_is_needed(dialog, folder):
    dialog.folder.setText(folder)
    assert not save(dialog).isEnabled()
    assert dialog.files.text() == "There is no such folder."


def test_what_was_entered_is_returned(dialog, tmp_path, monkeypatch):
    other = tmp_path / "reports"
    other.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(other))
    dialog._browse.click()
    dialog.specimen.setText("heat 7 ")
    dialog.operator.setText("me")
    assert dialog.text == ReportText(other, "steel", "Steel 7", "heat 7", "me")
