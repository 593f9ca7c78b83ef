"""Where test lines lie and where they cross grain boundaries, to be drawn over the micrograph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TestLines:
    """Test lines of one field; positions are rows and columns in pixels, from the corner of the first pixel.

    Parameters
    ----------
    segments : ndarray of float, shape (L, 2, 2)
        Ends of the straight lines.
    direction : ndarray of float, shape (L,)
        Their directions in degrees, counter-clockwise from the x axis.
    circles : ndarray of float, shape (C, 3)
        Row and column of the middle, and radius in px along x.
    crossings : ndarray of float, shape (K, 2)
        Where a boundary was counted.
    crossing_direction : ndarray of float, shape (K,)
        Direction of the line that crosses there; NaN on a circle.
    """

    __test__ = False  # the name is no test's

    segments: Values
    direction: Values
    circles: Values
    crossings: Values
    crossing_direction: Values

    @classmethod
    def straight(cls, segments: Values, direction: float, crossings: Values) -> TestLines:
        """Take the lines of one direction."""
        return cls(
            segments,
            np.full(len(segments), direction),
            np.empty((0, 3)),
            crossings,
            np.full(len(crossings), direction),
        )

    @classmethod
    def circle(cls, middle: Values, radius: float, crossings: Values) -> TestLines:
        """Take one circle."""
        circle = np.array([[*middle, radius]], float)
        return cls(np.empty((0, 2, 2)), np.empty(0), circle, crossings, np.full(len(crossings), np.nan))

    @classmethod
    def joined(cls, parts: Sequence[TestLines]) -> TestLines:
        """Take the lines of all parts together."""
        names = ("segments", "direction", "circles", "crossings", "crossing_direction")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
