"""Strokes that are not learned from, by which networks are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ._painted import Field
from ._targets import Targets

Key: TypeAlias = tuple[int, int]
Mask = NDArray[np.bool_]
SHARE: Final = 0.22
"""Share of the strokes that is held out where they are all on one image."""
MARGIN: Final = 6
"""Working px around a held-out part that are not learned from either."""
_FEWEST: Final = 12
"""Working px of each class that have to be on either side."""
_SIDES: Final = (1 / 3, 1 / 2)
_PLACES: Final = 5


@dataclass(frozen=True)
class HeldOut:
    """Which part of the strokes is held out; it stays the same while further ones are painted.

    Parameters
    ----------
    key : (int, int)
        Number of the image and index of the slice.
    part : tuple of 4 float, optional
        Top, bottom, left and right as shares of the slice; None: all of it.
    """

    key: Key
    part: tuple[float, float, float, float] | None = None

    @classmethod
    def choose(cls, fields: Mapping[Key, Field]) -> HeldOut | None:
        """Choose a slice if several are painted, else a rectangle with about a fifth of the strokes.

        Returns
        -------
        HeldOut or None
            None if there are too few strokes to do without some.
        """
        choices = [cls(key) for key in fields] if len(fields) > 1 else []
        return _best(choices, fields) or _best(_rectangles(fields), fields)

    def split(self, key: Key, targets: Targets) -> tuple[Targets, Targets]:
        """Part the targets of a slice into those to learn from and those held out, which share no pixel."""
        shape = targets.boundary.shape
        if key != self.key:
            return targets, targets.only(np.zeros(shape, np.bool_))
        return targets.only(~self._inside(shape, MARGIN)), targets.only(self._inside(shape, 0))

    def _inside(self, shape: tuple[int, ...], margin: int) -> Mask:
        inside = np.zeros(shape, np.bool_)
        top, bottom, left, right = (0.0, 1.0, 0.0, 1.0) if self.part is None else self.part
        rows, columns = (
            slice(max(0, round(low * n) - margin), round(high * n) + margin)
            for low, high, n in zip((top, left), (bottom, right), shape, strict=True)
        )
        inside[rows, columns] = True
        return inside

    def __str__(self) -> str:
        return "another image" if self.part is None else "a part of the image"


def split(
    fields: Mapping[Key, Field], held_out: HeldOut | None
) -> tuple[dict[Key, Targets], dict[Key, Targets]]:
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


def _rectangles(fields: Mapping[Key, Field]) -> Iterator[HeldOut]:
    for key in fields:
        for height in _SIDES:
            for width in _SIDES:
                for top in np.linspace(0, 1 - height, _PLACES):
                    for left in np.linspace(0, 1 - width, _PLACES):
                        yield HeldOut(
                            key, (float(top), float(top + height), float(left), float(left + width))
                        )


def _best(choices: Iterable[HeldOut], fields: Mapping[Key, Field]) -> HeldOut | None:
    """Find the choice that holds nearest to the wanted share of both classes and leaves enough."""
    total = np.sum([each.targets.counts for each in fields.values()], axis=0)
    found, least = None, np.inf
    for choice in choices:
        learned, held = choice.split(choice.key, fields[choice.key].targets)
        lost = np.subtract(fields[choice.key].targets.counts, learned.counts)
        if min(*held.counts, *(total - lost)) < _FEWEST:
            continue
        off = np.abs(np.divide(held.counts, total) - SHARE) + (lost - held.counts) / total
        distance = float(off.sum())
        if distance < least:
            found, least = choice, distance
    return found
