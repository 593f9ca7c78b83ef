"""Edges that the user has decided to keep, and how these decisions follow edits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from typing import TypeAlias

import numpy as np

from .._graph import Ids

Pair: TypeAlias = tuple[int, int]


class Decisions:
    """Pairs of grains, the smaller id first, whose edge is a boundary."""

    def __init__(self) -> None:
        self._others: dict[int, set[int]] = defaultdict(set)

    def __contains__(self, pair: Pair) -> bool:
        return pair[1] in self._others.get(pair[0], ())

    def pairs(self) -> list[Pair]:
        """All pairs."""
        return [(low, high) for low, others in self._others.items() for high in others if low < high]

    def of(self, grain: int) -> set[Pair]:
        """Pairs that a grain is one of."""
        return {ordered(grain, other) for other in self._others.get(grain, ())}

    def change(self, kept: Ids, dropped: Ids) -> None:
        """Add and remove pairs, both shape (K, 2)."""
        for low, high in dropped.tolist():
            self._others[low].discard(high)
            self._others[high].discard(low)
        for low, high in kept.tolist():
            self._others[low].add(high)
            self._others[high].add(low)

    def after_merge(self, grain: int, gone: int) -> set[Pair]:
        """Pairs that follow from those of a grain that has become part of another."""
        others = {other for pair in self.of(gone) for other in pair} - {gone, grain}
        return {ordered(grain, other) for other in others}

    def after_division(self, grain: int, parts: Iterable[int]) -> set[Pair]:
        """Pairs of the parts of a grain: with one another, and with what its edges were decided with."""
        parts = list(parts)
        others = {other for pair in self.of(grain) for other in pair} - {grain}
        between = {ordered(one, other) for one in (grain, *parts) for other in parts if one != other}
        return between | {ordered(part, other) for part in parts for other in others}


def ordered(one: int, other: int) -> Pair:
    """Return a pair with the smaller id first."""
    return (one, other) if one < other else (other, one)


def as_array(pairs: Set[Pair]) -> Ids:
    """Return pairs in rising order, shape (K, 2)."""
    return np.array(sorted(pairs), np.int32).reshape(-1, 2)
