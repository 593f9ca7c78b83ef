"""The table of grains as it is seen: rows to walk through with mouse and keys, and to copy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
from qtpy.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from qtpy.QtGui import QKeyEvent, QKeySequence, QShowEvent
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from napari_grains.widgets._table_model import GrainTableModel, Rows

_ROW_HEIGHT: Final = 22
_ARROW: Final = 14
"""Pixels for the arrow that a sorted column has in its header."""
_MEASURED_ROWS: Final = 64
"""Rows that are looked at to find the width of a column."""


class GrainView(QTableView):
    """Whole rows of a `GrainTableModel`.

    Attributes
    ----------
    visited : Signal(int)
        The user came to a row, or clicked it again.
    chosen : Signal
        Other rows are selected, by the user or not.
    copied : Signal
        The user pressed the keys for Copy.
    """

    visited = Signal(int)
    chosen = Signal()
    copied = Signal()

    def __init__(self, model: GrainTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._led = self._seen = False
        self._headers: list[str] = []
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self._set_up_headers()
        self._selection().currentRowChanged.connect(self._visit)
        self._selection().selectionChanged.connect(lambda *_: self.chosen.emit())
        self.clicked.connect(self._visit)
        self.activated.connect(self._visit)
        model.layoutChanged.connect(self._keep_current_in_view)

    @property
    def chosen_rows(self) -> Rows:
        """Rows that are selected, ascending."""
        selection = self._selection().selection()
        blocks = [selection[number] for number in range(len(selection))]
        rows = [np.arange(block.top(), block.bottom() + 1) for block in blocks]
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, np.intp)

    def choose(self, rows: Rows) -> None:
        """Select rows and scroll to the first; it does not count as a visit."""
        starts = rows[np.diff(rows, prepend=-2) != 1]
        ends = rows[np.diff(rows, append=rows[-1] + 2 if rows.size else 0) != 1]
        blocks = QItemSelection()
        last = self._model.columnCount() - 1
        for start, end in zip(starts, ends, strict=True):
            blocks.select(self._model.index(int(start), 0), self._model.index(int(end), last))
        first = self._model.index(int(rows[0]), 0) if rows.size else QModelIndex()
        flags = QItemSelectionModel.SelectionFlag
        self._led = True
        with self._columns_in_place():
            self._selection().select(blocks, flags.ClearAndSelect)
            self._selection().setCurrentIndex(first, flags.NoUpdate)
            self.scrollTo(first)
        self._led = False

    def show_columns(self) -> None:
        """Point out how the table is sorted, and give columns that were not there before their width."""
        header = self.horizontalHeader()
        if header is not None:
            header.setSortIndicator(*self._model.sorted_by)
        headers = [column.header for column in self._model.columns]
        if headers != self._headers:
            self._headers = headers
            self._fit_columns()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Fit the columns when the theme's font and margins are known."""
        super().showEvent(event)
        if not self._seen:
            self._seen = True
            self._fit_columns()

    def event(self, event: QEvent | None) -> bool:
        """Keep the keys for Copy from becoming a command of the window."""
        if _is_copy(event) and event is not None and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Copy rows; all else is Qt's."""
        if _is_copy(event):
            self.copied.emit()
        else:
            super().keyPressEvent(event)

    def _set_up_headers(self) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        if rows is None or columns is None:  # for type checkers: there always are
            return
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        columns.setResizeContentsPrecision(_MEASURED_ROWS)
        columns.setHighlightSections(False)
        columns.setSectionsMovable(True)
        columns.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        columns.setSortIndicatorShown(False)

    def _selection(self) -> QItemSelectionModel:
        selection = self.selectionModel()
        assert selection is not None  # noqa: S101 - for type checkers: a view with a model has one
        return selection

    def _visit(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        # A table that gets the focus makes its first row the current one without selecting it.
        if not self._led and index.isValid() and self._selection().isSelected(index):
            self.visited.emit(index.row())

    def _keep_current_in_view(self) -> None:
        with self._columns_in_place():
            self.scrollTo(self.currentIndex())

    @contextmanager
    def _columns_in_place(self) -> Iterator[None]:
        """Let Qt scroll up and down, but not across."""
        bar = self.horizontalScrollBar()
        across = 0 if bar is None else bar.value()
        yield
        if bar is not None:
            bar.setValue(across)

    def _fit_columns(self) -> None:
        """Give every column the width of what is in it, with room for the arrow of the order."""
        self.resizeColumnsToContents()
        for column in range(self._model.columnCount()):
            self.setColumnWidth(column, self.columnWidth(column) + _ARROW)


def _is_copy(event: QEvent | None) -> bool:
    return isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Copy)
