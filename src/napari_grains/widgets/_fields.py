"""Input fields of the docks: layer, network, scale, pixel size."""

from __future__ import annotations

from napari.layers import Image, Layer
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from napari_grains.images import PixelSize
from napari_grains.weights import list_networks
from napari_grains.widgets._layers import is_result
from napari_grains.widgets._subscriptions import Subscriptions


class NarrowComboBox(QComboBox):
    """A list that a long entry does not widen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


class ImageCombo(NarrowComboBox):
    """Image layers of a viewer, topmost first, without results; follows the layer list while `follow` is on.

    Attributes
    ----------
    layer_changed : Signal
        Another layer, or none, is chosen.
    """

    layer_changed = Signal()

    def __init__(self, viewer: Viewer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._layers: list[Image] = []
        self._chosen: Image | None = None
        self._subscriptions = Subscriptions()
        self.currentIndexChanged.connect(self._choose)
        self.destroyed.connect(self._subscriptions.end)

    @property
    def layer(self) -> Image | None:
        """The chosen layer."""
        return self._chosen

    @layer.setter
    def layer(self, layer: Image) -> None:
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

    def _refresh(self, _event: object = None) -> None:
        layers = [layer for layer in reversed(self._viewer.layers) if _is_micrograph(layer)]
        active = self._viewer.layers.selection.active
        preferred = next((layer for layer in (self._chosen, active) if layer in layers), None)
        self._layers = layers
        self.blockSignals(True)
        self.clear()
        self.addItems([layer.name for layer in layers])
        self.setCurrentIndex(layers.index(preferred) if preferred is not None else min(0, len(layers) - 1))
        self.blockSignals(False)
        self._choose(self.currentIndex())

    def _choose(self, index: int) -> None:
        chosen = self._layers[index] if index >= 0 else None
        if chosen is not self._chosen:
            self._chosen = chosen
            self.layer_changed.emit()


class NetworkCombo(NarrowComboBox):
    """Names of the networks; looks again for new files whenever the list is opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.refresh()

    def refresh(self) -> None:
        """Look for network files; "default" comes first."""
        networks = list_networks()
        names = sorted(networks, key=lambda name: (name != "default", name))
        if names == [self.itemText(index) for index in range(self.count())]:
            return
        current = self.currentText()
        self.clear()
        for index, name in enumerate(names):
            self.addItem(name)
            self.setItemData(index, str(networks[name]), 3)  # Qt.ItemDataRole.ToolTipRole
        self.setCurrentIndex(max(0, self.findText(current)))

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list."""
        self.refresh()
        super().showPopup()


class ScaleField(QWidget):
    """Automatic scale, a factor, or the mean grain diameter in px."""

    changed = Signal()
    _KINDS = ("auto", "factor", "grain diameter")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = NarrowComboBox()
        self.kind.addItems(self._KINDS)
        self.factor = _number(0.01, 8.0, 1.0, 3, " x")
        self.diameter = _number(2.0, 5000.0, 50.0, 1, " px")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for field in (self.kind, self.factor, self.diameter):
            layout.addWidget(field)
        self.kind.currentIndexChanged.connect(self._arrange)
        self._arrange()

    @property
    def scale(self) -> float | None:
        """The factor, or None where the scale is found otherwise."""
        return self.factor.value() if self.kind.currentIndex() == 1 else None

    @property
    def grain_diameter(self) -> float | None:
        """The diameter in px, or None where it is not given."""
        return self.diameter.value() if self.kind.currentIndex() == 2 else None

    def _arrange(self) -> None:
        self.factor.setVisible(self.kind.currentIndex() == 1)
        self.diameter.setVisible(self.kind.currentIndex() == 2)
        self.changed.emit()


class PixelSizeField(QLineEdit):
    """Pixel size as text such as "0.44 um"; empty: unknown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggested: PixelSize | None = None
        self._suggestion = ""
        self.setPlaceholderText("such as 0.44 um")

    @property
    def is_typed(self) -> bool:
        """Whether the text is the user's, not the suggestion."""
        return self.text().strip() != self._suggestion

    def suggest(self, size: PixelSize | None) -> None:
        """Fill in what is known."""
        self._suggested = size
        self._suggestion = "" if size is None else str(size)
        self.setText(self._suggestion)

    def value(self) -> PixelSize | None:
        """Return the pixel size, None for an empty field.

        Raises
        ------
        InputError
            If the text is no pixel size.
        """
        if not self.is_typed:
            return self._suggested  # exact, where the text is rounded
        text = self.text().strip()
        return PixelSize.parse(text) if text else None


def _is_micrograph(layer: Layer) -> bool:
    return isinstance(layer, Image) and not is_result(layer)


def _number(low: float, high: float, value: float, decimals: int, suffix: str) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(low, high)
    field.setDecimals(decimals)
    field.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    field.setValue(value)
    field.setSuffix(suffix)
    return field
