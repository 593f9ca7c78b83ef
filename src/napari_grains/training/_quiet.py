"""A job within the training, of whose events only that it is still at work is of interest."""

from __future__ import annotations

from typing import TypeVar

from napari_grains.events import STOP, Job, Progress

Result = TypeVar("Result")


def quiet(job: Job[Result], meanwhile: Progress) -> Job[Result | None]:
    """Run a job, saying the same after each of its events.

    Returns
    -------
    object or None
        Its result; None if told to stop, which closes it at once.
    """
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
        if (yield meanwhile) == STOP:
            job.close()
            return None
