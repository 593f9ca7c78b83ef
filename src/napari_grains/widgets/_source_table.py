"""The layers whose examples are learned from, with the specimen that each comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from napari.layers import Layer
from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

_HEADERS: Final = ("Learn from", "Examples", "Group")
_TIP: Final = (
    "Tick the layers to learn from. Group: the specimen or session that the image comes from. Scores come\n"
    "from groups that are held out as a whole; with one group nothing can be held out or estimated."
)
_ROWS: Final = 3
_ROW_HEIGHT: Final = 20
_HEADER: Final = 30


@dataclass(frozen=True, eq=False)
class ExampleSource:
    """A layer with examples.

    Parameters
    ----------
    layer : Layer
        That holds them.
    name : str
        What they are about.
    count : int
        Number of the examples.
    group : str
        Specimen or session, unless the user names another.
    groups : int
        Number of those that its examples name themselves; 0: they leave that to ``group``.
    """

    layer: Layer
    name: str
    count: int
    group: str
    groups: int = 0


class SourceTable(QTableWidget):
    """A row for each layer with examples: a tick, their number, the group.

    Attributes
    ----------
    changed : Signal
        Another one is ticked, or has another group.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(0, len(_HEADERS))
        self._sources: list[ExampleSource] = []
        self._unticked: WeakKeyDictionary[Layer, bool] = WeakKeyDictionary()
        self._groups: WeakKeyDictionary[Layer, str] = WeakKeyDictionary()
        self.setHorizontalHeaderLabels(list(_HEADERS))
        self.setToolTip(_TIP)
        self.setWordWrap(False)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        if rows is not None and columns is not None:  # for type checkers: there always are
            rows.hide()
            rows.setDefaultSectionSize(_ROW_HEIGHT)
            rows.setMinimumSectionSize(_ROW_HEIGHT)
            columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            columns.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
            columns.setHighlightSections(False)
        self.itemChanged.connect(self._hear)
        self.show_sources([])

    @property
    def ticked(self) -> list[ExampleSource]:
        """Sources that are learned from."""
        return [source for source in self._sources if source.layer not in self._unticked and source.count]

    def group_of(self, source: ExampleSource) -> str:
        """Return the specimen or session that a source comes from."""
        return self._groups.get(source.layer) or source.group

    def show_sources(self, sources: Sequence[ExampleSource]) -> None:
        """List the layers that there are; ticks and groups stay."""
        self._sources = list(sources)
        with QSignalBlocker(self):
            self.setRowCount(len(sources))
            for row, source in enumerate(sources):
                for column, item in enumerate(self._items(source)):
                    self.setItem(row, column, item)
        self.setFixedHeight(_HEADER + min(max(len(sources), 1), _ROWS) * _ROW_HEIGHT)
        self.setVisible(bool(sources))

    def _items(self, source: ExampleSource) -> tuple[QTableWidgetItem, ...]:
        name, count = QTableWidgetItem(source.name), QTableWidgetItem(str(source.count))
        group = QTableWidgetItem(_groups(source.groups) or self.group_of(source))
        enabled = Qt.ItemFlag.ItemIsEnabled
        name.setFlags(enabled | Qt.ItemFlag.ItemIsUserCheckable)
        ticked = source.layer not in self._unticked
        name.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        count.setFlags(enabled)
        group.setFlags(enabled if source.groups else enabled | Qt.ItemFlag.ItemIsEditable)
        return name, count, group

    def _hear(self, item: QTableWidgetItem) -> None:
        layer = self._sources[item.row()].layer
        if item.column() == 0:
            if item.checkState() == Qt.CheckState.Checked:
                self._unticked.pop(layer, None)
            else:
                self._unticked[layer] = True
        elif item.column() == len(_HEADERS) - 1:
            self._groups[layer] = item.text().strip()
        self.changed.emit()


def _groups(number: int) -> str:
    return {0: "", 1: "1 group"}.get(number, f"{number} groups")
