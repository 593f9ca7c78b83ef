"""At which scale the network looks: found by itself, or from the grain diameter that the user sets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QLabel, QSlider, QWidget

from napari_grains.images import PixelSize

_RANGE: Final = (4.0, 2000.0)
"""Grain diameters in px of the image that can be set."""
_STEPS: Final = 1000


class ScaleField(QWidget):
    """A box for "automatic", a slider and a number for the mean grain diameter in px of the image.

    Moving the slider switches "automatic" off; a scale that was found moves the slider.

    Attributes
    ----------
    diameter_set : Signal(float)
        The user set a diameter, in px.
    automatic : QCheckBox
    slider : QSlider
    diameter : QDoubleSpinBox
    found : QLabel
        In words.
    """

    diameter_set = Signal(float)
    automatic_set = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: tuple[float, float] | None = None
        self._pixel_size: PixelSize | None = None
        self._found_scale: float | None = None
        self.automatic, self.found = QCheckBox("automatic"), QLabel()
        self.automatic.setChecked(True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.diameter = QDoubleSpinBox()
        self.diameter.setRange(*_RANGE)
        self.diameter.setDecimals(0)
        self.diameter.setSuffix(" px")
        self.diameter.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self._lay_out()
        self._move(50.0)
        self.automatic.toggled.connect(self._toggle)
        self.slider.valueChanged.connect(lambda value: self._set(_diameter(value)))
        self.diameter.valueChanged.connect(self._set)
        self._describe()

    @property
    def grain_diameter(self) -> float | None:
        """The diameter in px of the image, or None where it is to be found."""
        return None if self.automatic.isChecked() else self.diameter.value()

    def know(self, grain_diameter: Sequence[float] | None, pixel_size: PixelSize | None) -> None:
        """Take over the range of grain diameters of the network, and the pixel size of the image."""
        self._known = None if not grain_diameter else (float(grain_diameter[0]), float(grain_diameter[1]))
        self._pixel_size = pixel_size
        self._describe()

    def forget(self) -> None:
        """Another image: nothing is found yet."""
        self._found_scale = None
        self._describe()

    def show_found(self, scale: float) -> None:
        """Show the scale that a run used."""
        self._found_scale = scale
        if self._known is not None and self.automatic.isChecked():
            self._move(math.sqrt(math.prod(self._known)) / scale)
        self._describe()

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.automatic, 0, 0)
        layout.addWidget(self.found, 0, 1)
        layout.addWidget(self.slider, 1, 0)
        layout.addWidget(self.diameter, 1, 1)
        layout.setColumnStretch(0, 1)

    def _toggle(self, on: bool) -> None:
        if on and self._found_scale is not None:
            self.show_found(self._found_scale)
        self._describe()
        if on:
            self.automatic_set.emit()
        else:
            self.diameter_set.emit(self.diameter.value())

    def _set(self, diameter: float) -> None:
        """Do what the user's hand on slider or number asks for."""
        self._move(diameter)
        with QSignalBlocker(self.automatic):
            self.automatic.setChecked(False)
        self._describe()
        self.diameter_set.emit(diameter)

    def _move(self, diameter: float) -> None:
        with QSignalBlocker(self.slider), QSignalBlocker(self.diameter):
            self.slider.setValue(_place(diameter))
            if round(diameter) != self.diameter.value():
                self.diameter.setValue(round(diameter))

    def _describe(self) -> None:
        scale = self._scale()
        words = "" if scale is None else f"× {scale:.2f}"
        self.found.setText(words)
        size = self._pixel_size
        length = "" if size is None else f" (≈ {self.diameter.value() * size.um:.3g} µm)"
        self.found.setToolTip(
            "The image is resized by this factor for the network"
            if scale is not None
            else "Not found yet: the first run finds it"
        )
        self.diameter.setToolTip(f"Mean grain diameter in px of the image{length}")

    def _scale(self) -> float | None:
        if self.automatic.isChecked():
            return self._found_scale
        return None if self._known is None else math.sqrt(math.prod(self._known)) / self.diameter.value()


def _place(diameter: float) -> int:
    low, high = _RANGE
    share = math.log(min(max(diameter, low), high) / low) / math.log(high / low)
    return round(_STEPS * share)


def _diameter(place: int) -> float:
    low, high = _RANGE
    return float(low * (high / low) ** (place / _STEPS))
