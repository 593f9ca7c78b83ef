"""Learning from strokes: the job."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from napari_grains.errors import InputError
from napari_grains.events import Job
from napari_grains.networks import choose_device

from ._aims import aim_of
from ._finetune_run import FinetuneRun
from ._finetune_start import Start, interrupted, told_scale, with_scales
from ._finetuned import Finetuned
from ._finetuning import Finetuning
from ._inbox import Inbox
from ._lessons import Lessons
from ._painted import PaintedImage


def finetune(
    images: Sequence[PaintedImage],
    settings: Finetuning | None = None,
    *,
    validation: Sequence[PaintedImage] = (),
    start: str | os.PathLike[str] = "default",
    state: Path | None = None,
    resume: bool = False,
    watch: int | None = None,
    watch_slice: int = 0,
    focus: Sequence[float] | None = None,
    device: str = "auto",
    name: str = "finetuned",
    notes: str = "",
    class_names: Sequence[str] = (),
) -> Job[Finetuned]:
    """Fine-tune a network on a few strokes.

    What is judged by is never learned from: the strokes of ``validation``, else those of one of several
    painted slices, else those in a rectangle of the image. The network before the training takes part, and is
    what comes out if nothing beats it.

    Parameters
    ----------
    images : sequence of PaintedImage
        To learn from. Those without a scale get the one that the network finds.
    settings : Finetuning, optional
        How.
    validation : sequence of PaintedImage
        To judge by alone.
    start : str or path
        Name or file of the network to start from.
    state : Path, optional
        Folder in which the best network is kept every few seconds and when the run is stopped.
    resume : bool
        Whether to go on from the network that a run left there which was interrupted.
    watch : int, optional
        Image on which the network is shown; None: on none.
    watch_slice : int
        Slice of it.
    focus : sequence of 4 float, optional
        Top, bottom, left and right of its visible part in px, which is shown first.
    device : str
        As in `choose_device`.
    name, notes : str
        Of the network, on its card.
    class_names : sequence of str
        Of the phases 1..K, if phases are painted; empty: those of a network for phases that goes on, else
        "phase 1" and so on, up to the highest that is painted.

    Yields
    ------
    Progress, TrainingProgress, Preview, Notice
        Progress after every step; the loss on strokes and the error on held-out ones whenever networks are
        judged, at first that of the network before the training; previews "prediction", see `Look`, or
        "phases", int32, in a training on phases. Sent back may be a stop, or an `Update` with "labels N", new
        labels of image N, "focus", "watch", [image, slice], or "suggest", which asks where to paint next: its
        "image", "slice" and the "errors" of trainings before, see `still_helps`; an `Answer` "suggest"
        follows, with what `suggest_arrays` returns, image and slice.

    Returns
    -------
    Finetuned

    Raises
    ------
    InputError
        If labels do not fit, nothing is painted, networks or device do not exist, or memory runs out.
    """
    aim = aim_of([*images, *validation], class_names, start)
    settings = aim.settings(settings or Finetuning())
    plan, first, inbox = choose_device(device), Start.of(start, aim), Inbox()
    everything = yield from with_scales([*images, *validation], first, device, inbox, aim)
    if inbox.stopped:
        raise InputError("stopped before anything was learned.")
    for each in everything:
        yield from inbox.say(told_scale(each))
    lessons = Lessons(everything, len(images), first.card, settings, aim)
    run = FinetuneRun(lessons, settings, first, plan, inbox, aim)
    if watch is not None:
        run.watch(watch, watch_slice, focus)
    if resume and state is not None:
        run.go_on_from(interrupted(state, first))
    # Small matrix products, of which the synthetic micrographs are made, leave threads of BLAS waiting busily
    # for further ones; meanwhile the convolutions would share a core with them.
    with threadpool_limits(1, user_api="blas"):
        yield from run.train(state, name, device)
    return run.finetuned(name, notes)
