"""Painted slices with the phases and channels of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.images import CalibratedImage
from napari_grains.inference import WorkingFrame, channel_slices

from .._painted import Float, Painted, network_input
from ._phase_targets import PhaseTargets, phase_targets


@dataclass
class PaintedPhases(Painted):
    """All slices of some images on which phases are painted; see `Painted`.

    Parameters
    ----------
    number : int
        Of phases.
    """

    number: int = 2

    def _targets(
        self,
        number: int,  # noqa: ARG002 - all images have the same phases
        labels: NDArray[Any],
        frame: WorkingFrame,
        image: CalibratedImage,
    ) -> PhaseTargets:
        return phase_targets(labels, frame, self.number, image.specimen)

    def _grey(self, number: int, index: int, image: CalibratedImage, frame: WorkingFrame) -> Float:
        """All channels (C, Y, X) on the working grid, each stretched by itself."""
        channels = channel_slices(image, self.images[number].channels, index)
        return np.stack([frame.to_working(network_input(each, self.card)) for each in channels])
