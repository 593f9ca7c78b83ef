"""Drawings that the docks lay over an image: burned-in marks, a line to measure, a circle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from napari.layers import Image, Shapes
from napari.viewer import Viewer

from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Float, Source, planar_transform
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._viewer import add_aside

_LINE_ON_SCREEN: Final = 2.0
"""Width of lines in screen px, in a canvas of so many px."""
_WINDOW: Final = 800
_MOVES: Final = ("scale", "translate", "rotate", "shear", "affine", "units")


class Guide:
    """A Shapes layer in the pixels of an image, which it follows; made when it is needed.

    Parameters
    ----------
    viewer : Viewer
        Where it is shown.
    role : str
        Name of the layer after that of the image.
    colour : str
        Of edges and text; faces are transparent.
    """

    def __init__(self, viewer: Viewer, role: str, colour: str) -> None:
        self._viewer = viewer
        self._role = role
        self._colour = colour
        self._image: Image | None = None
        self._following = Subscriptions()
        self.layer: Shapes | None = None

    @property
    def is_shown(self) -> bool:
        """Whether its layer is in the viewer."""
        return self.layer is not None and self.layer in self._viewer.layers

    def show(self, image: Image, shapes: Sequence[tuple[Float, str]], texts: Sequence[str] = ()) -> Shapes:
        """Draw shapes over an image in place of what was drawn before.

        Parameters
        ----------
        image : Image
            In whose pixels the corners are.
        shapes : sequence of (ndarray (N, 2), str)
            Rows and columns of the corners, and napari's name of the shape.
        texts : sequence of str
            One for each shape.

        Returns
        -------
        Shapes
            The layer; the selection of layers is left alone.
        """
        if not self.is_shown or image is not self._image:
            self.hide()
            self._make(image)
        layer = self.layer
        if layer is None:  # for the type checker
            raise RuntimeError("no layer was made")
        layer.data = []
        look = {"edge_width": line_width(image), "edge_color": self._colour, "face_color": "transparent"}
        layer.edge_width = look["edge_width"]
        for corners, kind in shapes:
            layer.add(corners, shape_type=kind, **look)
        if texts:
            layer.features = {"text": list(texts)}
            layer.text = {"string": "{text}", "color": self._colour, "size": 10, "anchor": "upper_left"}
        return layer

    def hide(self) -> None:
        """Take the layer away."""
        self._following.end()
        if self.layer is not None and self.layer in self._viewer.layers:
            self._viewer.layers.remove(self.layer)
        self.layer = self._image = None

    def _make(self, image: Image) -> None:
        self._image = image
        self.layer = drawing_on(image, self._role, self._colour)
        self.layer.metadata = {METADATA: {"role": self._role, "source_id": str(image.unique_id)}}
        add_aside(self._viewer, self.layer)
        self._following.add(self._follow, *(image.events[name] for name in _MOVES))

    def _follow(self, _event: object = None) -> None:
        if self.layer is not None and self._image is not None:
            self.layer.units = self._image.units[-2:]
            self.layer.affine = planar_transform(self._image)


def drawing_on(image: Image, role: str, colour: str) -> Shapes:
    """Make an empty Shapes layer in the plane of an image, to draw outlines of a colour."""
    layer = Shapes(
        ndim=2, name=f"{image.name} {role}", affine=planar_transform(image), units=image.units[-2:]
    )
    layer.current_edge_color = colour
    layer.current_face_color = "transparent"
    layer.current_edge_width = line_width(image)
    return layer


def line_width(image: Image) -> float:
    """Give a line its width on the screen when the image fills the window, in pixels of the image."""
    return max(1.0, _LINE_ON_SCREEN * max(Source(image).plane) / _WINDOW)


def box_corners(top: float, bottom: float, left: float, right: float) -> Float:
    """Corners (4, 2) around the pixels of a box, whose centres are at whole numbers."""
    top, left, bottom, right = top - 0.5, left - 0.5, bottom - 0.5, right - 0.5
    return np.array([[top, left], [top, right], [bottom, right], [bottom, left]])


def circle_corners(centre: tuple[float, float], diameter: float) -> Float:
    """Corners (4, 2) of the box around a circle, as napari keeps it."""
    y, x = centre
    return box_corners(
        y - diameter / 2 + 0.5, y + diameter / 2 + 0.5, x - diameter / 2 + 0.5, x + diameter / 2 + 0.5
    )
