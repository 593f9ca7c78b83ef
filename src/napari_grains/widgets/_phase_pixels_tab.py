"""The tab in which a network learns to tell the phases of pixels apart, and finds them in images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QCheckBox, QFileDialog, QVBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.widgets._channels_field import ChannelsField
from napari_grains.widgets._combos import LayerCombo
from napari_grains.widgets._form import Row, row
from napari_grains.widgets._fraction_watch import FractionWatch
from napari_grains.widgets._fractions_box import FractionsBox, write_fractions
from napari_grains.widgets._history_list import HistoryList
from napari_grains.widgets._job_run import Ending, JobRun
from napari_grains.widgets._knobs import Number
from napari_grains.widgets._learn_box import LearnBox
from napari_grains.widgets._paint_box import PaintBox, beside
from napari_grains.widgets._phase_brushes import PhaseBrushes
from napari_grains.widgets._phase_classes import PhaseClasses
from napari_grains.widgets._phase_layers import all_phases, phases_of, show_phases
from napari_grains.widgets._phase_mapping import PhaseMapping
from napari_grains.widgets._phase_network_field import PhaseNetworkField
from napari_grains.widgets._phase_panel import PhasePanel, confusion_text
from napari_grains.widgets._phase_training import PhaseTraining
from napari_grains.widgets._results import is_ours
from napari_grains.widgets._save_box import SaveBox
from napari_grains.widgets._session import Session
from napari_grains.widgets._stroke_training import TrainingParts
from napari_grains.widgets._subscriptions import Subscriptions

_SCALE_TIP: Final = (
    "Pixels of the network per pixel of the image: below 1 the network sees more around each pixel, and is\n"
    "faster; above 1 it sees finer detail. Images of another known pixel size are brought to that trained at."
)
_UNKNOWN_TIP: Final = (
    "Classify: pixels that look like nothing that was painted get no phase. Without it every pixel gets the\n"
    "phase that it looks most like."
)


class PhasePixelsTab(QWidget):
    """Paint phases, train, find them in images, and read their area fractions.

    Parameters
    ----------
    viewer : Viewer
        Where the layers are.
    session : Session
        Its engine does the work.
    images : LayerCombo
        The image that the dock looks at.
    channels : ChannelsField
        What is seen together with it.

    Attributes
    ----------
    paint, learn, panel, keep, found
        The parts, from above: strokes and phases; network; what runs; saving; what was found.
    training : PhaseTraining
        What runs.
    changed : Signal
        There are other phases in an image.
    """

    changed = Signal()

    def __init__(
        self, viewer: Viewer, session: Session, images: LayerCombo[Image], channels: ChannelsField
    ) -> None:
        super().__init__()
        self._viewer, self._channels = viewer, channels
        self._of_layers, self._waiting = Subscriptions(), list[PhaseMapping]()
        self.brushes, self.network = PhaseBrushes(), PhaseNetworkField()
        self.scale, self.unknown = Number(0.05, 8, 3), QCheckBox("Unknown allowed")
        self.paint = PaintBox(viewer, self.brushes, images)
        self.learn = LearnBox(self.network, HistoryList("phases"), [self._scale_row()])
        self.panel, self.keep, self.found = PhasePanel(), SaveBox(self.network), FractionsBox()
        self._edits = FractionWatch(self)
        parts = TrainingParts(self.paint, self.learn, self.panel, self.keep)
        self.training = PhaseTraining(
            viewer,
            session,
            parts,
            self,
            brushes=self.brushes,
            network=self.network,
            channels=channels,
            scale=self.scale,
        )
        self._lay_out()
        self._connect()

    @property
    def run_in_progress(self) -> JobRun | None:
        """The job that runs now."""
        return self.training.run_in_progress

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; a run is stopped in the end."""
        self._of_layers.end()
        self.training.follow(on=on)
        if on:
            layers = self._viewer.layers
            self._of_layers.add(self._check, layers.selection.events.changed)
            self._of_layers.add(self._show_found, layers.events.inserted, layers.events.removed)
            self._show_found()
        else:
            self._edits.follow([])

    def show_image(self, image: Image | None) -> None:
        """Show what was found in an image."""
        self._channels.show_image(image)
        self._show_found()
        self._check()

    def set_theme(self, text: QColor, error: str, *, bright: bool) -> None:
        """Choose the colours of text, errors and curves."""
        self.panel.set_theme(text, error, bright=bright)

    def train(self) -> None:
        """Learn from the ticked strokes."""
        self.training.train()

    def stop(self) -> None:
        """Keep the best so far; a second time: end the engine process at once."""
        self._waiting = []
        self.training.stop()

    def classify(self) -> None:
        """Find the phases of the image that the dock looks at."""
        image = self.paint.image.layer
        if image is not None:
            self._classify([image])

    def classify_selected(self) -> None:
        """Find the phases of all images that are selected in the layer list."""
        self._classify(self._selected())

    def export_to(self, path: Path) -> None:
        """Write the fractions of all classified images."""
        try:
            write_fractions(path, all_phases(self._viewer))
        except InputError as error:
            self.training.say_problem(str(error))
        else:
            self.training.say(f"Exported: {path}")

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        parts = (self.training.left_behind, self.paint, self.learn, self.panel, self.found, self.keep)
        for part in parts:
            layout.addWidget(part)

    def _connect(self) -> None:
        self.training.why_no_map = self._why_no_map
        self.training.trained.connect(self._show_trained)
        self.network.changed.connect(self._take_network)
        self.panel.classify.clicked.connect(self.classify)
        self.panel.classify_selected.clicked.connect(self.classify_selected)
        self._edits.counted.connect(self._show_found)
        self._edits.counted.connect(self.changed)
        self.found.export_wanted.connect(self._ask_where)
        self.destroyed.connect(self._of_layers.end)

    def _scale_row(self) -> Row:
        self.scale.setValue(1)
        self.scale.setSuffix(" px per px")
        self.scale.setToolTip(_SCALE_TIP)
        self.unknown.setToolTip(_UNKNOWN_TIP)
        return row("Scale", beside(self.scale, self.unknown), buddy=self.scale)

    def _take_network(self) -> None:
        """Show the scale of a network that knows phases, and its phases where none were painted yet."""
        if (scale := self.network.scale) is not None:
            self.scale.setValue(scale)
        names = self.network.class_names
        if names and self.brushes.is_untouched:
            self.brushes.use(PhaseClasses.of(dict(enumerate(names, start=1))))

    def _show_trained(self, result: Mapping[str, Any]) -> None:
        names = self.training.class_names
        self.panel.take_confusion(names, result.get("confusion"))
        if text := confusion_text(names, result.get("confusion")):
            self.training.remark(text)

    def _classify(self, images: Sequence[Image]) -> None:
        if self.run_in_progress is None and not self.training.why_not_mapped(images):
            self._waiting = [self._mapping(image) for image in images]
            self.panel.remark()
            self._next()

    def _mapping(self, image: Image) -> PhaseMapping:
        scale, left_out = self.training.chosen_scale, self.training.left_out(image)
        channels, unknown = self._channels.of(image), self.unknown.isChecked()
        return PhaseMapping(image, channels, self.network.model, scale, left_out, unknown)

    def _next(self) -> None:
        """Find the phases of the next image that waits."""
        mapping, *self._waiting = self._waiting
        text = f"Finding the phases of “{mapping.image.name}”…"
        run = self.training.begin("map_phases", text, partial(self._show_map, mapping))
        self.training.start(run, mapping.arguments(), mapping.images)

    def _show_map(self, mapping: PhaseMapping, ending: Ending) -> None:
        if ending.result is None:
            self._waiting = []
            if not ending.problem:
                self.training.say("Stopped: layers are as they were.")
            return
        if mapping.image in self._viewer.layers:
            names = list(ending.result["class_names"])
            show_phases(self._viewer, mapping.image, ending.result, self.brushes.phases.colours_of(names))
            self._show_found()
            self.changed.emit()
        self.training.say(f"Phases of “{mapping.image.name}” found: see below.")
        for warning in ending.result.get("warnings", ()):
            self.training.remark(str(warning))
        if self._waiting:
            self._next()

    def _show_found(self, _event: object = None) -> None:
        self._edits.follow(all_phases(self._viewer))
        self.found.show_phases(phases_of(self._viewer, self.paint.image.layer))

    def _selected(self) -> list[Image]:
        chosen = self._viewer.layers.selection
        return [
            one
            for one in self._viewer.layers
            if isinstance(one, Image) and one in chosen and not is_ours(one)
        ]

    def _check(self, _event: object = None) -> None:
        self.training.check()

    def _why_no_map(self) -> Sequence[str]:
        image, selected = self.paint.image.layer, self._selected()
        one = self.paint.problem() if image is None else self.training.why_not_mapped([image])
        several = (
            self.training.why_not_mapped(selected) if selected else "Select images in the layer list first."
        )
        return one, several

    def _ask_where(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export area fractions", "phases.csv", "CSV (*.csv)")
        if chosen:
            self.export_to(Path(chosen))
