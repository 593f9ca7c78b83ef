"""Grain boundaries met along test lines and Abrams' three circles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._field import Field
from ._graph import Ids

DIRECTIONS = tuple(11.25 * step for step in range(16))
"""Directions of the test lines, in degrees counter-clockwise from the x axis.

Eight would find the mean intercept of squares 1.3 % too long, sixteen find it 0.3 % too long.
"""

_CIRCLES = (1.0, 2 / 3, 1 / 3)  # circumferences 3:2:1 (Abrams)
_LARGEST_CIRCLE = 0.9  # of the shorter side of the frame
_GAP = 2.0  # mean grain diameters between parallel lines: about nine intercepts per grain in all
_FEWEST_LINES = 5  # per direction, across the shorter side


@dataclass(frozen=True)
class Crossings:
    """Boundaries met on test lines.

    Parameters
    ----------
    number : int
        Changes of grain along the lines.
    length : float
        Length of the lines within the region, in px.
    """

    number: int
    length: float

    def __add__(self, other: Crossings) -> Crossings:
        return Crossings(self.number + other.number, self.length + other.length)

    @property
    def mean_intercept(self) -> float | None:
        """Length per boundary in px; None if no boundary was met."""
        return self.length / self.number if self.number else None


def line_crossings(field: Field) -> dict[float, Crossings]:
    """Count along parallel lines two mean grain diameters apart, in each of `DIRECTIONS`."""
    height, width = field.extent
    diameter = np.sqrt(4 / np.pi * field.area / field.number)
    gap = max(1.0, min(_GAP * float(diameter), min(height, width) / _FEWEST_LINES))
    return {angle: _along_lines(field, angle, gap) for angle in DIRECTIONS}


def _along_lines(field: Field, angle: float, gap: float) -> Crossings:
    height, width = field.extent
    step = min(field.spacing)
    reach = 0.5 * np.hypot(height, width)
    offset = gap * (np.arange(np.ceil(2 * reach / gap)) + 0.5) - gap * np.ceil(2 * reach / gap) / 2
    along = step * np.arange(-np.ceil(reach / step), np.ceil(reach / step) + 1)
    cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    y = height / 2 - along * sine + offset[:, None] * cosine
    x = width / 2 + along * cosine + offset[:, None] * sine
    return _changes(_sampled(field, y, x), step)


def circle_crossings(field: Field) -> Crossings:
    """Count along three concentric circles, in as many places side by side as the frame has room for."""
    height, width = field.extent
    radius = _LARGEST_CIRCLE * min(height, width) / 2
    places = max(1, int(max(height, width) / min(height, width)))
    total = Crossings(0, 0.0)
    for place in range(places):
        along = (place + 0.5) / places
        middle = (along * height, width / 2) if height > width else (height / 2, along * width)
        for share in _CIRCLES:
            total += _along_circle(field, middle, share * radius)
    return total


def _along_circle(field: Field, middle: tuple[float, float], radius: float) -> Crossings:
    samples = max(8, round(2 * np.pi * radius / min(field.spacing)))
    angle = 2 * np.pi * np.arange(samples + 1) / samples
    met = _sampled(field, middle[0] + radius * np.sin(angle), middle[1] + radius * np.cos(angle))
    return _changes(met[None], 2 * np.pi * radius / samples)


def _sampled(field: Field, y: NDArray[np.floating], x: NDArray[np.floating]) -> Ids:
    """Grain at each point, y and x in the units of the field's spacing; 0 outside."""
    rows, columns = field.labels.shape
    row = np.floor(y / field.spacing[0]).astype(np.int32)
    column = np.floor(x / field.spacing[1]).astype(np.int32)
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    met = np.zeros(inside.shape, np.int32)
    met[inside] = field.labels[row[inside], column[inside]]
    return met


def _changes(met: Ids, step: float) -> Crossings:
    """Count the changes along the last axis, where both of two successive points lie in grains.

    Where a slanting line runs along a boundary, the staircases of both make it go to and fro by one sample.
    Such excursions, which come back to the same grain at once, are not counted: without this the mean
    intercept of Poisson-Voronoi cells comes out 4 to 7 % too small, with it right within 1 % from 15 px on.
    """
    before, after = met[:, :-1], met[:, 1:]
    inside = (before > 0) & (after > 0)
    change = inside & (before != after)
    number = int(np.count_nonzero(change)) - _staircase(met, change)
    return Crossings(number, step * int(np.count_nonzero(inside)))


def _staircase(met: Ids, change: NDArray[np.bool_]) -> int:
    """Count the changes in excursions of one sample: all of an even series, all but one of an odd one."""
    back = change[:, :-1] & change[:, 1:] & (met[:, :-2] == met[:, 2:])
    ends = np.flatnonzero(np.diff(np.pad(back, ((0, 0), (1, 1))).astype(np.int8)))
    excursions = ends[1::2] - ends[::2]
    return int((2 * ((excursions + 1) // 2)).sum())
