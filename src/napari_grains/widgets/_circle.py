"""A circle of the grain diameter that the user sets, in the middle of what is seen."""

from __future__ import annotations

from napari.layers import Image
from napari.viewer import Viewer

from napari_grains.widgets._camera import visible_box
from napari_grains.widgets._guides import Guide, circle_corners
from napari_grains.widgets._source import Source


class DiameterCircle:
    """Drawn over the image whose grains it is to be compared with.

    Parameters
    ----------
    viewer : Viewer
        Where it is shown.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._guide = Guide(viewer, "grain diameter", "#ffe600")

    def show(self, image: Image, diameter: float) -> None:
        """Draw it with a diameter in px of the image."""
        rows, columns = Source(image).plane
        top, bottom, left, right = visible_box(self._viewer, image) or (0, rows, 0, columns)
        centre = ((top + bottom - 1) / 2, (left + right - 1) / 2)
        self._guide.show(image, [(circle_corners(centre, diameter), "ellipse")], ["mean grain"])

    def hide(self) -> None:
        """Take it away."""
        self._guide.hide()
