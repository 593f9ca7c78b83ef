"""The part of the tab that says what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QGroupBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from napari_grains.widgets import _size_text as words
from napari_grains.widgets._run_panel import TextLine

_EMPTY: Final = "Nothing measured yet"
_HEADERS: Final = ("Method", "ASTM G", "ISO G", "95 %")
_FIELD_COLUMNS: Final = 6
_MOST_ROWS: Final = 7
_ROW: Final = 20


class SizeBox(QGroupBox):
    """Grain size by every method, lengths, a row for each field, and what to know of them.

    Attributes
    ----------
    fields : QTableWidget
        One row for each field and one for all, where there are several.
    remarks : TextLine
        What the user should know about the numbers.
    """

    def __init__(self) -> None:
        super().__init__("Grain size")
        self.remarks, self._empty = TextLine(), TextLine()
        self.fields = _field_table()
        self._sizes, self._lengths = QGridLayout(), QGridLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addWidget(self._empty)
        for grid in (self._sizes, self._lengths):
            grid.setVerticalSpacing(1)
            grid.setHorizontalSpacing(8)
            layout.addLayout(grid)
        self._lengths.setColumnStretch(1, 1)
        self._sizes.setColumnStretch(3, 1)
        layout.addWidget(self.fields)
        layout.addWidget(self.remarks)
        self.clear()

    @property
    def text(self) -> str:
        """What stands there, one line for each row; without the fields."""
        lines = [" ".join(row) for grid in (self._sizes, self._lengths) for row in _rows(grid)]
        return "\n".join(lines) or self._empty.text()

    def clear(self) -> None:
        """Say that there is nothing yet."""
        _remove_all(self._sizes, self._lengths)
        self._empty.setText(_EMPTY)
        self._empty.show()
        self.fields.hide()
        self.remarks.hide()
        self.setToolTip("")

    def show_summary(
        self,
        summary: words.Summary,
        fields: Sequence[tuple[str, words.Summary]] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Show the numbers of a measurement.

        Parameters
        ----------
        summary : mapping
            Of the job "measure".
        fields : sequence of (str, mapping)
            Name and summary of each field, where there are several.
        notes : sequence of str
            What else there is to know, before all remarks.
        """
        _remove_all(self._sizes, self._lengths)
        self._empty.hide()
        self._show_sizes(words.size_rows(summary))
        for number, (name, value, tip) in enumerate(words.length_rows(summary)):
            _put(self._lengths, number, (name, value), tip)
        self._show_fields([*fields, ("pooled", summary)] if len(fields) > 1 else [])
        self.setToolTip(words.details(summary))
        remarks = [*notes, *words.remarks(summary)]
        self.remarks.setText("\n".join(remarks))
        self.remarks.setVisible(bool(remarks))

    def _show_sizes(self, rows: Sequence[words.SizeRow]) -> None:
        if not rows:
            return
        shown = (any(row.iso != words.UNKNOWN for row in rows), any(row.interval for row in rows))
        _put(self._sizes, 0, _shortened(_HEADERS, *shown), "", faint=True)
        for number, row in enumerate(rows, 1):
            texts = _shortened((row.method, row.astm, row.iso, row.interval), *shown)
            _put(self._sizes, number, texts, row.tip)

    def _show_fields(self, fields: Sequence[tuple[str, words.Summary]]) -> None:
        self.fields.setVisible(bool(fields))
        self.fields.setRowCount(len(fields))
        if not fields:
            return
        pooled = fields[-1][1]
        self.fields.setHorizontalHeaderLabels(words.field_headers(pooled))
        for number, (name, summary) in enumerate(fields):
            for column, text in enumerate(words.field_row(name, summary, pooled)):
                bold = number == len(fields) - 1
                self.fields.setItem(number, column, _cell(text, bold=bold, left=not column))
        self.fields.setFixedHeight(_ROW * (1 + min(_MOST_ROWS, len(fields))) + 8)


def _field_table() -> QTableWidget:
    table = QTableWidget(0, _FIELD_COLUMNS)
    table.setToolTip(
        "Each field by itself, and all pooled: grains, ASTM G planimetric and by intercepts,\n"
        "mean diameter, mean intercept"
    )
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setWordWrap(False)
    rows, columns = table.verticalHeader(), table.horizontalHeader()
    if rows is not None and columns is not None:  # for type checkers: there always are
        rows.hide()
        rows.setDefaultSectionSize(_ROW)
        rows.setMinimumSectionSize(_ROW)
        columns.setMinimumSectionSize(24)
        columns.setFixedHeight(_ROW)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def _cell(text: str, *, bold: bool, left: bool) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setToolTip(text)
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    font = item.font()
    font.setBold(bold)
    item.setFont(font)
    return item


def _shortened(texts: tuple[str, str, str, str], iso: bool, interval: bool) -> list[str]:
    """Leave out columns in which nothing stands."""
    method, astm, by_iso, bounds = texts
    return [method, astm, *([by_iso] if iso else []), *([bounds] if interval else [])]


def _put(grid: QGridLayout, row: int, texts: Sequence[str], tip: str, *, faint: bool = False) -> None:
    for column, text in enumerate(texts):
        label = QLabel(text)
        label.setToolTip(tip)
        label.setEnabled(not faint)
        if column:
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(label, row, column)


def _rows(grid: QGridLayout) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(grid.rowCount())]
    for number in range(grid.count()):
        item = grid.itemAt(number)
        label = None if item is None else item.widget()
        if isinstance(label, QLabel):
            found[grid.getItemPosition(number)[0]].append(label.text())
    return [row for row in found if row]


def _remove_all(*grids: QGridLayout) -> None:
    for grid in grids:
        while (item := grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.setParent(None)
                widget.deleteLater()
