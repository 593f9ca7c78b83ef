"""Tiles that are computed apart and blend into what one piece would have given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

RAMP = 8
"""Half width in px of the zone in which two neighbouring tiles are blended."""


@dataclass(frozen=True)
class Span:
    """A tile along one axis: reads ``read``, answers for ``core``, blends in ``write``; all [start, stop)."""

    read: tuple[int, int]
    core: tuple[int, int]
    write: tuple[int, int]

    def weights(self) -> NDArray[np.float32]:
        """Weight of each pixel of ``write``: 1 inside, ramps at inner edges; 1 with the neighbour's added."""
        weights = np.ones(self.write[1] - self.write[0], np.float32)
        ramp = (np.arange(2 * RAMP, dtype=np.float32) + 0.5) / (2 * RAMP)
        if self.write[0] < self.core[0]:
            weights[: 2 * RAMP] = ramp
        if self.write[1] > self.core[1]:
            weights[-2 * RAMP :] = ramp[::-1]
        return weights


def margin(receptive_radius: int, stride: int) -> int:
    """Pixels that a tile reads beyond its core, so that the blended zone is free of the tile's own edge."""
    return math.ceil((receptive_radius + RAMP) / stride) * stride


def smallest_tile(receptive_radius: int, stride: int) -> int:
    """Smallest useful tile size in px: two margins, and a core of which half still holds both ramps."""
    return 2 * margin(receptive_radius, stride) + (2 * math.ceil(2 * RAMP / stride) - 1) * stride


def spans(length: int, tile: int, receptive_radius: int, stride: int) -> list[Span]:
    """Divide an axis into tiles whose cores differ by one stride at most.

    Parameters
    ----------
    length : int
        Pixels along the axis, a multiple of ``stride``.
    tile : int
        Largest number of pixels that a tile may read, at least `smallest_tile`.
    receptive_radius, stride : int
        Of the network; tiles start at multiples of the stride, where its max-pools are in phase.

    Returns
    -------
    list of Span
        Their cores cover the axis once and in order; where there are several, each holds both ramps.

    Raises
    ------
    ValueError
        If the tile is too small or the length is no multiple of the stride.
    """
    if length % stride or tile < smallest_tile(receptive_radius, stride):
        raise ValueError(f"cannot divide {length} px into tiles of {tile} px with a stride of {stride}")
    if length <= tile:
        return [Span((0, length), (0, length), (0, length))]
    around = margin(receptive_radius, stride)
    largest_core = (tile - 2 * around) // stride * stride
    number = math.ceil(length / largest_core)
    edges = [length // stride * n // number * stride for n in range(number + 1)]
    return [_span(start, stop, length, around) for start, stop in pairwise(edges)]


def _span(start: int, stop: int, length: int, around: int) -> Span:
    """Give a core its surroundings, cut off at the ends of the axis."""
    return Span(
        (max(0, start - around), min(length, stop + around)),
        (start, stop),
        (max(0, start - RAMP), min(length, stop + RAMP)),
    )


def grid(shape: tuple[int, int], tile: int, receptive_radius: int, stride: int) -> list[tuple[Span, Span]]:
    """Tiles of an image, row by row, as pairs of spans."""
    rows, columns = (spans(n, tile, receptive_radius, stride) for n in shape)
    return [(row, column) for row in rows for column in columns]


def in_order(tiles: list[tuple[Span, Span]], focus: tuple[float, float]) -> list[tuple[Span, Span]]:
    """Sort tiles by the distance of their middle from a place (row, column), the nearest first."""

    def distance(tile: tuple[Span, Span]) -> float:
        return math.hypot(*(sum(span.core) / 2 - at for span, at in zip(tile, focus, strict=True)))

    return sorted(tiles, key=distance)


def tile_around(
    focus: tuple[float, float], shape: tuple[int, int], core: int, receptive_radius: int, stride: int
) -> tuple[Span, Span]:
    """Make one small tile around a place in an image, or as near to it as the image allows.

    Parameters
    ----------
    focus : (float, float)
        Row and column, inside the image or not.
    shape : (int, int)
        Of the image, multiples of ``stride``.
    core : int
        Side in px of what the tile answers for; it blends with no other tile.
    receptive_radius, stride : int
        Of the network.
    """
    beyond = margin(receptive_radius, stride)
    row, column = (_around(at, length, core, beyond, stride) for at, length in zip(focus, shape, strict=True))
    return row, column


def _around(at: float, length: int, core: int, beyond: int, stride: int) -> Span:
    start = stride * round((min(max(at, 0), length) - core / 2) / stride)
    start = min(max(start, 0), max(0, length - core))
    stop = min(start + core, length)
    return Span((max(0, start - beyond), min(length, stop + beyond)), (start, stop), (start, stop))
