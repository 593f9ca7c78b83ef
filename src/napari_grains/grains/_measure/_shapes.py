"""Size and shape of all grains of a field at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._graph import Ids, contacts
from ._field import Field

Column = NDArray[np.float64]

_CALIPERS = 36  # directions, 5 degrees apart: the largest width is met within 0.1 %
_FINER = (-4, -3, -2, -1, 1, 2, 3, 4)  # degrees about the smallest width, which is sharp in long grains


@dataclass(frozen=True, eq=False)
class Moments:
    """Area, centre and axes of each grain; arrays of shape (N,).

    Parameters
    ----------
    area : ndarray
        In px.
    centroid_y, centroid_x : ndarray
        Row and column in pixels of the image.
    aspect_ratio : ndarray
        Major over minor axis of the ellipse with the same second moments.
    orientation_deg : ndarray
        Direction of the major axis, 0..180 degrees counter-clockwise from the x axis.
    """

    area: Column
    centroid_y: Column
    centroid_x: Column
    aspect_ratio: Column
    orientation_deg: Column


def moments(field: Field) -> Moments:
    """Compute moments up to the second order."""
    rows, columns = field.labels.shape
    flat = field.labels.ravel()
    y = np.broadcast_to(np.arange(rows, dtype=float)[:, None], (rows, columns)).ravel()
    x = np.broadcast_to(np.arange(columns, dtype=float), (rows, columns)).ravel()

    def total(weights: Column | None) -> Column:
        sums: Column = np.bincount(flat, weights, minlength=field.number + 1)[1:].astype(float)
        return sums

    area = total(None)
    middle_y, middle_x = total(y) / area, total(x) / area
    sy, sx = field.spacing
    # A pixel is a square, not a point: its own second moment is 1/12.
    yy = sy**2 * (total(y * y) / area - middle_y**2 + 1 / 12)
    xx = sx**2 * (total(x * x) / area - middle_x**2 + 1 / 12)
    xy = sy * sx * (total(x * y) / area - middle_x * middle_y)
    spread = np.hypot((xx - yy) / 2, xy)
    ratio = np.sqrt(((xx + yy) / 2 + spread) / np.maximum((xx + yy) / 2 - spread, 1e-9))
    angle = np.rad2deg(-0.5 * np.arctan2(2 * xy, xx - yy)) % 180
    return Moments(area, middle_y, middle_x, ratio, angle)


def perimeters(field: Field) -> Column:
    """Perimeter of each grain in px, by the Cauchy-Crofton formula with four directions, shape (N,).

    The rim of the region is part of the perimeter of the grains that it cuts.
    """
    padded = np.pad(field.labels, 1)
    sy, sx = field.spacing
    slant = np.arctan2(sy, sx)
    weight = {"x": slant / np.pi, "y": (np.pi / 2 - slant) / np.pi, "slant": 1 / 4}
    families = (
        (padded[:, :-1], padded[:, 1:], weight["x"] * sy),
        (padded[:-1], padded[1:], weight["y"] * sx),
        (padded[:-1, :-1], padded[1:, 1:], weight["slant"] * sy * sx / np.hypot(sy, sx)),
        (padded[:-1, 1:], padded[1:, :-1], weight["slant"] * sy * sx / np.hypot(sy, sx)),
    )
    total = np.zeros(field.number + 1)
    for here, there, density in families:
        change = here != there
        for side in (here, there):
            total += density * np.bincount(side[change], minlength=field.number + 1)
    perimeter: Column = np.pi / 2 * total[1:]
    return perimeter


@dataclass(frozen=True, eq=False)
class Widths:
    """Extents of each grain's pixels, corner to corner, in px; arrays of shape (N,).

    Parameters
    ----------
    feret_max, feret_min : ndarray
        Largest and smallest distance of two parallel tangents.
    height, width : ndarray
        Along y and x.
    hull : ndarray
        Area of the convex hull in px.
    """

    feret_max: Column
    feret_min: Column
    height: Column
    width: Column
    hull: Column


def widths(field: Field) -> Widths:
    """Measure each grain with a caliper in 36 directions, and around the smallest width degree by degree."""
    outline = _outlines(field.labels, field.spacing)
    angles = np.pi * np.arange(_CALIPERS) / _CALIPERS
    low, high = _tangents(outline, field.spacing)
    extents = high - low
    smallest = extents.min(axis=0)
    narrow = angles[extents.argmin(axis=0)]
    for degrees in _FINER:
        low_there, high_there = outline.ends(narrow + np.deg2rad(degrees), field.spacing)
        smallest = np.minimum(smallest, high_there - low_there)
    return Widths(extents.max(axis=0), smallest, extents[_CALIPERS // 2], extents[0], _hull(low, high))


def _hull(low: Column, high: Column) -> Column:
    """Area of the polygon of the tangents, which is larger than a disc by 0.06 %, from their distances."""
    support = np.concatenate((high, -low))
    turn = np.pi / _CALIPERS
    beside = np.roll(support, 1, axis=0) + np.roll(support, -1, axis=0)
    side = (beside - 2 * np.cos(turn) * support) / np.sin(turn)
    area: Column = 0.5 * (support * side).sum(axis=0)
    return area


@dataclass(frozen=True, eq=False)
class _Outlines:
    """First and last pixels of all runs along x, ordered by grain, y and x in the units of the spacing.

    ``grain`` counts from 0, ``start`` is where each grain's pixels begin.
    """

    grain: NDArray[np.int32]
    y: NDArray[np.floating]
    x: NDArray[np.floating]
    start: NDArray[np.intp]

    def ends(self, angle: Column | float, spacing: tuple[float, float]) -> tuple[Column, Column]:
        """Where the tangents of each grain lie, in a direction for all or one for each; (N,) each."""
        cosine, sine = np.cos(angle), np.sin(angle)
        # The corners of the pixels reach beyond their middles by half of this.
        beyond = (np.abs(sine) * spacing[0] + np.abs(cosine) * spacing[1]) / 2
        if np.ndim(angle):
            position = self.y * sine[self.grain] + self.x * cosine[self.grain]
        else:
            position = self.y * sine + self.x * cosine
        low, high = np.minimum.reduceat(position, self.start), np.maximum.reduceat(position, self.start)
        return low - beyond, high + beyond


def _tangents(outline: _Outlines, spacing: tuple[float, float]) -> tuple[Column, Column]:
    """Where the tangents in all directions lie, (directions, N) each."""
    ends = [outline.ends(np.pi * step / _CALIPERS, spacing) for step in range(_CALIPERS)]
    low, high = (np.array(each) for each in zip(*ends, strict=True))
    return low, high


def _outlines(labels: Ids, spacing: tuple[float, float]) -> _Outlines:
    """Find the pixels that hold the convex hull of each grain: the ends of its runs along x."""
    padded = np.pad(labels, ((0, 0), (1, 1)))
    inner = padded[:, 1:-1]
    y, x = np.nonzero((inner > 0) & ((inner != padded[:, :-2]) | (inner != padded[:, 2:])))
    grain = inner[y, x] - 1
    order = np.argsort(grain, kind="stable")
    grain = grain[order]
    height, width = spacing
    start = np.flatnonzero(np.diff(grain, prepend=-1))
    return _Outlines(grain, y[order] * float(height), x[order] * float(width), start)


def hull_areas(labels: Ids, spacing: tuple[float, float], groups: NDArray[np.int64]) -> Column:
    """Area of the convex hull of each group of grains, shape (G,); ``groups`` (G, P) holds dense ids."""
    low, high = _tangents(_outlines(labels, spacing), spacing)
    return _hull(low[:, groups - 1].min(axis=2), high[:, groups - 1].max(axis=2))


def neighbours(field: Field) -> NDArray[np.int64]:
    """Count the grains with which each grain shares a pixel side, shape (N,)."""
    touching = contacts(field.labels)
    low = np.minimum(touching.first, touching.second).astype(np.int64)
    pairs = np.unique(low * (field.number + 1) + np.maximum(touching.first, touching.second))
    both = np.concatenate(np.divmod(pairs, field.number + 1))
    return np.bincount(both, minlength=field.number + 1)[1:]
