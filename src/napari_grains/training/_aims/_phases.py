"""Phases as what a fine-tuning is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from napari_grains.events import Job
from napari_grains.inference import (
    PhasePredictor,
    channel_slices,
    doubt_about_phases,
    phase_scale,
)
from napari_grains.networks import DevicePlan, NetworkCard, UNet, choose_device
from napari_grains.weights import finds_phases

from .._finetuning import Finetuning, Layers
from .._held_out import Key, Withheld
from .._painted import Field, Float, Painted, PaintedImage
from .._patches import Choice
from .._stream import Batch
from .._targets import Marks
from ._phase_calibration import PhaseCalibration
from ._phase_held_out import hold_out_phases
from ._phase_known import limits_of_the_known
from ._phase_learner import PhaseLearner
from ._phase_look import PhaseLook
from ._phase_network import HEAD, phase_network
from ._phase_painted import PaintedPhases
from ._phase_patches import PhasePatches, judging_squares
from ._phase_scores import confusion, intersections_over_unions
from ._phase_settings import phase_settings

_ENOUGH: Final[Mapping[Layers, int]] = {"last": 100, "all": 250}
"""Painted working px per phase from which on more layers than the head learn."""
_DENSE: Final = 0.5
"""Share of painted pixels from which on an image is labelled and not only painted here and there."""
_JUDGED_AFTER: Final = {"strokes": 80, "labels": 400}
"""Patches from one comparison of networks to the next: labels ask for many, and judge with many."""


@dataclass(frozen=True)
class PhaseAim:
    """Phases 1..K, painted here and there or everywhere.

    Parameters
    ----------
    names : tuple of str
        Of the phases.
    channels : int
        Of each image.
    """

    names: tuple[str, ...]
    channels: int = 1
    retained: float = 0.95  # a new output layer gains so much at first that half of it says nothing
    chosen: Choice | None = judging_squares

    def settings(self, settings: Finetuning) -> Finetuning:
        """Leave out what concerns boundaries."""
        return phase_settings(settings)

    def network(self, path: Path) -> tuple[UNet, NetworkCard]:
        """Load a network, and give it an output for each phase if it has none."""
        return phase_network(path, self.names, self.channels)

    def scale(self, image: PaintedImage, path: Path, card: NetworkCard, device: str) -> Job[float | None]:  # noqa: ARG002 - nothing has to be run
        """Take the pixels as they are, or as the network knows them: phases have no size to go by."""
        yield from ()
        return phase_scale(card, image.image.pixel_size) if finds_phases(path) else 1.0

    def painted(self, images: list[PaintedImage], card: NetworkCard) -> Painted:
        """Prepare the painted slices."""
        return PaintedPhases(images, card, number=len(self.names))

    def hold_out(self, fields: Mapping[Key, Field]) -> Withheld | None:
        """Choose slices, or blocks of one."""
        return hold_out_phases(fields)

    def layers(self, counts: Sequence[int]) -> Layers:
        """Choose by the painted area of a phase in the mean."""
        mean = sum(counts) / len(counts)
        if mean >= _ENOUGH["all"]:
            return "all"
        return "last" if mean >= _ENOUGH["last"] else "head"

    def pause(self, marks: Iterable[Marks]) -> int:
        """Compare often where little is painted."""
        share = np.mean([each.known.mean() for each in marks])
        return _JUDGED_AFTER["labels" if share >= _DENSE else "strokes"]

    def patches(
        self,
        fields: Mapping[Key, Field],
        learned: Mapping[Key, Marks],
        rng: np.random.Generator,
        zoom: float = 1.0,
    ) -> PhasePatches:
        """Draw patches around all phases."""
        return PhasePatches(fields, learned, rng, zoom)

    def learner(
        self,
        settings: Finetuning,
        plan: DevicePlan,
        network: UNet,
        tolerance: int | None = None,  # noqa: ARG002 - phases are areas
    ) -> PhaseLearner:
        """Learn which phase each painted pixel is."""
        return PhaseLearner(settings, plan, network)

    def look(self, image: PaintedImage, index: int, card: NetworkCard) -> PhaseLook:
        """Show the phase of every pixel."""
        shown, place = list(image.image.slices())[index], index if image.image.is_stack else None
        channels = channel_slices(shown, image.channels, index)
        return PhaseLook(shown, image.scale or 1.0, card, place, channels=channels)

    def doubt(
        self, image: PaintedImage, index: int, network: UNet, card: NetworkCard, plan: DevicePlan
    ) -> Job[tuple[float, Float]]:
        """Say how undecided it is between the phases."""
        plane, _ = image.plane(index)
        channels = [list(each.slices())[index] for each in image.channels]
        return doubt_about_phases(plane, channels, PhasePredictor(network, card, plan), image.scale)

    def figures(self, network: UNet, held: Batch | None) -> dict[str, Any]:
        """Tell confusion, IoU, limits of what is known and calibration on what was held out."""
        if held is None:
            return {"confusion": None, "iou": None, "unknown": None, "temperature": 1.0, "calibration": None}
        learner: PhaseLearner = self.learner(Finetuning(), choose_device("cpu"), network)
        logits = learner.logits(held, learner.average)
        found = logits.argmax(1).numpy() + 1
        counts = confusion(held[HEAD][:, 0].numpy().astype(np.int64), found, len(self.names))
        return {
            "confusion": counts,
            "iou": intersections_over_unions(counts),
            "unknown": limits_of_the_known(network, held, len(self.names)),
        } | PhaseCalibration.of(self.names, logits, held).figures()
