"""The layers of the preview: a synthetic micrograph and its truth, beside the user's image or alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from napari.layers import Image, Labels, Layer
from napari.utils.colormaps import DirectLabelColormap
from napari.viewer import Viewer

from napari_grains.widgets._camera import fly_to
from napari_grains.widgets._results import METADATA, is_ours
from napari_grains.widgets._source import Array, Float, planar_transform, to_pixels
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._viewer import add_aside

if TYPE_CHECKING:
    from napari_grains.synthesis import SyntheticMicrograph

ROLES: Final = ("match sample", "synthetic micrograph", "synthetic grains")
"""From left to right and from below upwards; the last two lie on each other."""

_NAMES: Final = dict(
    zip(ROLES, ("Sample of the image", "Synthetic micrograph", "Synthetic grains"), strict=True)
)
_DTYPES: Final = dict(zip(ROLES, (np.float32, np.float32, np.uint16), strict=True))
"""Of labels of more bits napari looks up every pixel anew before each drawing; a preview has fewer grains."""
_GAP: Final = 16
_MOVES: Final = ("scale", "translate", "rotate", "shear", "affine", "units")


class SyntheticLayers:
    """Layers that are made once and then updated in place; they stay when the dock is closed.

    The pixels of the preview are as large as those of the user's image, to whose right it lies, or, after a
    match, as those at the scale at which the network sees that image. They have the units of that image: the
    size that is declared for a synthetic micrograph is drawn at random, and says nothing beside a real one.

    Parameters
    ----------
    viewer : Viewer
        Where they are shown.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._anchor: Image | None = None
        self._magnified = 1.0
        self._following, self._of_anchor = Subscriptions(), Subscriptions()

    @property
    def layers(self) -> list[Layer]:
        """Those that are there, in the order of `ROLES`."""
        return [layer for role in ROLES if (layer := self._find(role)) is not None]

    def follow(self, *, on: bool) -> None:
        """Begin or end to make room for images that are opened, and to take over their units."""
        self._following.end()
        self._of_anchor.end()
        if on:
            self._following.add(self._make_room, self._viewer.layers.events.inserted)
            self._following.add(self._forget, self._viewer.layers.events.removed)
            self._following.add(self._take_units, self._viewer.dims.events.units)
            self._watch_anchor()

    def show(self, micrograph: SyntheticMicrograph) -> None:
        """Show a micrograph, in place of the one before."""
        new = self._find(ROLES[1]) is None
        self._put(ROLES[1], micrograph.image)
        self._put(ROLES[2], micrograph.grains)
        if new:
            self.place()

    def show_sample(self, image: Image, sample: Array, scale: float) -> None:
        """Show a piece of the user's image at the network's scale, to the left of the synthetic micrograph.

        Parameters
        ----------
        image : Image
            Where the piece is from.
        sample : ndarray of float32, (Y, X)
            Grey levels 0 to 1.
        scale : float
            By what the image was resized.
        """
        self._put(ROLES[0], sample)
        self.place(image, scale)

    def set_visible(self, *, on: bool) -> None:
        """Show or hide all."""
        for layer in self.layers:
            layer.visible = on

    def look(self) -> None:
        """Move the camera to them."""
        if layers := self.layers:
            first, last = layers[0], layers[-1]
            rows = first.data.shape[0]
            across = (planar_transform(last)[:2, 2] - planar_transform(first)[:2, 2]) @ [0, 1]
            pixel = float(np.linalg.norm(planar_transform(first)[:2, 1])) or 1.0
            width = abs(across) / pixel + last.data.shape[1]
            fly_to(self._viewer, first, (rows / 2, width / 2), 2 * max(rows, width))

    def place(self, image: Image | None = None, scale: float | None = None) -> None:
        """Lay them to the right of all that is the user's, in the frame of one of the images."""
        self._anchor = image or self._chosen_anchor()
        self._magnified = self._magnified if scale is None else 1 / scale
        column, frame = 0.0, np.eye(3)
        if self._anchor is not None:
            frame = planar_transform(self._anchor)
            column = right_edge(self._anchor, self._users()) + _GAP
        for layer in self.layers:
            self._lay(layer, frame, column)
            if role_of(layer) == ROLES[0]:
                column += (layer.data.shape[1] + _GAP) * self._magnified
        self._watch_anchor()

    def _lay(self, layer: Layer, frame: Float, column: float) -> None:
        k = self._magnified if self._anchor is not None else 1.0
        # Edges of pixels, not their centres, lie on the row and the column.
        there = np.array([[k, 0, (k - 1) / 2], [0, k, column + (k - 1) / 2], [0, 0, 1]])
        if self._anchor is not None:
            layer.units = self._anchor.units[-2:]
        layer.affine = frame @ there

    def _put(self, role: str, data: Array) -> None:
        """Show an array in the layer of a role: napari may crash where Labels are removed and made again."""
        layer = self._find(role)
        if layer is None:
            self._insert(_new_layer(role, data.astype(_DTYPES[role])))
        elif layer.data.shape != data.shape:
            layer.data = data.astype(_DTYPES[role])
        else:
            layer.data[...] = data  # a new array would have napari build the shader and all extents anew
            # All pixels of a truth are in grains, so that its thumbnail is always of one colour.
            layer.refresh(extent=False, thumbnail=role != ROLES[2])

    def _insert(self, layer: Layer) -> None:
        """Add a layer and leave the user's selection alone."""
        self._give_units(layer)
        add_aside(self._viewer, layer)

    def _find(self, role: str) -> Layer | None:
        for layer in self._viewer.layers:
            if role_of(layer) == role:
                return layer
        return None

    def _users(self) -> list[Layer]:
        return [layer for layer in self._viewer.layers if role_of(layer) not in ROLES]

    def _chosen_anchor(self) -> Image | None:
        images = [layer for layer in self._users() if isinstance(layer, Image) and not is_ours(layer)]
        active = self._viewer.layers.selection.active
        if self._anchor in images:
            return self._anchor
        return active if active in images else next(reversed(images), None)

    def _take_units(self, _event: object = None) -> None:
        """Follow an image in other units, which napari tells of here before it draws the image."""
        for layer in self.layers:
            self._give_units(layer)

    def _give_units(self, layer: Layer) -> None:
        """Let a layer have the image's units before it is drawn: napari warns of any that do not convert."""
        if (anchor := self._chosen_anchor()) is not None:
            layer.units = anchor.units[-2:]

    def _make_room(self, event: Any) -> None:  # noqa: ANN401 - napari's event
        """Make room for an image that was opened, which lies where the preview is if that was alone."""
        ours = self.layers
        if not ours or is_ours(event.value) or not isinstance(event.value, Image):
            return
        was_alone = self._anchor is None
        self.place()
        if was_alone:
            self._viewer.reset_view()  # as for the first image of a viewer

    def _forget(self, event: Any) -> None:  # noqa: ANN401 - napari's event
        if event.value is self._anchor:
            self._anchor = None  # what is shown stays where it is
            self._of_anchor.end()

    def _watch_anchor(self) -> None:
        self._of_anchor.end()
        if self._anchor is not None:
            self._of_anchor.add(self._move_along, *(self._anchor.events[name] for name in _MOVES))

    def _move_along(self, _event: object = None) -> None:
        self.place()


def right_edge(anchor: Image, layers: Sequence[Layer]) -> float:
    """Column of an image's pixels that is to the right of layers; 0 where their units do not convert."""
    edges = [_corners_in(anchor, layer)[:, 1].max() for layer in layers if layer.ndim >= 2]
    return float(max([edge for edge in edges if np.isfinite(edge)], default=0.0))


def role_of(layer: Layer) -> str:
    """Return what a layer of ours is, empty for any other."""
    return str(layer.metadata.get(METADATA, {}).get("role", ""))


def _new_layer(role: str, data: Array) -> Layer:
    mark = {"name": _NAMES[role], "metadata": {METADATA: {"role": role}}}
    if role != ROLES[2]:
        return Image(data, colormap="gray", contrast_limits=(0, 1), **mark)
    labels = Labels(
        data, opacity=0.7, colormap=DirectLabelColormap(color_dict={0: "#0000", None: "#ff3b1f"}), **mark
    )
    labels.contour = 1
    labels.editable = False
    return labels


def _corners_in(anchor: Image, layer: Layer) -> Float:
    """Corners of a layer in pixels of the anchor, rows and columns; NaN if their units do not convert."""
    factors = np.ones(2)
    for axis in (-2, -1):
        own, wanted = layer.units[axis], anchor.units[axis]
        if not own.is_compatible_with(wanted):
            return np.full((1, 2), np.nan)
        factors[axis] = float((1 * own).to(wanted).magnitude)
    (top, left), (bottom, right) = np.asarray(layer.extent.world)[:, -2:] * factors
    corners = np.array([[top, left], [top, right], [bottom, left], [bottom, right]])
    return to_pixels(anchor, corners)
