"""Synthetic micrographs that are learned along with strokes, so that nothing is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Final

import numpy as np
import torch

from napari_grains.synthesis import Recipe, SyntheticMicrograph

from ._sample import training_sample
from ._stream import Batch

_KEPT: Final = 96
"""Micrographs of each recipe that are drawn; later they come again, flipped, turned and regraded."""
_INVISIBLE: Final = 0.2


class Rehearsal:
    """Draws batches of synthetic micrographs; one new micrograph of each recipe per batch at most.

    Parameters
    ----------
    recipes : sequence of Recipe
        What they look like, in turn.
    seed : int
        Which series.
    """

    def __init__(self, recipes: Sequence[Recipe], seed: int) -> None:
        self._recipes, self._seed = list(recipes), seed
        self._drawn: list[list[SyntheticMicrograph]] = [[] for _ in self._recipes]
        self._side, self._turns = 0, count()

    def add(self, recipe: Recipe) -> None:
        """Let micrographs of a further recipe come along."""
        self._recipes.append(recipe)
        self._drawn.append([])

    def draw(self, number: int, side: int, rng: np.random.Generator) -> Batch:
        """Draw a batch of ``number`` samples as `SyntheticStream` gives them; empty if 0."""
        if side != self._side:
            self._drawn, self._side = [[] for _ in self._recipes], side
        samples = [self._sample(one, rng) for one in range(number)]
        return {name: torch.stack([one[name] for one in samples]) for name in samples[0]} if samples else {}

    def _sample(self, one: int, rng: np.random.Generator) -> Batch:
        which = next(self._turns) % len(self._recipes)
        drawn = self._drawn[which]
        first = one < len(self._recipes)
        if (first and len(drawn) < _KEPT) or not drawn:
            shape = (self._side, self._side)
            drawn.append(self._recipes[which].micrograph(self._seed, len(drawn), shape))
            micrograph = drawn[-1]
        else:
            micrograph = drawn[int(rng.integers(len(drawn)))]
        return training_sample(micrograph, rng, _INVISIBLE)
