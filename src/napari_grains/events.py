"""Long computations are generators: the events they yield, the command they hear, and how to drive one.

A job yields small events, reads the command that is sent back, and returns its result::

    def job() -> Job[float]:
        for step in range(100):
            ...
            if (yield Progress(step + 1, 100, "training")) is STOP:
                break
        return best_so_far

The command line, the tests and the engine process drive the same generator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Result = TypeVar("Result")

STOP: Final = "stop"
"""Sent into a job: return the best result so far."""


@dataclass(frozen=True, eq=False)
class Update:
    """Sent into a job: something that it works on has changed.

    Parameters
    ----------
    arguments : mapping
        JSON values and arrays by name. A job that is busy hears of each name only what was sent last.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)


Command: TypeAlias = Literal["stop"] | Update


@dataclass(frozen=True)
class Progress:
    """How far a job has come.

    Parameters
    ----------
    done, total : int
        Units of work finished and in all. ``total`` 0 means that the amount is unknown.
    message : str
        What is being done, in a few words, such as ``"boundaries"``.
    """

    done: int
    total: int
    message: str = ""


@dataclass(frozen=True)
class TrainingProgress(Progress):
    """How far a training has come, and how well it does.

    Parameters
    ----------
    loss : float
        Mean over the steps since the last such event; NaN if there was none.
    validation : float, optional
        Loss on what is not learned from, where it was measured since: unseen synthetic micrographs, or
        strokes that are held out.
    real : float, optional
        Mean adapted Rand error on real micrographs with labels, where it was measured since; 0 is best.
    """

    loss: float = math.nan
    validation: float | None = None
    real: float | None = None


@dataclass(frozen=True, eq=False)
class Preview:
    """A block of a result that is final or as good as it is now.

    Parameters
    ----------
    name : str
        Which result it belongs to, such as ``"boundary"``.
    array : ndarray
        The block, with the axes of the result.
    offset : tuple of int
        Index of the block's first element in the result, one per axis.
    """

    name: str
    array: NDArray[np.generic]
    offset: tuple[int, ...]


@dataclass(frozen=True)
class Notice:
    """Something the user should know although the job goes on, in one line."""

    message: str


@dataclass(frozen=True, eq=False)
class Answer:
    """What an `Update` asked a running job for.

    Parameters
    ----------
    question : str
        Name of the argument that asked, such as ``"suggest"``.
    result : mapping
        JSON values and arrays by name.
    """

    question: str
    result: Mapping[str, Any]


Event: TypeAlias = Progress | Preview | Notice | Answer
Job: TypeAlias = Generator[Event, Command | None, Result]


def drive(
    job: Job[Result],
    on_event: Callable[[Event], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    updates: Callable[[], Update | None] | None = None,
) -> Result:
    """Run a job to its end and return its result.

    Parameters
    ----------
    job : generator
        A job that has not been started.
    on_event : callable, optional
        Called with every event.
    should_stop : callable, optional
        Asked after every event; once it returns True the job is told to `STOP`.
    updates : callable, optional
        Asked after every event for what has changed since, unless the job is to stop.
    """
    command: Command | None = None
    while True:
        try:
            event = job.send(command)
        except StopIteration as end:
            result: Result = end.value
            return result
        if on_event is not None:
            on_event(event)
        command = STOP if should_stop is not None and should_stop() else None
        if command is None and updates is not None:
            command = updates()
