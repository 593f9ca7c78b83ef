"""A real micrograph with its grains, on which a network in training is tried."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from napari.layers import Labels, Layer
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QWidget

from napari_grains.widgets._combos import LayerCombo, image_combo
from napari_grains.widgets._source import Array, Source, grey_slice
from napari_grains.widgets._synthetic_layers import ROLES, role_of

_IMAGE_TIP: Final = (
    "A real micrograph whose grains are known: the training is measured on it, not trained on it.\n"
    "All slices of a stack count."
)
_LABELS_TIP: Final = "Its grains, a Labels layer of the same size; 0 is not looked at"

Pair: TypeAlias = dict[str, Array]


class PairField(QWidget):
    """An image and its grains; with neither, nothing is measured.

    Parameters
    ----------
    viewer : Viewer
        Whose layers are offered.

    Attributes
    ----------
    image, labels : LayerCombo
    changed : Signal
    """

    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self.image = image_combo(viewer, "no image")
        self.labels: LayerCombo[Labels] = LayerCombo(viewer, _has_grains, "no grains")
        self.image.setToolTip(_IMAGE_TIP)
        self.labels.setToolTip(_LABELS_TIP)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for combo in (self.image, self.labels):
            layout.addWidget(combo)
            combo.layer_changed.connect(self.changed)

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer's layers."""
        self.image.follow(on=on)
        self.labels.follow(on=on)

    def problem(self) -> str:
        """Say in one line what is missing; empty if nothing is."""
        image, labels = self.image.layer, self.labels.layer
        if image is None and labels is None:
            return ""
        if image is None or labels is None:
            return "Validation needs both a real image and the Labels layer with its grains, or neither."
        if problem := Source(image).problem():
            return problem
        if labels.multiscale or tuple(labels.data.shape) != Source(image).shape:
            return f"“{labels.name}” is not as large as “{image.name}”: choose grains of that image."
        return ""

    def sources(self) -> list[Source]:
        """Return the image, if one is chosen."""
        return [] if self.image.layer is None else [Source(self.image.layer)]

    def pairs(self) -> list[Pair]:
        """Return images (Y, X) with labels (Y, X), one pair for each slice; may take long."""
        image, labels = self.image.layer, self.labels.layer
        if image is None or labels is None:
            return []
        source = Source(image)
        grains = _slices_of(labels, source)
        return [{"image": grey_slice(source, k), "labels": grains[k]} for k in range(source.slices)]


def _slices_of(labels: Labels, source: Source) -> Array:
    """Labels of an image, (Z, Y, X) also where there is one slice."""
    return np.asarray(labels.data).reshape(source.slices, *source.plane)


def _has_grains(layer: Layer) -> bool:
    """Whether a layer may hold the grains of a real image: drawn by hand, or corrected results."""
    return isinstance(layer, Labels) and role_of(layer) not in ROLES
