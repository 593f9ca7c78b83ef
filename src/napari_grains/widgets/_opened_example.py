"""Shows the image that an example in a file is cut from: one layer, whose image changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from napari.layers import Image
from napari.viewer import Viewer

from napari_grains.images import Origin, read_image
from napari_grains.widgets._answers import Place
from napari_grains.widgets._results import METADATA, is_ours
from napari_grains.widgets._source import Array, planar_transform
from napari_grains.widgets._synthetic_layers import right_edge
from napari_grains.widgets._viewer import add_aside

ROLE: Final = "example shown"
_GAP: Final = 16
_AROUND: Final = 3.0
"""Sides of a patch that are shown of it and its surroundings."""


class OpenedExample:
    """The layer "example: <file>", to the right of all images; the next example takes the place of the last.

    Parameters
    ----------
    viewer : Viewer
        Where it is shown.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._last: tuple[Path, Array] | None = None

    def read(self, origin: Origin) -> Array:
        """Return the pixels of an example.

        Parameters
        ----------
        origin : Origin

        Returns
        -------
        ndarray of float32, (Y, X)

        Raises
        ------
        InputError
            If the file cannot be read.
        """
        frame = self._frame(origin)
        if origin.corner is None or origin.side is None:
            return frame
        top, left = origin.corner
        return frame[top : top + origin.side, left : left + origin.side]

    def show(self, origin: Origin, beside: Image | None) -> Place:
        """Show the frame of an example, and say where in it the example lies.

        Parameters
        ----------
        origin : Origin
        beside : Image or None
            In whose units and pixels it is laid.

        Raises
        ------
        InputError
            If the file cannot be read.
        """
        frame = self._frame(origin)
        layer = self._put(frame, beside)
        layer.name = f"example: {origin.file.name}"
        layer.visible = True
        side = origin.side if origin.corner is not None else None
        corner = origin.corner or (0, 0)
        rows, columns = frame.shape if side is None else (side, side)
        middle = corner[0] + rows // 2, corner[1] + columns // 2
        extent = float(max(frame.shape)) if side is None else _AROUND * side
        return replace(Place.of_file(origin), layer=layer, position=middle, extent=extent, corner=corner)

    def _frame(self, origin: Origin) -> Array:
        """Read a frame; the file that was read last is kept, whose other frames are often looked at next."""
        if self._last is None or self._last[0] != origin.file:
            pixels = read_image(origin.file).pixels
            self._last = origin.file, pixels if pixels.ndim == 3 else pixels[None]
        frames = self._last[1]
        frame: Array = frames[min(origin.frame, len(frames) - 1)]
        return frame

    def _put(self, frame: Array, beside: Image | None) -> Image:
        layer = self._layer
        if layer is None:
            layer = Image(frame, metadata={METADATA: {"role": ROLE}}, **self._where(beside))
            add_aside(self._viewer, layer)
            return layer
        layer.data = frame
        layer.reset_contrast_limits()
        for name, value in self._where(beside).items():
            setattr(layer, name, value)
        return layer

    @property
    def _layer(self) -> Image | None:
        for layer in self._viewer.layers:
            if isinstance(layer, Image) and layer.metadata.get(METADATA, {}).get("role") == ROLE:
                return layer
        return None

    def _where(self, beside: Image | None) -> dict[str, Any]:
        """Return how it is laid: to the right of all that is there, so that it hides nothing."""
        if beside is None:
            return {}
        others = [layer for layer in self._viewer.layers if not is_ours(layer) and layer.ndim >= 2]
        step = np.eye(3)
        step[1, 2] = right_edge(beside, others) + _GAP
        return {"units": beside.units[-2:], "affine": planar_transform(beside) @ step}
