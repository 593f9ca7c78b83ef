"""A job within a job: its events are changed on their way, and a stop ends both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from napari_grains.events import STOP, Command, Event, Job, Notice

Result = TypeVar("Result")


class StoppedError(Exception):
    """The driver asked for the best result so far."""


def forwarded(job: Job[Result], change: Callable[[Event], Event | None]) -> Job[Result]:
    """Run a job whose events are changed; those that ``change`` turns into None are left out.

    Parameters
    ----------
    job : generator
        A job that has not been started.
    change : callable
        From an event to the one that goes on in its place.
    """
    command: Command | None = None
    while True:
        try:
            event = change(job.send(command))
        except StopIteration as end:
            result: Result = end.value
            return result
        command = None if event is None else (yield event)


def stoppable(job: Job[Result]) -> Job[Result]:
    """Run a job that need not know of stops itself.

    Raises
    ------
    StoppedError
        When told to stop; the job is closed before.
    """
    try:
        event = next(job)
        while True:
            if (yield event) == STOP:
                job.close()
                raise StoppedError
            event = next(job)
    except StopIteration as end:
        result: Result = end.value
        return result


def notices_only(event: Event) -> Event | None:
    """Leave out progress and previews: a change for `forwarded`."""
    return event if isinstance(event, Notice) else None
