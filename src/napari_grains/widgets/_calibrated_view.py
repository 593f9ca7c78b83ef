"""Give layers their pixel size without moving what the user looks at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from napari.layers import Image, Layer
from napari.viewer import Viewer

from napari_grains.images import PixelSize
from napari_grains.widgets._calibration import calibrate, in_same_frame, pixel_size_of
from napari_grains.widgets._source import planar_transform
from napari_grains.widgets._viewer import camera_of


def calibrate_in_view(viewer: Viewer, image: Image, size: PixelSize, others: Sequence[Layer] = ()) -> None:
    """Calibrate an image, and those of the other layers that lie on it, and move the camera along.

    An image whose transform says so already stays as it is, as does one that is rotated or sheared.
    """
    known = pixel_size_of(image)
    if known is not None and np.allclose([known.y, known.x], [size.y, size.x], rtol=1e-9):
        return
    together = [layer for layer in others if in_same_frame(layer, image)]
    before = planar_transform(image)
    if not calibrate(image, size):
        return
    for layer in together:
        _calibrate_or_place(layer, size, planar_transform(image))
    _follow(viewer, before, planar_transform(image))


def _calibrate_or_place(layer: Layer, size: PixelSize, transform: np.ndarray) -> None:
    """Calibrate a layer; one that is placed by an affine matrix gets that of the image."""
    if not calibrate(layer, size):
        layer.units = (*layer.units[:-2], "um", "um")
        layer.affine = transform


def _follow(viewer: Viewer, before: np.ndarray, after: np.ndarray) -> None:
    camera = camera_of(viewer)
    move = after @ np.linalg.inv(before)
    centre = np.array(camera.center, float)
    centre[-2:] = move[:2, :2] @ centre[-2:] + move[:2, 2]
    camera.center = tuple(centre)
    camera.zoom /= float(np.sqrt(abs(np.linalg.det(move[:2, :2]))))
