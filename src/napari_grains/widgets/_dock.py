"""What the docks have in common: they follow the viewer while they are in its window, and its theme."""

from __future__ import annotations

from typing import Final

from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtCore import QEvent
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QWidget

from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._viewer import unwrapped

_BRIGHT: Final = 384
"""Sum of red, green and blue from which on a background counts as bright."""


class Dock(QWidget):
    """A widget that napari docks: attached to its viewer from the start, and again when it is put back.

    A dock calls `_attach` at the end of its constructor, and extends `_attach`, `_detach` and `_show_theme`.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Or napari's proxy of it.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = unwrapped(napari_viewer)
        self._subscriptions = Subscriptions()
        self.destroyed.connect(self._subscriptions.end)

    def event(self, event: QEvent | None) -> bool:
        """Notice when the dock is closed, which takes the widget out of the window, or put back."""
        if event is not None and event.type() == QEvent.Type.ParentChange and hasattr(self, "_subscriptions"):
            if self.parent() is None:
                self._detach()
            else:
                self._attach()
        return bool(super().event(event))

    def arrange(self, width: int) -> None:
        """Lay out for a width in pixels, where that makes a difference.

        Called before the dock is put into a place of that width, too: Qt makes the window higher for a dock
        that asks for more height before it knows its width, and not lower again.
        """

    def _attach(self) -> None:
        """Begin to follow the viewer; does no harm where it is followed already."""
        self._subscriptions.end()
        self._subscriptions.add(self._show_theme, self._viewer.events.theme)
        self._show_theme()

    def _detach(self) -> None:
        """End to follow the viewer."""
        self._subscriptions.end()

    def _show_theme(self, _event: object = None) -> None:
        """Take over what depends on the theme, such as `error_colour`."""


def is_bright(viewer: Viewer) -> bool:
    """Whether a viewer's theme has dark text on a bright background."""
    background = get_theme(viewer.theme).background.as_rgb_tuple()
    return bool(sum(background[:3]) >= _BRIGHT)


def error_colour(viewer: Viewer) -> str:
    """Return the colour in which errors can be read on the background of a viewer's theme."""
    return "#b3261e" if is_bright(viewer) else "#ff8a80"


def text_colour(viewer: Viewer) -> QColor:
    """Return the colour of text in a viewer's theme."""
    return QColor(*map(int, get_theme(viewer.theme).text.as_rgb_tuple()[:3]))
