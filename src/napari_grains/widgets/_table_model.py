"""The table of grains for Qt: any number of rows, sorted by number and filtered by slice without copying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from napari_grains.errors import InputError
from napari_grains.grains import rows_where
from napari_grains.widgets._table_columns import Column, columns_of, diameter_name, is_number, mean_text

_TEXT: Final = int(Qt.ItemDataRole.DisplayRole)
_TIP: Final = int(Qt.ItemDataRole.ToolTipRole)
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MIDDLE: Final = Qt.AlignmentFlag.AlignCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Place:
    """Where a grain is, in pixels of its layer; `slice` is None outside of stacks."""

    slice: int | None
    y: float
    x: float
    width: float


class GrainTableModel(QAbstractTableModel):
    """A DataFrame, read cell by cell as it is shown.

    Sorting and filtering are done on whole columns: a proxy model of Qt would call back for every pair of
    rows, which takes seconds where there are 20,000 of them. Rows of the methods are those that are shown.

    Attributes
    ----------
    table : DataFrame
        All rows in their own order; see `show`.
    columns : tuple of Column
        What is shown of it.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = pd.DataFrame()
        self.columns: tuple[Column, ...] = ()
        self._values: list[NDArray[Any]] = []
        self._order: Rows = np.empty(0, np.intp)
        self._rows = self._order
        self._slice: int | None = None
        self._condition = ""
        self._chosen = np.empty(0, np.bool_)
        self._sorted_by: tuple[str, bool] | None = None

    def show(self, table: pd.DataFrame) -> None:
        """Take another table, sorted as the last one was where it has that column.

        Parameters
        ----------
        table : DataFrame
            One row per grain; "index" is its label, "grain" where there is no such column.
        """
        self.beginResetModel()
        self.table, self.columns = table, columns_of(table)
        self._values = [table[column.name].to_numpy() for column in self.columns]
        self._chosen = self._fulfilled()
        self._arrange()
        self.endResetModel()

    def show_slice(self, index: int | None) -> bool:
        """Show the grains of one slice, or all for None; return whether that changed anything."""
        if index == self._slice:
            return False
        self.beginResetModel()
        self._slice = index
        self._filter()
        self.endResetModel()
        return True

    def show_where(self, condition: str) -> None:
        """Show the grains that fulfil a condition, all for an empty one.

        Raises
        ------
        InputError
            If it is none; what is shown stays.
        """
        chosen = rows_where(self.table, condition)
        self.beginResetModel()
        self._condition, self._chosen = condition, chosen
        self._filter()
        self.endResetModel()

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]:
        """Number of the column, -1 for none, and direction."""
        name, descending = self._sorted_by or ("", False)
        number = next((k for k, column in enumerate(self.columns) if column.name == name), -1)
        return number, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder

    @property
    def labels(self) -> NDArray[Any]:
        """Labels of the rows that are shown."""
        name = next((name for name in ("index", "grain") if name in self.table.columns), None)
        return self._rows + 1 if name is None else self.table[name].to_numpy()[self._rows]

    def rows_of(self, labels: NDArray[Any]) -> Rows:
        """Rows that show these labels, ascending."""
        return np.flatnonzero(np.isin(self.labels, labels))

    def place(self, row: int) -> Place | None:
        """Where the grain of a row is; None where the table does not say."""
        table, at = self.table, int(self._rows[row])
        if not {"centroid_y", "centroid_x"} <= set(table.columns):
            return None
        width = next((table[name].iloc[at] for name in ("feret_max", "ecd_px") if name in table), np.nan)
        index = int(table["slice"].iloc[at]) if "slice" in table else None
        y, x = (float(table[name].iloc[at]) for name in ("centroid_y", "centroid_x"))
        return Place(index, y, x, float(width))

    def mean_diameter(self, rows: Rows | None = None) -> str | None:
        """Mean equivalent circle diameter of rows, or of all that are shown, with its unit."""
        name = diameter_name(self.table)
        column = next((column for column in self.columns if column.name == name), None)
        chosen = self._rows if rows is None else self._rows[rows]
        if column is None or not chosen.size:
            return None
        return mean_text(self.table[column.name].to_numpy()[chosen], column)

    def sorted_table(self) -> pd.DataFrame:
        """All rows, also those that are filtered out, in the order that is shown; all columns of a result."""
        return self.table.iloc[self._order].drop(columns="index", errors="ignore")

    def shown_table(self, rows: Rows) -> pd.DataFrame:
        """Rows as they are shown, with their headers and units but all digits."""
        chosen = self._rows[rows]
        columns = zip(self.columns, self._values, strict=True)
        return pd.DataFrame({c.header: _converted(values[chosen], c.factor) for c, values in columns})

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        """Count the rows that are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        """Count the columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text, tooltip or alignment of a cell."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role not in (_TEXT, _TIP):
            return None
        column = self.columns[index.column()]
        value = self._values[index.column()][self._rows[index.row()]]
        return column.text(value) if role == _TEXT else column.full_text(value)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return title, explanation or alignment of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        column, (by, order) = self.columns[section], self.sorted_by
        # Qt's own arrow covers the text where a style sheet is in use, as in napari.
        arrow = "" if section != by else " ▲" if order == Qt.SortOrder.AscendingOrder else " ▼"
        return {_TEXT: column.header + arrow, _TIP: column.tip}.get(role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, -1 for the table's own order; what is missing comes last."""
        by = None
        if 0 <= column < len(self.columns):
            by = self.columns[column].name, order == Qt.SortOrder.DescendingOrder
        self.layoutAboutToBeChanged.emit()
        self._sorted_by = by
        before = self._rows
        self._arrange()
        self._keep_persistent(before)
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(self.columns) - 1))

    def _arrange(self) -> None:
        self._order = np.arange(len(self.table))
        if self._sorted_by is not None and self._sorted_by[0] in self.table.columns:
            name, descending = self._sorted_by
            self._order = _order(self.table[name], descending=descending)
        self._filter()

    def _fulfilled(self) -> NDArray[np.bool_]:
        """Rows of another table that fulfil the condition; all, where it has no such columns."""
        try:
            return rows_where(self.table, self._condition)
        except InputError:
            return np.ones(len(self.table), np.bool_)

    def _filter(self) -> None:
        self._rows = self._order[self._chosen[self._order]]
        if self._slice is not None and "slice" in self.table.columns:
            self._rows = self._rows[self.table["slice"].to_numpy()[self._rows] == self._slice]

    def _keep_persistent(self, before: Rows) -> None:
        """Tell Qt where the rows of its selection went."""
        place = np.full(len(self.table), -1)
        place[self._rows] = np.arange(len(self._rows))
        rows = place[before].tolist()
        old = self.persistentIndexList()
        new = [self.createIndex(rows[index.row()], index.column()) for index in old]
        self.changePersistentIndexList(old, new)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        kind = self._values[column].dtype.kind
        return _RIGHT if kind in "iuf" else _MIDDLE if kind == "b" else _LEFT


def _order(values: pd.Series, *, descending: bool) -> Rows:
    keys = values.to_numpy(float, na_value=np.nan) if is_number(values) else _ranks(values)
    return np.argsort(-keys if descending else keys, kind="stable")


def _ranks(values: pd.Series) -> NDArray[np.float64]:
    """Places in the alphabet, or False before True; not a number where there is nothing."""
    codes = pd.factorize(values, sort=True)[0].astype(float)
    return np.where(codes < 0, np.nan, codes)


def _converted(values: NDArray[Any], factor: float) -> NDArray[Any]:
    return values if factor == 1 else values * factor
