"""The dock that turns a micrograph into boundaries, grains and a grain size."""

from __future__ import annotations

from typing import Final

from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtCore import QEvent
from qtpy.QtWidgets import QFormLayout, QGroupBox, QLabel, QVBoxLayout, QWidget

from napari_grains.engine import EngineState, TaskState
from napari_grains.errors import InputError
from napari_grains.events import Progress
from napari_grains.weights import user_folder
from napari_grains.widgets import _summary_text as words
from napari_grains.widgets._calibration import calibrate, pixel_size_of
from napari_grains.widgets._fields import ImageCombo, NetworkCombo, PixelSizeField, ScaleField
from napari_grains.widgets._layers import Source
from napari_grains.widgets._run_panel import RunPanel, TextLine
from napari_grains.widgets._segmentation import Choices, Outcome, SegmentationRun
from napari_grains.widgets._session import session_of, unwrapped
from napari_grains.widgets._subscriptions import Subscriptions

_LABEL_WIDTH: Final = 72
"""Pixels, the same in all groups: the fields stand in one column."""
_MINIMUM_WIDTH: Final = 290
_TIPS: Final = {
    "image": "The micrograph: an image or a stack, which is segmented slice by slice",
    "pixel_size": "Edge of a pixel, such as 0.44 um or 12.5 nm; 0.5 x 0.4 um for height x width.\n"
    "Filled in where the layer has units of length; what you type becomes the layer's scale.\n"
    "Empty: all results in px.",
    "network": "Networks that come with the plugin, and those in\n{folder}",
    "scale": "Grains must have the size that the network knows.\n"
    "auto: found on the image\n"
    "factor: the image is resized by it\n"
    "grain diameter: the mean, in px of the image",
    "device": "What computes; runs in a process of its own. Log:\n{log}",
}


class SegmentDock(QWidget):
    """Choose an image and run; results are layers and two lines of text.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Its engine starts with its first dock.

    Attributes
    ----------
    image, pixel_size, network, scale : QWidget
        Input fields.
    panel : RunPanel
        Run, Stop, progress, messages.
    device, result : QLabel
        What computes; grains and grain size of the last run.
    run_in_progress : SegmentationRun or None
        What runs now.
    """

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = unwrapped(viewer)
        self._session = session_of(self._viewer)
        self.run_in_progress: SegmentationRun | None = None
        self._said_by_run = False
        self.image, self.network = ImageCombo(self._viewer), NetworkCombo()
        self.pixel_size, self.scale = PixelSizeField(), ScaleField()
        self.device, self.result, self.remarks = TextLine(), TextLine(), TextLine()
        self.panel = RunPanel()
        self.setMinimumWidth(_MINIMUM_WIDTH)
        self._subscriptions, self._of_layer = Subscriptions(), Subscriptions()
        self._lay_out()
        self._connect()
        self._attach()
        self._show_theme()
        self._show_engine()

    def run(self) -> None:
        """Segment the chosen image, unless something is missing or a run is under way."""
        layer = self.image.layer
        if layer is None or self._why_not() or self.run_in_progress is not None:
            return
        size = self.pixel_size.value()
        if size is not None and self.pixel_size.is_typed and calibrate(layer, size):
            self._viewer.fit_to_view()
        choices = Choices(self.network.currentText(), self.scale.scale, self.scale.grain_diameter, size)
        run = SegmentationRun(self._viewer, self._session, layer, choices)
        run.progressed.connect(self._show_progress)
        run.noticed.connect(self._show_notice)
        run.state_changed.connect(self._show_state)
        run.ended.connect(self._show_outcome)
        self.run_in_progress = run
        self.remarks.clear()
        self.panel.set_running()
        run.start()

    def stop(self) -> None:
        """Keep what is finished; a second time: end the engine process at once."""
        if self.run_in_progress is not None:
            self.run_in_progress.stop()
            self.panel.set_stopping()

    def event(self, event: QEvent | None) -> bool:
        """Notice when the dock is closed, which takes the widget out of the window, or put back."""
        if event is not None and event.type() == QEvent.Type.ParentChange and hasattr(self, "_subscriptions"):
            if self.parent() is None:
                self._detach()
            else:
                self._attach()
        return bool(super().event(event))

    def _lay_out(self) -> None:
        micrograph = _group("Micrograph", ("Image", self.image), ("Pixel size", self.pixel_size))
        network = _group("Network", ("Network", self.network), ("Scale", self.scale), below=self.device)
        result = QGroupBox("Grain size")
        inner = QVBoxLayout(result)
        inner.addWidget(self.result)
        inner.addWidget(self.remarks)
        layout = QVBoxLayout(self)
        for part in (micrograph, network, self.panel, result):
            layout.addWidget(part)
        layout.addStretch()
        places = {"folder": user_folder(), "log": self._session.engine.log_path}
        for name, tip in _TIPS.items():
            getattr(self, name).setToolTip(tip.format(**places))
        self.result.setText("Nothing measured yet")
        self.result.setToolTip("Grains, mean equivalent circle diameter and ASTM grain size number G")

    def _connect(self) -> None:
        self.image.layer_changed.connect(self._show_layer)
        self.network.currentIndexChanged.connect(self._check)
        self.pixel_size.textChanged.connect(self._check)
        self.panel.run.clicked.connect(self.run)
        self.panel.stop.clicked.connect(self.stop)
        self._session.changed.connect(self._show_engine)
        self.destroyed.connect(self._subscriptions.end)
        self.destroyed.connect(self._of_layer.end)

    def _attach(self) -> None:
        self._subscriptions.end()
        self._subscriptions.add(self._show_theme, self._viewer.events.theme)
        self.image.follow(on=True)
        self._show_layer()

    def _detach(self) -> None:
        self.image.follow(on=False)
        self._subscriptions.end()
        self._of_layer.end()
        if self.run_in_progress is not None and not self.run_in_progress.stopping:
            self.stop()

    def _why_not(self) -> str:
        """Why nothing can be run now, with what to do; empty if it can."""
        layer = self.image.layer
        if layer is None:
            return "Open a micrograph first: File > Open, or drop it here."
        if problem := Source(layer).problem():
            return problem
        if not self.network.currentText():
            return f"There is no network: put a .safetensors file into {user_folder()}."
        try:
            self.pixel_size.value()
        except InputError as error:
            return str(error)
        return ""

    def _check(self) -> None:
        if self.run_in_progress is not None:
            return
        why_not = self._why_not()
        self.panel.set_idle(why_not)
        if why_not or not self._said_by_run:
            self._said_by_run = False
            self.panel.say(why_not)

    def _show_layer(self) -> None:
        layer = self.image.layer
        self._of_layer.end()
        if layer is not None:
            self._of_layer.add(self._suggest_pixel_size, layer.events.scale, layer.events.units)
        self._suggest_pixel_size()
        self._check()

    def _suggest_pixel_size(self, _event: object = None) -> None:
        layer = self.image.layer
        self.pixel_size.suggest(None if layer is None else pixel_size_of(layer))

    def _show_theme(self, _event: object = None) -> None:
        background = get_theme(self._viewer.theme).background.as_rgb_tuple()
        self.panel.set_error_colour("#ff8a80" if sum(background[:3]) < 384 else "#b3261e")

    def _show_engine(self) -> None:
        engine = self._session.engine
        if engine.problem is not None:
            self.device.setText(self._short(engine.problem))
        else:
            self.device.setText(engine.device or "starting the engine…")

    def _show_state(self, state: TaskState) -> None:
        if state is TaskState.QUEUED:
            starting = self._session.engine.state in (EngineState.OFF, EngineState.STARTING)
            self.panel.say("Starting the engine…" if starting else "Waiting for another job…")

    def _show_progress(self, progress: Progress) -> None:
        if self.run_in_progress is not None and not self.run_in_progress.stopping:
            self.panel.set_progress(progress)

    def _show_notice(self, text: str) -> None:
        self.remarks.setText("\n".join(filter(None, [self.remarks.text(), text])))

    def _show_outcome(self, outcome: Outcome) -> None:
        self.run_in_progress = None
        self._said_by_run = True
        self.panel.say(
            self._short(outcome.message),
            error=outcome.failed,
            details=f"{outcome.message}\nLog: {self._session.engine.log_path}" if outcome.failed else "",
        )
        if outcome.summary is not None:
            self._show_summary(outcome.summary)
        self._check()

    def _show_summary(self, summary: words.Summary) -> None:
        self.result.setText(f"{words.headline(summary)}\n{words.grain_size(summary)}")
        self.result.setToolTip(words.details(summary))
        self.remarks.setText("\n".join(words.remarks(summary)))

    def _short(self, text: str) -> str:
        """Leave the path of the log to the tooltip."""
        return text.replace(f", {self._session.engine.log_path}", "")


def _group(title: str, *rows: tuple[str, QWidget], below: QWidget | None = None) -> QGroupBox:
    group = QGroupBox(title)
    column, form = QVBoxLayout(group), QFormLayout()
    column.addLayout(form)
    if below is not None:
        column.addWidget(below)  # text that wraps gets its height in a column, not in a form
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for name, field in rows:
        label = QLabel(name)
        label.setMinimumWidth(_LABEL_WIDTH)
        label.setBuddy(field)
        form.addRow(label, field)
    return group
