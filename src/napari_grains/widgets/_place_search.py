"""Looks for the place where a stroke helps most, and flies there: for boundaries and for phases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from napari.layers import Image, Labels
from napari.viewer import Viewer

from napari_grains.events import Answer
from napari_grains.widgets._job_run import Arguments, Ending, JobRun
from napari_grains.widgets._live_view import LiveView
from napari_grains.widgets._next_place import NextPlace
from napari_grains.widgets._paint_box import PaintBox
from napari_grains.widgets._source import Source


class Searching(Protocol):
    """What learns from strokes, as the search sees it."""

    @property
    def run_in_progress(self) -> JobRun | None:
        """What runs now."""

    @property
    def live(self) -> LiveView | None:
        """What is told to it, if it is a training."""

    def begin(self, job: str, text: str, finish: Callable[[Ending], None]) -> JobRun:
        """Make a run of a job."""

    def start(self, run: JobRun, gather: Callable[[], Arguments], images: Sequence[Image]) -> None:
        """Start it."""

    def seen_with(self, image: Image) -> list[Image]:
        """Return the image and its channels."""

    def why_no_place(self) -> str:
        """Why no place can be looked for; empty if one can."""

    def place_arguments(
        self, image: Image, strokes: Labels | None, index: int, errors: Sequence[float]
    ) -> Callable[[], Arguments]:
        """Return what reads the arguments of the job "suggest"."""

    def say(self, text: str) -> None:
        """Say what a run brought."""


class PlaceSearch:
    """Asks the job "suggest" or a running training, and shows the answer.

    Parameters
    ----------
    viewer : Viewer
        Where to fly.
    paint : PaintBox
        Which image, and its strokes.
    training : Searching
        Runs the job.
    """

    def __init__(self, viewer: Viewer, paint: PaintBox, training: Searching) -> None:
        self._viewer, self._paint, self._training = viewer, paint, training
        self._next, self._errors = NextPlace(viewer), list[float]()

    def go(self) -> None:
        """Look for the place where a stroke helps most, and fly there; a running training is asked."""
        image, training = self._paint.image.layer, self._training
        if training.live is not None:
            training.say("Looking for doubtful places…")
            training.live.ask_for_place(self._errors)
            return
        if image is None or training.why_no_place() or training.run_in_progress is not None:
            return
        pair, index = self._paint.pairs.of(image), Source(image).current_slice(self._viewer)
        strokes = None if pair is None else pair.strokes
        gather = training.place_arguments(image, strokes, index, self._errors)
        finish = partial(self._show, image, index)
        run = training.begin("suggest", "Looking for doubtful places…", finish)
        training.start(run, gather, training.seen_with(image))

    def take(self, answer: Answer, live: LiveView) -> None:
        """Show what a running training answered."""
        self._next.show(*live.asked(answer), answer.result)
        self._training.say(str(answer.result["verdict"]))

    def hide(self) -> None:
        """Take the frame around the place away."""
        self._next.hide()

    def learn(self, result: Mapping[str, Any]) -> None:
        """Take note of how the error went in a training: it tells when more strokes help no longer."""
        if result["before"] is not None:
            self._errors = [*(self._errors or [result["before"]]), result["after"]]

    def _show(self, image: Image, index: int, ending: Ending) -> None:
        if ending.result is not None:
            self._next.show(image, index, ending.result)
            self._training.say(str(ending.result["verdict"]))
