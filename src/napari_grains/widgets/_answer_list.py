"""The answers of a classifier as a list: what it is least sure of first; a click flies there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from napari_grains.widgets._answers import UNKNOWN, Answer

_HEADERS: Final = ("Where", "Class", "Prob.", "Or else")
_TIPS: Final = (
    "Click to fly there, or to open the file that the example is in",
    "The most probable class, or “unknown” where it is far from every class",
    "Probability of the most probable class, as calibrated on what was held out",
    "The class that you gave where it differs; else the second most probable (of unknown, the most probable)",
)
_ROWS: Final = 5
"""Rows that are seen at once; more scroll."""
_ROW_HEIGHT: Final = 20
_AS_WIDE_AS_NEEDED: Final = (0, 2)
_MEASURED_ROWS: Final = 32
"""Rows that are looked at to find the width of a column."""
_ROLES: Final = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)

Index = QModelIndex


class AnswerModel(QAbstractTableModel):
    """Answers in rows, the least certain first."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Answer] = []

    def show(self, answers: Sequence[Answer]) -> None:
        """Show other answers."""
        self.beginResetModel()
        self.answers = sorted(answers, key=lambda answer: answer.certainty)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Count the answers."""
        return 0 if parent is not None and parent.isValid() else len(self.answers)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Count what is said of each."""
        return 0 if parent is not None and parent.isValid() else len(_HEADERS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - whatever Qt shows
        """Name the columns."""
        if orientation != Qt.Orientation.Horizontal or role not in _ROLES:
            return None
        return (_HEADERS if role == Qt.ItemDataRole.DisplayRole else _TIPS)[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - as above
        """Return a cell, or all probabilities of the row as its tooltip."""
        if role not in _ROLES:
            return None
        answer = self.answers[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return ranking_text(answer)
        return cells_of(answer)[index.column()]


class AnswerList(QTableView):
    """A few rows of an `AnswerModel`.

    Attributes
    ----------
    visited : Signal(Answer)
        The user came to a row, or clicked it again.
    """

    visited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.model_of_answers = AnswerModel()
        self.setModel(self.model_of_answers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setWordWrap(False)
        self._set_up_headers()
        self.setFixedHeight((_ROWS + 2) * _ROW_HEIGHT)
        self.clicked.connect(self._visit)
        self.activated.connect(self._visit)

    @property
    def chosen(self) -> Answer | None:
        """The answer whose row is selected."""
        selection = self.selectionModel()
        rows = [] if selection is None else selection.selectedRows()
        return self.model_of_answers.answers[rows[0].row()] if rows else None

    def show_answers(self, answers: Sequence[Answer]) -> None:
        """Show other answers; none is selected."""
        self.model_of_answers.show(answers)

    def _visit(self, index: Index) -> None:
        self.visited.emit(self.model_of_answers.answers[index.row()])

    def _set_up_headers(self) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        if rows is None or columns is None:  # for type checkers: there always are
            return
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        for section in range(len(_HEADERS)):
            fixed = section in _AS_WIDE_AS_NEEDED
            modes = QHeaderView.ResizeMode
            columns.setSectionResizeMode(section, modes.ResizeToContents if fixed else modes.Stretch)
        columns.setResizeContentsPrecision(_MEASURED_ROWS)
        columns.setHighlightSections(False)


def cells_of(answer: Answer) -> tuple[str, str, str, str]:
    """Return what the list says of an answer."""
    if answer.name == UNKNOWN:
        return answer.place.text, answer.name, "", _said(answer, 0)
    return answer.place.text, answer.name, f"{answer.probability:.2f}", _said(answer, 1)


def _said(answer: Answer, rank: int) -> str:
    """Return what else it may be: as the user said, or as stands at a place of the ranking."""
    if answer.truth and answer.truth != answer.name:
        return f"given: {answer.truth}"
    return "{1:.2f} {0}".format(*answer.ranking[rank]) if rank < len(answer.ranking) else ""


def ranking_text(answer: Answer) -> str:
    """Return all probabilities below each other, and why something is unknown."""
    lines = [f"{name}: {share:.3f}" for name, share in answer.ranking]
    if answer.truth:
        lines.insert(0, f"You said: {answer.truth}")
    if answer.distance is not None:
        far = "unknown: " if answer.name == UNKNOWN else ""
        lines.append(f"{far}distance {answer.distance:.2f} (beyond 1 a class is “{UNKNOWN}”)")
    return "\n".join(lines)
