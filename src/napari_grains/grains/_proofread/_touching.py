"""Which grains a stroke goes through, and along which sides of pixels two grains touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .._graph import Ids


def grains_along(labels: Ids, path: NDArray[np.floating]) -> list[int]:
    """Return the grains that a stroke goes through.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains; 0 is none.
    path : ndarray, shape (P, 2)
        Rows and columns of the stroke, joined by straight lines; may leave the image.

    Returns
    -------
    list of int
        In the order in which they are entered, each once.
    """
    steps = np.ceil(np.abs(np.diff(path, axis=0)).max(axis=1, initial=0)).astype(int)
    pieces = [
        np.linspace(start, end, step, endpoint=False)
        for start, end, step in zip(path[:-1], path[1:], steps, strict=True)
    ]
    pixels = np.rint(np.concatenate([*pieces, path[-1:]])).astype(np.int64)
    inside = np.all((pixels >= 0) & (pixels < labels.shape), axis=1)
    found = labels[tuple(pixels[inside].T)]
    return [grain for grain in dict.fromkeys(found.tolist()) if grain > 0]


def shared_sides(
    labels: Ids, pair: tuple[int, int], position: tuple[int, int], extent: float
) -> NDArray[np.float64]:
    """Return the sides of pixels along which two grains touch.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X)
        Grains.
    pair : (int, int)
        Two neighbours.
    position : (row, column)
        A place on their edge, around which is looked.
    extent : float
        How far, in px in every direction.

    Returns
    -------
    ndarray of float64, shape (S, 2, 2)
        Row and column of both ends of each side. Centres of pixels are at whole numbers, ends at halves.
    """
    reach = int(np.ceil(extent)) + 1
    top, left = (max(int(middle) - reach, 0) for middle in position)
    part = labels[top : top + 2 * reach + 1, left : left + 2 * reach + 1]
    one, other = (part == grain for grain in pair)
    below = np.argwhere((one[:-1] & other[1:]) | (other[:-1] & one[1:]))
    beside = np.argwhere((one[:, :-1] & other[:, 1:]) | (other[:, :-1] & one[:, 1:]))
    right, down = np.array([0, 0.5]), np.array([0.5, 0])
    sides = [
        np.stack([middle - half, middle + half], axis=1)
        for middle, half in ((below + down, right), (beside + right, down))
    ]
    corners: NDArray[np.float64] = np.concatenate(sides) + np.array([top, left])
    return corners
