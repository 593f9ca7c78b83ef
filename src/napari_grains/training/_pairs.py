"""Real micrographs with labels, on which a training can be watched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from napari_grains.errors import InputError
from napari_grains.images import CalibratedImage

LARGEST: Final = 1024
"""Side in px of the part in the middle that is compared."""
_SMALLEST_GRAIN: Final = 16  # px; less is a gap in a drawn line
_DRAWN: Final = ([0, 1], [0, 255])
"""Values of an image of boundaries."""
Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class RealPair:
    """A micrograph and its grains.

    Parameters
    ----------
    image : CalibratedImage
        (Y, X).
    grains : ndarray of int32, (Y, X)
        A number for every grain, 0 where nothing is known.
    scale : float, optional
        Working pixels per image pixel; None: found by the network.
    """

    image: CalibratedImage
    grains: Labels
    scale: float | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the pixels."""
        return hashlib.sha256(np.ascontiguousarray(self.image.pixels).data).hexdigest()


def real_pair(image: CalibratedImage, labels: NDArray[Any], scale: float | None = None) -> RealPair:
    """Make a pair of the middle of a micrograph and its labels.

    Parameters
    ----------
    image : CalibratedImage
        (Y, X).
    labels : ndarray of int, (Y, X)
        A number for every grain with 0 where nothing is known, or an image of the boundaries: 0 and 1, or
        0 and 255, of which the rarer one marks them.
    scale : float, optional
        See `RealPair`.

    Raises
    ------
    InputError
        If shapes differ, the image is a stack, or there are no two grains.
    """
    if image.is_stack or labels.shape != image.shape:
        raise InputError(
            f"the labels of {image.name} have the shape {labels.shape}, the image {image.shape}; "
            "give one image and labels of the same rows and columns."
        )
    sides = [min(n, LARGEST) for n in labels.shape]
    starts = [(n - side) // 2 for n, side in zip(labels.shape, sides, strict=True)]
    rows, columns = (slice(start, start + side) for start, side in zip(starts, sides, strict=True))
    grains = grains_of_labels(labels)[rows, columns]
    part = image.crop(rows.start, rows.stop, columns.start, columns.stop)
    if part.specimen is not None:
        grains = np.where(part.specimen, grains, 0).astype(np.int32)
    if len(np.unique(grains[grains > 0])) < 2:
        raise InputError(f"the labels of {image.name} hold no two grains in the middle; give others.")
    return RealPair(replace(part, notes=()), grains, scale)


def grains_of_labels(labels: NDArray[Any]) -> Labels:
    """Turn an image of boundaries into grains that cover every pixel; labels of grains stay as they are.

    Parameters
    ----------
    labels : ndarray of bool or int, (Y, X)
        See `real_pair`.

    Returns
    -------
    ndarray of int32, (Y, X)
    """
    values, counts = np.unique(labels, return_counts=True)
    if values.tolist() not in _DRAWN:
        return labels.astype(np.int32)
    inside = labels != values[np.argmin(counts)]
    grains, _ = ndi.label(inside)
    grains[np.bincount(grains.ravel())[grains] < _SMALLEST_GRAIN] = 0
    if not grains.any():
        return np.zeros(labels.shape, np.int32)
    row, column = ndi.distance_transform_edt(grains == 0, return_distances=False, return_indices=True)
    return np.asarray(grains[row, column], np.int32)
