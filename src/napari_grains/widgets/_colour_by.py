"""Grains coloured by a column of their table: an image of values over them, and its scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from napari.layers import Image, Labels
from napari.utils.colormaps import ensure_colormap
from napari.viewer import Viewer
from qtpy.QtWidgets import QHBoxLayout, QWidget

from napari_grains.grains import value_limits, value_map
from napari_grains.widgets._colour_bar import ColourBar
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._grain_source import GrainSource
from napari_grains.widgets._results import METADATA, frame_of
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._table_columns import Column, columns_of, is_number
from napari_grains.widgets._viewer import add_aside

if TYPE_CHECKING:
    import pandas as pd

_BY_NUMBER: Final = "Colour by grain number"
_TIP: Final = (
    "Colour the grains by a column: a layer over them, from the 2nd to the 98th percentile of the values.\n"
    "Its colours and limits can be changed among the layer controls."
)
_MAP: Final = "viridis"
_OPACITY: Final = 0.85
"""Grain colours below hardly shine through, the micrograph does a little."""
_STOPS: Final = 17


class ColourBy(QWidget):
    """A list of columns and, while one is chosen, the scale of its colours.

    The colours are an Image layer of one value per pixel, not a colour map of the Labels layer: with 20,000
    grains on 4096 x 4096 px napari takes 0.1 s to show other values in an image, 0.35 s to show another
    DirectLabelColormap, which also would take away the colours of the grains and has no scale.

    Parameters
    ----------
    viewer : Viewer
        Where the layer is shown.

    Attributes
    ----------
    columns : NarrowComboBox
        What the grains are coloured by.
    bar : ColourBar
        Hidden while they are coloured by their numbers.
    layer : Image or None
        The values.
    """

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._grains: Labels | None = None
        self._offered: list[Column] = []
        self._following = Subscriptions()
        self.layer: Image | None = None
        self.columns, self.bar = NarrowComboBox(), ColourBar()
        self.columns.setToolTip(_TIP)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.columns, 1)
        layout.addWidget(self.bar, 1)
        self.bar.hide()
        self.columns.currentIndexChanged.connect(self._show)
        self.destroyed.connect(self._following.end)

    def show_layer(self, grains: Labels | None) -> None:
        """Take other grains, which are not coloured at first, or the same with another table."""
        before = self._column()
        if grains is not self._grains:
            self._hide()
            before = None
        self._grains = grains
        self._offered = [] if grains is None else _numbers(grains.features)
        self.columns.blockSignals(True)
        self.columns.clear()
        self.columns.addItems([_BY_NUMBER, *(f"by {column.header}" for column in self._offered)])
        names = [column.name for column in self._offered]
        self.columns.setCurrentIndex(1 + names.index(before.name) if before and before.name in names else 0)
        self.columns.blockSignals(False)
        self.columns.setEnabled(bool(self._offered))
        self._show()

    def _show(self) -> None:
        grains, column = self._grains, self._column()
        if grains is None or column is None:
            self._hide()
            return
        table = grains.features
        values = column.factor * table[column.name].to_numpy(np.float64, na_value=np.nan)
        ids = table["index" if "index" in table else "grain"].to_numpy()
        pixels = value_map(np.asarray(GrainSource(grains).data), ids, values)
        if self.layer is None or self.layer.data.shape != pixels.shape:
            self._hide()
            self._make(grains, pixels)
        if self.layer is not None:
            self.layer.data = pixels
            self.layer.name = f"{grains.name} by {column.title}"
            self.layer.contrast_limits = value_limits(values)
        self._show_scale()
        self.bar.show()

    def _hide(self) -> None:
        """Take the layer away: the grains are coloured by their numbers."""
        self._following.end()
        if self.layer is not None and self.layer in self._viewer.layers:
            self._viewer.layers.remove(self.layer)
        self.layer = None
        self.bar.hide()

    def _make(self, grains: Labels, pixels: np.ndarray) -> None:
        mark = {"role": "values", "source_id": str(grains.unique_id), "source_layer": grains.name}
        look: dict[str, Any] = {
            "colormap": ensure_colormap(_MAP),
            "opacity": _OPACITY,
            "metadata": {METADATA: mark},
            "contrast_limits": (0, 1),
        }
        self.layer = Image(pixels, **look, **frame_of(grains))
        layers = self._viewer.layers
        add_aside(self._viewer, self.layer, layers.index(grains) + 1)
        events = self.layer.events
        self._following.add(self._show_scale, events.contrast_limits, events.colormap)
        self._following.add(self._on_removed, layers.events.removed)

    def _show_scale(self, _event: object = None) -> None:
        column = self._column()
        if self.layer is None or column is None:
            return
        low, high = (column.text(limit / column.factor) for limit in self.layer.contrast_limits)
        unit = f" {column.unit}" if column.unit else ""
        colours = self.layer.colormap.map(np.linspace(0, 1, _STOPS))
        self.bar.show_scale(colours, f"{low}{unit}", f"{high}{unit}")

    def _on_removed(self, event: Any) -> None:  # noqa: ANN401 - an event of napari
        if event.value is self.layer:
            self.columns.setCurrentIndex(0)

    def _column(self) -> Column | None:
        number = self.columns.currentIndex() - 1
        return self._offered[number] if 0 <= number < len(self._offered) else None


def _numbers(table: pd.DataFrame) -> list[Column]:
    """Columns by which colours make sense: not the numbers that tell grains and slices apart."""
    names = {name for name in table.columns if is_number(table[name])} - {"grain", "slice"}
    return [column for column in columns_of(table) if column.name in names]
