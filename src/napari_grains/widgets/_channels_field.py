"""Further images of the same place, seen with another detector or as a map: channels of a micrograph."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QMenu, QPushButton, QSizePolicy

from napari_grains.widgets._results import is_ours
from napari_grains.widgets._source import Source

_TIP: Final = (
    "Optional: registered images of the same place and size (SE and BSE, element maps), which the network\n"
    "sees together with the image. Choose as many, in the same order, for each image."
)
_NONE: Final = "none"


class ChannelsField(QPushButton):
    """A menu of the images that can be channels of the one that is shown; each image has its own.

    Parameters
    ----------
    viewer : Viewer
        Whose layers.

    Attributes
    ----------
    changed : Signal
        Other channels are ticked.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._image: Image | None = None
        self._chosen: WeakKeyDictionary[Image, list[Image]] = WeakKeyDictionary()
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(_TIP)
        self._show()

    def show_image(self, image: Image | None) -> None:
        """Show the channels of an image."""
        self._image = image
        self._show()

    def of(self, image: Image) -> list[Image]:
        """Return the channels of an image, without the image itself; removed layers are left out."""
        return [one for one in self._chosen.get(image, []) if one in self._viewer.layers]

    def offered(self) -> list[Image]:
        """Return the images that can be channels of the one that is shown."""
        if self._image is None:
            return []
        shape = Source(self._image).squeezed
        others = (layer for layer in self._viewer.layers if layer is not self._image)
        images = [one for one in others if isinstance(one, Image) and not is_ours(one) and not one.rgb]
        return [layer for layer in images if Source(layer).squeezed == shape]

    def tick(self, channel: Image, *, on: bool) -> None:
        """Take a channel, after those that are ticked already, or leave it."""
        if self._image is None:
            return
        others = [one for one in self.of(self._image) if one is not channel]
        self._chosen[self._image] = [*others, channel] if on else others
        self._show()
        self.changed.emit()

    def set_unused(self, why: str) -> None:
        """Say why no channels are used now; empty if they are."""
        self.setEnabled(not why)
        self.setToolTip(why or _TIP)

    def _fill(self) -> None:
        menu = self.menu()
        if menu is None or self._image is None:
            return
        menu.clear()
        chosen, offered = self.of(self._image), self.offered()
        for channel in offered:
            action = menu.addAction(channel.name)
            if action is not None:
                action.setCheckable(True)
                action.setChecked(channel in chosen)
                action.toggled.connect(lambda on, channel=channel: self.tick(channel, on=on))
        if not offered and (action := menu.addAction("no other image of this size is open")) is not None:
            action.setEnabled(False)

    def _show(self) -> None:
        chosen = [] if self._image is None else self.of(self._image)
        self.setText(" + ".join(one.name for one in chosen) or _NONE)
