"""What a training hears while it runs, also while it shows or judges something."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from napari_grains.events import STOP, Command, Event, Job, Update

Result = TypeVar("Result")


class Inbox:
    """Collects stops and changes.

    Attributes
    ----------
    stopped : bool
        Whether the best so far is wanted.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._changes: dict[str, Any] = {}

    def say(self, event: Event) -> Generator[Event, Command | None, None]:
        """Yield an event and hear what comes back."""
        command = yield event
        if command == STOP:
            self.stopped = True
        elif isinstance(command, Update):
            self._changes |= command.arguments

    def changes(self) -> dict[str, Any]:
        """Hand over what has changed since this was last asked."""
        changes, self._changes = self._changes, {}
        return changes

    def during(self, job: Job[Result]) -> Job[Result | None]:
        """Run a job that need not hear anything itself.

        Returns
        -------
        object or None
            Its result; None if it was closed because of a stop.
        """
        try:
            while True:
                yield from self.say(next(job))
                if self.stopped:
                    job.close()
                    return None
        except StopIteration as end:
            result: Result = end.value
            return result
