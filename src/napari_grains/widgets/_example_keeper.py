"""Examples are kept on disk while they are given, and offered again after a crash."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from napari.layers import Layer
from napari.viewer import Viewer
from qtpy.QtCore import QLockFile, QObject, Qt, Signal

from napari_grains.widgets._example_files import ExampleFacts, ExampleFile, Kind, kept_examples
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Array

_FILE: Final = "examples_file"
"""Entry of a layer's metadata with the stem of its file."""


@dataclass(frozen=True, eq=False)
class KeptExamples:
    """Examples as they are now.

    Parameters
    ----------
    of : Layer
        Grains, or image, that they belong to.
    shape : tuple of int
        Of that.
    arrays : mapping
        A copy of the examples; empty if there are none.
    names, unused : mapping
        Classes by label; those that were taken from the list.
    """

    of: Layer
    shape: tuple[int, ...]
    arrays: Mapping[str, Array]
    names: Mapping[int, str]
    unused: Mapping[int, str]


class ExampleKeeper(QObject):
    """Writes in a thread, one file per layer, of several changes in the meantime the last.

    Parameters
    ----------
    viewer : Viewer
        Where examples are offered again.
    kind : "grains" or "points"
        What examples mark.
    parent : QObject
        Lives as long as the tab.

    Attributes
    ----------
    failed : Signal(str)
        Examples cannot be kept, in one line; told once until it works again.
    """

    failed = Signal(str)
    _ended = Signal(str)

    def __init__(self, viewer: Viewer, kind: Kind, parent: QObject) -> None:
        super().__init__(parent)
        self._viewer, self._kind = viewer, kind
        self._locks: dict[str, QLockFile] = {}
        self._waiting: dict[Layer, KeptExamples] = {}
        self._busy = self._complained = False
        self._ended.connect(self._written, Qt.ConnectionType.QueuedConnection)

    def keep(self, layer: Layer, examples: KeptExamples) -> None:
        """Keep the examples of a layer as they are now."""
        self._waiting[layer] = examples
        self._next()

    def offer_for(self, of: Layer | None, shape: tuple[int, ...]) -> tuple[ExampleFile, ExampleFacts] | None:
        """Return the latest examples of a layer of grains, or of an image, which nobody works on."""
        for file, facts in kept_examples():
            fits = of is not None and (facts.kind, facts.layer) == (self._kind, of.name)
            if (
                fits
                and tuple(facts.shape) == shape
                and file.path.stem not in self._locks
                and self._lock(file)
            ):
                self._locks.pop(file.path.stem).unlock()
                return file, facts
        return None

    def take(self, file: ExampleFile) -> dict[str, Array] | str:
        """Return what was kept, to be brought back as a layer; or why that cannot be done."""
        if not self._lock(file):
            return "These examples are open in another window."
        try:
            return file.read()
        except (OSError, ValueError) as error:
            return f"The examples cannot be read: {error}"

    def go_on(self, layer: Layer, file: ExampleFile) -> None:
        """Keep the examples of a layer in a file from now on."""
        layer.metadata[METADATA][_FILE] = file.path.stem

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        layer, examples = self._waiting.popitem()
        file = self._file_of(layer)
        if not examples.arrays:
            file.remove()
            self._next()
            return
        self._busy = True
        facts = ExampleFacts(
            self._kind,
            examples.of.name,
            [int(length) for length in examples.shape],
            list(examples.names.items()),
            list(examples.unused.items()),
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        arguments = (file, examples.arrays, facts)
        threading.Thread(target=self._write, args=arguments, name="examples").start()  # Python waits for it

    def _write(self, file: ExampleFile, arrays: Mapping[str, Array], facts: ExampleFacts) -> None:
        """Write, in a thread; the tab may be gone in the end."""
        problem = ""
        try:
            file.write(arrays, facts)
        except OSError as error:
            problem = f"Examples cannot be kept for the case of a crash: {error.strerror or error}."
        with suppress(RuntimeError):
            self._ended.emit(problem)

    def _written(self, problem: str) -> None:
        self._busy = False
        if problem and not self._complained:
            self.failed.emit(problem)
        self._complained = bool(problem)
        self._next()

    def _file_of(self, layer: Layer) -> ExampleFile:
        mark = layer.metadata[METADATA]
        file = ExampleFile.new()
        if _FILE in mark:
            file = ExampleFile(file.path.with_name(f"{mark[_FILE]}.npz"))
        mark[_FILE] = file.path.stem
        with suppress(OSError):  # writing will say so
            self._lock(file)
        return file

    def _lock(self, file: ExampleFile) -> bool:
        if file.path.stem in self._locks:
            return True
        lock = file.lock()
        if lock is not None:
            self._locks[file.path.stem] = lock
        return lock is not None
