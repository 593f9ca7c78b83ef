"""Labels and strokes on the working grid, where they must neither blur nor vanish."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from napari_grains.inference import WorkingFrame

Label = TypeVar("Label", bound=np.generic)


def nearest(labels: NDArray[Label], frame: WorkingFrame) -> NDArray[Label]:
    """Label of the image pixel in which each working pixel has its centre.

    Parameters
    ----------
    labels : ndarray, (Y, X)
        Of the frame's image.
    frame : WorkingFrame
        The grid.

    Returns
    -------
    ndarray, ``frame.shape``
    """
    rows, columns = (
        np.clip(np.floor((np.arange(n) + first + 0.5) / frame.scale - origin), 0, size - 1).astype(np.intp)
        for n, first, origin, size in zip(frame.shape, frame.first, frame.origin, labels.shape, strict=True)
    )
    return labels[np.ix_(rows, columns)]


def touched(mask: NDArray[np.bool_], frame: WorkingFrame) -> NDArray[np.bool_]:
    """Working pixels that hold a painted image pixel: a thin stroke stays one where the image shrinks.

    Parameters
    ----------
    mask : ndarray of bool, (Y, X)
        Painted pixels of the frame's image.
    frame : WorkingFrame
        The grid.

    Returns
    -------
    ndarray of bool, ``frame.shape``
    """
    if frame.scale >= 1:
        return nearest(mask, frame)
    found = np.zeros(frame.shape, np.bool_)
    places: list[NDArray[Any]] = [
        np.clip(np.floor((at + origin + 0.5) * frame.scale) - first, 0, n - 1).astype(np.intp)
        for at, origin, first, n in zip(np.nonzero(mask), frame.origin, frame.first, frame.shape, strict=True)
    ]
    found[tuple(places)] = True
    return found
