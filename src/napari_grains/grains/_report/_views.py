"""Views of what was measured, one per slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._graph import Ids
from .._measure._field import prepared_field
from .._measure._measurement import Measurement
from .._measure._twins import joined_across_twins
from ._pictures import Mask, View


def views_of(
    measurement: Measurement,
    image: NDArray[np.generic] | None,
    labels: NDArray[np.integer],
    specimen: Mask | None = None,
    exclude: Mask | None = None,
) -> list[View]:
    """Return one view per slice; where twins were ignored, with the grains that they are parts of.

    Parameters
    ----------
    measurement : Measurement
        Of the labels.
    image : ndarray, shape (Y, X) or (Z, Y, X), or None
        The micrograph.
    labels : ndarray of int, same shape
        Its grains.
    specimen, exclude : ndarray of bool, same shape or that of a slice, optional
        As for `measure`.
    """
    number, size = len(labels) if labels.ndim == 3 else 1, measurement.pixel_size
    stacks = [_slices(array, number) for array in (image, labels, specimen, exclude)]
    views = [View(one, grains, size, *masks) for one, grains, *masks in zip(*stacks, strict=True)]
    if measurement.summary["twins"] != "ignored":
        return views
    return [replace(view, labels=_without_twins(view)) for view in views]


def _slices(array: NDArray[Any] | None, number: int) -> Sequence[Any]:
    return [None] * number if array is None else list(np.broadcast_to(array, (number, *array.shape[-2:])))


def _without_twins(view: View) -> Ids:
    field = prepared_field(view.labels, view.pixel_size, view.specimen, view.exclude)
    return joined_across_twins(field)[0].labels
