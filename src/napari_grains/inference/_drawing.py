"""Boundaries drawn on an image, by a threshold or as the mean of what a network sees in several looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Event, Job, Preview, Progress
from napari_grains.grains import threshold_boundary
from napari_grains.images import CalibratedImage, stretch

from ._blocks import size
from ._canvas import Canvas, Wanted
from ._forwarding import forwarded
from ._frame import WorkingImage
from ._predictor import Predictor
from ._tiled import MIRRORS, PLAIN

Float = NDArray[np.float32]
LOOKS: Final = ((1.0, MIRRORS[:2]), (0.75, MIRRORS[:2]), (1.25, MIRRORS[2:]))
"""Shares of the scale that was found or chosen, which comes first, and the mirror images to look at there."""
ONE_LOOK: Final = ((1.0, PLAIN),)
"""The micrograph as it is, once."""
_STEPS: Final = 1000
"""Parts in which progress is told."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """Boundaries, and distances from them if there are any, in the rectangle that is wanted.

    Parameters
    ----------
    boundary : ndarray of float32, (Y, X)
        Boundary probability.
    distance : ndarray of float32, (Y, X), or None
        Distance to the nearest boundary in px of the image.
    """

    boundary: Float
    distance: Float | None = None


def drawn_by_threshold(image: CalibratedImage, scale: float, wanted: Wanted) -> Job[Drawing]:
    """Dark lines; of the whole image, as a line counts by its length, which may lie outside the region."""
    yield Progress(0, _STEPS, Predictor.doing)
    canvas = Canvas.of(image, scale, wanted.block)
    boundary = threshold_boundary(canvas.frame.to_working(stretch(image.pixels, image.specimen)))
    event = canvas.show(Preview("boundary", boundary, (0, 0)), wanted)
    if event is not None:
        yield event
    return Drawing(canvas.in_image(boundary).clip(0, 1))


def drawn_by_network(
    image: CalibratedImage, scale: float, wanted: Wanted, predictor: Predictor, *, averaged: bool
) -> Job[Drawing]:
    """Draw what the network sees in one look, or the mean of what it sees in `LOOKS`.

    At each it sees all around what is wanted that lies within its field of view. Grey levels are stretched
    over the whole image, so that a region looks as it does in the whole.

    Yields
    ------
    Progress, Notice, Preview
        Previews are those of the first look.
    """
    yield Progress(0, _STEPS, Predictor.doing)
    grey = predictor.network_input(image.pixels, image.specimen)
    looks = LOOKS if averaged else ONE_LOOK
    whole, done = sum(share**2 for share, _ in looks), 0.0
    boundary, distance = (np.zeros(size(wanted.block), np.float32) for _ in range(2))
    for share, mirrors in looks:
        canvas = Canvas.of(image, scale * share, wanted.block, predictor.card.architecture.receptive_radius)
        working = WorkingImage(grey[canvas.seen], canvas.frame)
        focus = None if done else canvas.on_grid(wanted.focus)  # only the first look is shown
        job = predictor.predict(working, canvas.frame.first, focus, mirrors)
        told = _told(canvas, wanted, done / whole, share**2 / whole)
        prediction = yield from forwarded(job, told)
        boundary += canvas.in_image(prediction.boundary) / np.float32(len(looks))
        distance += canvas.in_image(prediction.distance) / np.float32(len(looks) * scale * share)
        done += share**2
    return Drawing(boundary.clip(0, 1), distance)


def _told(canvas: Canvas, wanted: Wanted, done: float, share: float) -> Callable[[Event], Event | None]:
    """Change the events of a look that is a share of the work, when a part of it was done before."""

    def told(event: Event) -> Event | None:
        if isinstance(event, Progress):
            at = done + share * event.done / max(event.total, 1)
            return Progress(round(_STEPS * at), _STEPS, event.message)
        if isinstance(event, Preview):
            return None if done else canvas.show(event, wanted)
        return event

    return told
