"""The dock that looks after grains: proofread them, then measure them."""

from __future__ import annotations

from typing import Final

from napari.layers import Labels
from napari.viewer import Viewer
from qtpy.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from napari_grains.widgets._dock import Dock, error_colour
from napari_grains.widgets._form import lay_out_in_column, row
from napari_grains.widgets._grain_layers import labels_combo
from napari_grains.widgets._measure_tab import MeasureTab
from napari_grains.widgets._proofread_tab import ProofreadTab
from napari_grains.widgets._session import session_of

_LAYER_TIP: Final = "The layer of grains to correct and measure; results of the segmentation come first"
_TAB_TIPS: Final = (
    "Correct the grains: merge, split, add, delete; doubtful boundaries one after the other",
    "Grain size, tables and reports of the grains as they are now",
)


class GrainsDock(Dock):
    """A layer of grains, and two tabs for it.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Its engine starts with its first dock.

    Attributes
    ----------
    layers : LabelsCombo
        The layer of grains.
    tabs : QTabWidget
    proofread : ProofreadTab
    measure : MeasureTab
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self.layers, self.tabs = labels_combo(self._viewer), QTabWidget()
        self.proofread = ProofreadTab(self._viewer)
        self.measure = MeasureTab(self._viewer, session_of(self._viewer))
        self._lay_out()
        self.layers.layer_changed.connect(self._show_layer)
        self.proofread.layer_wanted.connect(self._choose)
        self._attach()

    def _lay_out(self) -> None:
        head = QWidget()
        beside = QHBoxLayout(head)
        beside.setContentsMargins(0, 0, 0, 0)
        self.layers.setToolTip(_LAYER_TIP)
        label, _ = row("Grains", self.layers)
        beside.addWidget(label)
        beside.addWidget(self.layers, 1)
        for number, (name, tab) in enumerate((("Proofread", self.proofread), ("Measure", self.measure))):
            page = QWidget()
            lay_out_in_column(page, (tab,))
            self.tabs.addTab(page, name)
            self.tabs.setTabToolTip(number, _TAB_TIPS[number])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(head)
        layout.addWidget(self.tabs, 1)

    def _attach(self) -> None:
        super()._attach()
        self.layers.follow(on=True)
        for tab in (self.proofread, self.measure):
            tab.follow(on=True)
        self._show_layer()

    def _detach(self) -> None:
        self.layers.follow(on=False)
        for tab in (self.proofread, self.measure):
            tab.follow(on=False)
        super()._detach()

    def _show_layer(self) -> None:
        layer = self.layers.layer
        self.layers.setEnabled(layer is not None)
        for tab in (self.proofread, self.measure):
            tab.show_layer(layer)

    def _choose(self, layer: Labels) -> None:
        self.layers.layer = layer
        self._show_layer()

    def _show_theme(self, _event: object = None) -> None:
        for tab in (self.proofread, self.measure):
            tab.error_colour(error_colour(self._viewer))
