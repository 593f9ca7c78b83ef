"""The part of the tab that writes reports, and opens the last one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from napari.layers import Labels
from napari.viewer import Viewer
from qtpy.QtCore import QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QGridLayout, QPushButton, QWidget

from napari_grains.engine import TaskState
from napari_grains.events import Event, Progress
from napari_grains.widgets._file_names import file_name, folder_of
from napari_grains.widgets._job_run import Ending, JobRun
from napari_grains.widgets._measuring import Measuring
from napari_grains.widgets._relatives import micrograph_of
from napari_grains.widgets._report_dialog import ask_for_report
from napari_grains.widgets._reporting import ReportText, report_arguments
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Source

_TIP: Final = (
    "Measure the grains as they are now and write a page that needs no other file (numbers, pictures,\n"
    "method, warnings, where it all comes from), with its table as CSV and its numbers as JSON beside it"
)


class ReportBox(QWidget):
    """Report, where the last one is, and a button to open it.

    Parameters
    ----------
    viewer : Viewer
        Where the micrographs are.
    session : Session
        Its engine does the work.
    choices : callable
        What is measured, as it is chosen now.

    Attributes
    ----------
    write, open : QPushButton
        Ask for a folder and write; open the last report in the browser.
    message : TextLine
        How far it has come, where it is, or what went wrong.
    run_in_progress : JobRun or None
        The report that is written now.
    """

    def __init__(self, viewer: Viewer, session: Session, choices: Callable[[], Measuring]) -> None:
        super().__init__()
        self._viewer, self._session, self._choices = viewer, session, choices
        self._layer: Labels | None = None
        self._last: ReportText | None = None
        self._path: Path | None = None
        self._error_colour = "#ff8a80"
        self.run_in_progress: JobRun | None = None
        self.write, self.open, self.message = QPushButton("Report…"), QPushButton("Open"), TextLine()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.write, 0, 0)
        layout.addWidget(self.open, 0, 1)
        layout.addWidget(self.message, 1, 0, 1, 2)
        self.open.setToolTip("Open the last report in the browser")
        self.write.clicked.connect(self.ask)
        self.open.clicked.connect(self.show_report)
        self.message.hide()
        self.open.setEnabled(False)

    def show_layer(self, layer: Labels | None) -> None:
        """Take another layer of grains."""
        self._layer = layer

    def set_problem(self, why_not: str) -> None:
        """Offer a report, or say why there can be none."""
        self.write.setEnabled(not why_not and self.run_in_progress is None)
        self.write.setToolTip(why_not or _TIP)

    def set_error_colour(self, colour: str) -> None:
        """Choose the colour of errors, which depends on the theme."""
        self._error_colour = colour
        if self.message.styleSheet():
            self.message.setStyleSheet(f"color: {colour};")

    def ask(self) -> None:
        """Ask for the folder and write the report there."""
        if self._layer is not None and self.run_in_progress is None:
            text = ask_for_report(self, self._suggestion(self._layer))
            if text is not None:
                self._last = text
                self.start(text)

    def start(self, text: ReportText) -> None:
        """Write a report."""
        measuring = self._choices()
        run = JobRun(self._session, "report")
        run.heard.connect(self._hear)
        run.state_changed.connect(self._show_state)
        run.ended.connect(self._show_ending)
        self.run_in_progress = run
        self.write.setEnabled(False)
        self._say("Writing the report…")
        images = (micrograph_of(self._viewer, layer) for layer in measuring.layers)
        sources = [Source(image) for image in images if image is not None]
        grains = [field.source for field in measuring.fields]
        run.start(lambda: report_arguments(self._viewer, measuring, text), [*sources, *grains])

    def show_report(self) -> None:
        """Open the last report."""
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path)))

    def _suggestion(self, layer: Labels) -> ReportText:
        image = micrograph_of(self._viewer, layer)
        title = layer.name if image is None else image.name
        suggestion = ReportText(folder_of(layer), file_name(title), title)
        if self._last is None:
            return suggestion
        return replace(
            suggestion, folder=self._last.folder, specimen=self._last.specimen, operator=self._last.operator
        )

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Progress):
                self._say(f"{event.message.capitalize()}…")

    def _show_state(self, state: TaskState) -> None:
        if state is TaskState.QUEUED:
            self._say(self._session.waits_for)

    def _show_ending(self, ending: Ending) -> None:
        self.run_in_progress = None
        self.write.setEnabled(self._layer is not None)
        if ending.problem:
            self._say(self._session.short(ending.problem), error=True, details=ending.problem)
        else:
            self._show_written(ending.result or {})

    def _show_written(self, result: Mapping[str, Any]) -> None:
        if "report" not in result:
            self._say("")
            return
        self._path = Path(result["report"])
        self.open.setEnabled(True)
        self._say(f"Report written: {self._path.name} in {self._path.parent}", details=str(self._path))

    def _say(self, text: str, *, error: bool = False, details: str = "") -> None:
        self.message.setText(text)
        self.message.setToolTip(details)
        self.message.setVisible(bool(text))
        self.message.setStyleSheet(f"color: {self._error_colour};" if error else "")
