"""What the user makes is kept on disk while it is made, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeAlias

from napari.layers import Layer
from qtpy.QtCore import QLockFile, QObject, Qt, Signal

from napari_grains.widgets._kept_files import KeptFacts, KeptFile
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Array

AnyFile: TypeAlias = KeptFile[Any]
Content: TypeAlias = tuple[Mapping[str, Array], KeptFacts]


class FileKeeper(QObject):
    """Writes in a thread, one file per layer, of several changes in the meantime the last.

    Parameters
    ----------
    parent : QObject
        Lives as long as what is kept can change.

    Attributes
    ----------
    failed : Signal(str)
        Nothing can be kept, in one line; told once until it works again.
    """

    file_type: ClassVar[type[AnyFile]]
    entry: ClassVar[str]
    """Entry of a layer's metadata with the stem of its file."""
    failed = Signal(str)
    _ended = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._locks: dict[str, QLockFile] = {}
        self._waiting: dict[Any, Any] = {}
        self._busy = self._complained = False
        self._ended.connect(self._written, Qt.ConnectionType.QueuedConnection)

    def _content(self, waiting: Any) -> Content | None:  # noqa: ANN401 - whatever a subclass lets wait
        """Return a copy of what is to be written; None if there is nothing to keep."""
        raise NotImplementedError

    def _wait(self, layer: Layer, waiting: Any) -> None:  # noqa: ANN401 - see `_content`
        """Keep something of a layer as soon as the thread is free."""
        self._waiting[layer] = waiting
        self._next()

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        layer, waiting = self._waiting.popitem()
        file = self._file_of(layer)
        content = self._content(waiting)
        if content is None:
            file.remove()
            self._next()
            return
        self._busy = True
        arguments, name = (file, *content), self.file_type.things
        threading.Thread(target=self._write, args=arguments, name=name).start()  # Python waits for it

    def _write(self, file: AnyFile, arrays: Mapping[str, Array], facts: KeptFacts) -> None:
        """Write, in a thread; the dock may be gone in the end."""
        problem = ""
        try:
            file.write(arrays, facts)
        except OSError as error:
            things = file.things.capitalize()
            problem = f"{things} cannot be kept for the case of a crash: {error.strerror or error}."
        with suppress(RuntimeError):
            self._ended.emit(problem)

    def _written(self, problem: str) -> None:
        self._busy = False
        if problem and not self._complained:
            self.failed.emit(problem)
        self._complained = bool(problem)
        self._next()

    def _file_of(self, layer: Layer) -> AnyFile:
        mark = layer.metadata[METADATA]
        file = self.file_type.new()
        if self.entry in mark:
            file = self.file_type(file.path.with_name(f"{mark[self.entry]}.npz"))
        mark[self.entry] = file.path.stem
        with suppress(OSError):  # writing will say so
            self._lock(file)
        return file

    def _is_free(self, file: AnyFile) -> bool:
        """Say whether nobody works on a file, here or elsewhere."""
        stem = file.path.stem
        if stem in self._locks or not self._lock(file):
            return False
        self._locks.pop(stem).unlock()
        return True

    def _lock(self, file: AnyFile) -> bool:
        if file.path.stem in self._locks:
            return True
        lock = file.lock()
        if lock is not None:
            self._locks[file.path.stem] = lock
        return lock is not None


def now() -> str:
    """Return the date of what is kept now, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
