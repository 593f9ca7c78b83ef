"""What a running training hears from the viewer, and what it shows there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from napari.layers import Image, Labels
from napari.viewer import Viewer
from qtpy.QtCore import QObject, QTimer

from napari_grains.events import Answer, Preview
from napari_grains.widgets._camera import visible_box
from napari_grains.widgets._job_run import JobRun
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._stroke_pairs import StrokePair
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._viewer import camera_of
from napari_grains.widgets._watched import TRAINING, Look, WatchedLayer

_PAUSE: Final = 300
"""Milliseconds after the camera has come to rest."""


class LiveView(QObject):
    """Follows camera and sliders as long as a training runs.

    Parameters
    ----------
    viewer : Viewer
        Where it is shown.
    run : JobRun
        The training; it ends with it.
    pairs : sequence of StrokePair
        What it learns from, in its order.
    image : Image
        The one to show it on.
    shown : Look
        How it is shown.
    labels_of : callable
        Strokes of a pair as the training takes them.
    """

    def __init__(
        self,
        viewer: Viewer,
        run: JobRun,
        pairs: Sequence[StrokePair],
        image: Image,
        shown: Look = TRAINING,
        labels_of: Callable[[StrokePair], Array] = StrokePair.labels,
    ) -> None:
        super().__init__(run)
        self._viewer, self._run, self._pairs = viewer, run, list(pairs)
        self._look, self._labels_of = shown, labels_of
        self._image, self._shown = image, WatchedLayer(viewer, image, shown)
        self._index = self._seen_slice()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._tell)
        self._subscriptions = Subscriptions()
        camera, dims = camera_of(viewer).events, viewer.dims.events
        self._subscriptions.add(self._wait, camera.center, camera.zoom, dims.point)
        run.ended.connect(self._subscriptions.end)

    def arguments(self) -> dict[str, Any]:
        """Arguments of the job "finetune" that say what is looked at."""
        number = [pair.image for pair in self._pairs].index(self._image)
        return {
            "watch": number,
            "watch_slice": self._index,
            "focus": visible_box(self._viewer, self._image),
        }

    def repaint(self, strokes: Labels) -> None:
        """Hand over strokes that were painted while the training runs."""
        for number, pair in enumerate(self._pairs):
            if pair.strokes is strokes:
                self._run.update({f"labels {number}": self._labels_of(pair)})

    def look_at(self, image: Image | None) -> None:
        """Show the training on another image, if it learns from that."""
        if image is not None and any(pair.image is image for pair in self._pairs):
            self._image, self._shown = image, WatchedLayer(self._viewer, image, self._look)
            self._index = self._seen_slice()
            self._tell_watch()

    def ask_for_place(self, errors: Sequence[float]) -> None:
        """Ask where to paint next on the slice that is looked at; the training answers."""
        looked_at = self.arguments()
        question = {"image": looked_at["watch"], "slice": looked_at["watch_slice"], "errors": list(errors)}
        self._run.update({"suggest": question})

    def asked(self, answer: Answer) -> tuple[Image, int]:
        """Image and slice that an answer is about."""
        return self._pairs[answer.result["image"]].image, answer.result["slice"]

    def show(self, preview: Preview) -> None:
        """Show a part of what the network makes of the image, unless it is of a slice that is left."""
        source = Source(self._image)
        if len(preview.offset) == 3 and preview.offset[0] != self._index:
            return
        if preview.offset[-2] + preview.array.shape[-2] <= source.plane[0]:
            self._hide_result()
            self._shown.show_part(preview)

    def _hide_result(self) -> None:
        """Show one answer over the image, that of the training."""
        before = self._shown.result
        if before is not None and not self._shown.is_there:
            before.visible = False

    def _seen_slice(self) -> int:
        return Source(self._image).current_slice(self._viewer)

    def _wait(self, _event: object = None) -> None:
        self._timer.start()

    def _tell(self) -> None:
        if self._image not in self._viewer.layers:
            return
        if (index := self._seen_slice()) != self._index:
            self._index = index
            self._shown.blank()
            self._tell_watch()
        else:
            self._run.update({"focus": visible_box(self._viewer, self._image)})

    def _tell_watch(self) -> None:
        looked_at = self.arguments()
        watch = [looked_at["watch"], looked_at["watch_slice"]]
        self._run.update({"watch": watch, "focus": looked_at["focus"]})
