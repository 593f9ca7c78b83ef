"""Strokes drawn on a plane, as pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from skimage.draw import line

from napari_grains.errors import InputError

Path = NDArray[np.int64]
"""Rows and columns of pixels one after the other, each beside the last, shape (P, 2)."""


_FAR = 1 << 20  # px: a stroke is not followed further out than this
_DIRECTION = 10  # px at the end of a stroke that tell its direction


def pixels_of(path: NDArray[np.floating] | Sequence[Sequence[float]], shape: tuple[int, ...]) -> Path:
    """Draw a stroke and return its pixels on a plane (Y, X) in order.

    Parameters
    ----------
    path : array of float, shape (P, 2)
        Rows and columns, maybe outside the plane.
    shape : tuple
        Of the plane.

    Raises
    ------
    InputError
        If no pixel of it lies on the plane.
    """
    points = np.asarray(path, float).reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1)]
    corners = np.clip(np.rint(points), -_FAR, _FAR).astype(np.int64)
    drawn = joined_by_lines(corners)
    drawn = drawn[((drawn >= 0) & (drawn < shape)).all(axis=1)]
    if not len(drawn):
        raise InputError("The stroke lies outside the image: draw it on the grains.")
    return drawn


def joined_by_lines(corners: Path) -> Path:
    """Return the pixels of the straight lines between pixels (P, 2), each once in a row."""
    parts = [corners[:1]]
    for (row, column), (row_after, column_after) in zip(
        corners[:-1].tolist(), corners[1:].tolist(), strict=True
    ):
        parts.append(
            np.stack(
                line(row, column, row_after, column_after),  # type: ignore[no-untyped-call]
                axis=1,
            )[1:]
        )
    return np.concatenate(parts)


def prolonged(path: Path, inside: NDArray[np.bool_], reach: float) -> Path | None:
    """Lead a stroke on, in the direction of its end, up to the outline of what it lies in.

    Parameters
    ----------
    path : ndarray of int, shape (P, 2)
        Pixels inside.
    inside : ndarray of bool, shape (Y, X)
        What is to be left; the plane ends where the array does.
    reach : float
        How far it may be led in px.

    Returns
    -------
    ndarray of int, shape (Q, 2), or None
        The path with the pixels up to the last one inside; None if the outline is too far.
    """
    back = path[-1] - path[max(len(path) - 1 - _DIRECTION, 0)]
    if not back.any():
        return None
    end = np.rint(path[-1] + back / np.hypot(*back) * (reach + 1)).astype(np.int64)
    further = joined_by_lines(np.stack((path[-1], end)))[1:]
    out = np.ones(len(further), bool)
    on_plane = ((further >= 0) & (further < inside.shape)).all(axis=1)
    out[on_plane] = ~inside[tuple(further[on_plane].T)]
    return np.concatenate((path, further[: int(out.argmax())])) if out.any() else None
