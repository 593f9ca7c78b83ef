"""A task of the engine as a QObject: what engine threads tell arrives on the GUI thread as Qt signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qtpy.QtCore import QObject, Qt, QTimer, Signal

from napari_grains.engine import Engine, EventBuffer, Task, TaskState
from napari_grains.events import Event

_PAUSE: Final = 60
"""Milliseconds in which events are gathered, so that fast jobs do not flood the event loop."""


class EngineTask(QObject):
    """One run of a job.

    Parameters
    ----------
    engine : Engine
        Who runs it.
    parent : QObject
        Lives on the GUI thread and at least as long as the engine.

    Attributes
    ----------
    heard : Signal(list of Event)
        Events, oldest first; of those that replace each other the newest.
    done, failed : Signal(object), Signal(str)
        The result, or one line that says what went wrong.
    state_changed : Signal(TaskState)
        The last one is final and comes after the result.
    """

    heard = Signal(object)
    done = Signal(object)
    failed = Signal(str)
    state_changed = Signal(object)
    _event_came = Signal()
    _result_came = Signal(object)
    _error_came = Signal(str)
    _state_came = Signal(object)

    def __init__(self, engine: Engine, parent: QObject) -> None:
        super().__init__(parent)
        self._engine = engine
        self._task: Task | None = None
        self._events = EventBuffer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._tell_events)
        queued = Qt.ConnectionType.QueuedConnection
        self._event_came.connect(self._timer.start, queued)
        self._result_came.connect(self._tell_result, queued)
        self._error_came.connect(self._tell_error, queued)
        self._state_came.connect(self._tell_state, queued)

    def submit(self, job: str, arguments: Mapping[str, object]) -> None:
        """Hand the job to the engine, once.

        Raises
        ------
        RuntimeError
            If the engine is closed.
        """
        self._task = self._engine.submit(
            job,
            arguments,
            on_event=self._hear_event,
            on_done=self._hear_result,
            on_error=self._hear_error,
            on_state=self._hear_state,
        )

    def stop(self) -> None:
        """Ask for the best result so far."""
        if self._task is not None:
            self._task.stop()

    def update(self, arguments: Mapping[str, object]) -> None:
        """Tell the job, once it was submitted, that something has changed."""
        if self._task is not None:
            self._task.update(arguments)

    def abort(self) -> None:
        """End the job with the engine's process."""
        if self._task is not None:
            self._task.abort()

    # On an engine thread. A signal is looked up when it is emitted: once its QObject is deleted the look-up
    # raises, where emitting one that was looked up before would crash.
    def _hear_event(self, event: Event) -> None:
        if self._events.put(event):
            self._event_came.emit()

    def _hear_result(self, result: object) -> None:
        self._result_came.emit(result)

    def _hear_error(self, message: str) -> None:
        self._error_came.emit(message)

    def _hear_state(self, state: TaskState) -> None:
        self._state_came.emit(state)

    def _tell_events(self) -> None:
        if events := self._events.take():
            self.heard.emit(events)

    def _tell_result(self, result: object) -> None:
        self._tell_events()
        self.done.emit(result)

    def _tell_error(self, message: str) -> None:
        self._tell_events()
        self.failed.emit(message)

    def _tell_state(self, state: TaskState) -> None:
        if state.final:
            self._timer.stop()
            self._events.take()
        self.state_changed.emit(state)
