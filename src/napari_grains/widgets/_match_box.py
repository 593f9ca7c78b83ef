"""The part of the dock that measures what the user's image looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGroupBox, QHBoxLayout, QPushButton

from napari_grains.engine import TaskState
from napari_grains.events import Event, Notice, Progress
from napari_grains.widgets._combos import image_combo
from napari_grains.widgets._form import row, rows_of
from napari_grains.widgets._inspection import Inspector
from napari_grains.widgets._job_run import Ending, JobRun
from napari_grains.widgets._match_text import measured
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Source

_IMAGE_TIP: Final = "The micrograph that the synthetic ones shall resemble; of a stack the slice that you see"
_MATCH_TIP: Final = (
    "Segment the image with the bundled network, measure grain size, contrast, noise, blur and line width,\n"
    "and set the knobs accordingly. An info bar that is found is left out."
)


class MatchBox(QGroupBox):
    """Image, button, and what was measured.

    Parameters
    ----------
    viewer : Viewer
        Whose images are offered.
    session : Session
        Its engine measures.
    inspector : Inspector
        Finds info bars, which are left out.

    Attributes
    ----------
    image : LayerCombo
    button : QPushButton
        Match; Stop while it runs.
    line : TextLine
        What was measured, or what went wrong.
    run_in_progress : JobRun or None
    matched : Signal(Image, dict)
        The image and the result of the job "match".
    changed : Signal
        A match began or ended.
    """

    matched = Signal(object, object)
    changed = Signal()

    def __init__(self, viewer: Viewer, session: Session, inspector: Inspector) -> None:
        super().__init__("Match my image")
        self._viewer, self._session = viewer, session
        self._error_colour = ""
        self._failed = False
        self.run_in_progress: JobRun | None = None
        self._layer: Image | None = None
        self.image, self.button, self.line = image_combo(viewer), QPushButton("Match"), TextLine()
        self._inspector = inspector
        self.image.setToolTip(_IMAGE_TIP)
        beside = QHBoxLayout()
        beside.addWidget(self.image, 1)
        beside.addWidget(self.button)
        rows_of(self, row("Image", beside, buddy=self.image), below=[self.line])
        self.image.layer_changed.connect(self._show_layer)
        self.button.clicked.connect(self.press)
        self.say("")

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer's layers."""
        self.image.follow(on=on)
        self._show_layer()
        if not on and self.run_in_progress is not None:
            self.run_in_progress.stop()

    def press(self) -> None:
        """Match the image, or stop."""
        if self.run_in_progress is not None:
            self.run_in_progress.stop()
            return
        layer = self.image.layer
        if layer is None or self._problem():
            return
        self._layer, source = layer, Source(layer)
        index = source.current_slice(self._viewer) if source.slices > 1 else None
        fixed = {"rgb": bool(layer.rgb), "leave_out": info_bar_of(self._inspector, layer)}
        run = JobRun(self._session, "match")
        run.heard.connect(self._hear)
        run.state_changed.connect(self._follow)
        run.ended.connect(self._show)
        self.run_in_progress = run
        self._show_layer()
        self.say("Measuring…")
        self.changed.emit()
        run.start(lambda: {"image": source.read(index), **fixed}, [source])

    def say(self, text: str, *, error: bool = False, details: str = "") -> None:
        """Show one line; ``details`` go into the tooltip."""
        self._failed = error
        self.line.setText(text)
        self.line.setVisible(bool(text))
        self.line.setToolTip(details)
        self.set_error_colour(self._error_colour)

    def set_error_colour(self, colour: str) -> None:
        """Choose the colour of errors, which depends on the theme."""
        self._error_colour = colour
        self.line.setStyleSheet(f"color: {colour};" if self._failed and colour else "")

    def _problem(self) -> str:
        layer = self.image.layer
        return "Open a micrograph first" if layer is None else Source(layer).problem() or ""

    def _show_layer(self) -> None:
        running, problem = self.run_in_progress is not None, self._problem()
        self.button.setText("Stop" if running else "Match")
        self.button.setEnabled(running or not problem)
        self.button.setToolTip("The knobs stay as they are" if running else problem or _MATCH_TIP)
        if self.image.layer is not None and not problem:
            self._inspector.look_at(self.image.layer)

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Progress) and event.message:
                self.say(f"{event.message.capitalize()}…")
            elif isinstance(event, Notice):
                self.say(event.message)

    def _follow(self, state: TaskState) -> None:
        if state is TaskState.QUEUED:
            self.say("Waiting for the engine…")

    def _show(self, ending: Ending) -> None:
        self.run_in_progress = None
        if ending.problem:
            text, details = self._session.short(ending.problem), self._session.with_log(ending.problem)
            self.say(text, error=True, details=details)
        elif ending.result is None:
            self.say("Stopped: the knobs are as they were.")
        else:
            self._show_result(ending.result)
        self._show_layer()
        self.changed.emit()

    def _show_result(self, result: Mapping[str, Any]) -> None:
        text, details = measured(result)
        self.say(text, details=details)
        if self._layer is not None and self._layer in self._viewer.layers:
            self.matched.emit(self._layer, result)


def info_bar_of(inspector: Inspector, layer: Image) -> list[list[int]]:
    """Return the info bar of an image, if one was found: [[top, bottom, left, right]] in px."""
    findings = inspector.look_at(layer)
    if findings is None or findings.info_bar is None:
        return []
    return [findings.info_bar.box.sides]
