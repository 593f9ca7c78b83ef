"""Flies to the most doubtful place that is not painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from napari.layers import Image, Labels
from napari.viewer import Viewer

from napari_grains.widgets._camera import fly_to
from napari_grains.widgets._guides import Guide, box_corners
from napari_grains.widgets._looks import look
from napari_grains.widgets._source import Source
from napari_grains.widgets._stroke_layers import painted
from napari_grains.widgets._watched import Look, WatchedLayer

UNCERTAINTY: Final = Look("uncertainty of flips", "uncertainty (flips)", partial(look, "uncertainty"))
_AROUND: Final = 2.0
"""Times the place that is shown of it and its surroundings."""


class NextPlace:
    """What becomes of the answer of the job "suggest".

    Parameters
    ----------
    viewer : Viewer
        Where to fly.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._guide = Guide(viewer, "next place", "#ffe600")

    def show(self, image: Image, index: int, result: Mapping[str, Any]) -> None:
        """Show the uncertainty and fly to the place, if there is one."""
        if image not in self._viewer.layers:
            return
        WatchedLayer(self._viewer, image, UNCERTAINTY).show(result["uncertainty"])
        place = result["place"]
        if place is None:
            self.hide()
            return
        (row, column), half = place, result["extent"] / 2
        box = box_corners(row - half, row + half, column - half, column + half)
        self._guide.show(image, [(box, "rectangle")])
        fly_to(self._viewer, image, self._position(image, index, place), _AROUND * result["extent"])

    def hide(self) -> None:
        """Take the frame around the place away."""
        self._guide.hide()

    def _position(self, image: Image, index: int, place: Sequence[float]) -> list[float]:
        lengths = Source(image).shape[:-2]
        return [*(float(index) if length > 1 else 0.0 for length in lengths), *place]


def plane_of(image: Image, strokes: Labels | None, index: int) -> dict[str, Any]:
    """Arguments of the job that are arrays: the slice that is seen; may take long."""
    source = Source(image)
    labels = np.zeros(source.plane, np.uint8)
    if strokes is not None:
        labels = painted(strokes, source).reshape(source.slices, *source.plane)[index]
    return {"image": source.read(index), "labels": labels, "rgb": bool(image.rgb)}
