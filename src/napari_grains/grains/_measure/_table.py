"""The table of grains: one row each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_grains.images import PixelSize

from ._field import Field
from ._shapes import Column, Widths, moments, neighbours, perimeters, widths


def grain_table(
    field: Field, cut: NDArray[np.bool_], pixel_size: PixelSize | None, index: int | None
) -> pd.DataFrame:
    """Measure every grain of a field.

    Parameters
    ----------
    field : Field
        The grains.
    cut : ndarray of bool, shape (N + 1,)
        Grains that the rim of the region cuts.
    pixel_size : PixelSize or None
        Adds columns in um.
    index : int or None
        The slice, if the field is one of a stack.
    """
    shape, size, perimeter = moments(field), widths(field), perimeters(field)
    edge = cut[1:]
    columns: dict[str, object] = {"grain": field.ids}
    if index is not None:
        columns["slice"] = np.full(field.number, index)
    columns |= {
        "centroid_y": shape.centroid_y,
        "centroid_x": shape.centroid_x,
        "area_px": shape.area,
        "ecd_px": np.sqrt(4 / np.pi * shape.area),
        "feret_max": size.feret_max,
        "feret_min": size.feret_min,
        "aspect_ratio": shape.aspect_ratio,
        "orientation_deg": shape.orientation_deg,
        "perimeter": perimeter,
        "circularity": np.minimum(4 * np.pi * shape.area / np.square(perimeter), 1.0),
        "solidity": np.minimum(shape.area / size.hull, 1.0),
        "neighbours": neighbours(field),
        "edge": edge,
        "weight": _frame_weights(field, size, edge),
    }
    table = pd.DataFrame(columns)
    return table if pixel_size is None else _with_micrometres(table, pixel_size)


def _with_micrometres(table: pd.DataFrame, pixel_size: PixelSize) -> pd.DataFrame:
    return table.assign(
        area_um2=table["area_px"] * pixel_size.area_um2,
        ecd_um=table["ecd_px"] * pixel_size.um,
        feret_max_um=table["feret_max"] * pixel_size.um,
        feret_min_um=table["feret_min"] * pixel_size.um,
        perimeter_um=table["perimeter"] * pixel_size.um,
    )


def _frame_weights(field: Field, size: Widths, edge: NDArray[np.bool_]) -> Column:
    """Miles-Lantuejoul weights: 1 / chance that such a grain lies within the frame; 0 for cut ones."""
    height, width = field.extent
    room = np.maximum((height - size.height) * (width - size.width), 1.0)
    return np.where(edge, 0.0, height * width / room)
