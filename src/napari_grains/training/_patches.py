"""Patches around strokes, flipped, turned and regraded."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.transforms.v2 import functional as v2

from ._held_out import Key
from ._painted import Field
from ._stream import Batch
from ._targets import Targets

_GAMMA: Final = (0.8, 1.25)
_GAIN: Final = (0.75, 1.15)
_OFFSET: Final = (-0.15, 0.15)
_JUDGED: Final = 12
"""Patches that judge, at most."""


class Patches:
    """Draws patches of painted slices.

    Parameters
    ----------
    fields : mapping of (int, int) to Field
        The slices.
    targets : mapping of (int, int) to Targets
        What of them is learned from; not empty.
    rng : numpy.random.Generator
        Draws places and looks.
    """

    def __init__(
        self,
        fields: Mapping[Key, Field],
        targets: Mapping[Key, Targets],
        rng: np.random.Generator,
    ) -> None:
        self._rng = rng
        self._layers = {key: _layers(fields[key], each) for key, each in targets.items()}
        self._places = [_places(each) for each in targets.values()]
        self._keys = list(targets)

    def draw(self, number: int, side: int) -> Batch:
        """Draw a batch: "image", "boundary" and "grain", each (N, 1, side, side).

        One patch is around a painted boundary, the next around a painted grain, where both were painted; a
        slice comes as often as its share of the strokes.
        """
        patches = [self._patch(one % 2, side) for one in range(number)]
        return _named(torch.stack(patches))

    def _patch(self, kind: int, side: int) -> Tensor:
        counts = np.array([len(places[kind]) for places in self._places], float)
        if not counts.any():
            kind, counts = 1 - kind, np.array([len(places[1 - kind]) for places in self._places], float)
        which = int(self._rng.choice(len(counts), p=counts / counts.sum()))
        place = self._places[which][kind][self._rng.integers(int(counts[which]))]
        return self._seen(_cut(self._layers[self._keys[which]], self._corner(place, which, side), side))

    def _corner(self, place: NDArray[np.intp], which: int, side: int) -> tuple[int, int]:
        """Draw the first row and column of a patch in which a place lies anywhere."""
        shape = self._layers[self._keys[which]].shape[1:]
        row, column = (
            int(np.clip(at - self._rng.integers(side), 0, max(0, n - side)))
            for at, n in zip(place, shape, strict=True)
        )
        return row, column

    def _seen(self, patch: Tensor) -> Tensor:
        """Flip and turn all layers, and change the grey levels a little."""
        if self._rng.integers(2):
            patch = v2.horizontal_flip(patch)
        patch = torch.rot90(patch, int(self._rng.integers(4)), (1, 2)).clone()
        gamma = float(np.exp(self._rng.uniform(*np.log(_GAMMA))))
        grey = v2.adjust_gamma((patch[:1] + 1) / 2, gamma)
        patch[:1] = (2 * grey - 1) * self._rng.uniform(*_GAIN) + self._rng.uniform(*_OFFSET)
        return patch


def _layers(field: Field, targets: Targets) -> Tensor:
    """Stack image and targets, (3, Y, X)."""
    arrays = (field.grey, targets.boundary, targets.grain)
    return torch.stack([torch.from_numpy(np.asarray(array, np.float32)) for array in arrays])


def _named(patches: Tensor) -> Batch:
    """Take a batch (N, 3, Y, X) apart."""
    return {name: patches[:, i : i + 1] for i, name in enumerate(("image", "boundary", "grain"))}


def _places(targets: Targets) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.argwhere(targets.boundary), np.argwhere(targets.grain)


def _cut(layers: Tensor, corner: tuple[int, int], side: int) -> Tensor:
    """Cut a square out; where the slice is smaller it is mirrored, and nothing is known of the mirror."""
    part = layers[:, corner[0] : corner[0] + side, corner[1] : corner[1] + side]
    rows, columns = side - part.shape[1], side - part.shape[2]
    if not (rows or columns):
        return part
    mirrored = torch.from_numpy(np.pad(part.numpy(), ((0, 0), (0, rows), (0, columns)), "symmetric"))
    mirrored[1:, part.shape[1] :], mirrored[1:, :, part.shape[2] :] = 0, 0
    return mirrored


def held_patches(fields: Mapping[Key, Field], held: Mapping[Key, Targets], side: int) -> Batch | None:
    """Cut out what judges: the squares of a grid with the most held-out pixels, as they are.

    Returns
    -------
    dict of str to Tensor, (N, 1, side, side)
        "image", "boundary" and "grain"; None if nothing is held out.
    """
    squares: list[Tensor] = []
    for key, targets in held.items():
        layers = _layers(fields[key], targets)
        squares += [_cut(layers, corner, side) for corner in _corners(targets, side)]
    squares.sort(key=lambda square: -float(square[1:].sum()))
    if not squares:
        return None
    return _named(torch.stack(squares[:_JUDGED]))


def _corners(targets: Targets, side: int) -> list[tuple[int, int]]:
    """First rows and columns of squares that hold all targets once, away from the rim where it can be."""
    known = targets.known
    rows, columns = (np.flatnonzero(known.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return []
    corners = product(
        _starts(int(rows[0]), int(rows[-1]) + 1, side, known.shape[0]),
        _starts(int(columns[0]), int(columns[-1]) + 1, side, known.shape[1]),
    )
    return [(r, c) for r, c in corners if known[r : r + side, c : c + side].any()]


def _starts(first: int, last: int, side: int, length: int) -> list[int]:
    """Cover an interval by others of one length, which begin at these places within the image."""
    number = max(1, -(-(last - first) // side))
    begin = (first + last - number * side) // 2
    return [int(max(0, min(begin + k * side, max(0, length - side)))) for k in range(number)]
