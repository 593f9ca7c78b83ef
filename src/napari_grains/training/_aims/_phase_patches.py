"""Patches around painted phases, and which of them judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from torch import Tensor

from .._held_out import Key
from .._painted import Field
from .._patches import Patches
from .._targets import Marks

_JUDGED: Final = 24
"""Patches that judge, at most."""


class PhasePatches(Patches):
    """Draws patches of painted slices; a phase comes by the square root of its painted area.

    Between as often as painted, where a rare phase is hardly seen, and as often as any other, where nearly
    all patches show the same few places.
    """

    def __init__(
        self, fields: Mapping[Key, Field], targets: Mapping[Key, Marks], rng: np.random.Generator
    ) -> None:
        super().__init__(fields, targets, rng)
        counts = np.sum([each.counts for each in targets.values()], axis=0)
        self._shares = np.sqrt(counts) / np.sqrt(counts).sum()

    def _kinds(self, number: int) -> list[int]:
        return [int(kind) for kind in self._rng.choice(len(self._shares), number, p=self._shares)]


def judging_squares(known: Tensor) -> list[int]:
    """Choose squares that judge: those with most of each phase in turn, the rarest first.

    Parameters
    ----------
    known : Tensor, (S, 1, Y, X)
        Phases 1..K in each square, 0 where nothing is known.

    Returns
    -------
    list of int
        Numbers of the squares, in order.
    """
    if len(known) <= _JUDGED:
        return list(range(len(known)))
    number = int(known.max())
    areas = torch.stack([(known == k).sum((1, 2, 3)) for k in range(1, number + 1)])
    rarest = areas.sum(1).argsort(stable=True).tolist()
    orders = [areas[k].argsort(descending=True, stable=True).tolist() for k in rarest if areas[k].any()]
    chosen: list[int] = []
    while len(chosen) < _JUDGED:
        for order in orders:
            chosen.append(next(one for one in order if one not in chosen))
    return sorted(chosen[:_JUDGED])
