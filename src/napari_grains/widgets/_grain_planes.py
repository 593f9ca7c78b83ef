"""The planes of a Labels layer as arrays that can be corrected in place, and where they lie in the layer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from napari.layers import Image, Labels
from napari.viewer import Viewer
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.grains import room_for_new
from napari_grains.widgets._camera import current_slice, long_axes, to_data
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Float

_LARGEST: Final = np.iinfo(np.int32).max

Ids = NDArray[np.int32]


class GrainPlanes:
    """Planes of a layer of grains, counted along its one axis of slices.

    Parameters
    ----------
    layer : Labels
        (Y, X) or one long axis more, and any number of axes of length 1. Labels of another integer type than
        int32 become int32: what napari shows stays the same.

    Raises
    ------
    InputError
        If the labels cannot be corrected in place.
    """

    def __init__(self, layer: Labels) -> None:
        if problem := why_not(layer):
            raise InputError(problem)
        if not _is_plain(layer.data):
            layer.data = np.array(layer.data, np.int32, order="C")
        self._layer = layer
        self.labels: Ids = layer.data.reshape(-1, *layer.data.shape[-2:])
        self._axis = next(iter(long_axes(layer.data.shape)), None)

    @cached_property
    def rooms(self) -> list[int]:
        """For each plane the number above which new grains are numbered, so that no two planes share one."""
        return room_for_new(self.labels)

    @cached_property
    def base(self) -> Ids:
        """The labels as they were when somebody asked first, in the shape of the layer."""
        return self.labels.reshape(self._layer.data.shape).copy()

    def shown(self, viewer: Viewer) -> int:
        """Index of the plane that a viewer shows; in 3-D display that which 2-D display comes back to."""
        if self._axis is None:
            return 0
        index = current_slice(viewer, self._layer, self._axis)
        if index is None:
            index = round(float(to_data(viewer, self._layer, viewer.dims.point)[self._axis]))
        return int(np.clip(index, 0, len(self.labels) - 1))

    def position(self, index: int, place: Sequence[float] | Float) -> list[float]:
        """Return the data coordinates of a row and a column of a plane."""
        position = [0.0] * (self._layer.ndim - 2) + [float(value) for value in place]
        if self._axis is not None:
            position[self._axis] = index
        return position

    def where(self, index: int, box: Sequence[int]) -> list[slice]:
        """Return the part of the layer that is a box (top, bottom, left, right) of a plane."""
        top, bottom, left, right = box
        corner = self.position(index, (top, left))
        leading = [slice(int(start), int(start) + 1) for start in corner[:-2]]
        return [*leading, slice(top, bottom), slice(left, right)]

    def grain_at(self, index: int, place: Sequence[float] | Float) -> int:
        """Return the grain at a row and a column of a plane, 0 where there is none or beside the image."""
        plane = self.labels[index]
        row, column = (round(float(value)) for value in place)
        inside = 0 <= row < plane.shape[0] and 0 <= column < plane.shape[1]
        return max(int(plane[row, column]), 0) if inside else 0

    def plane_of(self, companion: NDArray[Any] | None, index: int) -> NDArray[Any] | None:
        """Return the plane of an array of the same shape as the layer, None where there is no such array."""
        if companion is None or companion.shape != self._layer.data.shape:
            return None
        plane: NDArray[Any] = companion.reshape(self.labels.shape)[index]
        return plane


def why_not(layer: Labels) -> str:
    """Say in one line why a layer cannot be corrected, with what to do; empty if it can."""
    name, data = layer.name, layer.data
    if layer.multiscale or not isinstance(data, np.ndarray):
        return f"“{name}” is not in memory as one array: save it as TIFF and open that."
    if layer.ndim < 2 or len(long_axes(data.shape)) > 1:
        return f"“{name}” has {layer.ndim} axes: extract one image or one stack (Z, Y, X)."
    if not _is_plain(data) and data.size and not -_LARGEST <= int(data.min()) <= int(data.max()) <= _LARGEST:
        return f"“{name}” has labels beyond {_LARGEST}: number its grains anew."
    return ""


def boundary_of(viewer: Viewer, layer: Labels) -> NDArray[Any] | None:
    """Return the boundary probability that grains were made from, None if it is not among the layers."""
    wanted = ("boundary", layer.metadata.get(METADATA, {}).get("source_id"))
    for other in viewer.layers:
        mark = other.metadata.get(METADATA, {})
        if isinstance(other, Image) and (mark.get("role"), mark.get("source_id")) == wanted:
            return np.asarray(other.data)
    return None


def _is_plain(labels: NDArray[Any]) -> bool:
    return bool(labels.dtype == np.int32 and labels.flags.c_contiguous and labels.flags.writeable)
