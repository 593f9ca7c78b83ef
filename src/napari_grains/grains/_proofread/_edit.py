"""What an edit of grains changed, so that it can be shown, undone, redone and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._graph import Ids
from ._boxes import NOWHERE, Box, is_empty, joined_boxes

Kind: TypeAlias = Literal["merge", "split", "delete", "grow", "add", "paint", "threshold", "keep"]


def _no_ids() -> Ids:
    return np.zeros(0, np.int32)


def _no_places() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


def _no_pairs() -> Ids:
    return np.zeros((0, 2), np.int32)


@dataclass(frozen=True, eq=False)
class Regrouped:
    """Regions that have changed the grain they belong to as far as the slider is concerned.

    Parameters
    ----------
    regions : ndarray of int32, shape (R,)
        Ids of regions, rising.
    before, after : ndarray of int32, shape (R,)
        The grain of each; 0 is one that the slider leaves alone.
    """

    regions: Ids = field(default_factory=_no_ids)
    before: Ids = field(default_factory=_no_ids)
    after: Ids = field(default_factory=_no_ids)

    def then(self, other: Regrouped) -> Regrouped:
        """Both changes as one; regions that are back where they were drop out."""
        regions = np.union1d(self.regions, other.regions)
        before, after = np.zeros(len(regions), np.int32), np.zeros(len(regions), np.int32)
        for part in (other, self):
            before[np.searchsorted(regions, part.regions)] = part.before
        for part in (self, other):
            after[np.searchsorted(regions, part.regions)] = part.after
        moved = before != after
        return Regrouped(regions[moved], before[moved], after[moved])


@dataclass(frozen=True, eq=False)
class Edit:
    """A change of the grains of one plane, made by `Proofreading`.

    Parameters
    ----------
    kind : str
        "merge", "split", "delete", "grow", "add", "paint", "threshold" or "keep".
    box : (top, bottom, left, right)
        Holds every pixel that changed; empty where none did.
    indices : ndarray of int64, shape (P,)
        Flat indices of the pixels that changed, rising. Those of a "threshold" edit follow from
        ``regrouped`` and are not listed: it may move every grain of a plane.
    before, after : ndarray of int32, shape (P,)
        Grains of these pixels.
    regrouped : Regrouped
        For "threshold" the regions that moved, else those that the slider leaves alone from now on.
    kept, dropped : ndarray of int32, shape (K, 2)
        Pairs of grains, the smaller id first, whose edge is decided from now on, or no longer is.
    threshold : (before, after)
        Where the merge slider stands.
    """

    kind: Kind
    box: Box = NOWHERE
    indices: NDArray[np.int64] = field(default_factory=_no_places)
    before: Ids = field(default_factory=_no_ids)
    after: Ids = field(default_factory=_no_ids)
    regrouped: Regrouped = field(default_factory=Regrouped)
    kept: Ids = field(default_factory=_no_pairs)
    dropped: Ids = field(default_factory=_no_pairs)
    threshold: tuple[float, float] = (0.0, 0.0)

    @property
    def is_empty(self) -> bool:
        """Whether no pixel has changed."""
        return is_empty(self.box)

    def then(self, other: Edit) -> Edit:
        """Return two consecutive "threshold" edits of a plane as one."""
        if (self.kind, other.kind) != ("threshold", "threshold"):
            raise ValueError(f"{self.kind} and {other.kind} edits cannot become one")
        return Edit(
            "threshold",
            joined_boxes(self.box, other.box),
            regrouped=self.regrouped.then(other.regrouped),
            threshold=(self.threshold[0], other.threshold[1]),
        )


@dataclass(frozen=True)
class DoubtfulEdge:
    """An edge between two grains that may be no boundary.

    Parameters
    ----------
    pair : (int, int)
        Ids of the two grains, the smaller first.
    score : float
        Mean boundary probability along the edge.
    length : float
        In px, see `EdgeScores`.
    position : (row, column)
        A pixel of the edge, near its middle.
    extent : float
        Longer side in px of the upright rectangle around the edge.
    """

    pair: tuple[int, int]
    score: float
    length: float
    position: tuple[int, int]
    extent: float
