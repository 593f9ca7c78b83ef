"""Clicks and strokes of the mouse on a layer, while a tool is in hand that needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from napari.layers import Labels
from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal

from napari_grains.widgets._camera import to_data
from napari_grains.widgets._canvas_clicks import STILL, Pointer
from napari_grains.widgets._canvas_marks import CanvasMarks
from napari_grains.widgets._source import Float
from napari_grains.widgets._subscriptions import Subscriptions

_PAN_ZOOM: Final = "pan_zoom"
_FLAT: Final = "Corrections are made on one slice: show rows and columns, in 2-D display."


class Gestures(QObject):
    """The left mouse button on one layer: a click, or a stroke, whose line follows the mouse.

    Meanwhile the mouse does not pan; the wheel zooms as ever, and with `pan` the left button pans.

    Parameters
    ----------
    viewer : Viewer
        Strokes are only drawn while the layer is the active one.
    marks : CanvasMarks
        Shows the line.

    Attributes
    ----------
    clicked : Signal((row, column))
        In data coordinates of the layer.
    stroked : Signal(ndarray, shape (P, 2))
        Rows and columns that the mouse went through.
    refused : Signal(str)
        Why nothing can be drawn, with what to do.
    interrupted : Signal
        The user took one of napari's own tools.
    """

    clicked = Signal(object)
    stroked = Signal(object)
    refused = Signal(str)
    interrupted = Signal()

    def __init__(self, viewer: Viewer, marks: CanvasMarks, parent: QObject) -> None:
        super().__init__(parent)
        self._viewer, self._marks = viewer, marks
        self._layer: Labels | None = None
        self._following = Subscriptions()
        self.destroyed.connect(self._following.end)

    def begin(self, layer: Labels) -> None:
        """Take the left mouse button on a layer, which becomes the active one, out of napari's hands."""
        if layer is self._layer:
            return
        self.end()
        self._viewer.layers.selection.active = layer
        layer.mode = _PAN_ZOOM
        layer.mouse_pan, layer.cursor = False, "cross"
        layer.mouse_drag_callbacks.append(self._drag)
        self._layer = layer
        self._following.add(self._hear_mode, layer.events.mode)

    def end(self) -> None:
        """Give the mouse back."""
        self._following.end()
        layer, self._layer = self._layer, None
        self._marks.end_stroke()
        if layer is None:
            return
        layer.mouse_drag_callbacks.remove(self._drag)
        if layer.mode == _PAN_ZOOM:
            layer.mouse_pan, layer.cursor = True, "standard"

    def pan(self, layer: Labels) -> Iterator[None]:
        """Pan with the left button as long as a key is held: a generator, as napari wants it for keys.

        With napari's own tools it does what napari does.
        """
        if self._has(layer):
            layer.mouse_pan = True
            yield
            layer.mouse_pan = not self._has(layer)  # the tool may have been laid down meanwhile
        else:
            mode, layer.mode = layer.mode, _PAN_ZOOM
            yield
            layer.mode = mode

    def _has(self, layer: Labels) -> bool:
        return layer is self._layer

    def _hear_mode(self, _event: object = None) -> None:
        if self._layer is not None and self._layer.mode != _PAN_ZOOM:
            self.interrupted.emit()

    def _drag(self, layer: Labels, event: Pointer) -> Iterator[None]:
        if event.button != 1 or event.modifiers or layer.mouse_pan:
            return
        if not layer.visible:
            self.refused.emit(f"“{layer.name}” is hidden: show it to correct it.")
            return
        if len(event.dims_displayed) > 2 or not self._shows_plane(layer):
            self.refused.emit(_FLAT)
            return
        pixels, path = [tuple(event.pos)], [self._place(layer, event)]
        yield
        while event.type == "mouse_move":
            pixels.append(tuple(event.pos))
            path.append(self._place(layer, event))
            self._marks.draw(*event.pos)
            yield
        pixels.append(tuple(event.pos))
        path.append(self._place(layer, event))
        self._marks.end_stroke()
        if np.abs(np.subtract(pixels, pixels[0])).max() <= STILL:
            self.clicked.emit(path[0])
        else:
            self.stroked.emit(np.array(path))

    def _shows_plane(self, layer: Labels) -> bool:
        dims = self._viewer.dims
        return set(dims.displayed) == {dims.ndim - 2, dims.ndim - 1} and layer.ndim <= dims.ndim

    def _place(self, layer: Labels, event: Pointer) -> Float:
        return to_data(self._viewer, layer, event.position)[-2:]
