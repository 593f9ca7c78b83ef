"""Where the grains of a plane lie and how large they are, kept up to date where pixels change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from .._graph import Ids
from ._boxes import NOWHERE, Box, box_of, joined_boxes, slices


class Extents:
    """Area of each grain in px and the smallest rectangle around it.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains, 0 is none. Read here, changed by others.

    Attributes
    ----------
    area : dict of int to int
        By grain; it holds the grains there are.
    """

    def __init__(self, labels: Ids) -> None:
        self._labels = labels
        self.renew()

    def renew(self) -> None:
        """Look at all pixels anew."""
        areas = np.bincount(self._labels.reshape(-1))
        ids = np.flatnonzero(areas[1:]) + 1
        self.area: dict[int, int] = dict(zip(ids.tolist(), areas[ids].tolist(), strict=True))
        found = ndi.find_objects(self._labels)
        self._box: dict[int, Box] = {
            grain: (rows.start, rows.stop, columns.start, columns.stop)
            for grain, (rows, columns) in ((grain, found[grain - 1]) for grain in self.area)
        }

    def __contains__(self, grain: int) -> bool:
        return grain in self.area

    def highest(self) -> int:
        """Return the largest id; 0 if there is no grain."""
        return max(self.area, default=0)

    def box(self, grain: int) -> Box:
        """Return the smallest rectangle around a grain."""
        return self._box[grain]

    def change(self, indices: NDArray[np.int64], before: Ids, after: Ids) -> None:
        """Take note of pixels that have been written.

        Parameters
        ----------
        indices : ndarray of int64, shape (P,)
            Flat.
        before, after : ndarray of int32, shape (P,)
            Their grains; ``after`` is what the labels hold now.
        """
        for grain in np.unique(after[after > 0]).tolist():
            gained = indices[after == grain]
            self.area[grain] = self.area.get(grain, 0) + len(gained)
            self._box[grain] = joined_boxes(
                self._box.get(grain, NOWHERE), box_of(gained, self._labels.shape[1])
            )
        for grain in np.unique(before[before > 0]).tolist():
            self._lose(grain, indices[before == grain])

    def replace(self, gone: Iterable[int], areas: Mapping[int, int], boxes: Mapping[int, Box]) -> None:
        """Take note of grains that have been written anew.

        Parameters
        ----------
        gone : iterable of int
            Grains that were there.
        areas, boxes : mapping from int
            Of those that are there now.
        """
        for grain in gone:
            del self.area[grain], self._box[grain]
        self.area.update(areas)
        self._box.update(boxes)

    def _lose(self, grain: int, lost: NDArray[np.int64]) -> None:
        self.area[grain] -= len(lost)
        if not self.area[grain]:
            del self.area[grain], self._box[grain]
            return
        box, gone = self._box[grain], box_of(lost, self._labels.shape[1])
        if any(side == other for side, other in zip(box, gone, strict=True)):
            self._box[grain] = self._shrunk(grain, box)

    def _shrunk(self, grain: int, box: Box) -> Box:
        mask = self._labels[slices(box)] == grain
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        top, left = box[0], box[2]
        return (
            top + int(rows[0]), top + int(rows[-1]) + 1, left + int(columns[0]), left + int(columns[-1]) + 1
        )  # fmt: skip
