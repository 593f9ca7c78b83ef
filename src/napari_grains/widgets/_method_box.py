"""The part of the dock that says where and how to segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from magicgui.widgets import CheckBox, ComboBox, FloatSlider
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFormLayout, QGroupBox, QHBoxLayout

from napari_grains.errors import InputError
from napari_grains.images import PixelSize
from napari_grains.weights import user_folder
from napari_grains.widgets._combos import NarrowComboBox, narrow, region_combo
from napari_grains.widgets._diameter_field import DiameterField
from napari_grains.widgets._form import Row, row, rows_of, small_button
from napari_grains.widgets._network_field import NetworkField
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._scale_field import ScaleField
from napari_grains.widgets._session import session_of
from napari_grains.widgets._source import Array, Source, encloses, region_mask
from napari_grains.widgets._subscriptions import Subscriptions

_METHODS: Final = [("U-Net", "network"), ("threshold (dark lines)", "threshold")]
_TIPS: Final = {
    "slices": "Which slices of the stack; results of other slices are kept",
    "region": "Segment and measure only inside the shapes of a Shapes layer",
    "network": "Networks that come with the plugin, and those in\n{folder}",
    "scale": "Grains must have the size that the network knows.\nautomatic: found on the image\n"
    "Or set the mean grain diameter: a circle of that size is drawn on the image.",
    "method": "U-Net: the network below.\nthreshold: dark lines on bright grains, found without a network",
    "merge": "Join two grains where the mean boundary probability between them is below this.\n"
    "At 0 only those are joined between which it is far below what is usual in the micrograph",
    "smallest": "Diameter in px of the smallest grain: what is smaller is joined to a neighbour.\n"
    "Empty: 16 px of area, of a coarser working grid if there is one",
    "averaged": "Average over mirror images of the micrograph and three scales: steadier boundaries,\n"
    "for which the network takes six times as long",
    "uncertainty": "A layer that is bright where the boundary probability is neither near 0 nor near 1",
}


@dataclass(frozen=True, eq=False)
class Method:
    """Where and how; see `inference.SegmentationSettings`.

    Parameters
    ----------
    index : int or None
        The slice of a stack to segment alone.
    region : ndarray of bool, (Y, X), or None
        Where results are wanted.
    settings : dict
        Arguments of the job.
    """

    index: int | None
    region: Array | None
    settings: dict[str, Any]


class MethodBox(QGroupBox):
    """Slices, region, method, network, scale, merging.

    Parameters
    ----------
    viewer : Viewer
        Whose Shapes layers are offered as regions.

    Attributes
    ----------
    slices, region, method, network, scale, merge, smallest, averaged, uncertainty : widgets
        Input fields.
    device : QLabel
        What computes.
    changed : Signal
        Any of them changed.
    region_wanted : Signal
        The user wants to draw one.
    """

    changed = Signal()
    region_wanted = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__("Boundaries")
        self._viewer = viewer
        self.slices, self.region = NarrowComboBox(), region_combo(viewer)
        self.draw_region = small_button("Draw", "Draw a new region")
        self.network, self.scale, self.device = NetworkField(), ScaleField(), TextLine()
        self.method = ComboBox(choices=_METHODS, value="network")
        self.merge = FloatSlider(value=0, min=0, max=1, step=0.01)
        self.smallest = DiameterField()
        self.averaged = CheckBox(text="average over mirror images and scales", value=True)
        self.uncertainty = CheckBox(text="uncertainty overlay", value=True)
        self._of_region = Subscriptions()
        self._form = self._lay_out()
        self.show_stack(1)
        self.slices.currentIndexChanged.connect(self.changed)
        self.region.layer_changed.connect(self._follow_region)
        self.network.changed.connect(self.changed)
        session_of(viewer).networks_changed.connect(self.network.look_again)
        self.scale.diameter_set.connect(self.changed)
        self.scale.automatic_set.connect(self.changed)
        self.method.changed.connect(self._tell)
        self.smallest.textChanged.connect(self.changed)
        self.draw_region.clicked.connect(self.region_wanted)
        self.destroyed.connect(self._of_region.end)

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer's layers."""
        self.region.follow(on=on)
        if on:
            self._follow_region()
        else:
            self._of_region.end()

    def show_stack(self, slices: int) -> None:
        """Offer slices where the image has several."""
        if (slices > 1) != (self.slices.count() > 0):
            self.slices.clear()
            self.slices.addItems(["all slices", "current slice"] if slices > 1 else [])
        self._form.setRowVisible(self.slices, slices > 1)

    def check(self, pixel_size: PixelSize | None) -> str:
        """Tell the scale about network and pixel size; say in one line what is missing, empty if nothing is.

        Reads the file of the network.
        """
        card, problem = self.network.read()
        self.scale.know(card.get("grain_diameter"), pixel_size)
        region = self.region.layer
        if region is not None and not encloses(region):
            return f"“{region.name}” encloses nothing: draw a rectangle, a polygon or an ellipse in it."
        return problem or self._problem_of_smallest()

    def chosen(self, source: Source) -> Method:
        """Return what is chosen, for an image."""
        region = self.region.layer
        alone = source.slices > 1 and self.slices.currentIndex() == 1
        return Method(
            source.current_slice(self._viewer) if alone else None,
            None if region is None else region_mask(region, source),
            {
                "model": self.network.model,
                "grain_diameter": self.scale.grain_diameter,
                "method": str(self.method.value),
                "merge": float(self.merge.value),
                "min_grain_diameter": self.smallest.value(),
                "averaged": bool(self.averaged.value),
                "uncertainty": bool(self.uncertainty.value),
            },
        )

    def _problem_of_smallest(self) -> str:
        try:
            self.smallest.value()
        except InputError as problem:
            return str(problem)
        return ""

    def _follow_region(self) -> None:
        self._of_region.end()
        if (region := self.region.layer) is not None:
            self._of_region.add(self._tell, region.events.data)
        self.changed.emit()

    def _tell(self, _event: object = None) -> None:
        self.changed.emit()

    def _lay_out(self) -> QFormLayout:
        native: dict[str, Any] = {
            name: getattr(self, name).native for name in ("method", "merge", "averaged", "uncertainty")
        }
        for name, tip in _TIPS.items():
            target = native.get(name) or getattr(self, name)
            target.setToolTip(tip.format(folder=user_folder()))
        narrow(native["method"])
        beside = QHBoxLayout()
        beside.addWidget(self.region, 1)
        beside.addWidget(self.draw_region)
        rows: list[Row] = [
            row("Slices", self.slices),
            row("Region", beside, buddy=self.region),
            row("Method", native["method"]),
            row("Network", self.network),
            row("Scale", self.scale),
            row("Merge", native["merge"]),
            row("Smallest", self.smallest),
        ]
        return rows_of(self, *rows, below=[native["averaged"], native["uncertainty"], self.device])
