"""One run of the measurement, from layers of grains through the engine to their tables and summaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from napari.layers import Labels
from napari.utils.events import Event as NapariEvent
from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal

from napari_grains.events import Event, Progress
from napari_grains.images import PixelSize
from napari_grains.widgets._grain_source import Mask
from napari_grains.widgets._job_run import Ending, JobRun
from napari_grains.widgets._measure_box import Field
from napari_grains.widgets._measured_layers import show_measurement
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Array
from napari_grains.widgets._subscriptions import Subscriptions

_STOPPED: Final = "Stopped: tables and numbers are as they were."


@dataclass(frozen=True, eq=False)
class Measuring:
    """What the user chose.

    Parameters
    ----------
    fields : tuple of Field
        The chosen layer first; further ones are pooled with it.
    pixel_size : PixelSize or None
        None: results in px.
    index : int or None
        The slice of a stack that is measured alone.
    twins : str
        "counted" or "ignored".
    """

    fields: tuple[Field, ...]
    pixel_size: PixelSize | None = None
    index: int | None = None
    twins: str = "counted"

    @property
    def layers(self) -> tuple[Labels, ...]:
        """Layers that get tables."""
        return tuple(field.source.layer for field in self.fields)

    def arguments(self) -> dict[str, Any]:
        """Read the pixels and return the arguments of the job "measure"; may take long for lazy layers.

        The grains are copied: they may be edited while the job waits for its turn.
        """
        grains = [np.array(field.source.read(self.index_of(field))) for field in self.fields]
        masks = [_as_large(field.left_out, each) for field, each in zip(self.fields, grains, strict=True)]
        several = len(self.fields) > 1
        nothing = all(field.left_out is None for field in self.fields)
        size = self.pixel_size
        return {
            **({"fields": grains} if several else {"labels": grains[0]}),
            "exclude": None if nothing else masks if several else masks[0],
            "pixel_size_m": None if size is None else [size.y, size.x],
            "twins": self.twins,
        }

    def index_of(self, field: Field) -> int | None:
        """Return the slice of a field that is measured alone."""
        return self.index if field is self.fields[0] else None


@dataclass(frozen=True)
class MeasureOutcome:
    """How a run ended.

    Parameters
    ----------
    measured : bool
        Whether there are new numbers.
    message : str
        One line for the user, empty if there is nothing to say.
    failed : bool
        Whether the message is an error.
    """

    measured: bool = False
    message: str = _STOPPED
    failed: bool = False


class MeasureRun(QObject):
    """A run that puts what it measures into the layers; lives as long as the viewer's session at most.

    Parameters
    ----------
    viewer : Viewer
        Where the layers are.
    session : Session
        Its engine does the work.
    measuring : Measuring
        What is measured. If its first layer is removed the run ends.

    Attributes
    ----------
    progressed, state_changed : Signal
        A `Progress`, a `TaskState`.
    ended : Signal(MeasureOutcome)
        Comes once and last.
    """

    progressed = Signal(object)
    state_changed = Signal(object)
    ended = Signal(object)

    def __init__(self, viewer: Viewer, session: Session, measuring: Measuring) -> None:
        super().__init__(session)
        self._viewer, self._measuring = viewer, measuring
        self._outcome = MeasureOutcome()
        self._abandoned = False
        self._run = JobRun(session, "measure")
        self._run.heard.connect(self._hear)
        self._run.state_changed.connect(self.state_changed)
        self._run.done.connect(self._show)
        self._run.ended.connect(self._end)
        self._subscriptions = Subscriptions()
        self._subscriptions.add(self._on_removed, viewer.layers.events.removed)
        self.destroyed.connect(self._subscriptions.end)

    @property
    def layers(self) -> tuple[Labels, ...]:
        """What is measured."""
        return self._measuring.layers

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._run.stopping

    def start(self) -> None:
        """Read the grains, in a thread if they are lazy, and hand them to the engine."""
        self._run.start(self._measuring.arguments, [field.source for field in self._measuring.fields])

    def stop(self) -> None:
        """Ask to stop; the second time, end the engine process."""
        self._run.stop()

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Progress):
                self.progressed.emit(event)

    def _show(self, result: Mapping[str, Any]) -> None:
        if not self._abandoned:
            show_measurement(self._viewer, self.layers, result, self._measuring.index)
            self._outcome = MeasureOutcome(measured=True, message="")

    def _on_removed(self, event: NapariEvent) -> None:
        if event.value is not self.layers[0] or self._abandoned:
            return
        self._abandoned = True
        self._outcome = MeasureOutcome(message=f"“{event.value.name}” was removed: its run was stopped.")
        if not self.stopping:
            self.stop()

    def _end(self, ending: Ending) -> None:
        if ending.problem and not self._abandoned:
            self._outcome = MeasureOutcome(message=ending.problem, failed=True)
        self._subscriptions.end()
        self.ended.emit(self._outcome)
        self.deleteLater()


def _as_large(mask: Mask | None, grains: Array) -> Mask:
    """Return a mask of the shape of the grains, in which nothing is left out where there is none."""
    marked = np.zeros((), np.bool_) if mask is None else mask
    return np.ascontiguousarray(np.broadcast_to(marked, grains.shape))
