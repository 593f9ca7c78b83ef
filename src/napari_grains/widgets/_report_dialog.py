"""Asks where a report goes and what stands in its head."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from napari_grains.widgets._form import small_button
from napari_grains.widgets._reporting import FILES, ReportText
from napari_grains.widgets._run_panel import TextLine


class ReportDialog(QDialog):
    """Folder and head of a report; all but the folder may stay empty.

    Parameters
    ----------
    suggestion : ReportText
        What stands there at first.

    Attributes
    ----------
    folder, title, specimen, operator : QLineEdit
    files : TextLine
        What will be written, and whether it takes the place of what is there.
    buttons : QDialogButtonBox
        Save is disabled while the folder is none.
    """

    def __init__(self, suggestion: ReportText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report of the grain size")
        self._suggestion = suggestion
        self.folder, self.title = QLineEdit(str(suggestion.folder)), QLineEdit(suggestion.title)
        self.specimen, self.operator = QLineEdit(suggestion.specimen), QLineEdit(suggestion.operator)
        self.files = TextLine()
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Save | kinds.Cancel)
        self._browse = small_button("…", "Choose another folder")
        self._lay_out()
        self._browse.clicked.connect(self._choose_folder)
        self.folder.textChanged.connect(self._check)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._check()

    @property
    def text(self) -> ReportText:
        """What was entered."""
        texts = (field.text().strip() for field in (self.title, self.specimen, self.operator))
        return ReportText(Path(self.folder.text().strip()), self._suggestion.stem, *texts)

    def _lay_out(self) -> None:
        self.specimen.setPlaceholderText("such as heat, section, etchant (optional)")
        self.operator.setPlaceholderText("who measured (optional)")
        beside, form, column = QHBoxLayout(), QFormLayout(), QVBoxLayout(self)
        beside.addWidget(self.folder, 1)
        beside.addWidget(self._browse)
        form.addRow("Folder", beside)
        for name, field in (("Title", self.title), ("Specimen", self.specimen), ("Operator", self.operator)):
            form.addRow(name, field)
        column.addLayout(form)
        column.addWidget(self.files)
        column.addWidget(self.buttons)
        self.setMinimumWidth(460)

    def _check(self) -> None:
        folder = self.text.folder
        names = [name.format(stem=self._suggestion.stem) for name in FILES]
        there = [name for name in names if (folder / name).exists()]
        exists = bool(self.folder.text().strip()) and folder.is_dir()
        replaced = "; files of these names are replaced" if there else ""
        self.files.setText(f"Writes {', '.join(names)}{replaced}." if exists else "There is no such folder.")
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        if save is not None:
            save.setEnabled(exists)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder of the report", self.folder.text())
        if chosen:
            self.folder.setText(chosen)


def ask_for_report(parent: QWidget, suggestion: ReportText) -> ReportText | None:
    """Ask, and return None if the user thinks better of it."""
    dialog = ReportDialog(suggestion, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    text = dialog.text
    dialog.deleteLater()
    return text if accepted else None
