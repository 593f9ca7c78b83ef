"""One run of a job: its state, who wants to hear of it, and the two ways to end it early."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from napari_grains.events import Event


class TaskState(Enum):
    """Where a task stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    ABORTED = "aborted"

    @property
    def final(self) -> bool:
        """Whether nothing more will come."""
        return self in (TaskState.DONE, TaskState.FAILED, TaskState.ABORTED)


Result: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Callbacks:
    """Whom to tell; each is called from a thread of the engine, one at a time, in order."""

    on_event: Callable[[Event], None] | None = None
    on_done: Callable[[Result], None] | None = None
    on_error: Callable[[str], None] | None = None
    on_state: Callable[[TaskState], None] | None = None


_NUMBERS = itertools.count(1)


@dataclass(eq=False)
class Task:
    """A job that was submitted to the engine.

    Parameters
    ----------
    job : str
        Name of the job.
    arguments : mapping
        JSON values and arrays.
    callbacks : Callbacks
        Whom to tell.
    stopper, aborter, updater : callable
        What the engine does on `stop`, `abort` and `update`.

    Attributes
    ----------
    id : int
        Distinct within this process.
    state : TaskState
        Changed by the engine alone.
    """

    job: str
    arguments: Mapping[str, object] = field(repr=False)
    callbacks: Callbacks = field(repr=False)
    stopper: Callable[[Task], None] = field(repr=False)
    aborter: Callable[[Task], None] = field(repr=False)
    updater: Callable[[Task, Mapping[str, object]], None] = field(repr=False)
    state: TaskState = TaskState.QUEUED
    id: int = field(default_factory=lambda: next(_NUMBERS))
    attempts: int = field(default=0, repr=False)
    changes: Mapping[str, object] = field(default_factory=dict, repr=False)
    settled: threading.Event = field(default_factory=threading.Event, repr=False)

    def stop(self) -> None:
        """Ask the job for its best result so far; a task that still waits in the queue is aborted."""
        self.stopper(self)

    def abort(self) -> None:
        """End the job with its process; nothing comes of it. Other tasks run in a fresh process."""
        self.aborter(self)

    def update(self, arguments: Mapping[str, object]) -> None:
        """Tell the job that something has changed, now or when it begins; see `napari_grains.events.Update`.

        Parameters
        ----------
        arguments : mapping
            JSON values and arrays by name; hand over copies of arrays that may change. A later value of a
            name replaces one that the job has not heard of yet. An ended task ignores it.
        """
        self.updater(self, arguments)

    def wait(self, timeout: float | None = None) -> TaskState:
        """Wait until the task has ended and its callbacks have returned; not from within a callback.

        Raises
        ------
        TimeoutError
            If ``timeout`` seconds were not enough.
        """
        if not self.settled.wait(timeout):
            raise TimeoutError(f"{self} has not ended within {timeout} s")
        return self.state
