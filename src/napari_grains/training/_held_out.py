"""Strokes that are not learned from, by which networks are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ._painted import Field
from ._targets import Marks

Key: TypeAlias = tuple[int, int]
Mask = NDArray[np.bool_]
SHARE: Final = 0.2
"""Share of the strokes that is held out."""
MARGIN: Final = 3
"""Working px around held-out blocks that are not learned from either."""
_FEWEST: Final = 12
"""Working px of each class that have to be on either side."""
PARTS: Final = 5
"""One block of so many is held out."""
_BLOCK: Final = 40
"""Side of a block in working px, about."""
_MOST: Final = 8
"""Blocks along an axis, at most."""


class Withheld(Protocol):
    """What is not learned from; in words if turned into text."""

    def split(self, key: Key, targets: Marks) -> tuple[Marks, Marks]:
        """Part the targets of a slice into those to learn from and those held out, which share no pixel."""


@dataclass(frozen=True)
class HeldOut:
    """Which part of the strokes is held out; it stays the same while further ones are painted.

    Parameters
    ----------
    key : (int, int)
        Number of the image and index of the slice.
    part : int, optional
        Which fifth of the blocks that the slice is divided into; None: all of the slice.
    """

    key: Key
    part: int | None = None

    @classmethod
    def choose(cls, fields: Mapping[Key, Field]) -> HeldOut | None:
        """Choose a slice if several are painted, else blocks with about a fifth of the strokes.

        One large block would be about one place only. Blocks that are a knight's move apart are spread over
        all of the image.

        Returns
        -------
        HeldOut or None
            None if there are too few strokes to do without some.
        """
        slices = [cls(key) for key in fields] if len(fields) > 1 else []
        return _best(slices, fields) or _best(
            [cls(key, part) for key in fields for part in range(PARTS)], fields
        )

    def split(self, key: Key, targets: Marks) -> tuple[Marks, Marks]:
        """Part the targets of a slice into those to learn from and those held out, which share no pixel."""
        if key != self.key:
            return targets, targets.only(np.zeros_like(targets.known))
        held = (
            np.ones_like(targets.known) if self.part is None else _blocks(targets.known.shape, self.part, 0)
        )
        near = held if self.part is None else _blocks(targets.known.shape, self.part, MARGIN)
        return targets.only(~near), targets.only(held)

    def __str__(self) -> str:
        return "another image" if self.part is None else "parts of the image"


def split(
    fields: Mapping[Key, Field], held_out: Withheld | None
) -> tuple[dict[Key, Marks], dict[Key, Marks]]:
    """Part the targets of all slices into those to learn from and those held out.

    Returns
    -------
    (dict, dict)
        By slice; only slices with targets.
    """
    learned, held = {}, {}
    for key, each in fields.items():
        mine, yours = (each.targets, None) if held_out is None else held_out.split(key, each.targets)
        if any(mine.counts):
            learned[key] = mine
        if yours is not None and any(yours.counts):
            held[key] = yours
    return learned, held


def _blocks(shape: tuple[int, ...], part: int, margin: int) -> Mask:
    """Blocks of a part, a knight's move apart, with a margin around each."""
    inside = np.zeros(shape, np.bool_)
    edges = [np.linspace(0, n, min(_MOST, max(2, n // _BLOCK)) + 1).astype(int) for n in shape]
    for row in range(len(edges[0]) - 1):
        for column in range(len(edges[1]) - 1):
            if (row + 2 * column) % PARTS == part:
                rows, columns = (
                    slice(max(0, at[k] - margin), at[k + 1] + margin)
                    for at, k in zip(edges, (row, column), strict=True)
                )
                inside[rows, columns] = True
    return inside


def _best(choices: Iterable[HeldOut], fields: Mapping[Key, Field]) -> HeldOut | None:
    """Find the choice that holds nearest to the wanted share of both classes and leaves enough."""
    total = np.sum([each.targets.counts for each in fields.values()], axis=0)
    found, least = None, np.inf
    for choice in choices:
        learned, held = choice.split(choice.key, fields[choice.key].targets)
        lost = np.subtract(fields[choice.key].targets.counts, learned.counts)
        if min(*held.counts, *(total - lost)) < _FEWEST:
            continue
        distance = float(np.abs(np.divide(held.counts, total) - SHARE).sum())
        if distance < least:
            found, least = choice, distance
    return found
