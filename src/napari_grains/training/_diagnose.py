"""Whether a network can learn some strokes at all: it is given one batch again and again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

from napari_grains.errors import InputError
from napari_grains.events import Job, TrainingProgress
from napari_grains.inference import OutOfMemoryError, memory_errors
from napari_grains.networks import choose_device

from ._aims import aim_of
from ._finetune_start import Start, with_scales
from ._finetuning import Finetuning
from ._inbox import Inbox
from ._learner import Learner
from ._lessons import Lessons
from ._painted import PaintedImage
from ._stream import Batch

_STEPS: Final = 60
_RATE: Final = 1e-3
_LEARNED: Final = 0.4
"""Loss on the strokes below which they are learned; 1.4 is chance."""


def diagnose(
    images: Sequence[PaintedImage],
    *,
    start: str | os.PathLike[str] = "default",
    device: str = "auto",
    seed: int = 0,
) -> Job[dict[str, Any]]:
    """Let a network learn a single batch of strokes by heart; nothing is saved.

    A network that cannot has been given strokes that contradict each other, or that do not fit what is to be
    seen at the scale of the network.

    Parameters
    ----------
    images : sequence of PaintedImage
        To learn from.
    start : str or path
        Name or file of the network.
    device : str
        As in `choose_device`.
    seed : int
        Which strokes.

    Yields
    ------
    TrainingProgress
        After each step, with its loss.

    Returns
    -------
    dict
        "learned" (bool), "before", "after" (loss), "steps", "verdict" (one line); empty if stopped.

    Raises
    ------
    InputError
        As in `finetune`.
    """
    settings = Finetuning(
        rehearsal=0, keeping=0.0, consistency=0.0, ema=0.0, layers="all", learning_rate=_RATE, seed=seed
    )
    aim = aim_of(images, start=start)
    plan, first, inbox = choose_device(device), Start.of(start, aim), Inbox()
    images = yield from with_scales(images, first, device, inbox, aim)
    if inbox.stopped:
        return {}
    lessons = Lessons(images, len(images), first.card, settings, aim)
    # Without tolerance, for a pattern as fine as that fits any strokes.
    learner = aim.learner(settings, plan, first.network, tolerance=0)
    learner.choose("all")
    batch, _ = lessons.next()
    losses: list[float] = []
    while len(losses) < _STEPS and not inbox.stopped:
        losses.append(_learned(learner, batch))
        yield from inbox.say(TrainingProgress(len(losses), _STEPS, "learning one batch", losses[-1]))
    return {} if inbox.stopped else _verdict(losses)


def _learned(learner: Learner, batch: Batch) -> float:
    try:
        with memory_errors():
            return float(learner.learn(batch, {}, 1.0))
    except OutOfMemoryError:
        raise InputError("there is not enough memory for one batch; close other programs.") from None


def _verdict(losses: list[float]) -> dict[str, Any]:
    before, after = losses[0], sum(losses[-3:]) / len(losses[-3:])
    learned = after < _LEARNED
    fell = f"the loss went from {before:.2f} to {after:.2f} in {len(losses)} steps"
    text = (
        f"the network can learn these strokes: {fell}."
        if learned
        else f"the network cannot learn these strokes: {fell}; some contradict each other, or they do not "
        "lie on what is to be seen at this scale: look at them again, or give another scale."
    )
    return {"learned": learned, "before": before, "after": after, "steps": len(losses), "verdict": text}
