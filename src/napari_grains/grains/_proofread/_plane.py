"""The labels of a plane with what is known of its grains and edges, changed only where pixels change."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError

from .._graph import Ids, Values
from ._boxes import Box, grown_box, indices_in, slices
from ._edge_table import EdgeTable
from ._extents import Extents
from ._regions import new_number


class Plane:
    """Grains of a plane, its boundary map, and the tables of both.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains, 0 is none; contiguous, written in place.
    boundary : ndarray of float32, shape (Y, X), or None
        Boundary probability, 0..1.
    above : int
        New numbers are larger.
    """

    def __init__(self, labels: Ids, boundary: Values | None, above: int) -> None:
        self.labels, self.boundary = labels, boundary
        self.edges, self.extents = EdgeTable(labels, boundary), Extents(labels)
        self.above = above

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.labels.shape[1])

    def write(self, indices: NDArray[np.int64], before: Ids, after: Ids) -> None:
        """Write pixels, given by flat indices that rise, and update the tables; all shape (P,)."""
        if len(indices):
            self.edges.change(indices, after)
            self.extents.change(indices, before, after)

    def pixels(self, grain: int) -> NDArray[np.int64]:
        """Return the flat indices of a grain, rising."""
        box = self.extents.box(grain)
        return indices_in(box, self.labels[slices(box)] == grain, self.width)

    def boundary_in(self, box: Box) -> Values | None:
        """Return a part of the boundary map, if there is one."""
        return None if self.boundary is None else self.boundary[slices(box)]

    def new_number(self, box: Box, taken: Iterable[int] = ()) -> int:
        """Return a number for a new grain in a box, with a colour that no grain around has, if there is one.

        Parameters
        ----------
        box : (top, bottom, left, right)
            Where the grain will lie.
        taken : iterable of int
            Numbers that are about to be used there.
        """
        others = np.array(list(taken), np.int32)
        around = np.unique(self.labels[slices(grown_box(box, 1, self.labels.shape))])
        above = max(self.above, self.extents.highest(), int(others.max(initial=0)))
        return new_number(above, np.concatenate((around, others)))

    def check(self, *grains: int) -> None:
        """Raise `InputError` if there is no such grain."""
        for grain in grains:
            if grain not in self.extents:
                said = f"There is no grain {grain}" if grain else "There is no grain at this place"
                raise InputError(f"{said}: click on a grain.")
