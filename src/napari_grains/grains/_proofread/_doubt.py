"""Which edges may be no boundaries, and in what order they are shown to the user."""

from __future__ import annotations

import numpy as np

from .._edges import EdgeScores
from .._graph import Ids, contacts
from .._typical import weighted_median
from ._boxes import common_box, grown_box, slices
from ._decisions import Decisions
from ._edge_table import EdgeTable
from ._edit import DoubtfulEdge
from ._extents import Extents

_SHORT = 4.0
"""Length in px below which two grains hardly meet: such edges come last."""


def doubt_limit(edges: EdgeScores, threshold: float) -> float:
    """Return the score below which an edge lies nearer to the merging threshold than to the median edge.

    Parameters
    ----------
    edges : EdgeScores
        Of the grains.
    threshold : float
        The mean boundary probability below which grains were joined.
    """
    if not len(edges.score):
        return threshold
    return (threshold + weighted_median(edges.score, edges.length)) / 2


def undecided(table: EdgeTable, decisions: Decisions, limit: float) -> EdgeScores:
    """Return the edges that score below a limit and are not decided, most doubtful first."""
    edges = table.scores(without=decisions.pairs(), below=limit)
    low, high = edges.pairs.T
    order = np.lexsort((high, low, edges.score, edges.length < _SHORT))
    return EdgeScores(edges.pairs[order], edges.score[order], edges.length[order])


def most_doubtful(
    edges: EdgeScores, labels: Ids, extents: Extents, after: DoubtfulEdge | None
) -> DoubtfulEdge | None:
    """Return the first edge, or the first one after another; None if there is none.

    Parameters
    ----------
    edges : EdgeScores
        Most doubtful first, see `undecided`.
    labels : ndarray of int32, shape (Y, X)
        Grains.
    extents : Extents
        Of the grains.
    after : DoubtfulEdge or None
        In the order of doubt; after the last comes the first.
    """
    if not len(edges.score):
        return None
    row = 0 if after is None else _following(edges, after)
    first, second = edges.pairs[row].tolist()
    return _placed((first, second), float(edges.score[row]), float(edges.length[row]), labels, extents)


def _following(edges: EdgeScores, after: DoubtfulEdge) -> int:
    """Row of the first edge that is less doubtful than another, which need not be among them."""
    reference = (after.length < _SHORT, after.score, *after.pair)
    rows = zip((edges.length < _SHORT).tolist(), edges.score.tolist(), edges.pairs.tolist(), strict=True)
    return next(
        (row for row, (short, score, pair) in enumerate(rows) if (short, score, *pair) > reference), 0
    )


def _placed(
    pair: tuple[int, int], score: float, length: float, labels: Ids, extents: Extents
) -> DoubtfulEdge:
    """Find where an edge lies: in what the surroundings of its grains have in common."""
    around = (grown_box(extents.box(grain), 1, labels.shape) for grain in pair)
    box = common_box(*around)
    found = contacts(np.ascontiguousarray(labels[slices(box)]))
    ours = np.flatnonzero(
        (np.minimum(found.first, found.second) == pair[0])
        & (np.maximum(found.first, found.second) == pair[1])
    )
    row, column = np.divmod(found.pixel[ours], box[3] - box[2])
    middle = np.argmin((row - row.mean()) ** 2 + (column - column.mean()) ** 2)
    extent = float(max(np.ptp(row), np.ptp(column)) + 1)
    place = int(row[middle]) + box[0], int(column[middle]) + box[2]
    return DoubtfulEdge(pair, score, length, place, extent)
