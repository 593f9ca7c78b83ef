"""The dock that shows the table of grains beside the grains themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from napari.viewer import Viewer
from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import (
    QApplication,
    QBoxLayout,
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
)

from napari_grains.errors import InputError
from napari_grains.widgets._camera import current_slice, fly_to
from napari_grains.widgets._canvas_clicks import CanvasClicks, Pointer, label_at
from napari_grains.widgets._colour_by import ColourBy
from napari_grains.widgets._dock import Dock, error_colour
from napari_grains.widgets._filter_line import FilterLine
from napari_grains.widgets._grain_layers import GrainLayerCombo, position_of, slice_axis
from napari_grains.widgets._grain_view import GrainView
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._table_file import ask_for_csv, suggested_csv, tab_separated, write_csv
from napari_grains.widgets._table_model import GrainTableModel

_MINIMUM_WIDTH: Final = 290
_MINIMUM_HEIGHT: Final = 64
_WIDE: Final = 520
"""Pixels from which text and buttons stand side by side."""
_VERY_WIDE: Final = 1000
"""Pixels from which all that is chosen stands in one row: the bottom of a low window has room for little."""
_NOTHING: Final = "No grains yet: run Segment grains first."
_UNBROKEN: Final = "\N{NO-BREAK SPACE}"
_TIPS: Final = {
    "layers": "Labels layers with a table of grains; results of the segmentation come first",
    "this_slice": "List only the grains of the slice that the slider shows",
    "this_grain": "Colour only the selected grain in the image, so that it is seen at once;\n"
    "the same as “show selected” among the layer controls",
    "view": "Click a row, or walk with the arrow keys, to fly to the grain.\n"
    "Click a grain in the image to find its row.\n"
    "Click a header to sort; Ctrl+C copies the selected rows.",
    "summary": "The mean is over the rows as they are, cut grains included.\n"
    "The grain size in the dock Segment grains counts cut grains as it should.",
    "copy": "Copy the selected rows, or all if none is, with their headers: for a spreadsheet (Ctrl+C)",
    "export": "Write all grains with all digits to a CSV file, in the order shown;\n"
    "the columns are those of the command napari-grains segment",
}


class GrainTable(Dock):
    """Rows and grains tied together: a row flies to its grain, a click on a grain finds its row.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Its Labels layers with features are offered. No engine is started.

    Attributes
    ----------
    layers : GrainLayerCombo
        The layer whose grains are listed.
    this_slice : QCheckBox
        For stacks: only the slice that is shown is listed.
    this_grain : QCheckBox
        Only the selected grain is coloured in the image: napari's "show selected" of the layer.
    filter : FilterLine
        Conditions that the listed grains fulfil.
    colours : ColourBy
        Colours the grains by a column.
    view : GrainView
        The table.
    model : GrainTableModel
        What it shows.
    empty, summary, message : QLabel
        What to do while there are no grains; rows, selection and mean diameter; what an export came to.
    copy, export : QPushButton
        To click.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self._folder: Path | None = None
        self._label = 0
        self._failed = False
        self._of_layer = Subscriptions()
        self.layers = GrainLayerCombo(self._viewer)
        self.this_slice, self.this_grain = QCheckBox("Only this slice"), QCheckBox("Colour one grain")
        self.filter, self.colours = FilterLine(), ColourBy(self._viewer)
        self.model = GrainTableModel(self)
        self.view = GrainView(self.model)
        self.empty, self.summary, self.message = TextLine(), TextLine(), TextLine()
        self.copy, self.export = QPushButton("Copy"), QPushButton("Export CSV…")
        self._lay_out()
        self._connect()
        self._attach()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Put text and buttons side by side where there is room, as at the bottom of the window."""
        super().resizeEvent(event)
        self.arrange(self.width())

    def arrange(self, width: int) -> None:
        """Put what is chosen and the buttons into rows or into a column."""
        wide, directions = width >= _WIDE, QBoxLayout.Direction
        for part in (self._head, self._choice, self._foot):
            part.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        one_row = width >= _VERY_WIDE
        self._top.setDirection(directions.LeftToRight if one_row else directions.TopToBottom)
        # At a narrow place the text has room for two lines, so that nothing jumps while grains are selected.
        self.summary.setMinimumHeight((1 if wide else 2) * self.summary.fontMetrics().lineSpacing())

    def copy_rows(self) -> None:
        """Put the selected rows, or all if none is, onto the clipboard."""
        rows, clipboard = self.view.chosen_rows, QApplication.clipboard()
        if clipboard is None or self.layers.layer is None:
            return
        rows = rows if rows.size else np.arange(self.model.rowCount())
        clipboard.setText(tab_separated(self.model.shown_table(rows)))
        self._say(f"{_grains(rows.size)} copied.")

    def export_csv(self) -> None:
        """Ask for a file and write all grains."""
        layer = self.layers.layer
        path = None if layer is None else ask_for_csv(self, suggested_csv(layer, self._folder))
        if path is None:
            return
        table = self.model.sorted_table()
        try:
            write_csv(path, table)
        except InputError as error:
            self._say(str(error), error=True)
        else:
            self._folder = path.parent
            self._say(f"{_grains(len(table))} written to {path.name}.", details=str(path))

    def _lay_out(self) -> None:
        checks, buttons = QHBoxLayout(), QHBoxLayout()
        checks.addWidget(self.this_slice)
        checks.addWidget(self.this_grain)
        checks.addStretch()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.export)
        self._top, self._head, self._choice, self._foot = (
            QBoxLayout(QBoxLayout.Direction.TopToBottom) for _ in range(4)
        )
        self._top.addLayout(self._head, 2)
        self._top.addLayout(self._choice, 3)
        self._head.addWidget(self.layers, 1)
        self._head.addLayout(checks, 1)
        self._choice.addWidget(self.filter, 1)
        self._choice.addWidget(self.colours, 1)
        self._foot.addWidget(self.summary, 1)
        self._foot.addWidget(self.message, 1)
        self._foot.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addLayout(self._top)
        for widget in (self.empty, self.view):
            layout.addWidget(widget, 1)
        layout.addLayout(self._foot)
        self.setMinimumWidth(_MINIMUM_WIDTH)
        self.view.setMinimumHeight(_MINIMUM_HEIGHT)
        self.empty.setText(_NOTHING)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for name, tip in _TIPS.items():
            getattr(self, name).setToolTip(tip)

    def _connect(self) -> None:
        self.layers.layer_changed.connect(self._show_layer)
        self.layers.table_changed.connect(self._show_table)
        self.this_slice.toggled.connect(self._show_slice)
        self.this_grain.toggled.connect(self._colour)
        self.filter.edited.connect(self._show_where)
        self.view.visited.connect(self._fly)
        self.view.chosen.connect(self._summarise)
        self.view.copied.connect(self.copy_rows)
        self.copy.clicked.connect(self.copy_rows)
        self.export.clicked.connect(self.export_csv)
        self.destroyed.connect(self._of_layer.end)

    def _attach(self) -> None:
        super()._attach()
        dims = self._viewer.dims.events
        self._subscriptions.add(self._show_slice, dims.point, dims.ndisplay, dims.order)
        self._subscriptions.add(self._pick, CanvasClicks(self._viewer))
        self.layers.follow(on=True)
        self._show_layer()

    def _detach(self) -> None:
        self.this_grain.setChecked(False)
        self.colours.show_layer(None)
        self.layers.follow(on=False)
        super()._detach()
        self._of_layer.end()

    def _show_layer(self) -> None:
        layer = self.layers.layer
        self._of_layer.end()
        if layer is not None:
            self._of_layer.add(self._follow_label, layer.events.selected_label)
            self._of_layer.add(self._follow_colours, layer.events.show_selected_label)
        self._follow_colours()
        for widget in (self.layers, self.this_grain, self.filter, self.copy, self.export):
            widget.setEnabled(layer is not None)
        self.view.setVisible(layer is not None)
        self.empty.setVisible(layer is None)
        self._show_table()

    def _show_table(self) -> None:
        layer = self.layers.layer
        self._label = 0 if layer is None else layer.selected_label
        self.model.show(pd.DataFrame() if layer is None else layer.features)
        self.view.show_columns()
        self.filter.show_names([str(name) for name in self.model.table.columns if name != "index"])
        self.colours.show_layer(layer)
        self.this_slice.setVisible("slice" in self.model.table)
        self._say("")
        self._show_slice()
        self._show_where()
        self._summarise()

    def _show_where(self) -> None:
        """List the grains that fulfil the conditions, and keep what of the selection is still there."""
        chosen, problem = self.model.labels[self.view.chosen_rows], ""
        try:
            self.model.show_where(self.filter.condition if self.layers.layer is not None else "")
        except InputError as error:
            problem = str(error)
        else:
            self.view.choose(self.model.rows_of(chosen))
            self._summarise()
        if problem or self._failed:
            self._say(problem, error=bool(problem))
        self.filter.set_problem(wrong=bool(problem), colour=error_colour(self._viewer))

    def _show_slice(self, _event: object = None) -> None:
        """List what the check box and the slider say, and keep what of the selection is still there."""
        layer = self.layers.layer
        axis = None if layer is None else slice_axis(layer)
        index = None if axis is None else current_slice(self._viewer, layer, axis)
        self.this_slice.setEnabled(index is not None)
        chosen = self.model.labels[self.view.chosen_rows]
        if self.model.show_slice(index if self.this_slice.isChecked() else None):
            self.view.choose(self.model.rows_of(chosen))
            self._summarise()

    def _fly(self, row: int) -> None:
        layer = self.layers.layer
        if layer is None:
            return
        self._label = int(self.model.labels[row])
        layer.selected_label = self._label
        place = self.model.place(row)
        if place is not None:
            fly_to(self._viewer, layer, position_of(layer, place), place.width)

    def _pick(self, event: Pointer) -> None:
        """Find the row of the grain that was clicked in the canvas."""
        layer = self.layers.layer
        label = label_at(layer, event) if layer is not None and layer.visible else 0
        if layer is not None and label:
            self._label = layer.selected_label = label
            self._choose(label)

    def _follow_label(self, _event: object = None) -> None:
        layer = self.layers.layer
        # napari says so, too, when only the colours have changed.
        if layer is not None and layer.selected_label != self._label:
            self._label = layer.selected_label
            self._choose(self._label)

    def _colour(self) -> None:
        if self.layers.layer is not None:
            self.layers.layer.show_selected_label = self.this_grain.isChecked()

    def _follow_colours(self, _event: object = None) -> None:
        layer = self.layers.layer
        self.this_grain.setChecked(layer is not None and layer.show_selected_label)

    def _choose(self, label: int) -> None:
        rows = self.model.rows_of(np.array([label]))
        if not rows.size or rows[0] not in self.view.chosen_rows:
            self.view.choose(rows)

    def _summarise(self) -> None:
        """Say how many grains are listed and selected, and their mean diameter."""
        if self.layers.layer is None:
            self.summary.clear()
            return
        rows, shown, total = self.view.chosen_rows, self.model.rowCount(), len(self.model.table)
        parts = [_grains(total) if shown == total else f"{shown:,} of {_grains(total)}"]
        if rows.size:
            parts.append(f"{rows.size:,} selected")
        mean = self.model.mean_diameter(rows if rows.size else None)
        if mean is not None:
            parts.append(f"mean ECD {mean}")
        self.summary.setText(" · ".join(part.replace(" ", _UNBROKEN) for part in parts))

    def _say(self, text: str, *, error: bool = False, details: str = "") -> None:
        self._failed = error
        self.message.setText(text)
        self.message.setToolTip(details or text)
        self.message.setVisible(bool(text))
        self._show_theme()

    def _show_theme(self, _event: object = None) -> None:
        self.message.setStyleSheet(f"color: {error_colour(self._viewer)};" if self._failed else "")


def _grains(number: int) -> str:
    return f"{number:,} grain{'' if number == 1 else 's'}"
