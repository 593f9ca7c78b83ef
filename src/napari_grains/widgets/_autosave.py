"""Every correction is kept on disk as it is made, in a thread: what a crash leaves can be restored."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from qtpy.QtCore import QObject, Signal

from napari_grains.errors import InputError
from napari_grains.grains import Edit, Journal

_log: Final = logging.getLogger(__name__)

Begin = Callable[[], Journal]


class Autosave(QObject):
    """The journal of one layer; begun with its first correction, written in the order of the corrections.

    Attributes
    ----------
    failed : Signal(str)
        Corrections are not kept from now on, and why; comes once.
    """

    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, "grains-journal")
        self._thread.submit(lambda: None)  # no correction waits for a thread to start
        self._journal: Journal | None = None
        self._begun = self._broken = False

    @property
    def is_begun(self) -> bool:
        """Whether there is a journal, or will be in a moment."""
        return self._begun

    @property
    def path(self) -> Path | None:
        """Folder of the journal, None before it is there."""
        return None if self._journal is None else self._journal.path

    def begin(self, begin: Begin) -> None:
        """Call for a journal, in the thread."""
        self._begun = True
        self._do(lambda: self._take(begin()))

    def append(self, index: int, edit: Edit) -> None:
        """Keep a correction of a slice."""
        self._write(lambda journal: journal.append(index, edit))

    def undone(self) -> None:
        """Take note that the last correction was taken back."""
        self._write(lambda journal: journal.undone())

    def redone(self) -> None:
        """Take note that the correction taken back last was made again."""
        self._write(lambda journal: journal.redone())

    def flush(self) -> None:
        """Wait until all is on disk."""
        self._thread.submit(lambda: None).result()

    def discard(self, path: Path) -> None:
        """Remove a journal whose steps have all been taken over into this one."""
        self._write(lambda _journal: Journal.discard(path))

    def end(self) -> None:
        """Write what is left; the journal stays on disk, and is offered when grains are corrected again."""
        self._write(lambda journal: journal.release())
        self._thread.shutdown(wait=True)

    def _take(self, journal: Journal) -> None:
        self._journal = journal

    def _write(self, write: Callable[[Journal], None]) -> None:
        if self._begun:
            self._do(lambda: None if self._journal is None else write(self._journal))

    def _do(self, work: Callable[[], None]) -> None:
        self._thread.submit(work).add_done_callback(self._hear)

    def _hear(self, done: Future[None]) -> None:
        error = done.exception()
        if error is None or self._broken:
            return
        self._broken = True
        if not isinstance(error, InputError):
            _log.error("corrections could not be kept", exc_info=error)
        self.failed.emit(str(error) if isinstance(error, InputError) else _unexpected(error))


def _unexpected(error: BaseException) -> str:
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return f"Corrections are not autosaved ({reason}): save the layer yourself."
