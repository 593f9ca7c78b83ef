"""Patches around strokes, flipped, turned and regraded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import cycle, islice, product
from typing import Final, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.transforms.v2 import functional as v2

from ._held_out import Key
from ._painted import Field
from ._stream import Batch
from ._targets import Marks

_GAMMA: Final = (0.8, 1.25)
_GAIN: Final = (0.75, 1.15)
_OFFSET: Final = (-0.15, 0.15)
_JUDGED: Final = 12
"""Patches that judge, at most."""
Choice: TypeAlias = Callable[[Tensor], list[int]]


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
        targets: Mapping[Key, Marks],
        rng: np.random.Generator,
    ) -> None:
        self._rng = rng
        self._layers = {key: _layers(fields[key], each) for key, each in targets.items()}
        self._places = [each.places for each in targets.values()]
        self._keys = list(targets)
        classes = range(len(self._places[0]))
        self._painted = cycle([kind for kind in classes if any(len(at[kind]) for at in self._places)])
        first = self._keys[0]
        self._names, self._channels = tuple(targets[first].planes), len(channels_of(fields[first].grey))

    def draw(self, number: int, side: int) -> Batch:
        """Draw a batch: "image", (N, C, side, side), and what is known, such as "boundary", with C of 1.

        One patch is around a pixel of a class, the next, also of the next batch, around one of another, see
        `_kinds`; a slice comes as often as its share of the strokes.
        """
        patches = [self._patch(kind, side) for kind in self._kinds(number)]
        return _named(torch.stack(patches), self._names, self._channels)

    def _kinds(self, number: int) -> list[int]:
        """Classes around which patches are drawn: all that are painted, in turn."""
        return list(islice(self._painted, number))

    def _patch(self, kind: int, side: int) -> Tensor:
        counts = np.array([len(places[kind]) for places in self._places], float)
        which = int(self._rng.choice(len(counts), p=counts / counts.sum()))
        place = int(self._places[which][kind][self._rng.integers(int(counts[which]))])
        corner = self._corner(place, which, side)
        return self._seen(_cut(self._layers[self._keys[which]], corner, side, self._channels))

    def _corner(self, place: int, which: int, side: int) -> tuple[int, int]:
        """Draw the first row and column of a patch in which a place lies anywhere."""
        shape = self._layers[self._keys[which]].shape[1:]
        row, column = (
            int(np.clip(at - self._rng.integers(side), 0, max(0, n - side)))
            for at, n in zip(divmod(place, shape[1]), shape, strict=True)
        )
        return row, column

    def _seen(self, patch: Tensor) -> Tensor:
        """Flip and turn all layers, and change the grey levels of each channel a little."""
        if self._rng.integers(2):
            patch = v2.horizontal_flip(patch)
        patch = torch.rot90(patch, int(self._rng.integers(4)), (1, 2)).clone()
        for one in range(self._channels):
            gamma = float(np.exp(self._rng.uniform(*np.log(_GAMMA))))
            grey = v2.adjust_gamma((patch[one : one + 1] + 1) / 2, gamma)
            patch[one] = (2 * grey[0] - 1) * self._rng.uniform(*_GAIN) + self._rng.uniform(*_OFFSET)
        return patch


def channels_of(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Channels (C, Y, X) of a network input, (Y, X) if there is only one."""
    return grey.reshape(-1, *grey.shape[-2:])


def _layers(field: Field, targets: Marks) -> Tensor:
    """Stack the channels of the image and what is known, (C + P, Y, X)."""
    arrays = (*channels_of(field.grey), *targets.planes.values())
    return torch.stack([torch.from_numpy(np.asarray(array, np.float32)) for array in arrays])


def _named(patches: Tensor, names: tuple[str, ...], channels: int) -> Batch:
    """Take a batch (N, C + P, Y, X) apart."""
    known = {name: patches[:, channels + i : channels + i + 1] for i, name in enumerate(names)}
    return {"image": patches[:, :channels], **known}


def _cut(layers: Tensor, corner: tuple[int, int], side: int, channels: int = 1) -> Tensor:
    """Cut a square out; where the slice is smaller it is mirrored, and nothing is known of the mirror."""
    part = layers[:, corner[0] : corner[0] + side, corner[1] : corner[1] + side]
    rows, columns = side - part.shape[1], side - part.shape[2]
    if not (rows or columns):
        return part
    mirrored = torch.from_numpy(np.pad(part.numpy(), ((0, 0), (0, rows), (0, columns)), "symmetric"))
    mirrored[channels:, part.shape[1] :], mirrored[channels:, :, part.shape[2] :] = 0, 0
    return mirrored


def held_patches(
    fields: Mapping[Key, Field], held: Mapping[Key, Marks], side: int, chosen: Choice | None = None
) -> Batch | None:
    """Cut out what judges: squares of a grid, as they are.

    Parameters
    ----------
    fields : mapping of (int, int) to Field
        The slices.
    held : mapping of (int, int) to Marks
        What of them is held out.
    side : int
        Of a square in working px.
    chosen : callable, optional
        Chooses among what is known in the squares, (S, P, side, side), and returns their numbers; None: those
        with the most held-out pixels.

    Returns
    -------
    dict of str to Tensor, (N, C, side, side)
        "image" and what is known, such as "boundary" and "grain"; None if nothing is held out.
    """
    squares: list[Tensor] = []
    names: tuple[str, ...] = ()
    channels = 1
    for key, targets in held.items():
        layers, channels, names = (
            _layers(fields[key], targets),
            len(channels_of(fields[key].grey)),
            tuple(targets.planes),
        )
        squares += [_cut(layers, corner, side, channels) for corner in _corners(targets, side)]
    if not squares:
        return None
    together = torch.stack(squares)
    numbers = (chosen or _fullest)(together[:, channels:])
    return _named(together[numbers], names, channels)


def _fullest(known: Tensor) -> list[int]:
    """Numbers of the squares with the most known pixels."""
    sums = [float(square.sum()) for square in known]
    return sorted(range(len(sums)), key=lambda one: -sums[one])[:_JUDGED]


def _corners(targets: Marks, side: int) -> list[tuple[int, int]]:
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
