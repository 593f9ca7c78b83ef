"""Sliders with numbers: a range of values, and a factor on what is usual."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QSlider, QWidget
from superqt import QRangeSlider

_STEPS: Final = 500
_NUMBER_WIDTH: Final = 40
_MOST: Final = 3.0
"""Factor at the right end of a slider; more can be typed."""


class Number(QDoubleSpinBox):
    """A number in few characters, without arrows; the wheel scrolls the dock and changes nothing."""

    def __init__(self, low: float, high: float, decimals: int, prefix: str = "") -> None:
        super().__init__()
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setPrefix(prefix)
        self.setKeyboardTracking(False)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setStyleSheet(
            "QAbstractSpinBox { min-width: 24px; padding: 1px 3px; }"
        )  # napari's is for arrows
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def textFromValue(self, value: float) -> str:  # noqa: N802 - Qt's name
        """Leave out zeros that say nothing."""
        return f"{round(value, self.decimals()):g}"

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the column that scrolls."""
        if event is not None:
            event.ignore()


class RangeField(QWidget):
    """Two numbers with a slider between them that has two handles.

    Parameters
    ----------
    low, high : float
        Ends of the slider.
    decimals : int
        Of the numbers.
    logarithmic : bool
        Whether equal ways of the slider are equal ratios.
    automatic : bool
        Whether there is a box that leaves the range to the contrast class; moving a handle unticks it.

    Attributes
    ----------
    changed : Signal
        By the user's hand.
    low, high : Number
    slider : QRangeSlider
    automatic : QCheckBox
        Hidden where the range is always set.
    """

    changed = Signal()

    def __init__(
        self,
        low: float,
        high: float,
        *,
        decimals: int = 0,
        logarithmic: bool = False,
        automatic: bool = False,
    ) -> None:
        super().__init__()
        self._ends, self._logarithmic = (low, high), logarithmic
        self.low, self.high = Number(low, high, decimals), Number(low, high, decimals)
        self.slider = QRangeSlider(Qt.Orientation.Horizontal)  # type: ignore[no-untyped-call]
        self.slider.setRange(0, _STEPS)
        self.automatic = QCheckBox("auto")
        self.automatic.setVisible(automatic)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.low, self.slider, self.high, self.automatic):
            layout.addWidget(part, 1 if part is self.slider else 0)
        for number in (self.low, self.high):
            number.setFixedWidth(_NUMBER_WIDTH)
        self.low.valueChanged.connect(lambda value: self._set(value, max(value, self.high.value())))
        self.high.valueChanged.connect(lambda value: self._set(min(value, self.low.value()), value))
        self.slider.valueChanged.connect(self._slide)
        self.automatic.toggled.connect(self.changed)
        self.show_value((low, high))

    def value(self) -> tuple[float, float] | None:
        """Return the range, None where it is left to the contrast class."""
        return None if self.automatic.isChecked() else (self.low.value(), self.high.value())

    def show_value(self, value: tuple[float, float] | None) -> None:
        """Move to a range, or to "auto" for None; nothing is told."""
        with QSignalBlocker(self.automatic):
            self.automatic.setChecked(value is None)
        if value is not None:
            self._move(*value)

    def describe(self, tip: str, tip_of_automatic: str = "") -> None:
        """Give tooltips to all parts."""
        for part in (self, self.slider):
            part.setToolTip(tip)
        self.low.setToolTip(f"{tip}\nLower end")
        self.high.setToolTip(f"{tip}\nUpper end")
        self.automatic.setToolTip(tip_of_automatic)

    def _slide(self, places: tuple[int, int]) -> None:
        before = (self._place(self.low.value()), self._place(self.high.value()))
        ends = (self.low.value(), self.high.value())
        # Only the handle that moved counts: the other number may lie between two places, or off the slider.
        pairs = zip(places, before, ends, strict=True)
        low, high = (end if place == old else self._at(place) for place, old, end in pairs)
        self._set(min(low, high), max(low, high))

    def _set(self, low: float, high: float) -> None:
        self._move(low, high)
        with QSignalBlocker(self.automatic):
            self.automatic.setChecked(False)
        self.changed.emit()

    def _move(self, low: float, high: float) -> None:
        with QSignalBlocker(self.low), QSignalBlocker(self.high), QSignalBlocker(self.slider):
            self.low.setMinimum(min(self._ends[0], low))  # a recipe may go further than the slider
            self.high.setMaximum(max(self._ends[1], high))
            self.low.setMaximum(self.high.maximum())
            self.high.setMinimum(self.low.minimum())
            self.low.setValue(low)
            self.high.setValue(high)
            self.slider.setValue((self._place(low), self._place(high)))

    def _place(self, value: float) -> int:
        low, high = self._ends
        value = min(max(value, low), high)
        if self._logarithmic:
            return round(_STEPS * math.log(value / low) / math.log(high / low))
        return round(_STEPS * (value - low) / (high - low))

    def _at(self, place: int) -> float:
        low, high = self._ends
        share = place / _STEPS
        return low * (high / low) ** share if self._logarithmic else low + (high - low) * share


class FactorField(QWidget):
    """A slider from 0 to 3 times what is usual, with the factor as a number.

    Attributes
    ----------
    changed : Signal
        By the user's hand.
    slider : QSlider
    number : Number
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.slider, self.number = QSlider(Qt.Orientation.Horizontal), Number(0, 99, 2, "× ")
        self.slider.setRange(0, 60)
        self.number.setFixedWidth(_NUMBER_WIDTH + 10)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.number)
        self.slider.valueChanged.connect(lambda place: self._set(place * _MOST / self.slider.maximum()))
        self.number.valueChanged.connect(self._set)
        self.show_value(1.0)

    def value(self) -> float:
        """Return the factor."""
        return self.number.value()

    def show_value(self, value: float) -> None:
        """Move to a factor; nothing is told."""
        with _quiet(self.slider, self.number):
            self.slider.setValue(round(min(value, _MOST) / _MOST * self.slider.maximum()))
            self.number.setValue(value)

    def describe(self, tip: str) -> None:
        """Give tooltips to all parts."""
        for part in (self, self.slider, self.number):
            part.setToolTip(f"{tip}\n× 1 is what the recipe says, × 0 none")

    def _set(self, value: float) -> None:
        self.show_value(value)
        self.changed.emit()


@contextmanager
def _quiet(*widgets: QWidget) -> Iterator[None]:
    blockers = [QSignalBlocker(widget) for widget in widgets]
    try:
        yield
    finally:
        for blocker in blockers:
            blocker.unblock()
