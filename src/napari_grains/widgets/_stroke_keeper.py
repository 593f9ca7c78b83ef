"""Strokes are kept on disk while they are painted, and offered again after a crash."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import numpy as np
from napari.layers import Image, Labels
from napari.viewer import Viewer
from qtpy.QtCore import QLockFile, QObject, Qt, Signal

from napari_grains.widgets._brushes import Brushes
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._stroke_files import StrokeFacts, StrokeFile, kept_strokes
from napari_grains.widgets._stroke_layers import classes_in, new_strokes, paint_of, unused_in
from napari_grains.widgets._stroke_pairs import StrokePair

_FILE: Final = "strokes_file"
"""Entry of a layer's metadata with the stem of its file."""


class StrokeKeeper(QObject):
    """Writes in a thread, one file per layer, of several changes in the meantime the last.

    Parameters
    ----------
    viewer : Viewer
        Where strokes are restored.
    brushes : Brushes
        What is painted: strokes of other kinds are left to other docks.
    parent : QObject
        Lives as long as the dock.

    Attributes
    ----------
    failed : Signal(str)
        Strokes cannot be kept, in one line; told once until it works again.
    """

    failed = Signal(str)
    _ended = Signal(str)

    def __init__(self, viewer: Viewer, brushes: Brushes, parent: QObject) -> None:
        super().__init__(parent)
        self._viewer, self._brushes = viewer, brushes
        self._locks: dict[str, QLockFile] = {}
        self._waiting: dict[Labels, StrokePair] = {}
        self._busy = self._complained = False
        self._ended.connect(self._written, Qt.ConnectionType.QueuedConnection)

    def keep(self, pair: StrokePair) -> None:
        """Keep the strokes of a layer as they are now."""
        self._waiting[pair.strokes] = pair
        self._next()

    def offers(self) -> list[tuple[StrokeFile, StrokeFacts, Image]]:
        """Return strokes of images that are open, which nobody works on, the latest first."""
        images = [layer for layer in self._viewer.layers if isinstance(layer, Image)]
        found = []
        by_phase = self._brushes.classes.paint == "phases"
        for file, facts in kept_strokes():
            if (facts.paint == "phases") != by_phase:
                continue
            image = next((image for image in images if _is_of(facts, image)), None)
            if image is not None and file.array.stem not in self._locks and self._lock(file):
                self._locks.pop(file.array.stem).unlock()
                found.append((file, facts, image))
        return found

    def restore(self, file: StrokeFile, facts: StrokeFacts, image: Image) -> str:
        """Bring strokes back as a layer; return why not, empty if it worked."""
        if not self._lock(file):
            return "These strokes are open in another window."
        try:
            labels = file.read()
        except (OSError, ValueError, KeyError) as error:
            return f"The strokes cannot be read: {error}"
        if labels.shape != tuple(Source(image).shape):
            return "The strokes do not fit the image any more."
        labels = self._brushes.take_over(dict(facts.classes), dict(facts.unused), labels)
        strokes = new_strokes(self._viewer, image, self._brushes.classes, labels)
        strokes.metadata[METADATA] |= {"paint": facts.paint, _FILE: file.array.stem}
        return ""

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        strokes, pair = self._waiting.popitem()
        file = self._file_of(strokes)
        if not pair.is_painted:
            file.remove()
            self._next()
            return
        self._busy = True
        arguments = (file, np.array(strokes.data), _facts(pair))
        threading.Thread(target=self._write, args=arguments, name="strokes").start()  # Python waits for it

    def _write(self, file: StrokeFile, labels: Array, facts: StrokeFacts) -> None:
        """Write, in a thread; the dock may be gone in the end."""
        problem = ""
        try:
            file.write(labels, facts)
        except OSError as error:
            problem = f"Strokes cannot be kept for the case of a crash: {error.strerror or error}."
        with suppress(RuntimeError):
            self._ended.emit(problem)

    def _written(self, problem: str) -> None:
        self._busy = False
        if problem and not self._complained:
            self.failed.emit(problem)
        self._complained = bool(problem)
        self._next()

    def _file_of(self, strokes: Labels) -> StrokeFile:
        mark = strokes.metadata[METADATA]
        file = StrokeFile.new()
        if _FILE in mark:
            file = StrokeFile(file.array.with_name(f"{mark[_FILE]}.npz"))
        mark[_FILE] = file.array.stem
        try:
            self._lock(file)
        except OSError:  # writing will say so
            return file
        return file

    def _lock(self, file: StrokeFile) -> bool:
        if file.array.stem in self._locks:
            return True
        lock = file.lock()
        if lock is not None:
            self._locks[file.array.stem] = lock
        return lock is not None


def _is_of(facts: StrokeFacts, image: Image) -> bool:
    return facts.image == image.name and tuple(facts.shape) == Source(image).shape


def _facts(pair: StrokePair) -> StrokeFacts:
    path = pair.image.source.path
    return StrokeFacts(
        pair.image.name,
        "" if path is None else str(path),
        [int(length) for length in pair.strokes.data.shape],
        paint_of(pair.strokes),
        datetime.now(UTC).isoformat(timespec="seconds"),
        list(classes_in(pair.strokes).items()),
        list(unused_in(pair.strokes).items()),
    )
