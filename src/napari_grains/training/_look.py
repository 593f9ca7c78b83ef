"""What a network that learns from strokes sees of the image that is being looked at."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.events import Event, Job, Preview, Progress
from napari_grains.images import Box, CalibratedImage
from napari_grains.inference import Prediction, Predictor, TiledNetwork, WorkingFrame, forwarded
from napari_grains.networks import DevicePlan, NetworkCard, UNet

from ._pace import Clock
from ._painted import Float, network_input
from ._watch import PREVIEW

Block: TypeAlias = tuple[slice, slice]
_FIRST: Final = 1.0
"""Seconds of learning before the first look."""
_PAUSE: Final = 0.4
"""Seconds from one look to the next at least."""
_SHARE: Final = 3.0
"""The training has at least so many times the time of the looks."""


@dataclass
class Look:
    """Shows a network on an image, first where somebody is looking, then everywhere.

    Parameters
    ----------
    image : CalibratedImage
        (Y, X).
    scale : float
        Working pixels per image pixel.
    card : NetworkCard
        Of the network.
    index : int, optional
        Slice of a stack that the image is.
    focus : sequence of 4 float, optional
        Top, bottom, left and right of the visible part in px; None: all.
    clock : callable
        Seconds.
    """

    preview: ClassVar[str] = PREVIEW
    """Name of the previews."""

    image: CalibratedImage
    scale: float
    card: NetworkCard
    index: int | None = None
    focus: Sequence[float] | None = None
    clock: Clock = time.monotonic
    _grey: Float | None = field(default=None, init=False)
    _working: dict[Box, Float] = field(default_factory=dict, init=False)
    _next: float = field(init=False)
    shown: bool = field(default=False, init=False)
    """Whether there was a look."""

    def __post_init__(self) -> None:
        self._next = self.clock() + _FIRST

    @property
    def due(self) -> bool:
        """Whether enough time has passed since the last look."""
        return self.clock() >= self._next

    def move(self, focus: Sequence[float] | None) -> None:
        """Look elsewhere; soon.

        Raises
        ------
        InputError
            If that is no rectangle.
        """
        if focus is not None and (len(focus) != 4 or not all(map(math.isfinite, focus))):
            raise InputError(f"focus {list(focus)} is no rectangle; give top, bottom, left and right in px.")
        self.focus = focus
        self.soon()

    def soon(self) -> None:
        """Look again before long: something has changed."""
        self._next = min(self._next, self.clock() + _FIRST)

    def show(self, network: UNet, plan: DevicePlan, meanwhile: Progress) -> Job[None]:
        """Show the boundary probability.

        Parameters
        ----------
        network : UNet
            In ``eval`` mode; it is used up.
        plan : DevicePlan
            Where it runs.
        meanwhile : Progress
            What to say after each tile.

        Yields
        ------
        Progress, Preview
            A preview "prediction" of the visible part, then one of the whole image, float32 (Y, X) or
            (1, Y, X) of a stack.
        """
        began = self.clock()
        predictor = self._predictor(network, plan)
        visible, everything = self._visible(), Box(0, self.image.shape[0], 0, self.image.shape[1])
        try:
            for box in dict.fromkeys((visible, everything)):
                if box is not None:
                    yield from self._part(predictor, box, meanwhile)
        finally:
            predictor.rest()
        self.shown = True
        self._next = self.clock() + max(_PAUSE, _SHARE * (self.clock() - began))

    def _predictor(self, network: UNet, plan: DevicePlan) -> TiledNetwork:
        return Predictor(network, self.card, plan)

    def _visible(self) -> Box | None:
        """Pixels of the image that are visible; None: none."""
        if self.focus is None:
            return None
        top, bottom, left, right = self.focus
        sides = (math.floor(top), math.ceil(bottom), math.floor(left), math.ceil(right))
        return Box(*sides).within(self.image.shape) if sides[0] < sides[1] and sides[2] < sides[3] else None

    def _part(self, predictor: TiledNetwork, box: Box, meanwhile: Progress) -> Job[None]:
        """Predict a rectangle from all that the network can see around it."""
        rows, columns = self.image.shape
        frame = WorkingFrame(self.scale, (rows, columns), self.image.origin)
        reach = frame.reach(self.card.architecture.receptive_radius)
        seen = Box(box.top - reach, box.bottom + reach, box.left - reach, box.right + reach)
        seen = seen.within(self.image.shape) or box
        around = (slice(seen.top, seen.bottom), slice(seen.left, seen.right))
        part = frame.part(around)
        inside = (
            slice(box.top - seen.top, box.bottom - seen.top),
            slice(box.left - seen.left, box.right - seen.left),
        )

        def instead(event: Event) -> Event | None:
            return None if isinstance(event, Preview) else meanwhile

        shown = yield from forwarded(self._seen(predictor, part, around, inside), instead)
        yield self._preview(shown, box)

    def _seen(self, predictor: Any, part: WorkingFrame, around: Block, inside: Block) -> Job[NDArray[Any]]:  # noqa: ANN401 - what `_predictor` made
        """Predict the pixels ``inside`` the part ``around`` of the image: a boundary probability."""
        working = self._at_working_scale(part, around)
        prediction: Prediction = yield from predictor.predict(working, part.first)
        return part.block_to_image(prediction.boundary, inside).clip(0, 1)

    def _at_working_scale(self, part: WorkingFrame, around: Block) -> Float:
        """Part of the image on the working grid: the last two are kept, as they are asked for in turn."""
        rows, columns = around
        box = Box(rows.start, rows.stop, columns.start, columns.stop)
        if box not in self._working:
            if len(self._working) > 1:
                self._working.clear()
            self._working[box] = part.to_working(self._input()[around])
        return self._working[box]

    def _preview(self, shown: NDArray[Any], box: Box) -> Preview:
        """Cut off what is no specimen."""
        if self.image.specimen is not None:
            specimen: NDArray[np.bool_] = self.image.specimen[box.top : box.bottom, box.left : box.right]
            shown = np.where(specimen, shown, shown.dtype.type(0))
        if self.index is None:
            return Preview(self.preview, shown, (box.top, box.left))
        return Preview(self.preview, shown[None], (self.index, box.top, box.left))

    def _input(self) -> Float:
        if self._grey is None:
            self._grey = network_input(self.image, self.card)
        return self._grey
