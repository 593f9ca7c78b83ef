"""The edges between the grains of a plane, kept up to date where pixels change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from .._edges import EdgeScores
from .._graph import Ids, RegionEdges, Values, contact_strength, contacts, pair_keys, pooled_edges
from ._boxes import Box, grown_box, places_in, slices

_CALL = 20_000  # pixels that are looked at in the time that a call takes
_HALF = 0.5  # score of every edge where there is no boundary map


class EdgeTable:
    """Mean boundary probability along every edge, one row for each pair of neighbours.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains, 0 is none; contiguous. It is read here and written by whoever calls `change`.
    boundary : ndarray of float32, shape (Y, X), or None
        Boundary probability 0..1; None: every edge scores 0.5.
    """

    def __init__(self, labels: Ids, boundary: Values | None) -> None:
        self._labels, self._boundary = labels, boundary
        self.renew()

    def renew(self) -> None:
        """Collect all edges anew."""
        touching = contacts(self._labels)
        strength = self._strength(touching.pixel, touching.other)
        self.take(pooled_edges(touching.first, touching.second, strength, np.ones(len(strength))))

    def take(self, edges: RegionEdges) -> None:
        """Let these be all edges; totals are sums of `strength`."""
        room = len(edges.pairs) + 1024
        self._pairs = np.zeros((room, 2), np.int32)
        self._total, self._count = np.zeros(room), np.zeros(room)
        number = len(edges.pairs)
        self._pairs[:number] = edges.pairs
        self._total[:number], self._count[:number] = edges.total, edges.count
        # Numbers as keys, as thousands of tuples would set off the garbage collector.
        self._row = dict(zip(pair_keys(*edges.pairs.T).tolist(), range(number), strict=True))
        self._free = list(range(room - 1, number - 1, -1))

    def regroup(self, free: RegionEdges, fixed: Mapping[int, Box]) -> None:
        """Take note that all grains but some have been written anew.

        Parameters
        ----------
        free : RegionEdges
            Edges between the grains that were written.
        fixed : mapping of int to box
            The other grains and the rectangles around them; their edges with each other are known.
        """
        looked_at = sum((box[1] - box[0]) * (box[3] - box[2]) + _CALL for box in fixed.values())
        if looked_at > self._labels.size:
            self.renew()
            return
        ids = np.array(sorted(fixed), np.int32)
        rows = np.flatnonzero(self._count)
        rows = rows[np.isin(self._pairs[rows], ids).all(axis=1)]
        parts = [(*free.pairs.T, free.total, free.count)]
        parts.append((*self._pairs[rows].T, self._total[rows], self._count[rows]))
        parts += [self._beside(grain, box, ids) for grain, box in fixed.items()]
        first, second, total, count = (np.concatenate(part) for part in zip(*parts, strict=True))
        self.take(pooled_edges(first, second, total, count))

    def _beside(
        self, grain: int, box: Box, fixed: Ids
    ) -> tuple[Ids, Ids, NDArray[np.float64], NDArray[np.float64]]:
        """Contacts of a fixed grain with those that are not: ids, strength and number of each."""
        part = grown_box(box, 1, self._labels.shape)
        found = contacts(np.ascontiguousarray(self._labels[slices(part)]))
        other = np.where(found.first == grain, found.second, found.first)
        wanted = ((found.first == grain) | (found.second == grain)) & ~np.isin(other, fixed)
        pixel, beside = (
            places_in(part, each[wanted], self._labels.shape[1]) for each in (found.pixel, found.other)
        )
        strength = self._strength(pixel, beside)
        return np.full(len(pixel), grain, np.int32), other[wanted], strength, np.ones(len(pixel))

    def scores(self, without: Iterable[tuple[int, int]] = (), below: float = np.inf) -> EdgeScores:
        """Return the edges in no particular order, without some pairs and those that score too high."""
        wanted = self._count > 0
        keys = pair_keys(*np.array(list(without), np.int32).reshape(-1, 2).T).tolist()
        wanted[[self._row[key] for key in keys if key in self._row]] = False
        rows = np.flatnonzero(wanted)
        rows = rows[self._total[rows] < below * self._count[rows]]
        mean, length = self._total[rows] / self._count[rows], self._count[rows] * (np.pi / 4)
        return EdgeScores(self._pairs[rows], mean.astype(np.float32), length.astype(np.float32))

    def __contains__(self, pair: tuple[int, int]) -> bool:
        return (min(pair) << 32 | max(pair)) in self._row

    def change(self, indices: NDArray[np.int64], values: Ids) -> None:
        """Write pixels of the labels and update the edges they are part of.

        Parameters
        ----------
        indices : ndarray of int64, shape (P,)
            Flat, rising.
        values : ndarray of int32, shape (P,)
            Their new grains.
        """
        flat = self._labels.reshape(-1)
        pixel, other = self._sides(indices)
        strength = self._strength(pixel, other)
        self._add(flat[pixel], flat[other], strength, -1)
        flat[indices] = values
        self._add(flat[pixel], flat[other], strength, 1)

    def _sides(self, indices: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of pixels that share a side, of which one is listed; each pair once."""
        width, size = self._labels.shape[1], self._labels.size
        left = np.union1d(indices, indices - 1)
        left = left[(left >= 0) & (left % width < width - 1)]
        above = np.union1d(indices, indices - width)
        above = above[(above >= 0) & (above + width < size)]
        return np.concatenate((left, above)), np.concatenate((left + 1, above + width))

    def _strength(self, pixel: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
        """Boundary probability of contacts between pixels."""
        if self._boundary is None:
            return np.full(len(pixel), _HALF)
        return contact_strength(self._boundary, pixel, other)

    def _add(self, first: Ids, second: Ids, strength: NDArray[np.float64], sign: int) -> None:
        inside = (first != second) & (first > 0) & (second > 0)
        edges = pooled_edges(first[inside], second[inside], strength[inside], np.ones(inside.sum()))
        keys = pair_keys(*edges.pairs.T).tolist()
        rows = np.array([self._row_of(key) for key in keys], np.int64)
        self._pairs[rows] = edges.pairs
        self._total[rows] += sign * edges.total
        self._count[rows] += sign * edges.count
        for place in np.flatnonzero(self._count[rows] == 0).tolist():
            self._free.append(self._row.pop(keys[place]))

    def _row_of(self, key: int) -> int:
        row = self._row.get(key)
        if row is None:
            if not self._free:
                self._grow()
            row = self._row[key] = self._free.pop()
        return row

    def _grow(self) -> None:
        number = len(self._pairs)
        self._pairs = np.concatenate((self._pairs, np.zeros_like(self._pairs)))
        self._total = np.concatenate((self._total, np.zeros_like(self._total)))
        self._count = np.concatenate((self._count, np.zeros_like(self._count)))
        self._free = list(range(2 * number - 1, number - 1, -1))
