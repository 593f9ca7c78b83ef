"""The jobs of this room in the form that crosses a process boundary: JSON values and arrays in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.events import STOP, Job, Progress
from napari_grains.images import PixelSize

from ._measurement import Measurement, Twins, measure
from ._pooling import pool

Masks = NDArray[np.bool_] | Sequence[NDArray[np.bool_]]


def measure_arrays(
    labels: NDArray[np.integer] | None = None,
    *,
    fields: Sequence[NDArray[np.integer]] = (),
    pixel_size_m: Sequence[float] | None = None,
    pixel_size_source: str = "typed",
    specimen: Masks | None = None,
    exclude: Masks | None = None,
    twins: Twins = "counted",
) -> Job[dict[str, Any]]:
    """Measure grains; the job "measure".

    Parameters
    ----------
    labels : ndarray of int, shape (Y, X) or (Z, Y, X), optional
        Grains of one field or of a stack, see `measure`.
    fields : sequence of ndarray of int
        Instead of it, several fields to be pooled, see `pool`.
    pixel_size_m : sequence of two floats, optional
        Metres per pixel along y and x, and where they come from in ``pixel_size_source``.
    specimen, exclude : ndarray of bool, or one for each field, optional
        Masks, see `measure`.
    twins : {"counted", "ignored"}
        See `measure`.

    Returns
    -------
    dict
        "table", column to array of values; "summary" with "warnings"; "segments" (L, 2, 2), "segment_field"
        (L,) and "segment_direction" (L,); "circles" (C, 3) and "circle_field" (C,); "crossings" (K, 2),
        "crossing_field" (K,) and "crossing_direction" (K,), see `TestLines`. The field of a stack is its
        slice; "segment_slice", "circle_slice" and "crossing_slice" tell slices also where several stacks
        are fields. Empty if stopped.

    Raises
    ------
    InputError
        See `measure`; or if there are neither labels nor fields.
    """
    images = list(fields) if labels is None else [labels]
    if not images:
        raise InputError("There is nothing to measure: give labels or fields.")
    size = None
    if pixel_size_m is not None:
        size = PixelSize(y=pixel_size_m[0], x=pixel_size_m[1], source=pixel_size_source)
    masks = zip(_each(specimen, images), _each(exclude, images), strict=True)
    measurements = []
    for index, (image, (inside, outside)) in enumerate(zip(images, masks, strict=True)):
        command = yield Progress(index, len(images), "measuring")
        if command is STOP:
            return {}
        measurements.append(measure(image, size, specimen=inside, exclude=outside, twins=twins))
    yield Progress(len(images), len(images), "measured")
    pooled = measurements[0] if labels is not None else pool(measurements)
    return _arrays(pooled) | _lines(measurements)


def _each(masks: Masks | None, images: Sequence[NDArray[np.integer]]) -> list[NDArray[np.bool_] | None]:
    if masks is None:
        return [None] * len(images)
    given = [masks] if isinstance(masks, np.ndarray) else list(masks)
    if len(given) not in (1, len(images)):
        raise InputError(
            f"There are {len(images)} fields and {len(given)} masks: give one mask, or one for each."
        )
    return [*given] * (len(images) if len(given) == 1 else 1)


def _arrays(measurement: Measurement) -> dict[str, Any]:
    return {
        "table": {str(name): _values(measurement.table[name]) for name in measurement.table},
        "summary": measurement.summary | {"warnings": list(measurement.warnings)},
    }


def _values(column: pd.Series[Any]) -> NDArray[np.generic]:
    return np.ascontiguousarray(column.to_numpy())


def _lines(measurements: Sequence[Measurement]) -> dict[str, NDArray[np.generic]]:
    lines = [each for measurement in measurements for each in measurement.test_lines]
    joined = {
        name: np.concatenate([getattr(each, attribute) for each in lines])
        for name, attribute in (
            ("segments", "segments"),
            ("segment_direction", "direction"),
            ("circles", "circles"),
            ("crossings", "crossings"),
            ("crossing_direction", "crossing_direction"),
        )
    }
    fields, slices = zip(*_places(measurements), strict=True)
    for name in ("segment", "circle", "crossing"):
        counts = [len(getattr(each, f"{name}s")) for each in lines]
        joined |= {f"{name}_field": np.repeat(fields, counts), f"{name}_slice": np.repeat(slices, counts)}
    return joined


def _places(measurements: Sequence[Measurement]) -> list[tuple[int, int]]:
    """Field and slice of each plane that was measured."""
    slices = [[_slice_of(row) for row in _rows(measurement)] for measurement in measurements]
    if len(measurements) == 1:
        return [(index, index) for index in slices[0]]
    return [(field, index) for field, indices in enumerate(slices) for index in indices]


def _rows(measurement: Measurement) -> list[dict[str, Any]]:
    rows: Any = measurement.summary["by_field"]
    return list(rows)


def _slice_of(row: dict[str, Any]) -> int:
    return int(row.get("slice") or 0)
