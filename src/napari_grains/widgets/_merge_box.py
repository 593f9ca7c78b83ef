"""The slider that merges grains across weak boundaries, while one looks."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import QSignalBlocker, Qt, QTimer, Signal
from qtpy.QtWidgets import QGroupBox, QHBoxLayout, QSlider, QVBoxLayout

from napari_grains.widgets._knobs import Number
from napari_grains.widgets._run_panel import TextLine

_STEPS: Final = 200
_NUMBER_STYLE: Final = "QAbstractSpinBox { min-width: 44px; padding: 1px 3px; }"
"""Room for three decimals."""
_TIP: Final = (
    "Join two grains where the mean boundary probability between them is below this.\n"
    "Grains that you have corrected stay as they are; the whole slice is one step of undo."
)


class MergeBox(QGroupBox):
    """A threshold from 0 to 1, and how many grains there are with it.

    Attributes
    ----------
    wanted : Signal(float)
        The user moved to a threshold; while the slider is dragged not more often than can be followed.
    slider : QSlider
    number : Number
    text : QLabel
        The number of grains, or why the slider cannot be moved.
    """

    wanted = Signal(float)

    def __init__(self) -> None:
        super().__init__("Merge across weak boundaries")
        self.slider, self.number, self.text = QSlider(Qt.Orientation.Horizontal), Number(0, 1, 3), TextLine()
        self.slider.setRange(0, _STEPS)
        self.number.setStyleSheet(_NUMBER_STYLE)
        self.number.setSingleStep(1 / _STEPS)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(lambda: self.wanted.emit(self.number.value()))
        row, layout = QHBoxLayout(), QVBoxLayout(self)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.text)
        self.slider.valueChanged.connect(lambda place: self._move(place / _STEPS))
        self.number.valueChanged.connect(self._move)
        self.show_reason("")

    def show_threshold(self, threshold: float, grains: int) -> None:
        """Move to where the grains are now; nothing is told."""
        if not self._soon.isActive():  # the user is on the way to somewhere else
            self._place(threshold)
        self._enable(on=True, tip=_TIP)
        self.text.setText(f"{grains:,} grain{'' if grains == 1 else 's'}")

    def show_reason(self, reason: str, grains: int | None = None) -> None:
        """Disable the slider and say why."""
        self._soon.stop()
        self._enable(on=False, tip=reason or _TIP)
        counted = "" if grains is None else f"{grains:,} grain{'' if grains == 1 else 's'}. "
        self.text.setText(counted + reason)

    def _enable(self, *, on: bool, tip: str) -> None:
        for part in (self.slider, self.number):
            part.setEnabled(on)
            part.setToolTip(tip)
        self.text.setToolTip(tip)

    def _move(self, threshold: float) -> None:
        self._place(threshold)
        self._soon.start(0)  # moves that come while grains are being merged are one

    def _place(self, threshold: float) -> None:
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setValue(round(threshold * _STEPS))
            self.number.setValue(threshold)
