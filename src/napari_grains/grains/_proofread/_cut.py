"""Cutting a grain in parts along the best path on the boundary map near a stroke."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from skimage.graph import MCP_Geometric

from .._graph import Ids, Values
from ._boxes import Box, grown_box, slices
from ._strokes import Path, prolonged

Mask = NDArray[np.bool_]

SLACK = 8.0
"""The clearest boundary near a stroke is as good a path, if it lies so many px away, as the stroke itself."""

SMALLEST_PART = 9
"""Parts of fewer px are no grains: they stay with the part beside them."""

_BAND = round(2 * SLACK)  # px from the stroke that are looked at
_SHORT_OF = 1 / 3  # of its length in a grain that a stroke may be short of the outline, at either end
_ENDS = 0.25  # of its length in a grain that the ends of the path may lie from those of the stroke
_GROUND = 0.02  # cost of a pixel of a sure boundary: of two paths along boundaries the shorter is taken
_FAINTEST = 0.1  # boundary probability of the faintest line that counts as clear where there is no other
_OUTLINE = 2.0  # px from the outline, where a high probability speaks of the outline itself
_NEAREST = 2.0  # px, least distance of the kind of the two above


def divided(mask: Mask, path: Path, boundary: Values | None) -> Ids | None:
    """Divide a grain where a stroke crosses it from outline to outline, or nearly so.

    Parameters
    ----------
    mask : ndarray of bool, shape (Y, X)
        The grain.
    path : ndarray of int, shape (P, 2)
        Pixels of the stroke, of which some may lie outside the array.
    boundary : ndarray of float32, shape (Y, X), or None
        Boundary probability; None: the cuts are straight.

    Returns
    -------
    ndarray of int32, shape (Y, X), or None
        0 outside the grain, 1 on its largest part, 2.. on the others; None if it is not divided.
    """
    inside = np.pad(mask, 1)
    around = None if boundary is None else np.pad(boundary, 1)
    cuts = [_best_path(stroke, inside, around) for stroke in _crossings(path + 1, inside)]
    parts = _parts(inside, cuts)[1:-1, 1:-1]
    return parts if parts.max(initial=0) > 1 else None


def _crossings(path: Path, mask: Mask) -> Iterator[Path]:
    """Pieces of a stroke that cross the grain; one that ends inside is led on to an outline that is near."""
    on_plane = (path >= 0).all(axis=1) & (path < mask.shape).all(axis=1)
    inside = np.zeros(len(path) + 2, np.int8)
    inside[1:-1][on_plane] = mask[tuple(path[on_plane].T)]
    for start, stop in np.flatnonzero(np.diff(inside)).reshape(-1, 2).tolist():
        found: Path | None = path[start:stop]
        reach = max(_SHORT_OF * (stop - start), _NEAREST)
        if stop == len(path):
            found = prolonged(path[start:stop], mask, reach)
        if start == 0 and found is not None:
            backwards = prolonged(found[::-1], mask, reach)
            found = None if backwards is None else backwards[::-1]
        if found is not None:
            yield found


def _best_path(stroke: Path, mask: Mask, boundary: Values | None) -> Path:
    """Return the cheapest path from outline to outline near a stroke, itself if there is no boundary map."""
    if boundary is None:
        return stroke
    low, high = stroke.min(axis=0).tolist(), stroke.max(axis=0).tolist()
    box = grown_box((low[0], high[0] + 1, low[1], high[1] + 1), _BAND + 1, mask.shape)
    origin = np.array((box[0], box[2]))
    path: Path = _cheapest(stroke - origin, mask[slices(box)], boundary[slices(box)]) + origin
    return path


def _cheapest(stroke: Path, mask: Mask, boundary: Values) -> Path:
    away, depth = _distance_to(stroke, mask.shape), ndi.distance_transform_edt(mask)
    seen = np.where((depth > _OUTLINE) & (away <= _BAND), boundary.clip(0, 1), 0)
    cost = _GROUND + 1 - seen / max(float(seen.max()), _FAINTEST) + away / SLACK
    cost[~mask | (away > _BAND)] = np.inf
    radius = min(max(_ENDS * len(stroke), _NEAREST), _BAND)
    rim = np.argwhere(mask & (depth <= 1))
    starts, ends = (_near(rim, stroke[end], radius) for end in (0, -1))
    search = MCP_Geometric(cost)
    costs, _ = search.find_costs(starts, ends, find_all_ends=True)
    return np.array(search.traceback(min(ends, key=lambda place: costs[place])), np.int64)


def _distance_to(path: Path, shape: tuple[int, ...]) -> NDArray[np.float64]:
    free = np.ones(shape, bool)
    free[tuple(path.T)] = False
    away: NDArray[np.float64] = ndi.distance_transform_edt(free)
    return away


def _near(rim: Path, place: NDArray[np.int64], radius: float) -> list[tuple[int, int]]:
    """Pixels of an outline (P, 2) within a radius of a place, at least the nearest."""
    away = np.hypot(*(rim - place).T)
    near = rim[away <= max(radius, float(away.min()))]
    return [(row, column) for row, column in near.tolist()]


def _parts(mask: Mask, cuts: list[Path]) -> Ids:
    """Parts of a grain from the largest to the smallest; what is not beside a cut is of the largest."""
    cut = np.zeros(mask.shape, bool)
    for path in cuts:
        cut[tuple(path.T)] = True
    pieces, number = ndi.label(mask & ~cut)
    area = np.bincount(pieces.reshape(-1), minlength=number + 1)
    beside = np.unique(pieces[ndi.binary_dilation(cut)])
    beside = beside[beside > 0]
    parts = beside[np.argsort(-area[beside], kind="stable")]
    parts = parts[area[parts] >= SMALLEST_PART]
    names = np.ones(number + 1, np.int32)
    names[0], names[beside] = 0, 0
    names[parts] = np.arange(1, len(parts) + 1)
    return _filled(names[pieces], mask) if len(parts) else mask.astype(np.int32)


def _filled(parts: Ids, mask: Mask) -> Ids:
    """Give what of the grain belongs to no part, the cuts and crumbs beside them, to the nearest part."""
    rest = mask & (parts == 0)
    if not rest.any():
        return parts
    rows, columns = np.flatnonzero(rest.any(axis=1)), np.flatnonzero(rest.any(axis=0))
    box: Box = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    here = slices(grown_box(box, 1, mask.shape))
    row, column = ndi.distance_transform_edt(parts[here] == 0, return_distances=False, return_indices=True)
    np.copyto(parts[here], parts[here][row, column], where=rest[here])
    return parts
