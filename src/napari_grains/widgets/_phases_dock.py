"""The dock that tells phases apart: of pixels, grains, and whole images."""

from __future__ import annotations

from typing import Final

from napari.viewer import Viewer
from qtpy.QtWidgets import QFormLayout, QTabWidget, QVBoxLayout, QWidget

from napari_grains.widgets._channels_field import ChannelsField
from napari_grains.widgets._combos import image_combo
from napari_grains.widgets._dock import Dock, error_colour, is_bright, text_colour
from napari_grains.widgets._form import lay_out_in_column, row
from napari_grains.widgets._phase_grains_tab import PhaseGrainsTab
from napari_grains.widgets._phase_images_tab import PhaseImagesTab
from napari_grains.widgets._phase_pixels_tab import PhasePixelsTab
from napari_grains.widgets._session import session_of

_IMAGE_TIP: Final = "The micrograph that is painted on, trained on and classified"
_GRAINS: Final = "Grains"
_NO_CHANNELS: Final = "Grains are classified by the image that they were found in, without further channels"
_TAB_TIPS: Final = (
    "Paint phases, train, find them in images, area fractions",
    "Click a few grains of each class, train, and see all grains by class",
    "Give patches of images, frames of stacks or diffraction patterns a class, train, classify",
)


class PhasesDock(Dock):
    """An image, and a tab for each kind of thing that has a phase.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Its engine starts with its first dock.

    Attributes
    ----------
    images : LayerCombo
        The image.
    channels : ChannelsField
        What is seen together with it.
    tabs : QTabWidget
    pixels : PhasePixelsTab
    grains : PhaseGrainsTab
    patches : PhaseImagesTab
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self._session = session_of(self._viewer)
        self.images, self.channels = image_combo(self._viewer), ChannelsField(self._viewer)
        self.tabs = QTabWidget()
        self.pixels = PhasePixelsTab(self._viewer, self._session, self.images, self.channels)
        self.grains = PhaseGrainsTab(self._viewer, self._session)
        self.patches = PhaseImagesTab(self._viewer, self._session, self.channels)
        self._lay_out()
        self.images.layer_changed.connect(self._show_image)
        self.tabs.currentChanged.connect(self._show_whether_channels_count)
        self._attach()

    def _lay_out(self) -> None:
        self.images.setToolTip(_IMAGE_TIP)
        head, layout = QFormLayout(), QVBoxLayout(self)
        head.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        head.setVerticalSpacing(4)
        for label, field in (row("Image", self.images), row("Channels", self.channels)):
            head.addRow(label, field)
        for number, (name, tab) in enumerate(
            (("Pixels", self.pixels), (_GRAINS, self.grains), ("Images", self.patches))
        ):
            page = QWidget()
            lay_out_in_column(page, (tab,))
            self.tabs.addTab(page, name)
            self.tabs.setTabToolTip(number, _TAB_TIPS[number])
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addLayout(head)
        layout.addWidget(self.tabs, 1)

    def _attach(self) -> None:
        super()._attach()
        self.images.follow(on=True)
        for tab in (self.pixels, self.grains, self.patches):
            tab.follow(on=True)
        self._show_image()

    def _detach(self) -> None:
        for tab in (self.pixels, self.grains, self.patches):
            tab.follow(on=False)
        self.images.follow(on=False)
        super()._detach()

    def _show_image(self) -> None:
        for tab in (self.pixels, self.grains, self.patches):
            tab.show_image(self.images.layer)

    def _show_whether_channels_count(self, _tab: int) -> None:
        grains = self.tabs.tabText(self.tabs.currentIndex()) == _GRAINS
        self.channels.set_unused(_NO_CHANNELS if grains else "")

    def _show_theme(self, _event: object = None) -> None:
        viewer = self._viewer
        self.pixels.set_theme(text_colour(viewer), error_colour(viewer), bright=is_bright(viewer))
        for tab in (self.grains, self.patches):
            tab.error_colour(error_colour(viewer))
