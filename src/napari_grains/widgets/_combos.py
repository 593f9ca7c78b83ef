"""Lists of layers that follow the viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from napari.layers import Image, Layer, Shapes
from napari.viewer import Viewer
from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtGui import QHelpEvent, QPaintEvent
from qtpy.QtWidgets import (
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
    QWidget,
)

from napari_grains.widgets._results import is_ours
from napari_grains.widgets._subscriptions import Subscriptions

L = TypeVar("L", bound=Layer)

_BESIDE: Final = 2
"""Px that styles leave free at either side of the text."""


class NarrowComboBox(QComboBox):
    """A list that a long entry does not widen: it ends in dots, and the tooltip says it in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        narrow(self)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the closed list."""
        option = self._option()
        option.currentText = self._shown(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def event(self, event: QEvent | None) -> bool:
        """Say the chosen entry in the tooltip, too, where it is cut off."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.is_cut_off:
            QToolTip.showText(
                event.globalPos(), "\n".join(filter(None, [self.currentText(), self.toolTip()]))
            )
            return True
        return super().event(event)

    @property
    def is_cut_off(self) -> bool:
        """Whether there is no room for all of the chosen entry."""
        return self._shown(self._option()) != self.currentText()

    def _option(self) -> QStyleOptionComboBox:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return option

    def _shown(self, option: QStyleOptionComboBox) -> str:
        """As much of the chosen entry as there is room for."""
        text, style = option.currentText or "", self.style()
        if style is None:
            return text
        combo, field = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = style.subControlRect(combo, option, field, self).width() - 2 * _BESIDE
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)


def narrow(combo: QComboBox) -> None:
    """Let a list be as wide as there is room, whatever its entries."""
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(5)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


class LayerCombo(NarrowComboBox, Generic[L]):
    """Layers of a viewer, topmost first; follows the layer list while `follow` is on.

    Parameters
    ----------
    viewer : Viewer
        Whose layers.
    belongs : callable
        Whether a layer is listed.
    none : str, optional
        First entry, for no layer; without it the active layer or the topmost one is chosen at first.

    Attributes
    ----------
    layer_changed : Signal
        Another layer, or none, is chosen.
    """

    layer_changed = Signal()

    def __init__(
        self,
        viewer: Viewer,
        belongs: Callable[[Layer], bool],
        none: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._belongs = belongs
        self._none = none
        self._layers: list[L | None] = []
        self._chosen: L | None = None
        self._subscriptions = Subscriptions()
        self.currentIndexChanged.connect(self._choose)
        self.destroyed.connect(self._subscriptions.end)

    @property
    def layer(self) -> L | None:
        """The chosen layer."""
        return self._chosen

    @layer.setter
    def layer(self, layer: L | None) -> None:
        self.setCurrentIndex(self._layers.index(layer))

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the layer list."""
        self._subscriptions.end()
        if on:
            events = self._viewer.layers.events
            self._subscriptions.add(
                self._refresh, events.inserted, events.removed, events.reordered, events.renamed
            )
            self._refresh()

    def look_again(self) -> None:
        """Ask of every layer again whether it belongs to the list."""
        self._refresh()

    def _refresh(self, _event: object = None) -> None:
        layers = [layer for layer in reversed(self._viewer.layers) if self._belongs(layer)]
        self._layers = layers if self._none is None else [None, *layers]
        self.blockSignals(True)
        self.clear()
        self.addItems([] if self._none is None else [self._none])
        self.addItems([layer.name for layer in layers])
        self.setCurrentIndex(self._layers.index(self._preferred()) if self._layers else -1)
        self.blockSignals(False)
        self._choose(self.currentIndex())

    def _preferred(self) -> L | None:
        if self._chosen in self._layers:
            return self._chosen
        active = self._viewer.layers.selection.active
        return active if self._none is None and active in self._layers else self._layers[0]

    def _choose(self, index: int) -> None:
        chosen = self._layers[index] if index >= 0 else None
        if chosen is not self._chosen:
            self._chosen = chosen
            self.layer_changed.emit()


def image_combo(viewer: Viewer, none: str | None = None) -> LayerCombo[Image]:
    """List the micrographs: image layers that are no results; ``none`` names the choice of none of them."""
    return LayerCombo(viewer, lambda layer: isinstance(layer, Image) and not is_ours(layer), none)


def region_combo(viewer: Viewer) -> LayerCombo[Shapes]:
    """List the Shapes layers that can be a region, "whole image" first."""
    belongs = lambda layer: isinstance(layer, Shapes) and not is_ours(layer)  # noqa: E731 - as above
    return LayerCombo(viewer, belongs, "whole image")
