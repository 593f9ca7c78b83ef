"""One run of the segmentation, from an image layer through the engine to result layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from napari.layers import Image
from napari.utils.events import Event as NapariEvent
from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal

from napari_grains.errors import InputError
from napari_grains.events import Event, Notice, Preview, Progress
from napari_grains.images import PixelSize
from napari_grains.widgets._job_run import Ending, JobRun
from napari_grains.widgets._method_box import Method
from napari_grains.widgets._results import ResultLayers
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._subscriptions import Subscriptions


@dataclass(frozen=True, eq=False)
class Choices:
    """What the user chose, apart from the image.

    Parameters
    ----------
    method : Method
        Where and how.
    pixel_size : PixelSize or None
        None: results in px.
    left_out : list of [top, bottom, left, right]
        Boxes in image px that do not belong to the specimen.
    focus : (top, bottom, left, right) or None
        What the user sees, in image px: computed first.
    first_slice : int
        The slice of a stack that is computed first.
    """

    method: Method
    pixel_size: PixelSize | None = None
    left_out: Sequence[Sequence[int]] = ()
    focus: Sequence[int] | None = None
    first_slice: int = 0


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    summary : mapping or None
        Of the job "segment"; None if nothing came of it.
    message : str
        One line for the user, empty if there is nothing to say.
    failed : bool
        Whether the message is an error.
    """

    summary: Mapping[str, Any] | None = None
    message: str = "Stopped before the first slice was finished: layers are as they were."
    failed: bool = False


class SegmentationRun(QObject):
    """A run that shows its previews and its result in layers; lives as long as the viewer's session at most.

    Parameters
    ----------
    viewer : Viewer
        Where results are shown.
    session : Session
        Its engine does the work.
    layer : Image
        What is segmented. If it is removed the run ends and takes its previews back.
    choices : Choices
        How.

    Attributes
    ----------
    progressed, noticed, state_changed : Signal
        A `Progress`, a line of text, a `TaskState`.
    ended : Signal(Outcome)
        Comes once and last.
    """

    progressed = Signal(object)
    noticed = Signal(str)
    state_changed = Signal(object)
    ended = Signal(object)

    def __init__(self, viewer: Viewer, session: Session, layer: Image, choices: Choices) -> None:
        super().__init__(session)
        self._source = Source(layer)
        self._choices = choices
        self._results = ResultLayers(viewer, self._source, choices.method.index)
        self._outcome = Outcome()
        self._abandoned = False
        self._run = JobRun(session, "segment")
        self._run.heard.connect(self._hear)
        self._run.state_changed.connect(self.state_changed)
        self._run.done.connect(self._show)
        self._run.ended.connect(self._end)
        self._subscriptions = Subscriptions()
        self._subscriptions.add(self._on_removed, viewer.layers.events.removed)
        # The C++ side goes with the window, maybe before the layer list is emptied.
        self.destroyed.connect(self._subscriptions.end)

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._run.stopping

    def start(self) -> None:
        """Read the pixels, in a thread if they are lazy, and hand them to the engine."""
        source, index, arguments = self._source, self._choices.method.index, self._arguments()
        if source.is_lazy:
            self.progressed.emit(Progress(0, 0, "reading the image"))
        self._run.start(lambda: {"image": _read(source, index)} | arguments, [source])

    def stop(self) -> None:
        """Ask for the best so far; the second time, end the engine process."""
        self._run.stop()

    def _arguments(self) -> dict[str, Any]:
        choices, method = self._choices, self._choices.method
        where = {
            "leave_out": [list(box) for box in choices.left_out],
            "region": method.region,
            "focus": None if choices.focus is None else list(choices.focus),
            "first_slice": 0 if method.index is not None else choices.first_slice,
        }
        return self._source.arguments(choices.pixel_size) | where | method.settings

    def _hear(self, events: list[Event]) -> None:
        if self._abandoned:
            return
        self._results.preview(
            [event for event in events if isinstance(event, Preview) and event.name == "boundary"]
        )
        for event in events:
            if isinstance(event, Progress):
                self.progressed.emit(event)
            elif isinstance(event, Notice):
                self.noticed.emit(event.message)

    def _show(self, result: Mapping[str, Any]) -> None:
        if self._abandoned:
            return
        self._results.show(result)
        self._outcome = Outcome(result["summary"], _left_out(result["summary"]))

    def _on_removed(self, event: NapariEvent) -> None:
        if event.value is not self._source.layer or self._abandoned:
            return
        self._abandoned = True
        self._outcome = Outcome(None, f"“{event.value.name}” was removed: its run was stopped.")
        self._results.discard()
        if not self.stopping:
            self.stop()

    def _end(self, ending: Ending) -> None:
        if ending.problem and not self._abandoned:
            self._outcome = Outcome(None, ending.problem, failed=True)
        self._subscriptions.end()
        self._results.discard()
        self.ended.emit(self._outcome)
        self.deleteLater()


def _read(source: Source, index: int | None) -> Array:
    try:
        return source.read(index)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(
            f"“{source.layer.name}” could not be read ({reason}): check that its file is still there."
        ) from error


def _left_out(summary: Mapping[str, Any]) -> str:
    number = summary.get("slices_not_reached", 0)
    return f"Stopped: {number} slice{'s' if number > 1 else ''} not reached." if number else ""
