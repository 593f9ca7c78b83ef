"""One run of a job whose arguments are gathered from layers; how it ended is told once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from qtpy.QtCore import QObject, Signal
from superqt.utils import create_worker

from napari_grains.engine import TaskState
from napari_grains.errors import InputError
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Source
from napari_grains.widgets._task import EngineTask

Arguments: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Ending:
    """How a run ended.

    Parameters
    ----------
    result : mapping or None
        Of the job; None if nothing came of it.
    problem : str
        What went wrong, in one line; empty if nothing did, also where the user ended the run.
    """

    result: Mapping[str, Any] | None = None
    problem: str = ""


class JobRun(QObject):
    """A run of a job, which outlives the dock and ends with the viewer's session.

    Parameters
    ----------
    session : Session
        Its engine does the work.
    job : str
        Name of the job.

    Attributes
    ----------
    heard : Signal(list of Event)
    state_changed : Signal(TaskState)
    done : Signal(mapping)
        The result, unless it is empty, as soon as it is there.
    ended : Signal(Ending)
        Comes once and last.
    """

    heard = Signal(object)
    state_changed = Signal(object)
    done = Signal(object)
    ended = Signal(object)

    def __init__(self, session: Session, job: str) -> None:
        super().__init__(session)
        self._job = job
        self._ending = Ending()
        self._stopping = False
        self._submitted, self._changes = False, dict[str, object]()
        self._task = EngineTask(session.engine, self)
        self._task.heard.connect(self.heard)
        self._task.done.connect(self._keep)
        self._task.failed.connect(self._fail)
        self._task.state_changed.connect(self._follow)

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping

    def start(self, gather: Callable[[], Arguments], sources: Sequence[Source] = ()) -> None:
        """Gather the arguments, in a thread if one of the images is lazy, and submit the job.

        An `InputError` says itself what could not be gathered.
        """
        if not any(source.is_lazy for source in sources):
            self._submit(_gathered(gather))
            return
        self._reader = create_worker(_gathered, gather, _start_thread=False)
        self._reader.returned.connect(self._submit)
        self._reader.start()

    def update(self, changes: Mapping[str, object]) -> None:
        """Tell the job that something has changed, as soon as it is submitted; see `Task.update`."""
        if self._submitted:
            self._task.update(changes)
        else:
            self._changes |= changes

    def stop(self) -> None:
        """Ask for the best so far; the second time, end the engine process."""
        if self._stopping:
            self._task.abort()
        else:
            self._stopping = True
            self._task.stop()

    def _submit(self, gathered: Arguments | str) -> None:
        if isinstance(gathered, str) and not self._stopping:
            self._fail(gathered)
        if self._stopping or isinstance(gathered, str):
            self._end()
        else:
            self._task.submit(self._job, gathered)
            self._submitted = True
            if self._changes:
                self._task.update(self._changes)

    def _keep(self, result: Mapping[str, Any]) -> None:
        self._ending = Ending(result or None)
        if result:
            self.done.emit(result)

    def _fail(self, message: str) -> None:
        self._ending = Ending(None, message)

    def _follow(self, state: TaskState) -> None:
        self.state_changed.emit(state)
        if state.final:
            self._end()

    def _end(self) -> None:
        self.ended.emit(self._ending)
        self.deleteLater()


def _gathered(gather: Callable[[], Arguments]) -> Arguments | str:
    """Return the arguments or, as text, what went wrong: from a thread an exception would end as a pop-up."""
    try:
        return gather()
    except InputError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever a lazy array raises
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return f"An image could not be read ({text}): check that its file is still there."
