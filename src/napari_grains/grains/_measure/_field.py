"""One field of view made ready for measuring: dense ids, no unassigned lines, pixels of unit area."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from napari_grains.images import PixelSize

from .._graph import Ids

_THIN = 0.2  # half width of an unassigned line, at most, in mean grain diameters
_THINNEST = 2.0  # px that always count as thin


@dataclass(frozen=True, eq=False)
class Field:
    """A field of grains.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains 1..N without gaps in the numbers; 0 is outside the measured region.
    ids : ndarray of int64, shape (N,)
        The ids that the user knows them by.
    spacing : tuple of float
        Height and width of a pixel, in units that make its area 1: lengths are in px, and if pixels are not
        square, in geometric means of height and width.
    given : float
        Share of the region that had no grain and was given to the nearest one, 0..1.
    """

    labels: Ids
    ids: NDArray[np.int64]
    spacing: tuple[float, float]
    given: float

    @property
    def number(self) -> int:
        """How many grains there are, cut ones included."""
        return len(self.ids)

    @property
    def area(self) -> float:
        """Area of the measured region in px."""
        return float(np.count_nonzero(self.labels))

    @property
    def extent(self) -> tuple[float, float]:
        """Height and width of the frame, in the units of ``spacing``."""
        rows, columns = self.labels.shape
        return rows * self.spacing[0], columns * self.spacing[1]


def prepared_field(
    labels: NDArray[np.integer],
    pixel_size: PixelSize | None,
    specimen: NDArray[np.bool_] | None,
    exclude: NDArray[np.bool_] | None = None,
) -> Field:
    """Make a field of a label image (Y, X).

    Pixels of the specimen without a grain go to the nearest grain: boundary pixels belong to grains. Where no
    specimen is given, thin lines of 0 are boundaries and wide areas of 0 are outside. What is excluded is
    outside in any case.
    """
    dense, ids = dense_ids(labels)
    region = _region(dense) if specimen is None else specimen
    region = region if exclude is None else region & ~exclude
    missing = region & (dense == 0)
    if missing.any() and len(ids):
        row, column = ndi.distance_transform_edt(dense == 0, return_distances=False, return_indices=True)
        dense = dense[row, column]
    dense = np.where(region, dense, 0).astype(np.int32)
    inside, left = dense_ids(dense)
    given = float(missing.sum() / max(int(region.sum()), 1))
    return Field(inside, ids[left - 1], _unit_spacing(pixel_size), given)


def dense_ids(labels: NDArray[np.integer]) -> tuple[Ids, NDArray[np.int64]]:
    """Return the grains numbered without gaps, and their former ids."""
    if int(labels.max(initial=0)) > 4 * labels.size:
        ids, inverse = np.unique(labels, return_inverse=True)
        names = (np.cumsum(ids > 0) * (ids > 0)).astype(np.int32)
        return names[inverse].reshape(labels.shape), ids[ids > 0].astype(np.int64)
    present = np.bincount(labels.ravel()) > 0
    present[:1] = False
    names = (np.cumsum(present) * present).astype(np.int32)
    return names[labels], np.flatnonzero(present).astype(np.int64)


def _region(labels: Ids) -> NDArray[np.bool_]:
    """Return what has been labelled, with thin unlabelled lines in it."""
    empty = labels == 0
    region: NDArray[np.bool_] = ~empty
    if not empty.any() or not region.any():
        return region
    diameter = math.sqrt(4 / math.pi * float(region.sum()) / int(labels.max()))
    thin = max(_THINNEST, _THIN * diameter)
    # What stays of the unlabelled area after an opening with a disc is too wide to be a boundary.
    wide = ndi.distance_transform_edt(empty) > thin
    if not wide.any():
        region[...] = True
        return region
    within: NDArray[np.bool_] = region | (ndi.distance_transform_edt(~wide) > thin)
    return within


def _unit_spacing(pixel_size: PixelSize | None) -> tuple[float, float]:
    if pixel_size is None:
        return 1.0, 1.0
    return pixel_size.y_um / pixel_size.um, pixel_size.x_um / pixel_size.um
