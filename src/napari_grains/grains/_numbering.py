"""Numbers that tell neighbouring grains apart in a picture of few colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ._colours import COLOURS
from ._graph import Ids, consecutive

_WORK = 20_000_000  # comparisons after which neighbours may stay alike: not every pattern can be coloured
_ROOM = 100_000  # new numbers for each plane of a stack
_LARGEST = 20_000_000  # new numbers for all of them


def spread_numbers(labels: Ids) -> Ids:
    """Renumber grains so that those that touch differ modulo `COLOURS` wherever that is possible.

    A picture that repeats `COLOURS` colours over the numbers then tells neighbours apart. The grains are
    coloured one after the other, those with most neighbours first, each with the colour that has most left of
    those that no neighbour has. The numbers 1..N fix how often each colour is to be had; where that is not
    met, or neighbours are left with one colour, grains change colours, alone or in pairs.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains > 0; 0 is no grain.

    Returns
    -------
    ndarray of int32, shape (Y, X)
        The same grains numbered 1..N without gaps; within a colour in their former order.
    """
    labels = consecutive(labels)
    number = int(labels.max(initial=0))
    if number <= COLOURS:
        return labels
    colour = _balanced_colours(_touching(labels, number))
    names = np.zeros(number + 1, np.int32)
    for residue in range(COLOURS):
        members = np.flatnonzero(colour == residue)
        names[1 + members] = 1 + residue + COLOURS * np.arange(len(members), dtype=np.int32)
    return names[labels]


def number_through(labels: Ids) -> tuple[Ids, NDArray[np.int32]]:
    """Give the slices of a stack numbers that they do not share; each grain keeps its colour.

    Parameters
    ----------
    labels : ndarray of int32, shape (Z, Y, X)
        Grains 1..N in each slice; 0 is no grain.

    Returns
    -------
    labels : ndarray of int32, shape (Z, Y, X)
        The number within the slice plus what is added for the slice.
    added : ndarray of int32, shape (Z,)
        A multiple of `COLOURS` for each slice.
    """
    highest = labels.reshape(len(labels), -1).max(axis=1)
    room = -(-highest // COLOURS) * COLOURS
    added = (np.cumsum(room) - room).astype(np.int32)
    return np.where(labels > 0, labels + added[:, None, None], 0).astype(np.int32), added


def room_for_new(labels: Ids) -> list[int]:
    """Return for each plane of a stack (Z, Y, X) a number above which it may number new grains.

    So that planes do not use the same numbers, each has room for 100,000, or less in very deep stacks, whose
    numbers would become so large that tables of them are slow.
    """
    highest, planes = int(labels.max(initial=0)), len(labels)
    room = min(_ROOM, _LARGEST // max(planes, 1))
    return [highest + room * plane for plane in range(planes)]


def _touching(labels: Ids, number: int) -> csr_array:
    """Which of the grains 1..number share a side or a corner, symmetric, shape (number, number)."""
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    # Grains that only share a corner meet where each of four pixels differs from the two beside it.
    corner = across[1:] & across[:-1] & down[:, 1:] & down[:, :-1]
    pairs = [
        (labels[:, 1:][across], labels[:, :-1][across]),
        (labels[1:][down], labels[:-1][down]),
        (labels[1:, 1:][corner], labels[:-1, :-1][corner]),
        (labels[1:, :-1][corner], labels[:-1, 1:][corner]),
    ]
    first, second = (np.concatenate(ids) for ids in zip(*pairs, strict=True))
    apart = (first != second) & (first > 0) & (second > 0)
    first, second = first[apart] - 1, second[apart] - 1
    ends = np.concatenate((first, second)), np.concatenate((second, first))
    return coo_array((np.ones(len(ends[0]), np.int32), ends), shape=(number, number)).tocsr()


def _balanced_colours(links: csr_array) -> NDArray[np.int8]:
    """Colour 0..COLOURS-1 of each grain, used as often as the numbers 1..N have it modulo COLOURS."""
    number = links.shape[0]
    wanted = np.array([len(range(colour, number, COLOURS)) for colour in range(COLOURS)])
    colouring = _Colouring(links, _greedy(links, wanted))
    colouring.balance(wanted)
    colouring.mend()
    return colouring.colour


def _greedy(links: csr_array, wanted: NDArray[np.int64]) -> NDArray[np.int8]:
    """Colour the grains one after the other, with more of a colour than wanted only if there is no other."""
    left = wanted.tolist()
    starts, neighbours = links.indptr.tolist(), links.indices.tolist()
    colour = [-1] * links.shape[0]
    for grain in np.argsort(-np.diff(links.indptr), kind="stable").tolist():
        taken = {colour[other] for other in neighbours[starts[grain] : starts[grain + 1]]}
        free = [each for each in range(COLOURS) if each not in taken] or range(COLOURS)
        best = max(free, key=left.__getitem__)
        colour[grain] = best
        left[best] -= 1
    return np.array(colour, np.int8)


class _Colouring:
    """Colours of grains that change, and how many neighbours of each colour a grain has."""

    def __init__(self, links: csr_array, colour: NDArray[np.int8]) -> None:
        self.colour = colour
        self._links = links
        self._grain = np.repeat(np.arange(len(colour)), np.diff(links.indptr))
        self._around = self._counted()

    def _counted(self) -> NDArray[np.int64]:
        keys = self._grain * COLOURS + self.colour[self._links.indices]
        return np.bincount(keys, minlength=COLOURS * len(self.colour)).reshape(-1, COLOURS)

    def balance(self, wanted: NDArray[np.int64]) -> None:
        """Give grains of a colour that is used too often the one that is used too seldom."""
        while (surplus := np.bincount(self.colour, minlength=COLOURS) - wanted).any():
            most, least = int(surplus.argmax()), int(surplus.argmin())
            members = np.flatnonzero(self.colour == most)
            cost = self._around[members, least] - self._around[members, most]
            number = min(surplus[most], -surplus[least])
            self.colour[members[np.argsort(cost, kind="stable")[:number]]] = least
            self._around = self._counted()

    def mend(self) -> None:
        """Let grains that have the colour of a neighbour exchange it with others where that helps."""
        tries = _WORK // len(self.colour)
        while tries > 0:
            alike = np.flatnonzero(self._alike())[:tries]
            tries -= len(alike)
            if not sum(self._exchange(int(grain)) for grain in alike):
                return

    def _alike(self) -> NDArray[np.int64]:
        """Neighbours of the same colour, by grain."""
        alike: NDArray[np.int64] = self._around[np.arange(len(self.colour)), self.colour]
        return alike

    def _exchange(self, grain: int) -> bool:
        """Exchange the colours of a grain and the one where that leaves fewest neighbours alike."""
        own = int(self.colour[grain])
        if not self._around[grain, own]:
            return False
        change = self._around[grain, self.colour] - self._around[grain, own]
        change += self._around[:, own] - self._alike()
        change[self._neighbours(grain)] -= 2  # the two were counted as meeting after the exchange
        change[self.colour == own] = 0
        other = int(change.argmin())
        if change[other] >= 0:
            return False
        theirs = int(self.colour[other])
        self._paint(other, own)
        self._paint(grain, theirs)
        return True

    def _paint(self, grain: int, colour: int) -> None:
        neighbours = self._neighbours(grain)
        self._around[neighbours, self.colour[grain]] -= 1
        self._around[neighbours, colour] += 1
        self.colour[grain] = colour

    def _neighbours(self, grain: int) -> NDArray[np.int32]:
        start, stop = self._links.indptr[grain : grain + 2]
        neighbours: NDArray[np.int32] = self._links.indices[start:stop]
        return neighbours
