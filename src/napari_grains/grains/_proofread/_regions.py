"""The unmerged regions of a plane: where they lie, their edges, and the number each has as a grain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from .._colours import COLOURS
from .._graph import Ids, RegionEdges, Values, boundary_edges
from ._boxes import Box, box_of_boxes, slices

_CALL = 1500  # pixels that are written in the time that a call takes


class Regions:
    """What does not change while grains are edited.

    Parameters
    ----------
    regions : ndarray of int32, shape (Y, X)
        Regions > 0; 0 is none.
    boundary : ndarray of float32, shape (Y, X)
        Boundary probability, 0..1.

    Attributes
    ----------
    area : ndarray of int64, shape (R + 1,)
        In px, by id.
    edges : RegionEdges
        Between the regions.
    """

    def __init__(self, regions: Ids, boundary: Values) -> None:
        self._regions = regions
        self.area = np.bincount(regions.reshape(-1), minlength=1)
        self.edges: RegionEdges = boundary_edges(regions, boundary)
        self._boxes = np.zeros((len(self.area), 4), np.int64)
        for region, found in enumerate(ndi.find_objects(regions), 1):
            if found is not None:
                self._boxes[region] = found[0].start, found[0].stop, found[1].start, found[1].stop

    @property
    def number(self) -> int:
        """The largest id."""
        return len(self.area) - 1

    def grains(self, labels: Ids) -> Ids:
        """Return the grain each region lies in, shape (R + 1,); 0 where it lies in none or in several."""
        grain = np.zeros(len(self.area), np.int32)
        grain[self._regions.reshape(-1)] = labels.reshape(-1)
        grain[self._regions[grain[self._regions] != labels]] = 0
        grain[0] = 0
        return grain

    def box(self, regions: NDArray[np.integer]) -> Box:
        """Return the smallest rectangle around regions; ids (N,)."""
        return box_of_boxes(self._boxes[regions])

    def extents(self, grain: Ids, wanted: Ids) -> tuple[dict[int, int], dict[int, Box]]:
        """Return areas and rectangles of the grains ``wanted`` (N,) by the grain of each region (R + 1,)."""
        members = np.flatnonzero(np.isin(grain, wanted))
        ids, where = np.unique(grain[members], return_inverse=True)
        area = np.zeros(len(ids), np.int64)
        np.add.at(area, where, self.area[members])
        boxes = np.full((len(ids), 4), np.iinfo(np.int64).max)
        boxes[:, [1, 3]] = 0
        for side, best in enumerate((np.minimum, np.maximum, np.minimum, np.maximum)):
            best.at(boxes[:, side], where, self._boxes[members, side])
        rows = map(tuple, boxes.tolist())
        return dict(zip(ids.tolist(), area.tolist(), strict=True)), dict(zip(ids.tolist(), rows, strict=True))

    def paint(self, labels: Ids, regions: Ids, grains: Ids) -> None:
        """Write the grains (N,) of regions (N,) into the pixels of the labels."""
        boxes = self._boxes[regions]
        inside = ((boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2]) + _CALL).sum()
        if inside > self._regions.size:
            repainted(labels, self._regions, regions, grains)
            return
        for region, grain, box in zip(regions.tolist(), grains.tolist(), boxes.tolist(), strict=True):
            part = slices(box)
            np.copyto(labels[part], grain, where=self._regions[part] == region)


def repainted(labels: Ids, regions: Ids, which: Ids, grains: Ids) -> None:
    """Write the grains (N,) of regions (N,) into the labels, looking at every pixel; both planes (Y, X)."""
    names = np.full(max(int(regions.max(initial=0)), int(which.max(initial=0))) + 1, -1, np.int32)
    names[which] = grains
    wanted = names[regions]
    np.copyto(labels, wanted, where=wanted >= 0)


def own_numbers(regions: Regions, grain: Ids, above: int) -> Ids:
    """Choose the number that a grain takes whose largest region it is, for each region.

    The largest region of each grain has the number of the grain, so that the grains that there are keep
    theirs; the others get new ones, with a last digit that no neighbour has, if there is one.

    Parameters
    ----------
    regions : Regions
        Of the plane.
    grain : ndarray of int32, shape (R + 1,)
        Grain of each region, 0 is none.
    above : int
        New numbers are larger.

    Returns
    -------
    ndarray of int32, shape (R + 1,)
    """
    main = largest_members(grain, regions.area)
    own = np.where(main == np.arange(len(grain)), grain, 0).astype(np.int32)
    neighbours = _neighbours(regions.edges, regions.number)
    for region in np.flatnonzero((own == 0) & (regions.area > 0)).tolist():
        if region:
            above = own[region] = new_number(above, own[neighbours[region]])
    return own


def largest_members(group: Ids, area: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each member the largest of its group, the smallest id among equals; both shape (N,)."""
    order = np.lexsort((-np.arange(len(group)), area))
    groups, where = np.unique(group, return_inverse=True)
    largest = np.zeros(len(groups), np.int64)
    largest[where[order]] = order  # numpy keeps the last of repeated assignments
    return largest[where]


def new_number(above: int, neighbours: NDArray[np.integer]) -> int:
    """Return the next number whose colour no neighbour has; the next one if all colours are taken."""
    taken = set((neighbours[neighbours > 0] % COLOURS).tolist())
    candidates = range(above + 1, above + 1 + COLOURS)
    return next((number for number in candidates if number % COLOURS not in taken), above + 1)


def _neighbours(edges: RegionEdges, number: int) -> list[NDArray[np.int32]]:
    """Neighbours of each region 0..number."""
    ends = np.concatenate((edges.pairs, edges.pairs[:, ::-1]))
    ends = ends[np.argsort(ends[:, 0], kind="stable")]
    return np.split(ends[:, 1], np.searchsorted(ends[:, 0], np.arange(1, number + 1)))
