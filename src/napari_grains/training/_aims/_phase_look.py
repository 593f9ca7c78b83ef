"""What a network that learns phases sees of the image that is being looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Job
from napari_grains.images import CalibratedImage
from napari_grains.inference import Channels, PhasePredictor, WorkingFrame, WorkingImage
from napari_grains.networks import DevicePlan, UNet

from .._look import Block, Look
from .._painted import Float, network_input
from ._phase_network import HEAD


@dataclass
class PhaseLook(Look):
    """Shows a network on an image: previews "phases", int32 (Y, X) or (1, Y, X) of 1..K; see `Look`.

    Parameters
    ----------
    channels : sequence of CalibratedImage, (Y, X)
        All of them, the image the first.
    """

    preview: ClassVar[str] = HEAD
    channels: Sequence[CalibratedImage] = ()

    def _predictor(self, network: UNet, plan: DevicePlan) -> PhasePredictor:
        return PhasePredictor(network, self.card, plan)

    def _seen(
        self, predictor: PhasePredictor, part: WorkingFrame, around: Block, inside: Block
    ) -> Job[NDArray[np.int32]]:
        """Predict the pixels ``inside`` the part ``around`` of the image: the phase of each."""
        channels = Channels([WorkingImage(grey[around], part) for grey in self._greys])
        probabilities = yield from predictor.predict(channels, part.first)
        in_image = np.stack([part.block_to_image(each, inside) for each in probabilities])
        found: NDArray[np.int32] = in_image.argmax(0).astype(np.int32) + 1
        return found

    @cached_property
    def _greys(self) -> list[Float]:
        return [network_input(each, self.card) for each in self.channels]
