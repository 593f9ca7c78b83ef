"""The grains of one image as a classifier reads them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage as ndi
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from napari_grains.errors import InputError
from napari_grains.images import stretch
from napari_grains.networks import Inputs, Preparation

from ._grain_measures import grain_measures

Float = NDArray[np.float32]

_MARGIN: Final = 0.2
"""What is seen of the surroundings on each side, as a share of the grain's longer side."""
_LEAST_SIDE: Final = 24
"""Side in px of the smallest crop: a grain of a few pixels is not blown up to a blur."""


@dataclass(frozen=True)
class Crop:
    """A square around a grain, which may reach beyond the image.

    Parameters
    ----------
    top, left : int
        Its first row and column.
    side : int
        In px.
    """

    top: int
    left: int
    side: int

    @classmethod
    def around(cls, box: tuple[slice, slice]) -> Crop:
        """Square with a margin around the box of a grain."""
        longer = max(one.stop - one.start for one in box)
        side = max(_LEAST_SIDE, math.ceil((1 + 2 * _MARGIN) * longer))
        top, left = ((one.start + one.stop - side) // 2 for one in box)
        return cls(top, left, side)

    @property
    def middle(self) -> tuple[float, float]:
        """Row and column of its middle, within half a px of that of the grain's box."""
        return self.top + self.side / 2, self.left + self.side / 2

    def of(self, image: NDArray[np.generic]) -> NDArray[np.generic]:
        """Cut it out of an image (Y, X), which is mirrored at its rim."""
        rows, columns = (
            _mirrored(np.arange(first, first + self.side), length)
            for first, length in zip((self.top, self.left), image.shape, strict=True)
        )
        return image[rows[:, None], columns]

    def inside(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Part of the crop that lies within an image of a shape."""
        low = max(0, -self.top), max(0, -self.left)
        high = min(self.side, shape[0] - self.top), min(self.side, shape[1] - self.left)
        return slice(low[0], high[0]), slice(low[1], high[1])


@dataclass(frozen=True, eq=False)
class GrainPlane:
    """The grains of an image, measured, and ready to be cut out.

    Parameters
    ----------
    grey : ndarray of float32, (Y, X)
        Grey levels, stretched to 0..1 over the whole image: a grain's grey is that beside the others'.
    grains : ndarray of int, (Y, X)
        Grains > 0.
    ids : ndarray of int64, (N,)
        Of the grains, in ascending order.
    measures : ndarray of float32, (N, M)
        See `grain_measures`.
    crops : tuple of Crop
        One around each grain.
    preparation : Preparation
        How grey levels become input.
    """

    grey: Float
    grains: NDArray[np.integer]
    ids: NDArray[np.int64]
    measures: Float
    crops: tuple[Crop, ...]
    preparation: Preparation

    @classmethod
    def of(
        cls, image: NDArray[np.generic], grains: NDArray[np.integer], preparation: Preparation
    ) -> GrainPlane:
        """Look at an image (Y, X) and its grains.

        Raises
        ------
        InputError
            If the two have not the same shape, or there are negative grains.
        """
        if image.ndim != 2 or image.shape != grains.shape:
            raise InputError(
                f"the image {image.shape} and its grains {grains.shape} must have the same rows and columns."
            )
        if grains.size and grains.min() < 0:
            raise InputError("grains have numbers above 0; these go below it.")
        grey = stretch(_finite(image), low=preparation.low, high=preparation.high)
        ids, measures = grain_measures(grey, grains)
        numbered = np.where(grains > 0, np.searchsorted(ids, grains) + 1, 0)
        crops = tuple(Crop.around(box) for box in ndi.find_objects(numbered))
        return cls(grey, grains, ids, measures, crops, preparation)

    def inputs(self, rows: range | NDArray[np.int64]) -> Inputs:
        """Input for the grains in the given rows of ``ids``, in half precision but for the measures."""
        images, masks = zip(*(self._cut(row) for row in rows), strict=True)
        measures = torch.from_numpy(self.measures[np.asarray(rows)])
        return Inputs(torch.stack(images).half(), torch.stack(masks).half(), measures)

    def rows_of(self, ids: NDArray[np.integer]) -> NDArray[np.int64]:
        """Rows in which grains stand.

        Raises
        ------
        InputError
            If there is no such grain.
        """
        rows = np.searchsorted(self.ids, ids)
        there = (rows < len(self.ids)) & (self.ids[np.minimum(rows, len(self.ids) - 1)] == ids)
        if not there.all():
            raise InputError(f"there is no grain {int(np.asarray(ids)[~there][0])} in this image.")
        return rows

    def _cut(self, row: int) -> tuple[Tensor, Tensor]:
        """Image and mask (1, S, S) of a grain."""
        crop, size = self.crops[row], self.preparation.size
        image = torch.from_numpy(crop.of(self.grey))[None, None]
        mask = torch.zeros(1, 1, crop.side, crop.side)
        inside = crop.inside(self.grains.shape)
        mine = (crop.of(self.grains) == self.ids[row])[inside]
        mask[0, 0][inside] = torch.from_numpy(mine).float()
        image, mask = (
            F.interpolate(one, (size, size), mode="bilinear", antialias=True)[0] for one in (image, mask)
        )
        return self.preparation.normalised(image), mask.clamp(0, 1)


def _mirrored(index: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Fold indices into a length, which is mirrored at its ends."""
    folded = index % (2 * length)
    return np.minimum(folded, 2 * length - 1 - folded)


def _finite(image: NDArray[np.generic]) -> NDArray[np.generic]:
    """Image whose gaps (not a number, infinite) have the median of the rest."""
    known = np.isfinite(image)
    if known.all():
        return image
    return np.where(known, image, np.median(image[known]) if known.any() else 0)
