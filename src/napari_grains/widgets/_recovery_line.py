"""Corrections that a crash, or closing napari, left behind: restore or discard them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from superqt.utils import create_worker

from napari_grains.errors import InputError
from napari_grains.grains import Journal, JournalSummary, Restored
from napari_grains.widgets._run_panel import TextLine

_log: Final = logging.getLogger(__name__)


class RecoveryLine(QWidget):
    """One line on the latest corrections that were not finished; hidden while there are none.

    Attributes
    ----------
    restored : Signal(Restored, Path)
        What the user wants back, read in a thread, and where it is kept.
    failed : Signal(str)
        Why it could not be read.
    text : QLabel
    restore, discard : QPushButton
    """

    restored = Signal(object, object)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.text, self.restore, self.discard = TextLine(), QPushButton("Restore"), QPushButton("Discard")
        self._summary: JournalSummary | None = None
        self._open: Sequence[Path] = ()
        self.restore.setToolTip(
            "Put the corrected grains into their layer, or into a new one; undo works again"
        )
        self.discard.setToolTip("Forget these corrections for good")
        row, layout = QHBoxLayout(), QVBoxLayout(self)
        row.addWidget(self.restore)
        row.addWidget(self.discard)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.text)
        layout.addLayout(row)
        self.restore.clicked.connect(self._restore)
        self.discard.clicked.connect(self._discard)
        self.hide()

    def look(self, still_open: Sequence[Path] = ()) -> None:
        """Look, in a thread, for corrections that were left behind.

        Parameters
        ----------
        still_open : sequence of Path
            Journals of layers that are being corrected now.
        """
        self._open = still_open
        worker = create_worker(_interrupted, _start_thread=False)
        worker.returned.connect(self._show)  # a bound method: forgotten with the widget
        worker.start()

    def _show(self, found: Sequence[JournalSummary]) -> None:
        left = [summary for summary in found if summary.path not in self._open]
        self._summary = max(left, key=lambda summary: summary.saved, default=None)
        self.setVisible(self._summary is not None)
        if self._summary is not None:
            self.text.setText(_described(self._summary, len(left) - 1))
            self.text.setToolTip(str(self._summary.path))

    def _restore(self) -> None:
        if self._summary is None:
            return
        self.hide()
        worker = create_worker(_read, self._summary.path, _start_thread=False)
        worker.returned.connect(self._take)
        worker.start()

    def _take(self, read: tuple[Restored | str, Path]) -> None:
        restored, path = read
        if isinstance(restored, str):
            self.failed.emit(restored)
        else:
            self.restored.emit(restored, path)

    def _discard(self) -> None:
        if self._summary is not None:
            Journal.discard(self._summary.path)
            self.look(self._open)


def _described(summary: JournalSummary, others: int) -> str:
    name, when = summary.facts.get("name", "a layer"), f"{summary.saved.astimezone():%Y-%m-%d %H:%M}"
    corrections = f"{summary.edits:,} correction{'' if summary.edits == 1 else 's'} of “{name}”"
    more = f" (and of {others} more)" if others > 0 else ""
    return f"{corrections}, {when}, {'were' if summary.edits > 1 else 'was'} not finished{more}."


def _interrupted() -> Sequence[JournalSummary]:
    """From a thread an exception would end as a pop-up; a folder that cannot be read offers nothing."""
    try:
        return Journal.interrupted()
    except Exception:  # noqa: BLE001 - the dock works without
        _log.exception("unfinished corrections could not be listed")
        return []


def _read(path: Path) -> tuple[Restored | str, Path]:
    try:
        return Journal.restore(path), path
    except InputError as problem:
        return str(problem), path
    except Exception as error:  # noqa: BLE001 - a damaged file may raise anything
        _log.exception("unfinished corrections could not be read")
        return f"The corrections could not be read ({type(error).__name__}); they are still in {path}.", path
