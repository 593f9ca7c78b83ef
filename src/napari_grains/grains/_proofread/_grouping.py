"""Regrouping regions into grains by a threshold on their edges, apart from grains that were edited."""

from __future__ import annotations

import numpy as np

from .._graph import Ids, RegionEdges, pooled_edges
from ._edit import Regrouped
from ._extents import Extents
from ._merge_tree import MergeTree
from ._regions import Regions, largest_members, new_number, own_numbers


class Grouping:
    """Which grain each region belongs to as long as no edit has touched it.

    Parameters
    ----------
    regions : Regions
        Of the plane.
    labels : ndarray of int32, shape (Y, X)
        Grains.
    extents : Extents
        Of the grains.
    threshold : float
        At which regions became these grains. Grains for which that is not so count as edited.
    above : int
        New numbers are larger.

    Attributes
    ----------
    grain : ndarray of int32, shape (R + 1,)
        Grain of each region that is free to be regrouped, 0 for the others.
    """

    def __init__(self, regions: Regions, labels: Ids, extents: Extents, threshold: float, above: int) -> None:
        self._regions, self._extents = regions, extents
        self.grain = regions.grains(labels)
        self._leave_out_mixed()
        self._own = own_numbers(regions, self.grain, above)
        self._tree: MergeTree | None = None
        self._leave_out_others(threshold)

    def highest(self) -> int:
        """Return the largest number that is kept for a grain."""
        return int(self._own.max(initial=0))

    def left_alone(self, grains: Ids) -> Regrouped:
        """Return the change by which the slider leaves grains alone from now on."""
        regions = np.flatnonzero((self.grain > 0) & np.isin(self.grain, grains)).astype(np.int32)
        return Regrouped(regions, self.grain[regions], np.zeros(len(regions), np.int32))

    def at(self, threshold: float) -> Regrouped:
        """Return the change to the grains at a threshold."""
        free = self.grain > 0
        group = np.where(free, self._steps().cut(threshold), 0).astype(np.int32)
        number = np.where(free, self._own[largest_members(group, self._regions.area)], 0).astype(np.int32)
        self._avoid_taken(number)
        moved = np.flatnonzero(number != self.grain).astype(np.int32)
        return Regrouped(moved, self.grain[moved], number[moved])

    def move(self, regions: Ids, grains: Ids) -> None:
        """Take note of the grains of regions; 0 leaves them alone."""
        if ((grains > 0) != (self.grain[regions] > 0)).any():
            self._tree = None
        self.grain[regions] = grains

    def edges(self) -> RegionEdges:
        """Return the edges between grains that are free to be regrouped."""
        edges = self._free_edges()
        first, second = self.grain[edges.pairs.T]
        return pooled_edges(first, second, edges.total, edges.count)

    def _steps(self) -> MergeTree:
        """Return the steps of the free regions; those left alone are no neighbours of anything."""
        if self._tree is None:
            self._tree = MergeTree.of(self._free_edges(), self._regions.number)
        return self._tree

    def _free_edges(self) -> RegionEdges:
        edges = self._regions.edges
        rows = (self.grain[edges.pairs] > 0).all(axis=1)
        return RegionEdges(edges.pairs[rows], edges.total[rows], edges.count[rows])

    def _avoid_taken(self, number: Ids) -> None:
        """Renumber, in place, grains whose number one that is left alone has."""
        taken = set(self._extents.area) - set(self.grain.tolist())
        above = max(self.highest(), self._extents.highest())
        for clash in sorted(taken & set(number.tolist())):
            above = new_number(above, np.zeros(0, np.int32))
            number[number == clash] = above

    def _leave_out_mixed(self) -> None:
        """Leave alone the grains that are not made up of whole regions."""
        grains, where = np.unique(self.grain, return_inverse=True)
        covered = np.bincount(where, weights=self._regions.area)
        area = np.array([self._extents.area.get(grain, 0) for grain in grains.tolist()])
        self.grain[(covered != area)[where]] = 0

    def _leave_out_others(self, threshold: float) -> None:
        """Leave alone the grains that are not those at the threshold."""
        group = self._steps().cut(threshold)
        largest = largest_members(group, self._regions.area), largest_members(self.grain, self._regions.area)
        apart = (self.grain > 0) & (largest[0] != largest[1])
        bad = np.isin(self.grain, self.grain[apart]) | np.isin(group, group[apart])
        if (bad & (self.grain > 0)).any():
            self.grain[bad], self._tree = 0, None
