"""A job within the training, of whose events only that it is still at work is of interest."""

from __future__ import annotations

from typing import TypeVar

from napari_grains.events import Job, Progress
from napari_grains.inference import StoppedError, forwarded, stoppable

Result = TypeVar("Result")


def quiet(job: Job[Result], meanwhile: Progress) -> Job[Result | None]:
    """Run a job, saying the same after each of its events.

    Returns
    -------
    object or None
        Its result; None if told to stop, which closes it at once.
    """
    try:
        return (yield from stoppable(forwarded(job, lambda _: meanwhile)))
    except StoppedError:
        return None
