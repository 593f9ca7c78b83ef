"""The part of the dock that says what was measured."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QGridLayout, QGroupBox, QLabel, QPushButton, QVBoxLayout

from napari_grains.widgets import _summary_text as words
from napari_grains.widgets._run_panel import TextLine

_EMPTY: Final = "Nothing measured yet"


class ResultBox(QGroupBox):
    """Grains, mean diameter and ASTM grain size of the last run, with their intervals.

    Attributes
    ----------
    remarks : QLabel
        What the user should know about the numbers.
    table : QPushButton
        Asks for the grain table.
    table_wanted : Signal
    """

    table_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Grain size")
        self.remarks, self._empty = TextLine(), TextLine()
        self._lines: list[tuple[str, str]] = []
        self.table = QPushButton("Grain table")
        self.table.setToolTip("Every grain in a table: sort, find in the image, export as CSV")
        self.table.clicked.connect(self.table_wanted)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addWidget(self._empty)
        layout.addLayout(self._grid)
        layout.addWidget(self.remarks)
        layout.addWidget(self.table)
        self.clear()

    @property
    def text(self) -> str:
        """What stands there, one line for each number."""
        return "\n".join(" ".join(line) for line in self._lines) or self._empty.text()

    def clear(self) -> None:
        """Say that there is nothing yet."""
        self._remove_numbers()
        self._empty.setText(_EMPTY)
        self._empty.show()
        self.remarks.clear()
        self.remarks.hide()
        self.setToolTip("Number of grains, mean equivalent circle diameter, ASTM grain size number G")

    def show_summary(self, summary: words.Summary) -> None:
        """Show the numbers of a run."""
        self._remove_numbers()
        self._empty.hide()
        self._lines = words.numbers(summary)
        for index, (name, value) in enumerate(self._lines):
            label = QLabel(value)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(QLabel(name), index, 0)
            self._grid.addWidget(label, index, 1)
        self.setToolTip(words.details(summary))
        self.remark(*words.remarks(summary))

    def remark(self, *texts: str) -> None:
        """Show what the user should know, in place of what was there."""
        self.remarks.setText("\n".join(texts))
        self.remarks.setVisible(bool(texts))

    def _remove_numbers(self) -> None:
        self._lines = []
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.setParent(None)
                widget.deleteLater()
