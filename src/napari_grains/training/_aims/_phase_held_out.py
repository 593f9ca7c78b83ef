"""Painted phases that are not learned from, by which networks are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from .._held_out import PARTS, SHARE, HeldOut, Key, Withheld
from .._painted import Field
from .._targets import Marks

_SLICES: Final = 8
"""One slice of so many is held out, if several are painted."""
_FEWEST: Final = 12
"""Working px of a phase that have to be left to learn from, and that have to be held out of some phases."""
_PHASES: Final = 2
"""Phases of which there has to be enough to judge by."""
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class HeldSlices:
    """Whole slices that are held out; which ones stays the same while further ones are painted.

    Parameters
    ----------
    keys : frozenset of (int, int)
        Number of the image and index of the slice of each.
    """

    keys: frozenset[Key]

    def split(self, key: Key, targets: Marks) -> tuple[Marks, Marks]:
        """Part the targets of a slice into those to learn from and those held out, which share no pixel."""
        nothing = targets.only(np.zeros_like(targets.known))
        return (nothing, targets) if key in self.keys else (targets, nothing)

    def __str__(self) -> str:
        return "another image" if len(self.keys) == 1 else "other images"


Choice = TypeVar("Choice", HeldSlices, HeldOut)


def hold_out_phases(fields: Mapping[Key, Field]) -> Withheld | None:
    """Choose slices if several are painted, else blocks with about a fifth of the strokes.

    Returns
    -------
    HeldSlices, HeldOut or None
        None if that would leave too little of a phase to learn from, or of all but one to judge by.
    """
    total = _sum(field.targets for field in fields.values())
    blocks = [HeldOut(key, part) for key in fields for part in range(PARTS)]
    return _slices(fields, total) or _nearest(blocks, SHARE, fields, total)


def _slices(fields: Mapping[Key, Field], total: Counts) -> HeldSlices | None:
    """Choose slices one after the other."""
    if len(fields) == 1:
        return None
    number = max(1, round(len(fields) / _SLICES))
    chosen: HeldSlices | None = None
    for taken in range(1, number + 1):
        before = frozenset() if chosen is None else chosen.keys
        choices = [HeldSlices(before | {key}) for key in fields if key not in before]
        chosen = _nearest(choices, taken / len(fields), fields, total) or chosen
    return chosen


def _nearest(
    choices: Iterable[Choice], share: float, fields: Mapping[Key, Field], total: Counts
) -> Choice | None:
    """Find the choice that holds nearest to a share of each phase and leaves enough of it."""
    found, least = None, np.inf
    for choice in choices:
        parts = [choice.split(key, field.targets) for key, field in fields.items()]
        rest, held = _sum(one for one, _ in parts), _sum(one for _, one in parts)
        if (rest < np.minimum(total, _FEWEST)).any() or np.count_nonzero(held >= _FEWEST) < _PHASES:
            continue
        distance = float(np.abs(held / np.maximum(total, 1) - share)[total > 0].sum())
        if distance < least:
            found, least = choice, distance
    return found


def _sum(marks: Iterable[Marks]) -> Counts:
    counts: Counts = np.sum([each.counts for each in marks], axis=0)
    return counts
