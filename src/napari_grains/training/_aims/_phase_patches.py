"""Patches around painted phases, and which of them judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

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

    Parameters
    ----------
    fields, targets, rng
        As in `Patches`.
    zoom : float
        Patches are drawn up to so many times as large or as small.
    """

    def __init__(
        self,
        fields: Mapping[Key, Field],
        targets: Mapping[Key, Marks],
        rng: np.random.Generator,
        zoom: float = 1.0,
    ) -> None:
        super().__init__(fields, targets, rng)
        self._zoom = zoom
        counts = np.sum([each.counts for each in targets.values()], axis=0)
        self._shares = np.sqrt(counts) / np.sqrt(counts).sum()

    def _patch(self, kind: int, side: int) -> Tensor:
        """Draw a patch of another size, and bring it to this one: the same phase may be finer or coarser."""
        if self._zoom == 1:
            return super()._patch(kind, side)
        drawn = round(side * self._zoom ** self._rng.uniform(-1, 1))
        return _resized(super()._patch(kind, drawn), side, self._channels)

    def _kinds(self, number: int) -> list[int]:
        return [int(kind) for kind in self._rng.choice(len(self._shares), number, p=self._shares)]


def _resized(patch: Tensor, side: int, channels: int) -> Tensor:
    """Bring the channels and the phases of a square patch (C + 1, Y, X) to another side."""
    size = (side, side)
    image = F.interpolate(patch[None, :channels], size, mode="bilinear", antialias=True)
    phases = F.interpolate(patch[None, channels:], size, mode="nearest-exact")
    return torch.cat([image[0], phases[0]])


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
