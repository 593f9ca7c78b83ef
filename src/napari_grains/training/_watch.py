"""What a network in training sees on the user's own image, now and then."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import STOP, Job, Preview, Progress
from napari_grains.images import CalibratedImage
from napari_grains.inference import Predictor, WorkingFrame, recent_predictor, recent_scale
from napari_grains.networks import DevicePlan, NetworkCard, UNet

from ._pace import Clock
from ._quiet import quiet

PREVIEW = "prediction"
"""Name of the previews."""
_PAUSE = 5.0  # seconds
_SHARE = 10.0
"""The training has at least so many times the time of the predictions."""


@dataclass
class Watch:
    """An image to look at while a network learns.

    Parameters
    ----------
    image : CalibratedImage
        (Y, X).
    scale : float
        Working pixels per image pixel.
    clock : callable
        Seconds.
    """

    image: CalibratedImage
    scale: float
    clock: Clock = time.monotonic
    _next: float = field(init=False)

    def __post_init__(self) -> None:
        self._next = self.clock() + _PAUSE

    @property
    def due(self) -> bool:
        """Whether enough time has passed since the last look."""
        return self.clock() >= self._next

    def look(self, network: UNet, card: NetworkCard, plan: DevicePlan, meanwhile: Progress) -> Job[bool]:
        """Show the boundary probability.

        Parameters
        ----------
        network : UNet
            In ``eval`` mode; it is used up.
        card : NetworkCard
            Its card.
        plan : DevicePlan
            Where it runs.
        meanwhile : Progress
            What to say after each tile.

        Yields
        ------
        Progress, Preview
            One preview "prediction" of the whole image, float32 (Y, X).

        Returns
        -------
        bool
            Whether it was told to stop.
        """
        began = self.clock()
        predictor = Predictor(network, card, plan)
        rows, columns = self.image.shape
        frame = WorkingFrame(self.scale, (rows, columns), self.image.origin)
        grey = predictor.network_input(self.image.pixels, self.image.specimen)
        try:
            prediction = yield from quiet(predictor.predict(frame.to_working(grey), frame.first), meanwhile)
        finally:
            predictor.rest()
        if prediction is None:
            return True
        command = yield Preview(PREVIEW, self._in_image(frame, prediction.boundary), (0, 0))
        self._next = self.clock() + max(_PAUSE, _SHARE * (self.clock() - began))
        return command == STOP

    def _in_image(self, frame: WorkingFrame, boundary: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability in the image's pixels, 0 outside the specimen."""
        shown = frame.to_image(boundary).clip(0, 1)
        return shown if self.image.specimen is None else np.where(self.image.specimen, shown, np.float32(0))


def found_scale(image: CalibratedImage, model: str, device: str) -> Job[float | None]:
    """Find the scale of an image with a network; None if stopped."""
    predictor = recent_predictor(model, device)
    job = recent_scale(image.pixels, predictor, image.specimen)
    try:
        return (yield from quiet(job, Progress(0, 0, "finding the scale")))
    finally:
        predictor.rest()
