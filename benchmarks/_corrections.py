"""Strokes of somebody who corrects a result: along boundaries that were missed, and along invented ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from skimage.morphology import skeletonize
from skimage.segmentation import find_boundaries

Mask = NDArray[np.bool_]
LENGTH = 25
"""Working px along an axis that a stroke reaches at most."""
_WIDTH = 1.0
"""Working px of a stroke."""
_NEAR = 3.0
"""Working px within which a boundary counts as found."""
_THICK = 3.0
"""Times the usual width of a boundary, from which on what was traced is an area."""
GRAIN, BOUNDARY = 1, 2
_SQUARE = np.ones((3, 3), np.bool_)


def corrections(
    traced: Mask, grains: NDArray[np.integer[Any]], scale: float, number: int, seed: int
) -> NDArray[np.uint8]:
    """Paint strokes where a segmentation is most wrong.

    Parameters
    ----------
    traced : ndarray of bool, (Y, X)
        Boundaries as they are.
    grains : ndarray of int, (Y, X)
        The segmentation.
    scale : float
        Working pixels per image pixel.
    number : int
        Of the strokes: on missed boundaries and on invented ones in turn, longer errors more often.
    seed : int
        Which errors.

    Returns
    -------
    ndarray of uint8, (Y, X)
        1 on invented boundaries, 2 on missed ones, 0 elsewhere.
    """
    rng, labels = np.random.default_rng(seed), np.zeros(traced.shape, np.uint8)
    errors = dict(zip((BOUNDARY, GRAIN), _errors(traced, grains, scale), strict=True))
    for turn in range(number):
        label = (BOUNDARY, GRAIN)[turn % 2]
        stroke = _along(errors[label], LENGTH / scale, rng)
        errors[label] &= ~stroke
        wide = ndi.binary_dilation(stroke, _SQUARE, max(1, round(_WIDTH / 2 / scale)))
        labels[wide & (labels == 0)] = label
    return labels


def _errors(traced: Mask, grains: NDArray[np.integer[Any]], scale: float) -> tuple[Mask, Mask]:
    """Middle lines of missed boundaries and of invented ones."""
    true, found = _lines(traced), find_boundaries(grains, mode="thick")  # type: ignore[no-untyped-call]
    reach = max(2, round(_NEAR / scale))
    missed = true & ~ndi.binary_dilation(found, _SQUARE, reach)
    return missed, skeletonize(found) & ~ndi.binary_dilation(traced, _SQUARE, reach)  # type: ignore[no-untyped-call]


def _lines(traced: Mask) -> Mask:
    """Middle lines of what was traced, without those of areas."""
    middle: Mask = skeletonize(traced)  # type: ignore[no-untyped-call]
    width = ndi.distance_transform_edt(traced)
    return middle & (width <= _THICK * np.median(width[middle])) if middle.any() else middle


def _along(lines: Mask, length: float, rng: np.random.Generator) -> Mask:
    """Follow a line as far as a stroke reaches; nothing where there is none."""
    numbers, count = ndi.label(lines, _SQUARE)
    stroke = np.zeros_like(lines)
    if count:
        sizes = np.bincount(numbers.ravel())[1:]
        points = np.argwhere(numbers == 1 + rng.choice(count, p=sizes / sizes.sum()))
        middle = points[rng.integers(len(points))]
        near = points[np.abs(points - middle).max(axis=1) <= length / 2]
        stroke[tuple(near.T)] = True
    return stroke
