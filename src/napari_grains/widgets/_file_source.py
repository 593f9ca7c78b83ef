"""Examples in files: a folder with a folder for each class, or a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QPushButton, QWidget

from napari_grains.widgets._form import small_button

_TIPS: Final = {
    "path": "A folder with a folder of images for each class, named after it; or a table (.csv) with the\n"
    "columns path, class and, better, group (specimen or session); further frame, row, column",
    "stack": "The stack that all rows of a table are about, which then needs no column path; else empty",
}


class FileSource(QWidget):
    """Folder or table, and the stack that a table is about.

    Attributes
    ----------
    path, stack : QLineEdit
    folder, table : QPushButton
        Ask for the one or the other.
    changed : Signal
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.path, self.stack = QLineEdit(), QLineEdit()
        self.folder, self.table = QPushButton("Folder…"), QPushButton("Table…")
        self.stack_file: QPushButton = small_button("…", "Choose the file of the stack")
        for name, tip in _TIPS.items():
            getattr(self, name).setToolTip(tip)
        self.path.setPlaceholderText("folder of folders, or .csv table")
        self.stack.setPlaceholderText("stack of the table (optional)")
        for button in (self.folder, self.table):
            button.setToolTip(_TIPS["path"])
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.path, 0, 0)
        layout.addWidget(self.folder, 0, 1)
        layout.addWidget(self.table, 0, 2)
        layout.addWidget(self.stack, 1, 0)
        layout.addWidget(self.stack_file, 1, 1)
        self._connect()

    def problem(self) -> str:
        """Say in one line why there are no examples; empty if there are."""
        text, stack = self.path.text().strip(), self.stack.text().strip()
        if not text:
            return "Choose a folder with a folder of images for each class, or a table."
        path = Path(text)
        if not path.is_dir() and (path.suffix.lower() != ".csv" or not path.is_file()):
            return "There is no such folder or .csv table: choose another."
        if stack and not Path(stack).is_file():
            return "There is no such stack: choose its file, or leave the field empty."
        return "A stack goes with a table, not with a folder." if stack and path.is_dir() else ""

    def arguments(self) -> dict[str, Any]:
        """Arguments of the job "train_classifier"."""
        return {"examples": self.path.text().strip(), "stack": self.stack.text().strip() or None}

    def _connect(self) -> None:
        for field in (self.path, self.stack):
            field.textChanged.connect(lambda *_: self.changed.emit())
        self.folder.clicked.connect(self._ask_for_folder)
        self.table.clicked.connect(self._ask_for_table)
        self.stack_file.clicked.connect(self._ask_for_stack)

    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder with a folder for each class")
        if chosen:
            self.path.setText(chosen)

    def _ask_for_table(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Table of examples", "", "Tables (*.csv)")
        if chosen:
            self.path.setText(chosen)

    def _ask_for_stack(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Stack that the table is about")
        if chosen:
            self.stack.setText(chosen)
