"""The dock that turns a micrograph into boundaries, grains and a grain size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from napari.layers import Image, Shapes
from napari.viewer import Viewer
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QShortcut

from napari_grains.engine import TaskState
from napari_grains.events import Progress
from napari_grains.widgets._calibrated_view import calibrate_in_view
from napari_grains.widgets._camera import visible_box
from napari_grains.widgets._circle import DiameterCircle
from napari_grains.widgets._dock import Dock, error_colour
from napari_grains.widgets._form import lay_out_in_column
from napari_grains.widgets._method_box import MethodBox
from napari_grains.widgets._micrograph_box import MicrographBox
from napari_grains.widgets._open_table import open_grain_table
from napari_grains.widgets._region import begin_region
from napari_grains.widgets._result_box import ResultBox
from napari_grains.widgets._results import METADATA, result_layer
from napari_grains.widgets._run_panel import RunPanel
from napari_grains.widgets._segmentation import Choices, Outcome, SegmentationRun
from napari_grains.widgets._session import DEVICE_TIP, session_of
from napari_grains.widgets._source import Source


class SegmentDock(Dock):
    """Choose an image and run; results are layers and a few numbers.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Its engine starts with its first dock.

    Attributes
    ----------
    micrograph : MicrographBox
        Image, pixel size, burned-in marks.
    method : MethodBox
        Slices, region, method, network, scale.
    panel : RunPanel
        Run, Stop, progress, messages.
    result : ResultBox
        Grains and grain size of the last run.
    run_in_progress : SegmentationRun or None
        What runs now.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self._session = session_of(self._viewer)
        self.run_in_progress: SegmentationRun | None = None
        self._said_by_run = False
        self.micrograph, self.method = MicrographBox(self._viewer), MethodBox(self._viewer)
        self.panel, self.result = RunPanel(), ResultBox()
        self._circle = DiameterCircle(self._viewer)
        self._lay_out()
        self._connect()
        self._attach()
        self._show_engine()

    def run(self) -> None:
        """Segment the chosen image, unless something is missing or a run is under way."""
        layer = self.micrograph.layer
        if layer is None or self._why_not() or self.run_in_progress is not None:
            return
        choices = self._choices(layer)
        if choices.pixel_size is not None:
            region = self.method.region.layer
            calibrate_in_view(self._viewer, layer, choices.pixel_size, [] if region is None else [region])
        self._circle.hide()
        run = SegmentationRun(self._viewer, self._session, layer, choices)
        run.progressed.connect(self._show_progress)
        run.noticed.connect(self._show_notice)
        run.state_changed.connect(self._show_state)
        run.ended.connect(self._show_outcome)
        self.run_in_progress = run
        self.result.remark()
        self.panel.set_running()
        run.start()

    def stop(self) -> None:
        """Keep what is finished; a second time: end the engine process at once."""
        if self.run_in_progress is not None:
            self.run_in_progress.stop()
            self.panel.set_stopping()

    def _lay_out(self) -> None:
        lay_out_in_column(self, (self.micrograph, self.method, self.panel, self.result))
        self.method.device.setToolTip(f"{DEVICE_TIP}\n{self._session.engine.log_path}")

    def _connect(self) -> None:
        self.micrograph.layer_changed.connect(self._show_layer)
        self.micrograph.changed.connect(self._check)
        self.method.changed.connect(self._check)
        self.method.region_wanted.connect(self._draw_region)
        self.method.scale.diameter_set.connect(self._draw_circle)
        self.method.scale.automatic_set.connect(self._circle.hide)
        self.panel.run.clicked.connect(self.run)
        self.panel.stop.clicked.connect(self.stop)
        self.result.table_wanted.connect(lambda: open_grain_table(self._viewer))
        self._session.changed.connect(self._show_engine)
        for keys, slot in (("Ctrl+Return", self.run), ("Ctrl+Shift+Return", self.stop)):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def _attach(self) -> None:
        super()._attach()
        self.micrograph.follow(on=True)
        self.method.follow(on=True)
        self._check()

    def _detach(self) -> None:
        self.micrograph.follow(on=False)
        self.method.follow(on=False)
        self._circle.hide()
        super()._detach()
        if self.run_in_progress is not None and not self.run_in_progress.stopping:
            self.stop()

    def _choices(self, layer: Image) -> Choices:
        source = Source(layer)
        return Choices(
            self.method.chosen(source),
            self.micrograph.pixel_size.value(),
            self.micrograph.marks.left_out,
            visible_box(self._viewer, layer),
            source.current_slice(self._viewer),
        )

    def _why_not(self) -> str:
        """Why nothing can be run now, with what to do; empty if it can."""
        missing = self.method.check(self.micrograph.known_size())
        return self.micrograph.problem() or missing

    def _check(self) -> None:
        why_not = self._why_not()
        if self.run_in_progress is not None:
            return
        self.panel.set_idle(why_not)
        if why_not or not self._said_by_run:
            self._said_by_run = False
            self.panel.say(why_not)

    def _show_layer(self) -> None:
        layer = self.micrograph.layer
        usable = layer is not None and Source(layer).problem() is None
        self.method.show_stack(Source(layer).slices if usable and layer is not None else 1)
        self.method.scale.forget()
        self._circle.hide()
        grains = None if layer is None else result_layer(self._viewer, layer, "grains")
        summary = {} if grains is None else grains.metadata[METADATA].get("summary", {})
        if summary and self.run_in_progress is None:
            self._show_summary(summary)
        elif self.run_in_progress is None:
            self.result.clear()
        self._said_by_run = False
        self._check()

    def _draw_circle(self, diameter: float) -> None:
        if self.micrograph.layer is not None:
            self._circle.show(self.micrograph.layer, diameter)

    def _draw_region(self) -> None:
        layer = self.micrograph.layer
        if layer is not None:
            region: Shapes = begin_region(self._viewer, layer)
            self.method.region.layer = region

    def _show_theme(self, _event: object = None) -> None:
        self.panel.set_error_colour(error_colour(self._viewer))

    def _show_engine(self) -> None:
        self.method.device.setText(self._session.device)

    def _show_state(self, state: TaskState) -> None:
        if state is TaskState.QUEUED:
            self.panel.say(self._session.waits_for)

    def _show_progress(self, progress: Progress) -> None:
        if self.run_in_progress is not None and not self.run_in_progress.stopping:
            self.panel.set_progress(progress)

    def _show_notice(self, text: str) -> None:
        self.result.remark(*filter(None, [self.result.remarks.text(), text]))

    def _show_outcome(self, outcome: Outcome) -> None:
        self.run_in_progress = None
        self._said_by_run = True
        self.panel.say(
            self._session.short(outcome.message),
            error=outcome.failed,
            details=self._session.with_log(outcome.message) if outcome.failed else "",
        )
        if outcome.summary is not None:
            self._show_summary(outcome.summary)
        self._check()

    def _show_summary(self, summary: Mapping[str, Any]) -> None:
        self.result.show_summary(summary)
        scale = summary.get("scale")
        if isinstance(scale, float):
            self.method.scale.show_found(scale)
