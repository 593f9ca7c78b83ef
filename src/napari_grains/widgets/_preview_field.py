"""The live preview of a recipe: on and off, another one, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget

from napari_grains.widgets._source import Array
from napari_grains.widgets._synthesizer import SIDE, Synthesizer
from napari_grains.widgets._synthetic_layers import SyntheticLayers

if TYPE_CHECKING:
    from napari_grains.synthesis import Recipe, SyntheticMicrograph


class PreviewField(QWidget):
    """Keeps the layers of the preview at the newest recipe.

    Parameters
    ----------
    viewer : Viewer
        Where they are shown.

    Attributes
    ----------
    on : QCheckBox
        Whether there is a preview; begins in an empty viewer, else with the first change of the recipe.
    another, show_me : QPushButton
        Another micrograph of the recipe; move the camera to it.
    synthesizer : Synthesizer
    layers : SyntheticLayers
    failed : Signal(str)
        No micrograph can be made: one line.
    """

    failed = Signal(str)

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._recipe: Recipe | None = None
        self._index = 0
        self._begun = self._following = self._look_when_shown = False
        self.layers, self.synthesizer = SyntheticLayers(viewer), Synthesizer(self)
        self.on, self.another, self.show_me = (
            QCheckBox("Preview"),
            QPushButton("Another one"),
            QPushButton("Show"),
        )
        self.on.setToolTip("Show a synthetic micrograph and its grain boundaries; it follows the knobs")
        self.another.setToolTip("Another micrograph of the same recipe")
        self.show_me.setToolTip("Move the view to the preview, which lies to the right of your images")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        for part in (self.on, self.another, self.show_me):
            layout.addWidget(part, 0 if part is self.on else 1)
        self.on.toggled.connect(self._toggle)
        self.another.clicked.connect(self.show_another)
        self.show_me.clicked.connect(self.layers.look)
        self.synthesizer.made.connect(self._show)
        self.synthesizer.failed.connect(self.failed)
        self._enable()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; the layers stay."""
        self._following = on
        self.layers.follow(on=on)
        if not on:
            self.synthesizer.cancel()
        elif not self._begun and not len(self._viewer.layers):
            self.on.setChecked(True)

    def show_recipe(self, recipe: Recipe, *, begin: bool = False) -> None:
        """Take over a recipe; ``begin`` the preview with it, unless the user has switched it on or off."""
        self._recipe = recipe
        if begin and not self._begun:
            self.on.setChecked(True)
        else:
            self._request()

    def compare(self, image: Image, sample: Array, scale: float) -> None:
        """Show a piece of the user's image beside the preview, and move the camera there.

        Parameters
        ----------
        image : Image
            Where the piece is from.
        sample : ndarray of float32, (Y, X)
            The image as the network sees it, grey levels 0 to 1; the middle of it is shown.
        scale : float
            By what the image was resized.
        """
        with QSignalBlocker(self.on):
            self.on.setChecked(True)
        self._begun = True
        rows, columns = (max(0, (length - SIDE) // 2) for length in sample.shape)
        self.layers.show_sample(image, sample[rows : rows + SIDE, columns : columns + SIDE].copy(), scale)
        self.layers.set_visible(on=True)
        self._look_when_shown = True
        self._enable()

    def show_another(self) -> None:
        """Show the next micrograph of the recipe."""
        self._index += 1
        self._request()

    def _toggle(self, on: bool) -> None:
        self._begun = True
        self.layers.set_visible(on=on)
        self._enable()
        self._request()

    def _request(self) -> None:
        if self.on.isChecked() and self._recipe is not None:
            self.synthesizer.request(self._recipe, self._index)

    def _show(self, micrograph: SyntheticMicrograph) -> None:
        if self._following and self.on.isChecked():
            self.layers.show(micrograph)
            if self._look_when_shown:
                self._look_when_shown = False
                self.layers.look()

    def _enable(self) -> None:
        for button in (self.another, self.show_me):
            button.setEnabled(self.on.isChecked())
