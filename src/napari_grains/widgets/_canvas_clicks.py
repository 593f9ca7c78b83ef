"""Clicks into the canvas, told from drags: what picks a grain while the mouse pans the image."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

import numpy as np
from napari.layers import Labels
from napari.viewer import Viewer

STILL: Final = 4
"""Canvas pixels that the mouse may move during a click."""


class Pointer(Protocol):
    """Event of the mouse, as napari gives it."""

    type: str
    button: int
    modifiers: Sequence[object]
    pos: Sequence[float]
    position: tuple[float, ...]
    view_direction: Sequence[float] | None
    dims_displayed: list[int]


Clicked = Callable[[Pointer], object]


class CanvasClicks:
    """Calls back for clicks of the left mouse button while the active layer is in pan and zoom mode.

    Parameters
    ----------
    viewer : Viewer
        Its other mouse callbacks go on as they are.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._listening: dict[Clicked, Callable[[Viewer, Pointer], Iterator[None]]] = {}

    def connect(self, callback: Clicked) -> None:
        """Call back with napari's event of the mouse."""

        def drag(viewer: Viewer, event: Pointer) -> Iterator[None]:
            yield from _until_clicked(viewer, event, callback)

        self._listening[callback] = drag
        self._viewer.mouse_drag_callbacks.append(drag)

    def disconnect(self, callback: Clicked) -> None:
        """Call back no more."""
        self._viewer.mouse_drag_callbacks.remove(self._listening.pop(callback))


def label_at(layer: Labels, event: Pointer) -> int:
    """Return the label under the mouse, 0 for none."""
    value = layer.get_value(
        event.position,
        view_direction=event.view_direction,
        dims_displayed=event.dims_displayed,
        world=True,
    )
    if isinstance(value, tuple):  # of a multiscale layer: level and value
        value = value[-1]
    return int(value or 0)


def _until_clicked(viewer: Viewer, event: Pointer, callback: Clicked) -> Iterator[None]:
    active = viewer.layers.selection.active
    if event.button != 1 or event.modifiers or str(getattr(active, "mode", "pan_zoom")) != "pan_zoom":
        return
    start, still = np.array(event.pos), True
    yield
    while event.type == "mouse_move":
        still = still and bool(np.abs(np.subtract(event.pos, start)).max() <= STILL)
        yield
    if still:
        callback(event)
