"""Square parts of an image: around a place, or side by side over all of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError

Image = NDArray[np.generic]


def patch_corner(shape: tuple[int, int], place: tuple[float, float], side: int) -> tuple[int, int]:
    """Row and column of the first pixel of a square patch around a place, moved inside at the border.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the image.
    place : (float, float)
        Row and column of the middle, in px.
    side : int
        Of the patch, in px.

    Raises
    ------
    InputError
        If the patch is larger than the image.
    """
    if not 0 < side <= min(shape):
        raise InputError(f"no patch of {side} px fits into an image of {shape[0]} x {shape[1]} px.")
    row, column = (
        min(max(round(float(at)) - side // 2, 0), length - side)
        for at, length in zip(place, shape, strict=True)
    )
    return row, column


def patch_grid(shape: tuple[int, int], side: int) -> list[tuple[int, int]]:
    """First pixels of the patches that lie side by side over an image, without remainders at the border.

    Raises
    ------
    InputError
        If not even one fits.
    """
    if not 0 < side <= min(shape):
        raise InputError(f"no patch of {side} px fits into an image of {shape[0]} x {shape[1]} px.")
    rows, columns = (length // side for length in shape)
    return [(side * row, side * column) for row in range(rows) for column in range(columns)]


def patch_at(image: Image, corner: tuple[int, int], side: int) -> Image:
    """Cut a square patch (side, side) with a given first pixel out of an image (Y, X)."""
    row, column = corner
    return image[row : row + side, column : column + side]
