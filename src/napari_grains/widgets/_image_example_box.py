"""The part of the dock in which patches, frames and patterns are given a class."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from napari.layers import Image, Points
from napari.viewer import Viewer
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QGroupBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from napari_grains.widgets._class_keys import ClassKeys
from napari_grains.widgets._class_list import ClassList
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._example_files import ExampleFacts
from napari_grains.widgets._example_points import (
    CLASS,
    GROUP,
    classes_of,
    groups_of,
    image_under,
    is_example_points,
    new_points,
    points_of,
    rename_class,
    show_colours,
    take_class,
)
from napari_grains.widgets._file_source import FileSource
from napari_grains.widgets._form import row
from napari_grains.widgets._knobs import Number
from napari_grains.widgets._phase_classes import PhaseClasses
from napari_grains.widgets._results import METADATA, is_ours
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._source_table import ExampleSource, SourceTable
from napari_grains.widgets._subscriptions import Subscriptions

KINDS: Final = {
    "patches of an image": "patches",
    "frames of a stack": "frames",
    "diffraction patterns": "patterns",
    "whole images": "images",
}
POINTS, FILES = "points in the viewer", "folder or table"
_TIPS: Final = {
    "kind": "What is classified. Diffraction patterns are turned by any angle while they are learned,\n"
    "all else by quarters",
    "where": "Points that you click on an image or stack, or files with their classes",
    "patch": "Side of the patches in px",
    "group": "Specimen or session that the next points belong to, where a stack has several. Scores come\n"
    "from groups that are held out; patches of one image always are one group.",
    "add_points": "Add a layer of points over the image: each click is an example of the class in hand",
}
_PAUSE: Final = 150
"""Milliseconds after the last change of points."""


class ImageExampleBox(QGroupBox):
    """Kind of images, where examples are, their classes, and the layers that have some.

    Parameters
    ----------
    viewer : Viewer
        Whose images are classified.

    Attributes
    ----------
    kind, where : NarrowComboBox
    patch : Number
    files : FileSource
    classes : ClassList
    group : QLineEdit
    add_points : QPushButton
    sources : SourceTable
    line : TextLine
    changed : Signal
        Something else is chosen, or other examples are there.
    pointed : Signal(Points)
        A layer of examples is no longer what it was.
    """

    changed = Signal()
    pointed = Signal(object)

    def __init__(self, viewer: Viewer) -> None:
        super().__init__("Examples")
        self._viewer = viewer
        self._image: Image | None = None
        self._layers: list[Points] = []
        self._names: dict[int, str] = {}
        self._touched: list[Points] = []
        self._of_viewer, self._of_layers, self._soon = Subscriptions(), Subscriptions(), QTimer(self)
        self.kind, self.where, self.patch = NarrowComboBox(), NarrowComboBox(), Number(8, 4096, 0)
        self.files, self.classes, self.sources = FileSource(), ClassList("points"), SourceTable()
        self._keys = ClassKeys(self.classes)
        self.group, self.add_points, self.line = QLineEdit(), QPushButton("Click examples"), TextLine()
        self.kind.addItems(list(KINDS))
        self.where.addItems([POINTS, FILES])
        self.patch.setValue(64)
        self._lay_out()
        self._connect()
        self._names = self.classes.named
        self._show()

    @property
    def task(self) -> str:
        """What is classified, as jobs call it."""
        return KINDS[self.kind.currentText()]

    @property
    def side(self) -> int | None:
        """Side of the patches in px; None for whole images."""
        return int(self.patch.value()) if self.task == "patches" else None

    @property
    def in_files(self) -> bool:
        """Whether the examples are in files."""
        return self.where.currentText() == FILES

    def show_image(self, image: Image | None) -> None:
        """Take another image to click on."""
        self._image = image
        self._show()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer."""
        self._of_viewer.end()
        if on:
            events = self._viewer.layers.events
            self._of_viewer.add(self._look, events.inserted, events.removed, events.renamed)
            self._look()
        else:
            self._of_layers.end()
            self._soon.stop()

    def begin(self) -> None:
        """Take the layer of examples of the image to click in; make it where there is none."""
        if self._image is None or Source(self._image).problem():
            return
        layer = points_of(self._viewer, self._image)
        if layer is None:
            layer = new_points(self._viewer, self._image, self.classes.current)
        self._viewer.layers.selection.active = layer
        take_class(layer, self.classes.current, self.group.text().strip())
        layer.mode = "add"

    def restore(self, image: Image, arrays: dict[str, Array], facts: ExampleFacts) -> Points:
        """Bring examples back as a layer, with their classes in the list."""
        if self.classes.is_untouched:
            self.classes.use(PhaseClasses.of(facts.names, facts.unused_names))
        else:
            self.classes.use(self.classes.phases.joined(facts.names, facts.unused_names)[0])
        features = {CLASS: arrays["classes"].astype(object), GROUP: arrays["groups"].astype(object)}
        layer = new_points(self._viewer, image, self.classes.current, arrays["points"], features)
        show_colours(layer, self.classes.phases)
        return layer

    def problem(self) -> str:
        """Say in one line why there is no image to click on; empty if there is."""
        if self._image is None:
            return "Open an image or a stack: drop a file on the window."
        return Source(self._image).problem() or ""

    def learned_from(self, layer: Points) -> list[bool]:
        """Return for each point whether it is an example of a class of the list."""
        return [name in self.classes.phases.names for name in classes_of(layer)]

    def _look(self, _event: object = None) -> None:
        """Follow the layers of examples that there are now."""
        self._layers = [layer for layer in self._viewer.layers if is_example_points(layer)]
        self._of_layers.end()
        for layer in self._layers:
            self._of_layers.add(self._wait, layer.events.data, layer.events.features)
            self._take_in(layer)
        self._keys.follow(list(filter(is_ours, self._layers)))
        self._show()

    def _wait(self, event: Any) -> None:  # noqa: ANN401 - an event of napari
        if event.source not in self._touched:
            self._touched.append(event.source)
        self._soon.start()

    def _tell(self) -> None:
        touched, self._touched = self._touched, []
        for layer in touched:
            if layer in self._layers:
                self._take_in(layer)
                self.pointed.emit(layer)
        self._show()

    def _take_in(self, layer: Points) -> None:
        """Add classes of points that are not in the list."""
        phases = self.classes.phases
        known = {one.name for one in (*phases.classes, *phases.removed)}
        new = [name for name in dict.fromkeys(classes_of(layer)) if name and name not in known]
        if new and self.classes.is_untouched:
            phases = PhaseClasses.of(dict(enumerate(new, 1)))
        else:
            for name in new:
                phases = phases.add(name)
        self.classes.use(phases)

    def _show(self) -> None:
        counts: Counter[str] = Counter()
        rows = []
        for layer in self._layers:
            names = classes_of(layer)
            counts.update(names)
            image = image_under(self._viewer, layer)
            about = layer.name if image is None else image.name
            # Patches of one image are one group, whatever is said.
            groups = len({*filter(None, groups_of(layer))}) if self.side is None else 0
            rows.append(ExampleSource(layer, layer.name, sum(self.learned_from(layer)), about, groups))
        self.classes.show_counts({label: counts[name] for label, name in self.classes.named.items()})
        self.sources.show_sources([] if self.in_files else rows)
        problem = self.problem()
        self.add_points.setEnabled(not problem)
        self.add_points.setToolTip(problem or _TIPS["add_points"])
        for part in (self.classes, self._clicking):
            part.setVisible(not self.in_files)
        self.files.setVisible(self.in_files)
        self.patch.setVisible(self.task == "patches")
        self.line.setVisible(not self.in_files and not rows)
        self.changed.emit()

    def _show_classes(self) -> None:
        """Take over other names and colours."""
        before, self._names = self._names, self.classes.named
        for layer in self._layers:
            for label, name in before.items():
                if label in self._names and self._names[label] != name:
                    rename_class(layer, name, self._names[label])
            if not is_ours(layer):
                continue
            show_colours(layer, self.classes.phases)
            mark = layer.metadata[METADATA]
            mark["classes"] = self._names
        self._keys.follow(list(filter(is_ours, self._layers)))
        self._take()
        self._show()

    def _take(self, *_: object) -> None:
        for layer in self._layers:
            if is_ours(layer):
                take_class(layer, self.classes.current, self.group.text().strip())

    def _connect(self) -> None:
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(self._tell)
        self.kind.currentIndexChanged.connect(lambda *_: self._show())
        self.where.currentIndexChanged.connect(lambda *_: self._show())
        self.patch.valueChanged.connect(lambda *_: self.changed.emit())
        self.files.changed.connect(self.changed)
        self.classes.taken.connect(self._take)
        self.classes.changed.connect(self._show_classes)
        self.group.textChanged.connect(self._take)
        self.add_points.clicked.connect(self.begin)
        self.sources.changed.connect(self.changed)
        for subscriptions in (self._of_viewer, self._of_layers):
            self.destroyed.connect(subscriptions.end)

    def _lay_out(self) -> None:
        for name, tip in _TIPS.items():
            getattr(self, name).setToolTip(tip)
        self.patch.setSuffix(" px")
        self.group.setPlaceholderText("group")
        self.line.setText("Name the classes, then click a few places or frames of each.")
        above, beside, below = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        label, _ = row("Kind", self.kind)
        source, _ = row("From", self.where)
        above.addWidget(label)
        above.addWidget(self.kind, 1)
        above.addWidget(self.patch)
        beside.addWidget(source)
        beside.addWidget(self.where, 1)
        self._clicking = QWidget()
        self._clicking.setLayout(below)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.add_points, 1)
        below.addWidget(self.classes.add, 1)
        below.addWidget(self.group, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        for layout in (above, beside):
            column.addLayout(layout)
        for part in (self.files, self.classes, self._clicking, self.line, self.sources):
            column.addWidget(part)
