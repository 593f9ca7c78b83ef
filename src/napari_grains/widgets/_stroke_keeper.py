"""Strokes are kept on disk while they are painted, and offered again after a crash."""

from __future__ import annotations

import numpy as np
from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import QObject

from napari_grains.widgets._brushes import Brushes
from napari_grains.widgets._file_keeper import Content, FileKeeper, now
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Source
from napari_grains.widgets._stroke_files import StrokeFacts, StrokeFile, kept_strokes
from napari_grains.widgets._stroke_layers import classes_in, new_strokes, paint_of, unused_in
from napari_grains.widgets._stroke_pairs import StrokePair


class StrokeKeeper(FileKeeper):
    """Keeps strokes, see `FileKeeper`.

    Parameters
    ----------
    viewer : Viewer
        Where strokes are restored.
    brushes : Brushes
        What is painted: strokes of other kinds are left to other docks.
    parent : QObject
        Lives as long as the dock.
    """

    file_type = StrokeFile
    entry = "strokes_file"

    def __init__(self, viewer: Viewer, brushes: Brushes, parent: QObject) -> None:
        super().__init__(parent)
        self._viewer, self._brushes = viewer, brushes

    def keep(self, pair: StrokePair) -> None:
        """Keep the strokes of a layer as they are now."""
        self._wait(pair.strokes, pair)

    def offers(self) -> list[tuple[StrokeFile, StrokeFacts, Image]]:
        """Return strokes of images that are open, which nobody works on, the latest first."""
        images = [layer for layer in self._viewer.layers if isinstance(layer, Image)]
        found = []
        by_phase = self._brushes.classes.paint == "phases"
        for file, facts in kept_strokes():
            if (facts.paint == "phases") != by_phase:
                continue
            image = next((image for image in images if _is_of(facts, image)), None)
            if image is not None and self._is_free(file):
                found.append((file, facts, image))
        return found

    def restore(self, file: StrokeFile, facts: StrokeFacts, image: Image) -> str:
        """Bring strokes back as a layer; return why not, empty if it worked."""
        if not self._lock(file):
            return "These strokes are open in another window."
        try:
            labels = file.read()["labels"]
        except (OSError, ValueError, KeyError) as error:
            return f"The strokes cannot be read: {error}"
        if labels.shape != tuple(Source(image).shape):
            return "The strokes do not fit the image any more."
        labels = self._brushes.take_over(dict(facts.classes), dict(facts.unused), labels)
        strokes = new_strokes(self._viewer, image, self._brushes.classes, labels)
        strokes.metadata[METADATA] |= {"paint": facts.paint, self.entry: file.path.stem}
        return ""

    def _content(self, waiting: StrokePair) -> Content | None:
        if not waiting.is_painted:
            return None
        return {"labels": np.array(waiting.strokes.data)}, _facts(waiting)


def _is_of(facts: StrokeFacts, image: Image) -> bool:
    return facts.image == image.name and tuple(facts.shape) == Source(image).shape


def _facts(pair: StrokePair) -> StrokeFacts:
    path = pair.image.source.path
    return StrokeFacts(
        pair.image.name,
        "" if path is None else str(path),
        [int(length) for length in pair.strokes.data.shape],
        paint_of(pair.strokes),
        list(classes_in(pair.strokes).items()),
        list(unused_in(pair.strokes).items()),
        date=now(),
    )
