"""Edits that need the boundary map: cutting grains, finding outlines anew, and new grains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError

from .._graph import Ids
from ._boxes import Box, box_of, grown_box, indices_in, slices
from ._cut import divided
from ._decisions import Decisions, Pair, ordered
from ._growing import added, empty_area, filled, regrown
from ._plane import Plane
from ._strokes import Path

_LEAST_ROOM = 64
_ROOM = 1.5
"""A new grain may reach so many px from its stroke, and so many times the extent of that."""


@dataclass(frozen=True, eq=False)
class Rewritten:
    """Pixels that are about to change.

    Parameters
    ----------
    indices : ndarray of int64, shape (P,)
        Flat, rising.
    after : ndarray of int32, shape (P,)
        Their new grains.
    kept : frozenset of pairs
        Edges that the user decides by this.
    """

    indices: NDArray[np.int64]
    after: Ids
    kept: frozenset[Pair] = frozenset()


def split_along(plane: Plane, stroke: Path, decisions: Decisions) -> Rewritten:
    """Cut the grains that a stroke (P, 2) crosses; see `Proofreading.split`."""
    pieces: list[tuple[NDArray[np.int64], Ids]] = []
    numbers: list[int] = []
    kept: set[Pair] = set()
    crossed = np.unique(plane.labels[tuple(stroke.T)])
    for grain in crossed[crossed > 0].tolist():
        box = plane.extents.box(grain)
        ours = plane.labels[slices(box)] == grain
        parts = divided(ours, stroke - (box[0], box[2]), plane.boundary_in(box))
        if parts is None:
            continue
        names = [0, grain]
        while len(names) <= parts.max():
            names.append(plane.new_number(box, numbers + names[2:]))
        numbers += names[2:]
        kept |= decisions.after_division(grain, names[2:])
        pieces.append((indices_in(box, parts > 1, plane.width), np.array(names, np.int32)[parts[parts > 1]]))
    if not pieces:
        raise InputError("The stroke cuts no grain: draw it across one, from outline to outline.")
    indices, after = (np.concatenate(part) for part in zip(*pieces, strict=True))
    order = np.argsort(indices)
    return Rewritten(indices[order], after[order], frozenset(kept))


def grow_at(plane: Plane, place: tuple[int, int]) -> Rewritten:
    """Find the outline at a place anew; see `Proofreading.grow`."""
    grain = int(plane.labels[place])
    box, new = _regrown(plane, grain) if grain else _filled(plane, place)
    found = _difference(plane, box, new)
    if not len(found.indices):
        raise InputError("Nothing would change here: the outline lies where the boundary map shows it.")
    return found


def add_from(plane: Plane, stroke: Path) -> Rewritten:
    """Grow a new grain from a stroke (P, 2); see `Proofreading.add`."""
    around = box_of(stroke[:, 0] * plane.width + stroke[:, 1], plane.width)
    extent = max(around[1] - around[0], around[3] - around[2])
    box = grown_box(around, max(_LEAST_ROOM, round(_ROOM * extent)), plane.labels.shape)
    number = plane.new_number(box)
    new = added(plane.labels[slices(box)], stroke - (box[0], box[2]), number, plane.boundary_in(box))
    found = _difference(plane, box, new)
    where = grown_box(box_of(found.indices, plane.width), 1, plane.labels.shape)
    beside = np.unique(plane.labels[slices(where)])
    kept = frozenset(ordered(number, grain) for grain in beside[beside > 0].tolist())
    return Rewritten(found.indices, found.after, kept)


def _filled(plane: Plane, place: tuple[int, int]) -> tuple[Box, Ids]:
    box, area = empty_area(plane.labels, place)
    labels = plane.labels[slices(box)]
    if not labels.any():
        raise InputError("No grain touches this place: draw a new one, or click nearer to a grain.")
    return box, filled(labels, area, plane.boundary_in(box))


def _regrown(plane: Plane, grain: int) -> tuple[Box, Ids]:
    box = plane.extents.box(grain)
    reach = min(box[1] - box[0], box[3] - box[2]) // 2 + 2
    box = grown_box(box, reach, plane.labels.shape)
    boundary = plane.boundary_in(box)
    if boundary is None:
        raise InputError("There is no boundary map to grow along: segment the image first.")
    return box, regrown(plane.labels[slices(box)], grain, boundary)


def _difference(plane: Plane, box: Box, new: Ids) -> Rewritten:
    changed = new != plane.labels[slices(box)]
    return Rewritten(indices_in(box, changed, plane.width), new[changed])
