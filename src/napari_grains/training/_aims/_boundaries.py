"""Boundaries of grains as what a fine-tuning is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from napari_grains.events import Job
from napari_grains.inference import Predictor, doubt_about_boundaries
from napari_grains.networks import DevicePlan, NetworkCard, UNet, load_network

from .._beginning import starting_network
from .._finetuning import Finetuning, Layers, layers_for
from .._held_out import HeldOut, Key
from .._learner import Learner
from .._look import Look
from .._painted import Field, Float, Painted, PaintedImage
from .._patches import Choice, Patches
from .._race import RETAINED
from .._stream import Batch
from .._stroke_loss import TOLERANCE
from .._targets import Marks
from .._watch import found_scale

_JUDGED_AFTER: Final = 40
"""Patches."""


@dataclass(frozen=True)
class BoundaryAim:
    """Strokes in grains and on boundaries, or grains by number; see `targets_of`."""

    retained: float = RETAINED
    chosen: Choice | None = None

    def settings(self, settings: Finetuning) -> Finetuning:
        """Take them as they are."""
        return settings

    def network(self, path: Path) -> tuple[UNet, NetworkCard]:
        """Load a network for boundaries."""
        return starting_network(path), load_network(path)[1]

    def scale(self, image: PaintedImage, path: Path, card: NetworkCard, device: str) -> Job[float | None]:  # noqa: ARG002 - the file says it
        """Ask the network for the scale at which it sees the grains best."""
        return found_scale(image.middle(), str(path), device)

    def painted(self, images: list[PaintedImage], card: NetworkCard) -> Painted:
        """Prepare the painted slices."""
        return Painted(images, card)

    def hold_out(self, fields: Mapping[Key, Field]) -> HeldOut | None:
        """Choose a slice, or blocks of one."""
        return HeldOut.choose(fields)

    def layers(self, counts: Sequence[int]) -> Layers:
        """Choose by the rarer of boundary and grain."""
        return layers_for(*counts)

    def pause(self, marks: Iterable[Marks]) -> int:  # noqa: ARG002 - strokes are few
        """Compare often: the patches that judge are few."""
        return _JUDGED_AFTER

    def patches(
        self,
        fields: Mapping[Key, Field],
        learned: Mapping[Key, Marks],
        rng: np.random.Generator,
        zoom: float = 1.0,  # noqa: ARG002 - lines have a width
    ) -> Patches:
        """Draw patches around boundaries and grains in turn."""
        return Patches(fields, learned, rng)

    def learner(
        self, settings: Finetuning, plan: DevicePlan, network: UNet, tolerance: int | None = None
    ) -> Learner:
        """Learn strokes that may be a little off."""
        return Learner(settings, plan, network, TOLERANCE if tolerance is None else tolerance)

    def look(self, image: PaintedImage, index: int, card: NetworkCard) -> Look:
        """Show the boundary probability."""
        slices, place = list(image.image.slices()), index if image.image.is_stack else None
        return Look(slices[index], image.scale or 1.0, card, place)

    def doubt(
        self, image: PaintedImage, index: int, network: UNet, card: NetworkCard, plan: DevicePlan
    ) -> Job[tuple[float, Float]]:
        """Say how undecided it is between boundary and grain."""
        plane, _ = image.plane(index)
        return doubt_about_boundaries(plane, Predictor(network, card, plan), image.scale)

    def figures(self, network: UNet, held: Batch | None) -> dict[str, Any]:  # noqa: ARG002 - errors say all
        """Nothing further."""
        return {}
