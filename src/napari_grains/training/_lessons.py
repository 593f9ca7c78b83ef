"""What a fine-tuning learns from and what it is judged by, while strokes come and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from napari_grains.errors import InputError
from napari_grains.networks import NetworkCard
from napari_grains.synthesis import Recipe

from ._aims import Aim
from ._finetuning import Finetuning, Layers
from ._held_out import Withheld, split
from ._painted import Field, PaintedImage
from ._patches import held_patches
from ._rehearsal import Rehearsal
from ._stream import Batch

_SMALLEST_PATCH: Final = 64
_EXPECTED: Final = 16
"""Patches from which the share of boundary pixels is taken."""
_LABELS: Final = "labels "


class Lessons:
    """Batches of strokes and of synthetic micrographs.

    Parameters
    ----------
    images : list of PaintedImage
        With their scales.
    learned : int
        The first so many are learned from; the others only judge.
    card : NetworkCard
        Of the network.
    settings : Finetuning
        How many patches of which size, and the seed.
    aim : Aim
        What is learned.

    Attributes
    ----------
    held : dict of str to Tensor or None
        What networks are judged by, see `held_patches`; None if there are too few strokes.
    layers : {"head", "last", "all"}
        What should learn.
    small : bool
        Whether steps are small.

    Raises
    ------
    InputError
        If nothing is painted on the images to learn from, or nothing on those to judge by.
    """

    def __init__(
        self, images: list[PaintedImage], learned: int, card: NetworkCard, settings: Finetuning, aim: Aim
    ) -> None:
        self._painted, self._learned, self._settings = aim.painted(images, card), learned, settings
        self._aim = aim
        self._rng = np.random.default_rng(settings.seed)
        self._rehearsal = Rehearsal([Recipe()], settings.seed)
        self._held_out: Withheld | None = None
        self.small, self._most, self.side = False, settings.sizes(), settings.patch
        self._prepare()

    @property
    def images(self) -> list[PaintedImage]:
        """All of them, with their labels as they are now."""
        return self._painted.images

    def image(self, number: int) -> PaintedImage:
        """One of them; see `Painted.image`."""
        return self._painted.image(number)

    @property
    def fields(self) -> list[Field]:
        """Painted slices that are learned from."""
        return [one for key, one in self._fields.items() if key[0] < self._learned]

    @property
    def held_out(self) -> str:
        """What is held out, in words."""
        if len(self.images) > self._learned:
            return "another image"
        return "nothing" if self._held_out is None else str(self._held_out)

    @property
    def sizes(self) -> tuple[int, int]:
        """Patches of strokes and synthetic micrographs per step, as far as there is memory."""
        batch, rehearsal = self._settings.sizes(small=self.small)
        return min(batch, self._most[0]), min(rehearsal, self._most[1])

    @property
    def pause(self) -> int:
        """Steps from one comparison of networks to the next."""
        return max(1, self._judged_after // self.sizes[0])

    def next(self) -> tuple[Batch, Batch]:
        """Draw patches of strokes and synthetic micrographs for a step."""
        batch, rehearsal = self.sizes
        synthetic = self._rehearsal.draw(rehearsal, self.side, self._rng)
        return self._patches.draw(batch, self.side), synthetic

    def samples(self) -> Batch:
        """Draw patches that show what the images are like."""
        return self._patches.draw(_EXPECTED, self.side)

    def rehearse(self, recipe: Recipe) -> None:
        """Let synthetic micrographs of a recipe come along, too."""
        self._rehearsal.add(recipe)

    def repaint(self, changes: Mapping[str, Any]) -> bool:
        """Take new labels, "labels N" of image N; return whether there were any.

        Raises
        ------
        InputError
            If labels do not fit; those before stay.
        """
        before = list(self.images)
        named = {name: labels for name, labels in changes.items() if name.startswith(_LABELS)}
        try:
            for name, labels in named.items():
                self._painted.repaint(int(name.removeprefix(_LABELS)), np.asarray(labels))
            if named:
                self._prepare()
        except (InputError, ValueError) as error:
            self._painted.images[:] = before
            raise InputError(f"these strokes were not taken: {error}") from None
        return bool(named)

    def smaller(self) -> str:
        """Need less memory: half of the batch, then half of the patch; return what follows in words.

        Raises
        ------
        InputError
            If it cannot be less.
        """
        batch, rehearsal = self.sizes
        if batch + rehearsal > 1:
            self._most = max(1, batch // 2), rehearsal // 2
            return f"memory is short: going on with batches of {sum(self.sizes)}"
        if self.side > _SMALLEST_PATCH:
            self.side = max(_SMALLEST_PATCH, self.side // 32 * 16)
            self._prepare()
            return f"memory is short: going on with patches of {self.side} px"
        raise InputError("there is not enough memory to learn; close other programs or use the CPU.")

    def _prepare(self) -> None:
        self._fields = self._painted.fields()
        own = {key: one for key, one in self._fields.items() if key[0] < self._learned}
        if len(self.images) > self._learned:
            learned = {key: one.targets for key, one in own.items() if any(one.targets.counts)}
            held = {key: one.targets for key, one in self._fields.items() if key not in own}
        else:
            self._held_out = self._held_out or self._aim.hold_out(own)
            learned, held = split(own, self._held_out)
        if not learned:
            raise InputError("nothing is painted to learn from: paint a few strokes.")
        self._patches = self._aim.patches(self._fields, learned, self._rng, self._settings.zoom)
        self.held = held_patches(self._fields, held, self.side, self._aim.chosen)
        if self.held is None and len(self.images) > self._learned:
            raise InputError("nothing is painted on the images to validate on: paint a few strokes.")
        self._judged_after = self._aim.pause(learned.values())
        counts = np.sum([one.counts for one in learned.values()], axis=0)
        self.layers: Layers = self._settings.layers or self._aim.layers(counts.tolist())
