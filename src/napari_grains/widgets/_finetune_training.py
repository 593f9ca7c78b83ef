"""Training on strokes of grains and boundaries, and the jobs that help to paint them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import QObject

from napari_grains.errors import InputError
from napari_grains.events import Answer
from napari_grains.widgets._finetune_panel import FinetunePanel
from napari_grains.widgets._job_run import Ending
from napari_grains.widgets._live_view import LiveView
from napari_grains.widgets._next_place import NextPlace
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Source
from napari_grains.widgets._stroke_pairs import StrokePair
from napari_grains.widgets._stroke_training import StrokeTraining, TrainingParts


class FinetuneTraining(StrokeTraining):
    """As `StrokeTraining`, for networks that find boundaries.

    Parameters
    ----------
    viewer, session, parts, parent
        As for `StrokeTraining`.
    panel : FinetunePanel
        With the buttons of the other jobs.
    """

    def __init__(
        self,
        viewer: Viewer,
        session: Session,
        parts: TrainingParts,
        panel: FinetunePanel,
        parent: QObject,
    ) -> None:
        self._next, self._errors = NextPlace(viewer), list[float]()
        super().__init__(viewer, session, parts, parent)
        panel.place.clicked.connect(self.go_to_next_place)
        panel.check.clicked.connect(self.check_strokes)

    def go_to_next_place(self) -> None:
        """Look for the place where a stroke helps most, and fly there."""
        paint = self.parts.paint
        image = paint.image.layer
        if self._live is not None:
            self._ask_training(self._live)
            return
        if image is None or self._why_no_place() or self.run_in_progress is not None:
            return
        pair, index = paint.pairs.of(image), Source(image).current_slice(self._viewer)
        strokes = None if pair is None else pair.strokes
        gather = self._arguments.of_place(image, strokes, index, self._errors)
        run = self.begin("suggest", "Looking for doubtful places…", partial(self._show_place, image, index))
        self.start(run, gather, [image])

    def check_strokes(self) -> None:
        """Find out whether the strokes can be learned at all."""
        if self.why_not() or self.run_in_progress is not None:
            return
        pairs = self._pairs_in_order()
        run = self.begin("diagnose", "Trying to learn the strokes…", self._show_verdict)
        gather = self._gather({"start": self.parts.learn.network.model}, pairs)
        self.start(run, gather, [pair.image for pair in pairs])

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer."""
        if not on:
            self._next.hide()
        super().follow(on=on)

    def _why_too_little(self, pairs: Sequence[StrokePair]) -> str:
        if any(pair.is_painted for pair in pairs):
            return ""
        return "Paint a few strokes first: some on boundaries, some inside grains."

    def _why_not_more(self, why_not: str) -> Sequence[str]:
        return self._why_no_place(), why_not

    def _why_no_place(self) -> str:
        return self.parts.paint.problem() or self.parts.learn.network.read()[1]

    def _learn_from(self, result: Mapping[str, Any], pairs: Sequence[StrokePair]) -> None:
        with suppress(InputError):  # where it cannot be read, choosing it says so
            self._arguments.learn_scales(pairs, Path(result["network"]))
        if result["before"] is not None:
            self._errors = [*(self._errors or [result["before"]]), result["after"]]

    def _ask_training(self, live: LiveView) -> None:
        """Ask the network as it is now, in the midst of its training."""
        self.parts.panel.say("Looking for doubtful places…")
        live.ask_for_place(self._errors)

    def _take_answer(self, answer: Answer, live: LiveView) -> None:
        self._next.show(*live.asked(answer), answer.result)
        self.say(str(answer.result["verdict"]))

    def _show_place(self, image: Image, index: int, ending: Ending) -> None:
        if ending.result is not None:
            self._next.show(image, index, ending.result)
            self._show_verdict(ending)

    def _show_verdict(self, ending: Ending) -> None:
        if ending.result is not None:
            self.say(str(ending.result["verdict"]))
