"""Pixel size of a layer: from its scale and units where those are real lengths, and written back to them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from napari.layers import Layer

from napari_grains.errors import InputError
from napari_grains.images import PixelSize
from napari_grains.widgets._source import planar_transform

SOURCE: Final = "layer scale and units"
METADATA: Final = "napari_grains calibration"
"""Key of a layer's metadata under which stands where the pixel size came from that its scale says."""


def pixel_size_of(layer: Layer) -> PixelSize | None:
    """Return the pixel size that a layer's transform and units say, or None where the units are no lengths.

    Sizes outside what a micrograph can have count as unknown: a unit may be set while the scale still is 1.
    """
    units = [1 * unit for unit in layer.units[-2:]]
    if len(units) < 2 or not all(unit.check("[length]") for unit in units):
        return None
    metres = [float(unit.to("m").magnitude) for unit in units]
    y, x = (_step(layer, axis, metres) for axis in (-2, -1))
    try:
        PixelSize.parse(f"{y} x {x} m")
        return PixelSize(y, x, _origin(layer, y, x))
    except InputError:
        return None


def calibrate(layer: Layer, size: PixelSize) -> bool:
    """Give a layer the scale and units of a pixel size, and return whether that was possible.

    Signs of the scale are kept and the position moves along, so that flipped or shifted layers stay as they
    are. A layer that is rotated or sheared keeps its transform.
    """
    if not _axes_are_straight(layer):
        return False
    scale, translate, units = np.array(layer.scale), np.array(layer.translate), list(layer.units)
    micrometres = np.array([size.y_um, size.x_um])
    translate[-2:] *= micrometres / np.abs(scale[-2:])
    scale[-2:] = np.sign(scale[-2:]) * micrometres
    layer.metadata[METADATA] = {"y": size.y, "x": size.x, "source": size.source}
    layer.units = (*units[:-2], "um", "um")
    layer.scale, layer.translate = scale, translate
    return True


def in_same_frame(layer: Layer, other: Layer) -> bool:
    """Whether the pixels of two layers lie on each other."""
    same_units = list(layer.units[-2:]) == list(other.units[-2:])
    return same_units and np.allclose(planar_transform(layer), planar_transform(other))


def _origin(layer: Layer, y: float, x: float) -> str:
    noted = layer.metadata.get(METADATA, {})
    same = all(math.isclose(noted.get(axis, 0), edge, rel_tol=1e-6) for axis, edge in (("y", y), ("x", x)))
    return str(noted["source"]) if same else SOURCE


def _step(layer: Layer, axis: int, metres: list[float]) -> float:
    """Metres between two neighbouring pixels along an axis."""
    start, end = np.zeros(layer.ndim), np.zeros(layer.ndim)
    end[axis] = 1
    step = np.subtract(layer.data_to_world(end), layer.data_to_world(start))[-2:] * metres
    return float(np.hypot(*step))


def _axes_are_straight(layer: Layer) -> bool:
    eye = np.eye(layer.ndim)
    plain = np.array_equal(layer.affine.affine_matrix, np.eye(layer.ndim + 1))
    return bool(plain and np.array_equal(layer.rotate, eye) and not np.any(layer.shear))
