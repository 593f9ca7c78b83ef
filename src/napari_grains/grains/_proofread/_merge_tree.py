"""In which order regions join as a threshold on their edges rises, found once for all thresholds."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._graph import Ids, RegionEdges, joined, mutually_weakest

_ROUNDS = 12
"""Rounds in which many regions join at once, before they go one by one.

A fixed number: which regions join below a threshold must not depend on how far the others go.
"""

_Edge: TypeAlias = tuple[float, float, int]  # total, count and first row: the same in whatever order it grew
_Entry: TypeAlias = tuple[float, float, int, int, int]  # mean, -count, first row, and the two regions


@dataclass(frozen=True, eq=False)
class MergeTree:
    """Steps by which regions join, weakest edge first.

    What a joined region shares with a neighbour is scored as one edge, by the mean over all its contacts.
    Such a mean is never below both of those it comes from (average linkage is reducible), so that a step is
    never weaker than those that led to its regions: the steps below a threshold are those that joining up to
    this threshold takes, and the regions can be told for any threshold at once.

    Parameters
    ----------
    pairs : ndarray of int32, shape (S, 2)
        A member of either of the joined regions that a step joins.
    height : ndarray of float64, shape (S,)
        Mean value along the edge that goes.
    number : int
        The largest region id.
    below : float
        It holds all steps below this.
    """

    pairs: Ids
    height: NDArray[np.float64]
    number: int
    below: float

    @classmethod
    def of(cls, edges: RegionEdges, number: int, below: float = np.inf) -> MergeTree:
        """Find the steps whose edge has a mean below ``below``.

        Parameters
        ----------
        edges : RegionEdges
            Between regions 1..number.
        number : int
            The largest region id.
        below : float
            Steps further up are left out.
        """
        pairs, heights = [np.zeros((0, 2), np.int32)], [np.zeros(0)]
        for _ in range(_ROUNDS):
            weak = mutually_weakest(edges, number, below)
            pairs.append(edges.pairs[weak])
            heights.append(edges.mean[weak])
            edges = edges.renamed(joined(edges.pairs[weak, 0], edges.pairs[weak, 1], number))
        last = _one_by_one(edges, below)
        pairs.append(np.array([step[1:] for step in last], np.int32).reshape(-1, 2))
        heights.append(np.array([step[0] for step in last], float))
        return cls(np.concatenate(pairs), np.concatenate(heights), number, below)

    def cut(self, threshold: float) -> Ids:
        """Return for each region the smallest id among those it is joined with, shape (number + 1,).

        Raises
        ------
        ValueError
            If the tree does not reach the threshold.
        """
        if threshold > self.below:
            raise ValueError(f"the steps up to {threshold} are not known, only those below {self.below}")
        taken = self.pairs[self.height < threshold]
        return joined(taken[:, 0], taken[:, 1], self.number)


def _one_by_one(edges: RegionEdges, below: float) -> list[tuple[float, int, int]]:
    """Join the regions of the weakest edge until none is below ``below``: height and regions of each step."""
    around = _surroundings(edges)
    heap = [
        _entry(first, second, edge)
        for first in around
        for second, edge in around[first].items()
        if first < second
    ]
    heap = [entry for entry in heap if entry[0] < below]
    heapq.heapify(heap)
    steps = []
    while heap:
        mean, count, row, first, second = heapq.heappop(heap)
        edge = around[first].get(second) if first in around else None
        if edge is None or (edge[0] / edge[1], -edge[1], edge[2]) != (mean, count, row):
            continue  # one of the two has grown since
        steps.append((mean, first, second))
        kept, gone = (first, second) if len(around[first]) >= len(around[second]) else (second, first)
        for entry in _joined_edges(around, kept, gone):
            if entry[0] < below:
                heapq.heappush(heap, entry)
    return steps


def _surroundings(edges: RegionEdges) -> dict[int, dict[int, _Edge]]:
    """Edges of each region by the neighbour."""
    around: dict[int, dict[int, _Edge]] = {region: {} for region in np.unique(edges.pairs).tolist()}
    rows = zip(edges.pairs.tolist(), edges.total.tolist(), edges.count.tolist(), strict=True)
    for row, ((first, second), total, count) in enumerate(rows):
        around[first][second] = around[second][first] = (total, count, row)
    return around


def _joined_edges(around: dict[int, dict[int, _Edge]], kept: int, gone: int) -> list[_Entry]:
    """Let a region become part of another, and return the edges that this changes."""
    edges = around[kept]
    del edges[gone]
    changed = []
    for other, edge in around.pop(gone).items():
        if other == kept:
            continue
        if other in edges:
            one = edges[other]
            edge = one[0] + edge[0], one[1] + edge[1], min(one[2], edge[2])  # noqa: PLW2901
        edges[other] = around[other][kept] = edge
        del around[other][gone]
        changed.append(_entry(kept, other, edge))
    return changed


def _entry(first: int, second: int, edge: _Edge) -> _Entry:
    total, count, row = edge
    return total / count, -count, row, first, second
