"""Points where three or more grains meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._graph import Ids


@dataclass(frozen=True, eq=False)
class Junctions:
    """Triple junctions of a field.

    Parameters
    ----------
    position : ndarray of int, shape (V, 2)
        Row and column of the pixel above and left of each; one of four grains stands there twice.
    area : float
        Where they could have been seen, in px: the pixel corners with four pixels of the region around them.
    """

    position: NDArray[np.intp]
    area: float

    @property
    def number(self) -> int:
        """How many there are, one of four grains counted as two."""
        return len(self.position)


def triple_junctions(labels: Ids) -> Junctions:
    """Count the pixel corners at which three or four grains meet.

    With three boundaries at every junction, Euler's formula makes two junctions per grain: N_A = V / (2 A).
    A junction is a point, so that the rim of the region needs no correction.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains > 0; 0 is outside the region.
    """
    a, b, c, d = labels[:-1, :-1], labels[:-1, 1:], labels[1:, :-1], labels[1:, 1:]
    inside = (a > 0) & (b > 0) & (c > 0) & (d > 0)
    row, column = np.nonzero(inside & ((a != b) | (c != d)) & ((a != c) | (b != d)))
    corners = np.sort([part[row, column] for part in (a, b, c, d)], axis=0)
    grains = 1 + (np.diff(corners, axis=0) > 0).sum(axis=0)
    position = np.repeat(np.stack((row, column), axis=1), np.maximum(grains - 2, 0), axis=0)
    return Junctions(position, float(np.count_nonzero(inside)))
