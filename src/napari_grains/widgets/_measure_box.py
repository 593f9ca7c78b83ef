"""The part of the tab that says what of the grains is measured, and how."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from napari.layers import Labels, Layer, Shapes
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFormLayout, QGroupBox, QHBoxLayout

from napari_grains.errors import InputError
from napari_grains.images import PixelSize
from napari_grains.widgets._calibration import pixel_size_of
from napari_grains.widgets._combos import LayerCombo, NarrowComboBox, region_combo
from napari_grains.widgets._field_list import FieldList
from napari_grains.widgets._form import row, rows_of, small_button
from napari_grains.widgets._grain_source import GrainSource, Mask, is_mask, mask_of, mask_problem
from napari_grains.widgets._pixel_size_field import PixelSizeField
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._source import region_mask
from napari_grains.widgets._subscriptions import Subscriptions

_TWINS: Final = {"count as boundaries": "counted", "ignore twin boundaries": "ignored"}
_TIPS: Final = {
    "pixel_size": "Edge of a pixel, such as 0.44 um or 12.5 nm; filled in from the layer's scale and units.\n"
    "What you type becomes the scale of the layer with the next run. Empty: all results in px.",
    "slices": "All slices are fields of one specimen: each by itself and pooled, with intervals over them.\n"
    "Or the one that the slider shows, alone.",
    "region": "Measure only inside the shapes of a Shapes layer; its outline cuts grains as the rim does",
    "left_out": "Pores, cracks, a scale bar: what is painted in a Labels layer, or lies inside the shapes\n"
    "of a Shapes layer, is no specimen. Wide areas without a grain are left out anyway.",
    "twins": "Twin boundaries count as grain boundaries, or straight lamellae are joined to the grain\n"
    "around them before counting, as ASTM E112 asks for unless agreed otherwise",
    "fields": "Layers to measure together with the chosen one, as fields of one specimen:\n"
    "one by one and pooled, with 95 % intervals over the fields",
}


@dataclass(frozen=True, eq=False)
class Field:
    """Grains that are measured, and where not.

    Parameters
    ----------
    source : GrainSource
        A layer.
    left_out : ndarray of bool, (Y, X) or (Z, Y, X), or None
        Pixels that do not count.
    """

    source: GrainSource
    left_out: Mask | None = None


class MeasureBox(QGroupBox):
    """Pixel size, slices, region, what is left out, twins, further fields.

    Parameters
    ----------
    viewer : Viewer
        Whose layers are offered.

    Attributes
    ----------
    pixel_size, slices, region, left_out, twins, fields : widgets
        Input fields.
    calibration : QLabel
        Where the pixel size comes from.
    changed, region_wanted : Signal
        Any of them changed; the user wants to draw a region.
    """

    changed = Signal()
    region_wanted = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__("What is measured")
        self._viewer = viewer
        self._layer: Labels | None = None
        self.pixel_size, self.calibration = PixelSizeField(), TextLine()
        self.slices, self.region, self.twins = NarrowComboBox(), region_combo(viewer), NarrowComboBox()
        self.draw_region = small_button("Draw", "Draw a new region")
        self.left_out: LayerCombo[Layer] = LayerCombo(viewer, self._may_be_left_out, "nothing more")
        self.fields = FieldList(viewer)
        self._of_layer, self._of_region = Subscriptions(), Subscriptions()
        self.calibration.setWordWrap(False)
        self._form = self._lay_out()
        self._connect()
        self._show_stack()
        self._show_calibration()

    @property
    def chosen_twins(self) -> str:
        """Argument of the job: "counted" or "ignored"."""
        return _TWINS[self.twins.currentText()]

    def show_layer(self, layer: Labels | None) -> None:
        """Take another layer of grains."""
        self._layer = layer
        self._of_layer.end()
        if layer is not None:
            self._of_layer.add(self._suggest, layer.events.scale, layer.events.units)
        self.fields.show_layer(layer)
        self.left_out.look_again()
        self._show_stack()
        self._suggest()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer's layers."""
        for part in (self.region, self.left_out, self.fields):
            part.follow(on=on)
        if on:
            self.show_layer(self._layer)
            self._follow_shapes()
        else:
            self._of_layer.end()
            self._of_region.end()

    def problem(self) -> str:
        """Say in one line what is missing; empty if nothing is."""
        try:
            self.pixel_size.value()
        except InputError as error:
            return str(error)
        return next(filter(None, self._problems()), "")

    def index(self) -> int | None:
        """Return the slice of a stack that is measured alone."""
        if self._layer is None or self.slices.currentIndex() != 1:
            return None
        return GrainSource(self._layer).current_slice(self._viewer)

    def chosen(self) -> list[Field]:
        """Return the fields, that of the chosen layer first; there is no `problem`."""
        return [Field(source, self._mask(source)) for source in self._sources()]

    def _sources(self) -> list[GrainSource]:
        layers = () if self._layer is None else (self._layer, *self.fields.layers)
        return [GrainSource(layer) for layer in layers]

    def _mask(self, source: GrainSource) -> Mask | None:
        """Everything outside the region, and what is to be left out."""
        region, painted = self.region.layer, self.left_out.layer
        outside = None if region is None else ~region_mask(region, source)
        if painted is None:
            return outside
        marked = mask_of(painted, source, self.index())
        return marked if outside is None else marked | outside

    def _problems(self) -> Iterator[str | None]:
        region: Shapes | None = self.region.layer
        sources = self._sources()
        if region is not None and sources:
            yield mask_problem(region, sources[0])
        for source in sources:
            yield source.problem()
            if self.left_out.layer is not None:
                yield mask_problem(self.left_out.layer, source)
        for source in sources[1:]:
            yield self._other_pixels(source)

    def _other_pixels(self, source: GrainSource) -> str | None:
        """Fields need pixels of one size, unless one was typed, which becomes that of all."""
        if self.pixel_size.is_typed:
            return None
        first = None if self._layer is None else pixel_size_of(self._layer)
        own = pixel_size_of(source.layer)
        if _same(first, own):
            return None
        return f"“{source.layer.name}” has another pixel size: calibrate it, or take it out of the fields."

    def _may_be_left_out(self, layer: Layer) -> bool:
        return is_mask(layer, self._layer)

    def _suggest(self, _event: object = None) -> None:
        self.pixel_size.suggest(None if self._layer is None else pixel_size_of(self._layer))
        self._show_calibration()

    def _show_calibration(self) -> None:
        try:
            size: PixelSize | None = self.pixel_size.value()
        except InputError:
            self.calibration.clear()
        else:
            self.calibration.setText("" if self._layer is None else _origin(size))
        self.calibration.setToolTip(self.calibration.text())
        self._form.setRowVisible(self.calibration, bool(self.calibration.text()))
        self.changed.emit()

    def _show_stack(self) -> None:
        slices = 1 if self._layer is None else GrainSource(self._layer).slices
        if (slices > 1) != (self.slices.count() > 0):
            self.slices.clear()
            self.slices.addItems(["all, pooled", "current slice"] if slices > 1 else [])
        self._form.setRowVisible(self.slices, slices > 1)
        self._show_fields()

    def _show_fields(self) -> None:
        self._form.setRowVisible(self.fields, self.fields.count() > 0)

    def _follow_shapes(self) -> None:
        self._of_region.end()
        for layer in (self.region.layer, self.left_out.layer):
            if isinstance(layer, Shapes):
                self._of_region.add(self._tell, layer.events.data)
        self.changed.emit()

    def _tell(self, _event: object = None) -> None:
        self._show_fields()
        self.changed.emit()

    def _connect(self) -> None:
        self.pixel_size.textChanged.connect(self._show_calibration)
        self.slices.currentIndexChanged.connect(self._tell)
        self.twins.currentIndexChanged.connect(self._tell)
        self.region.layer_changed.connect(self._follow_shapes)
        self.left_out.layer_changed.connect(self._follow_shapes)
        self.fields.ticked.connect(self._tell)
        self.fields.listed.connect(self._show_fields)
        self.draw_region.clicked.connect(self.region_wanted)
        self.destroyed.connect(self._of_layer.end)
        self.destroyed.connect(self._of_region.end)

    def _lay_out(self) -> QFormLayout:
        self.twins.addItems(list(_TWINS))
        for name, tip in _TIPS.items():
            getattr(self, name).setToolTip(tip)
        beside = QHBoxLayout()
        beside.addWidget(self.region, 1)
        beside.addWidget(self.draw_region)
        return rows_of(
            self,
            row("Pixel size", self.pixel_size),
            row("", self.calibration),
            row("Slices", self.slices),
            row("Region", beside, buddy=self.region),
            row("Leave out", self.left_out),
            row("Twins", self.twins),
            row("Fields", self.fields),
        )


def _same(one: PixelSize | None, other: PixelSize | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one.y, other.y, rel_tol=1e-6) and math.isclose(one.x, other.x, rel_tol=1e-6)


def _origin(size: PixelSize | None) -> str:
    """Say in a line where the pixel size is from."""
    if size is None:
        return "not calibrated: results in px"
    return f"from {size.source}" if size.source not in ("", "typed") else ""
