"""A line for conditions such as ``ecd_um > 5 and not edge``, with the names of the columns at hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from qtpy.QtCore import QStringListModel, Qt, QTimer, Signal
from qtpy.QtWidgets import QCompleter, QLineEdit, QWidget

_PAUSE: Final = 250
"""Milliseconds without a key after which the table follows."""
_WORD: Final = re.compile(r"[^\W\d]\w*$")
_TIP: Final = (
    "List only grains that fulfil conditions, such as\n"
    "    ecd_um > 5 and not edge\n"
    "    2 < aspect_ratio < 4 or area_px >= 1000\n"
    "Columns, in the units of the file: {names}"
)


class FilterLine(QLineEdit):
    """Text that filters a table; tells of it when the user pauses.

    Attributes
    ----------
    edited : Signal
        There is other text.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = QStringListModel(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self.edited)
        self._completer = QCompleter(self._names, self)
        self._completer.setWidget(self)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.activated.connect(self._complete)
        self.setClearButtonEnabled(True)
        self.setPlaceholderText("Filter, such as ecd_px > 5 and not edge")
        self.textEdited.connect(self._offer)
        self.textChanged.connect(self._timer.start)
        self.returnPressed.connect(self._hurry)

    @property
    def condition(self) -> str:
        """What stands there, without spaces around it."""
        return self.text().strip()

    def show_names(self, names: Sequence[str]) -> None:
        """Offer the names of the columns."""
        self._names.setStringList(list(names))
        length = next((name for name in ("ecd_um", "ecd_px", *names) if name in names), "")
        example = f", such as {length} > 5 and not edge" if length and "edge" in names else ""
        self.setPlaceholderText(f"Filter{example}")
        self.setToolTip(_TIP.format(names=", ".join(names)))

    def set_problem(self, *, wrong: bool, colour: str) -> None:
        """Show in a colour that the text is no condition."""
        self.setStyleSheet(f"color: {colour};" if wrong else "")

    def _offer(self) -> None:
        word = self._word()
        popup = self._completer.popup()
        if len(word) < 2:
            if popup is not None:
                popup.hide()
            return
        self._completer.setCompletionPrefix(word)
        self._completer.complete()

    def _complete(self, name: str) -> None:
        start, end = self.cursorPosition() - len(self._word()), self.cursorPosition()
        self.setText(f"{self.text()[:start]}{name}{self.text()[end:]}")
        self.setCursorPosition(start + len(name))

    def _word(self) -> str:
        found = _WORD.search(self.text()[: self.cursorPosition()])
        return "" if found is None else found[0]

    def _hurry(self) -> None:
        self._timer.stop()
        self.edited.emit()
