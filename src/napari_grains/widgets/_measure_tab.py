"""The tab that measures grains: what is measured, the numbers, and the ways to look at them."""

from __future__ import annotations

from typing import Final

from napari.layers import Labels
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from napari_grains.engine import TaskState
from napari_grains.events import Progress
from napari_grains.widgets._calibrated_view import calibrate_in_view
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._measure_box import MeasureBox
from napari_grains.widgets._measured_layers import is_corrected, named_fields, summary_of
from napari_grains.widgets._measuring import MeasureOutcome, MeasureRun, Measuring
from napari_grains.widgets._open_table import open_grain_plots, open_grain_table
from napari_grains.widgets._region import begin_region
from napari_grains.widgets._relatives import relatives_of
from napari_grains.widgets._report_box import ReportBox
from napari_grains.widgets._run_panel import RunPanel, Words
from napari_grains.widgets._session import Session
from napari_grains.widgets._size_box import SizeBox
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._test_lines import ALL, CHOICES, TestLineLayers

_WORDS: Final = Words(
    run="Measure",
    run_tip="Measure the grains as they are now: table, grain size, test lines",
    running_tip="A measurement is under way",
    stop_tip="Stop; tables and numbers stay as they were",
    stop_now_tip="Do not wait: end the engine process",
    stopping="Stopping…",
)
_NO_GRAINS: Final = "Choose a layer of grains above: run Segment grains, or paint a Labels layer."
_TIPS: Final = {
    "table": "Every grain in a table: sort, filter, colour by a column, find in the image, export",
    "plots": "Histogram, cumulative curve, roses of orientation and of intercepts",
    "lines": "Draw the test lines, and a point where each counted boundary was crossed",
    "direction": "Which test lines: in all sixteen directions, in one of four, or the circles",
}
_CORRECTED: Final = "Corrected by hand since it was measured: measure again."


class MeasureTab(QWidget):
    """Measure a layer of grains, see what came out, and check it.

    Parameters
    ----------
    viewer : Viewer
        Where the layers are.
    session : Session
        Its engine does the work.

    Attributes
    ----------
    box : MeasureBox
        What is measured.
    panel : RunPanel
        Measure, Stop, progress, messages.
    numbers : SizeBox
        What came out.
    table, plots : QPushButton
        Open the docks.
    lines : QCheckBox
        Draws the test lines of `direction`.
    report : ReportBox
        Writes reports.
    run_in_progress : MeasureRun or None
        What runs now.
    changed : Signal
        Something else is chosen, or there are new numbers.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer, session: Session) -> None:
        super().__init__()
        self._viewer, self._session = viewer, session
        self._layer: Labels | None = None
        self._said_by_run = False
        self._of_layer = Subscriptions()
        self.run_in_progress: MeasureRun | None = None
        self.box, self.panel, self.numbers = MeasureBox(viewer), RunPanel(words=_WORDS), SizeBox()
        self.table, self.plots = QPushButton("Grain table"), QPushButton("Plots")
        self.lines, self.direction = QCheckBox("Test lines"), NarrowComboBox()
        self.report = ReportBox(viewer, session, self._measuring)
        self._drawn = TestLineLayers(viewer)
        self._lay_out()
        self._connect()
        self._show_layer()

    @property
    def layer(self) -> Labels | None:
        """What is measured."""
        return self._layer

    def show_layer(self, layer: Labels | None) -> None:
        """Take another layer of grains, None for none."""
        if layer is not self._layer:
            self._layer = layer
            self._said_by_run = False
            self._show_layer()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; a run goes on and is heard of again."""
        self.box.follow(on=on)
        self._of_layer.end()
        if on:
            self._show_layer()

    def error_colour(self, colour: str) -> None:
        """Choose the colour of errors, which depends on the theme."""
        self.panel.set_error_colour(colour)
        self.report.set_error_colour(colour)

    def run(self) -> None:
        """Measure, unless something is missing or a run is under way."""
        layer = self._layer
        if layer is None or self._why_not() or self.run_in_progress is not None:
            return
        measuring = self._measuring()
        self._calibrate(measuring)
        run = MeasureRun(self._viewer, self._session, measuring)
        run.progressed.connect(self._show_progress)
        run.state_changed.connect(self._show_state)
        run.ended.connect(self._show_outcome)
        self.run_in_progress = run
        self.panel.say("")
        self.panel.set_running()
        run.start()

    def stop(self) -> None:
        """Leave everything as it was; a second time: end the engine process at once."""
        if self.run_in_progress is not None:
            self.run_in_progress.stop()
            self.panel.set_stopping()

    def _lay_out(self) -> None:
        self.direction.addItems(list(CHOICES))
        for name, tip in _TIPS.items():
            getattr(self, name).setToolTip(tip)
        buttons, drawing = QHBoxLayout(), QHBoxLayout()
        for button in (self.table, self.plots):
            buttons.addWidget(button, 1)
        drawing.addWidget(self.lines)
        drawing.addWidget(self.direction, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        for part in (self.box, self.panel, self.numbers):
            layout.addWidget(part)
        layout.addLayout(buttons)
        layout.addLayout(drawing)
        layout.addWidget(self.report)
        layout.addStretch()

    def _connect(self) -> None:
        self.box.changed.connect(self._check)
        self.box.changed.connect(self.changed)
        self.box.region_wanted.connect(self._draw_region)
        self.panel.run.clicked.connect(self.run)
        self.panel.stop.clicked.connect(self.stop)
        self.table.clicked.connect(lambda: open_grain_table(self._viewer))
        self.plots.clicked.connect(lambda: open_grain_plots(self._viewer))
        self.lines.toggled.connect(self._draw_lines)
        self.direction.currentTextChanged.connect(self._draw_lines)
        self.destroyed.connect(self._of_layer.end)

    def _measuring(self) -> Measuring:
        return Measuring(
            tuple(self.box.chosen()), self.box.pixel_size.value(), self.box.index(), self.box.chosen_twins
        )

    def _calibrate(self, measuring: Measuring) -> None:
        """Make a pixel size that was typed the scale of what is measured and of what lies on it."""
        if measuring.pixel_size is None:
            return
        for layer in measuring.layers:
            drawn = [mask for mask in (self.box.region.layer, self.box.left_out.layer) if mask is not None]
            together = [*relatives_of(self._viewer, layer), *drawn]
            calibrate_in_view(self._viewer, layer, measuring.pixel_size, together)

    def _why_not(self) -> str:
        """Why nothing can be measured now, with what to do; empty if it can."""
        return _NO_GRAINS if self._layer is None else self.box.problem()

    def _check(self) -> None:
        why_not = self._why_not()
        self.report.set_problem(why_not)
        if self.run_in_progress is not None:
            return
        self.panel.set_idle(why_not)
        if why_not or not self._said_by_run:
            self._said_by_run = False
            self.panel.say(why_not)

    def _show_layer(self) -> None:
        self._of_layer.end()
        if self._layer is not None:
            self._of_layer.add(self._show_numbers, self._layer.events.features)
        self.box.show_layer(self._layer)
        self.lines.blockSignals(True)
        self.lines.setChecked(self._layer is not None and self._drawn.are_shown(self._layer))
        self.lines.blockSignals(False)
        self.report.show_layer(self._layer)
        self._show_numbers()
        self._check()

    def _show_numbers(self, _event: object = None) -> None:
        summary = summary_of(self._layer)
        if summary:
            corrected = is_corrected(self._layer)
            self.numbers.show_summary(summary, named_fields(summary), [_CORRECTED] if corrected else [])
        else:
            self.numbers.clear()

    def _draw_lines(self, _event: object = None) -> None:
        layer = self._layer
        if layer is None:
            return
        if not self.lines.isChecked():
            self._drawn.hide(layer)
            return
        text = self._drawn.show(layer, self.direction.currentText() or ALL)
        if text or self.run_in_progress is None:
            self.panel.say(text)
        if not self._drawn.are_shown(layer):
            self.lines.setChecked(False)

    def _draw_region(self) -> None:
        if self._layer is not None:
            self.box.region.layer = begin_region(self._viewer, self._layer)

    def _show_state(self, state: TaskState) -> None:
        if state is TaskState.QUEUED:
            self.panel.say(self._session.waits_for)

    def _show_progress(self, progress: Progress) -> None:
        if self.run_in_progress is not None and not self.run_in_progress.stopping:
            self.panel.set_progress(progress)

    def _show_outcome(self, outcome: MeasureOutcome) -> None:
        self.run_in_progress = None
        self._said_by_run = True
        self.panel.say(
            self._session.short(outcome.message),
            error=outcome.failed,
            details=self._session.with_log(outcome.message) if outcome.failed else "",
        )
        if outcome.measured:
            self._show_numbers()
            if self.lines.isChecked():
                self._draw_lines()
        self._check()
        self.changed.emit()
