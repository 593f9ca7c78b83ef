"""What a fine-tuning is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from napari_grains.events import Job
from napari_grains.networks import DevicePlan, NetworkCard, UNet

from .._finetuning import Finetuning, Layers
from .._held_out import Key, Withheld
from .._learner import Learner
from .._look import Look
from .._painted import Field, Float, Painted, PaintedImage
from .._patches import Choice, Patches
from .._stream import Batch
from .._targets import Marks


class Aim(Protocol):
    """What paint says, and what a network makes of it.

    Attributes
    ----------
    retained : float
        Share of the best network's gain that a later one has to have to be kept instead, see `Race`.
    chosen : callable or None
        Chooses the squares that judge, see `held_patches`.
    """

    @property
    def retained(self) -> float:
        """See above."""

    @property
    def chosen(self) -> Choice | None:
        """See above."""

    def settings(self, settings: Finetuning) -> Finetuning:
        """Leave out of the settings what makes no sense here."""

    def network(self, path: Path) -> tuple[UNet, NetworkCard]:
        """Load the network to start from, with its card as it is before the training.

        Raises
        ------
        InputError
            If it was made for something else.
        """

    def scale(self, image: PaintedImage, path: Path, card: NetworkCard, device: str) -> Job[float | None]:
        """Find the scale of an image that has none; None if stopped."""

    def painted(self, images: list[PaintedImage], card: NetworkCard) -> Painted:
        """Prepare the painted slices."""

    def hold_out(self, fields: Mapping[Key, Field]) -> Withheld | None:
        """Choose what judges; None if there is too little."""

    def layers(self, counts: Sequence[int]) -> Layers:
        """Choose what learns from a number of painted working pixels of each class."""

    def pause(self, marks: Iterable[Marks]) -> int:
        """Choose the number of patches learned from one comparison of networks to the next."""

    def patches(
        self,
        fields: Mapping[Key, Field],
        learned: Mapping[Key, Marks],
        rng: np.random.Generator,
        zoom: float = 1.0,
    ) -> Patches:
        """Draw patches, up to so many times as large or small if size does not matter."""

    def learner(
        self, settings: Finetuning, plan: DevicePlan, network: UNet, tolerance: int | None = None
    ) -> Learner:
        """Let a network learn; the tolerance in working px, if places are to be other than as usual."""

    def look(self, image: PaintedImage, index: int, card: NetworkCard) -> Look:
        """Show networks on a slice of an image."""

    def doubt(
        self, image: PaintedImage, index: int, network: UNet, card: NetworkCard, plan: DevicePlan
    ) -> Job[tuple[float, Float]]:
        """Say how undecided a network, which is used up, is about a slice: for `suggested`."""

    def figures(self, network: UNet, held: Batch | None) -> dict[str, Any]:
        """Further figures of the best network on what was held out."""
