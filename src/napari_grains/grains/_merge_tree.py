"""In which order regions join as a threshold on their edges rises, found once for all thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._graph import Ids, RegionEdges, joined, weakest_edge


@dataclass(frozen=True, eq=False)
class MergeTree:
    """Steps by which regions join, weakest edge first.

    What a joined region shares with a neighbour is scored as one edge, by the mean over all its contacts. Such
    a mean is never below both of those it comes from (average linkage is reducible), so that a step is
    never weaker than those that led to its regions: the steps below a threshold are those that joining up to
    this threshold takes, and the regions can be told for any threshold at once.

    Parameters
    ----------
    pairs : ndarray of int32, shape (S, 2)
        One region, the smallest id, of either of the joined regions that a step joins.
    height : ndarray of float64, shape (S,)
        Mean value along the edge that goes.
    number : int
        The largest region id.
    """

    pairs: Ids
    height: NDArray[np.float64]
    number: int

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
            Steps that start from weaker edges only are looked for.
        """
        pairs, heights = [np.zeros((0, 2), np.int32)], [np.zeros(0)]
        while len(weak := _mutually_weakest(edges, number, below)):
            pairs.append(edges.pairs[weak])
            heights.append(edges.mean[weak])
            edges = edges.renamed(joined(edges.pairs[weak, 0], edges.pairs[weak, 1], number))
        return cls(np.concatenate(pairs), np.concatenate(heights), number)

    def cut(self, threshold: float) -> Ids:
        """Return for each region the smallest id among those it is joined with, shape (number + 1,)."""
        taken = self.pairs[self.height < threshold]
        return joined(taken[:, 0], taken[:, 1], self.number)


def _mutually_weakest(edges: RegionEdges, number: int, threshold: float) -> NDArray[np.int64]:
    """Rows of edges below ``threshold`` that are the weakest of both their regions."""
    weakest = weakest_edge(edges, number)
    rows = np.arange(len(edges.pairs))
    mutual = (weakest[edges.pairs[:, 0]] == rows) & (weakest[edges.pairs[:, 1]] == rows)
    return np.flatnonzero(mutual & (edges.mean < threshold))
