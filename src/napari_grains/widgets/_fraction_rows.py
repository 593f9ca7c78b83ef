"""Shares of the classes of grains, by area and by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from qtpy.QtGui import QColor, QIcon, QPixmap
from qtpy.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

_HEADERS: Final = ("Class", "Area", "Grains")
_TIP: Final = (
    "Shares by area and by number of grains, with 95 % intervals over fields or slices; of one field “≈”\n"
    "is an indication from its blocks, which says nothing about other places of the specimen"
)
_ROW_HEIGHT: Final = 20
_ROWS: Final = 5


class FractionRows(QTableWidget):
    """A row for each class; hidden while there is nothing to show."""

    def __init__(self) -> None:
        super().__init__(0, len(_HEADERS))
        self.setHorizontalHeaderLabels(list(_HEADERS))
        self.setToolTip(_TIP)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        if rows is not None and columns is not None:  # for type checkers: there always are
            rows.hide()
            rows.setMinimumSectionSize(_ROW_HEIGHT)
            rows.setDefaultSectionSize(_ROW_HEIGHT)
            columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            columns.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
            columns.setHighlightSections(False)
        self.hide()

    def show_fractions(
        self,
        by_area: Sequence[Mapping[str, Any]],
        by_number: Sequence[Mapping[str, Any]],
        colours: Mapping[str, str],
    ) -> None:
        """Show the shares of the job "classify_grains", with the colours of the classes by name."""
        numbers = {str(row["class"]): row for row in by_number}
        self.setRowCount(len(by_area))
        for line, row in enumerate(by_area):
            name = str(row["class"])
            texts = (name, fraction_text(row), fraction_text(numbers.get(name)))
            for column, text in enumerate(texts):
                self.setItem(line, column, QTableWidgetItem(text))
            item = self.item(line, 0)
            if item is not None and name in colours:
                item.setIcon(_square(colours[name]))
        self.setFixedHeight((1 + min(max(len(by_area), 1), _ROWS)) * _ROW_HEIGHT + 8)
        self.setVisible(bool(by_area))


def fraction_text(row: Mapping[str, Any] | None) -> str:
    """Say a share with its interval: ``"42.0 % (39 to 45)"``, ``"42.0 % (≈39 to 45)"``."""
    if row is None or row["fraction"] is None:
        return ""
    text = f"{100 * float(row['fraction']):.1f} %"
    if interval := row.get("ci95"):
        return f"{text} ({_range(interval)})"
    if interval := row.get("indicative95"):
        return f"{text} (≈{_range(interval)})"
    return text


def _range(interval: Sequence[float]) -> str:
    low, high = (100 * float(end) for end in interval)
    decimals = 1 if high - low < 2 else 0
    return f"{low:.{decimals}f} to {high:.{decimals}f}"


def _square(colour: str) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
