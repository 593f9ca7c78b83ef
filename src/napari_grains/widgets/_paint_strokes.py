"""What napari tells of its own tools for labels: brush, eraser, bucket, polygon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PaintedPixels:
    """Pixels of a layer that were painted in one go.

    Parameters
    ----------
    indices : ndarray of int64, shape (N,)
        Places in the flattened array of the layer, ascending, each once.
    before, after : ndarray of int32, shape (N,)
        Labels before the first and after the last touch of the brush.
    """

    indices: NDArray[np.int64]
    before: NDArray[np.int32]
    after: NDArray[np.int32]


def painted_pixels(item: Sequence[Any], labels: NDArray[np.int32]) -> PaintedPixels:
    """Read an item of napari's history.

    Parameters
    ----------
    item : sequence
        What the event `paint` of a Labels layer brings: touches of the brush in their order.
    labels : ndarray of int32
        The array of the layer, painted already.
    """
    touches = [_touched(atom, labels.shape) for atom in item]
    indices = np.concatenate([touched for touched, _ in touches] or [np.empty(0, np.int64)])
    before = np.concatenate([values for _, values in touches] or [np.empty(0, np.int32)])
    indices, first = np.unique(indices, return_index=True)
    before, after = before[first].astype(np.int32), labels.reshape(-1)[indices]
    changed = before != after
    return PaintedPixels(indices[changed], before[changed], after[changed])


def by_plane(painted: PaintedPixels, pixels: int) -> Iterator[tuple[int, PaintedPixels]]:
    """Split what was painted by planes of a stack, each of so many pixels, with indices of the plane."""
    planes = painted.indices // pixels
    for plane in np.unique(planes):
        here = planes == plane
        yield (
            int(plane),
            PaintedPixels(painted.indices[here] - plane * pixels, painted.before[here], painted.after[here]),
        )


def _touched(atom: Any, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:  # noqa: ANN401
    """Flat indices of one touch and the labels before it; until napari 0.8 all were places and values."""
    if not hasattr(atom, "slice_key"):
        places, before, _ = atom
        indices = np.ravel_multi_index(places, shape).ravel()
        return indices, np.broadcast_to(before, indices.shape)
    corner = [part.start for part in atom.slice_key]
    lengths = tuple(part.stop - part.start for part in atom.slice_key)
    mask = np.ones(lengths, np.bool_) if atom.mask is None else atom.mask
    places = tuple(axis + start for axis, start in zip(np.nonzero(mask), corner, strict=True))
    return np.ravel_multi_index(places, shape), np.ravel(atom.old_values)
