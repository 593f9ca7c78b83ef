"""Which colour is which phase, and how much of the area each of them is."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from napari.layers import Labels
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QGridLayout, QGroupBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.widgets._phase_layers import summary_of
from napari_grains.widgets._results import mark_of
from napari_grains.widgets._run_panel import TextLine

Fraction: TypeAlias = Mapping[str, Any]

_TIP: Final = "Share of the area, of all slices of a stack"
_INTERVAL_TIP: Final = "95 % confidence interval of the mean over the slices as fields of one specimen"
_INDICATIVE_TIP: Final = (
    "95 % interval from blocks of this one image: what the area that was seen tells of more area like it.\n"
    "Indicative: only several fields tell how a specimen varies."
)
_EXPORT_TIP: Final = "Write the fractions of all classified images into one CSV file, each with its fields"
_COLUMNS: Final = (
    "image", "field", "class", "fraction", "ci95_low", "ci95_high", "indicative95_low", "indicative95_high",
    "pixels",
)  # fmt: skip


class FractionsBox(QGroupBox):
    """The legend of the phases, with area fractions and their intervals.

    Attributes
    ----------
    export : QPushButton
    line : TextLine
        What holds for the numbers.
    rows : list of (str, str, str)
        Name, fraction and interval of each phase as text.
    """

    export_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Phases found")
        self.export, self.line = QPushButton("Export…"), TextLine()
        self.rows: list[tuple[str, str, str]] = []
        self._legend = QWidget()
        self.export.setToolTip(_EXPORT_TIP)
        self.export.clicked.connect(self.export_wanted)
        column, below = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addWidget(self._legend)
        below.addWidget(self.line, 1)
        below.addWidget(self.export)
        column.addLayout(below)
        self.hide()

    def show_phases(self, phases: Labels | None) -> None:
        """Show what was found in an image; nothing where nothing was."""
        self.setVisible(phases is not None)
        if phases is None:
            return
        summary = summary_of(phases)
        fractions: Sequence[Fraction] = summary.get("fractions", ())
        colours = dict(zip(summary.get("class_names", ()), summary.get("colours", ()), strict=False))
        self.rows = [(str(one["class"]), percent(one["fraction"]), interval(one)) for one in fractions]
        self._list([colours.get(name, "transparent") for name, *_ in self.rows], fractions)
        self.line.setText(_said(phases.name, summary))

    def _list(self, colours: Sequence[str], fractions: Sequence[Fraction]) -> None:
        before, self._legend = self._legend, QWidget()
        grid = QGridLayout(self._legend)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for line, (colour, fraction, texts) in enumerate(zip(colours, fractions, self.rows, strict=True)):
            grid.addWidget(_swatch(colour), line, 0)
            for column, text in enumerate(texts, start=1):
                grid.addWidget(_label(text, fraction, right=column > 1), line, column)
        layout = self.layout()
        if layout is not None:
            layout.replaceWidget(before, self._legend)
        before.deleteLater()


def percent(fraction: float | None) -> str:
    """Return a fraction as text, with enough digits for a rare phase; empty where no phase was found."""
    if fraction is None:
        return ""
    return f"{100 * fraction:.1f} %" if fraction >= 0.01 or fraction == 0 else f"{100 * fraction:.2f} %"


def interval(fraction: Fraction) -> str:
    """Return the interval of a fraction as text; empty where there is none."""
    known = fraction.get("ci95") or fraction.get("indicative95")
    return "" if known is None else f"{100 * known[0]:.1f} to {100 * known[1]:.1f} %"


def write_fractions(path: Path, layers: Sequence[Labels]) -> None:
    """Write the fractions of images, each as a whole and by field, as a table.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    try:
        with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, _COLUMNS)
            table.writeheader()
            table.writerows(one for phases in layers for one in _rows(phases))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{path} cannot be written ({reason}): choose another folder.") from error


def _rows(phases: Labels) -> list[dict[str, Any]]:
    summary = summary_of(phases)
    image = str(mark_of(phases).get("source_layer", phases.name))
    whole = [_row(image, "all", one) for one in summary.get("fractions", ())]
    fields = summary.get("by_field", ())
    several = len({one["field"] for one in fields}) > 1
    return whole + [_row(image, str(one["field"]), one) for one in fields if several]


def _row(image: str, field: str, one: Fraction) -> dict[str, Any]:
    sure, rough = one.get("ci95") or (None, None), one.get("indicative95") or (None, None)
    values = (image, field, one["class"], one["fraction"], *sure, *rough, one.get("pixels"))
    return dict(zip(_COLUMNS, values, strict=True))


def _said(name: str, summary: Mapping[str, Any]) -> str:
    """Say what holds for the numbers: of which layer, edited or not, what the interval means."""
    fractions = summary.get("fractions", ())
    rough = any(one.get("indicative95") and not one.get("ci95") for one in fractions)
    known = any(one.get("indicative95") or one.get("ci95") for one in fractions)
    intervals = "intervals indicative" if rough else "" if known else "too small for intervals"
    parts = [name, "as edited" if summary.get("edited") else "", intervals]
    return " · ".join(filter(None, parts))


def _swatch(colour: str) -> QLabel:
    swatch = QLabel()
    swatch.setFixedSize(22, 14)
    swatch.setStyleSheet(f"background-color: {colour}; border: 1px solid #808080;")
    return swatch


def _label(text: str, fraction: Fraction, *, right: bool) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    tip = _INTERVAL_TIP if fraction.get("ci95") else _INDICATIVE_TIP if fraction.get("indicative95") else _TIP
    label.setToolTip(tip)
    if right:
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
