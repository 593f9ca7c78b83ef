"""Size and shape of all grains of a field at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._field import Field

Column = NDArray[np.float64]

_CALIPERS = 36  # directions, 5 degrees apart: the largest width is met within 0.1 %


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
    """Extents of each grain's pixels, corner to corner, in px; arrays of shape (N,)."""

    feret_max: Column
    height: Column
    width: Column


def widths(field: Field) -> Widths:
    """Measure each grain with a caliper in 36 directions."""
    label, y, x = _outlines(field)
    start = np.flatnonzero(np.diff(label, prepend=0))
    sy, sx = field.spacing
    extents = np.empty((_CALIPERS, field.number))
    for index, angle in enumerate(np.pi * np.arange(_CALIPERS) / _CALIPERS):
        cosine, sine = np.cos(angle), np.sin(angle)
        position = y * sine + x * cosine
        extents[index] = np.maximum.reduceat(position, start) - np.minimum.reduceat(position, start)
        extents[index] += abs(sine) * sy + abs(cosine) * sx
    return Widths(extents.max(axis=0), extents[_CALIPERS // 2], extents[0])


def _outlines(field: Field) -> tuple[NDArray[np.int32], Column, Column]:
    """Pixels next to another grain, ordered by grain: grain, y and x in the units of the field's spacing."""
    padded = np.pad(field.labels, 1)
    inner = padded[1:-1, 1:-1]
    rim = np.zeros(inner.shape, bool)
    for neighbour in (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]):
        rim |= inner != neighbour
    y, x = np.nonzero(rim & (inner > 0))
    label = inner[y, x]
    order = np.argsort(label, kind="stable")
    height, width = np.float64(field.spacing[0]), np.float64(field.spacing[1])
    return label[order], (y[order] * height).astype(np.float64), (x[order] * width).astype(np.float64)
