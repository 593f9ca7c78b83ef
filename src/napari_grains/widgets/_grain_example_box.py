"""The part of the dock in which grains are given a class."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
from napari.layers import Labels, Layer
from napari.viewer import Viewer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout

from napari_grains.grains import MarkedGrains
from napari_grains.widgets._camera import to_data
from napari_grains.widgets._canvas_clicks import CanvasClicks, Pointer
from napari_grains.widgets._class_keys import ClassKeys
from napari_grains.widgets._class_list import ClassList
from napari_grains.widgets._example_files import ExampleFacts
from napari_grains.widgets._example_layers import (
    examples_of,
    is_examples,
    mark_grain,
    marked,
    new_examples,
    phases_in,
    show_phases,
)
from napari_grains.widgets._form import row
from napari_grains.widgets._grain_layers import labels_combo
from napari_grains.widgets._grain_source import GrainSource
from napari_grains.widgets._phase_classes import PhaseClasses, relabelled
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._source import Array
from napari_grains.widgets._source_table import ExampleSource, SourceTable
from napari_grains.widgets._stroke_layers import image_of
from napari_grains.widgets._stroke_watch import StrokeWatch
from napari_grains.widgets._subscriptions import Subscriptions

_TIPS: Final = {
    "grains": "The grains that are given a class, and that are classified",
    "click": "Click a grain to make it an example of the class in hand; a second click takes it back.\n"
    "Ctrl+Z undoes it while the layer of examples is the active one",
    "paint": "Paint over grains with the brush: a grain is an example if a twentieth of it is painted",
}
_BRUSHES_PER_SIDE: Final = 60


class GrainExampleBox(QGroupBox):
    """Layer of grains, classes, how examples are given, and the layers that have some.

    Parameters
    ----------
    viewer : Viewer
        Whose grains are classified.

    Attributes
    ----------
    grains : LabelsCombo
    classes : ClassList
    click, paint : QPushButton
    sources : SourceTable
    line : TextLine
    changed : Signal
        Other grains are chosen, or other examples are there.
    painted : Signal(Labels)
        A layer of examples is no longer what it was.
    """

    changed = Signal()
    painted = Signal(object)

    def __init__(self, viewer: Viewer) -> None:
        super().__init__("Examples")
        self._viewer = viewer
        self._marked: dict[Layer, MarkedGrains] = {}
        self._clicks, self._watch = CanvasClicks(viewer), StrokeWatch(self)
        self._of_viewer, self._of_layers = Subscriptions(), Subscriptions()
        self._listens = False
        self.grains, self.classes, self.sources = labels_combo(viewer), ClassList("grains"), SourceTable()
        self._keys = ClassKeys(self.classes)
        self.click, self.paint, self.line = (
            QPushButton("Click grains"),
            QPushButton("Paint grains"),
            TextLine(),
        )
        self._lay_out()
        self.grains.layer_changed.connect(self._show)
        self.click.clicked.connect(lambda: self.begin("pan_zoom"))
        self.paint.clicked.connect(lambda: self.begin("paint"))
        self.classes.taken.connect(self._take)
        self.classes.changed.connect(self._show_classes)
        self.sources.changed.connect(self.changed)
        self._watch.painted.connect(self._recount)
        for subscriptions in (self._of_viewer, self._of_layers):
            self.destroyed.connect(subscriptions.end)

    @property
    def examples(self) -> Labels | None:
        """Layer of examples of the chosen grains."""
        return examples_of(self._viewer, self.grains.layer)

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer."""
        self.grains.follow(on=on)
        self._of_viewer.end()
        if on:
            events = self._viewer.layers.events
            self._of_viewer.add(self._look, events.inserted, events.removed, events.renamed)
            self._of_viewer.add(self._show_hand, self._viewer.layers.selection.events.active)
            self._look()
        else:
            self._of_layers.end()
            self._watch.follow([])
        if on is not self._listens:
            (self._clicks.connect if on else self._clicks.disconnect)(self._mark)
            self._listens = on

    def begin(self, mode: str) -> None:
        """Give examples by clicking ("pan_zoom") or with the brush ("paint")."""
        grains = self.grains.layer
        if grains is None or GrainSource(grains).problem():
            return
        layer = self.examples or new_examples(self._viewer, grains, self.classes.phases)
        layer.visible = True
        self._viewer.layers.selection.active = layer
        layer.selected_label = self.classes.current.label
        layer.brush_size = max(2, max(GrainSource(grains).plane) // _BRUSHES_PER_SIDE)
        layer.mode = mode
        self._show_hand()

    def restore(self, grains: Labels, labels: Array, facts: ExampleFacts) -> Labels:
        """Bring examples back as a layer, with their classes among those of the list."""
        if self.classes.is_untouched:
            self.classes.use(PhaseClasses.of(facts.names, facts.unused_names))
        else:
            phases, table = self.classes.phases.joined(facts.names, facts.unused_names)
            self.classes.use(phases)
            labels = relabelled(labels, table)
        return new_examples(self._viewer, grains, self.classes.phases, labels.astype(np.uint8))

    def problem(self) -> str:
        """Say in one line why there is nothing to classify; empty if there is."""
        layer = self.grains.layer
        if layer is None:
            return "Open grains first: run Segment grains, or paint a Labels layer."
        return GrainSource(layer).problem() or ""

    def count_anew(self) -> None:
        """Look which grains are examples now: grains may have been corrected since they were clicked."""
        for layer in list(self._marked):
            self._count(layer)

    def of(self, source: ExampleSource) -> tuple[Labels, MarkedGrains] | None:
        """Return the grains of a source, and those of them that are examples of a class of the list."""
        mark = source.layer.metadata[METADATA]
        grains = _layer_by_id(self._viewer, mark["source_id"])
        found = self._marked.get(source.layer)
        if not isinstance(grains, Labels) or found is None:
            return None
        kept = np.isin(found.classes, self.classes.phases.labels)
        return grains, MarkedGrains(found.slices[kept], found.ids[kept], found.classes[kept])

    def given(self, grains: Labels) -> dict[tuple[int, int], str]:
        """Return the classes that the user gave grains, by slice and label."""
        layer = examples_of(self._viewer, grains)
        found = self._marked.get(layer) if layer is not None else None
        if found is None:
            return {}
        rows = zip(found.slices.tolist(), found.ids.tolist(), found.classes.tolist(), strict=True)
        names = self.classes.named
        return {(index, grain): names[label] for index, grain, label in rows if label in names}

    def _look(self, _event: object = None) -> None:
        """Follow the layers of examples that there are now."""
        layers = [layer for layer in self._viewer.layers if is_examples(layer)]
        self._of_layers.end()
        for layer in layers:
            self._of_layers.add(self._show_hand, layer.events.mode)
        self._watch.follow(layers)
        self._marked = {layer: self._marked[layer] for layer in layers if layer in self._marked}
        for layer in layers:
            if layer not in self._marked:
                self._take_in(layer)
                self._count(layer)
        self._keys.follow(layers)
        self._show()

    def _take_in(self, layer: Labels) -> None:
        """Take over the classes of a layer that was there before the list."""
        if self.classes.is_untouched and phases_in(layer).classes:
            self.classes.use(phases_in(layer))

    def _count(self, layer: Labels) -> None:
        grains = _layer_by_id(self._viewer, layer.metadata[METADATA]["source_id"])
        fits = isinstance(grains, Labels) and examples_of(self._viewer, grains) is layer
        if isinstance(grains, Labels) and fits:
            self._marked[layer] = marked(layer, grains)

    def _recount(self, layer: Labels) -> None:
        self._count(layer)
        self._show()
        self.painted.emit(layer)

    def _show(self) -> None:
        counts: Counter[int] = Counter()
        rows = []
        for layer, found in self._marked.items():
            counts.update(int(label) for label in found.classes)
            name = str(layer.metadata[METADATA]["source_layer"])
            used = int(np.isin(found.classes, self.classes.phases.labels).sum())
            rows.append(ExampleSource(layer, name, used, self._group(layer) or name))
        self.classes.show_counts(counts)
        self.sources.show_sources(rows)
        problem = self.problem()
        for button, tip in ((self.click, _TIPS["click"]), (self.paint, _TIPS["paint"])):
            button.setEnabled(not problem)
            button.setToolTip(problem or tip)
        self.line.setText("" if rows else "Name the classes, then click a few grains of each.")
        self.line.setVisible(not rows)
        self._show_hand()
        self.changed.emit()

    def _group(self, layer: Labels) -> str:
        """Name of the image that examples were given on: grains of one image are one group."""
        grains = _layer_by_id(self._viewer, layer.metadata[METADATA]["source_id"])
        image = image_of(self._viewer, grains) if isinstance(grains, Labels) else None
        return "" if image is None else str(image.name)

    def _show_hand(self, _event: object = None) -> None:
        active = self._viewer.layers.selection.active
        mode = str(active.mode) if active is not None and is_examples(active) else ""
        self.click.setChecked(mode == "pan_zoom")
        self.paint.setChecked(mode == "paint")

    def _take(self, label: int) -> None:
        for layer in self._marked:
            layer.selected_label = label

    def _show_classes(self) -> None:
        for layer in self._marked:
            show_phases(layer, self.classes.phases)
        self._keys.follow(list(self._marked))
        self._show()

    def _mark(self, event: Pointer) -> None:
        """Give the grain under the mouse a class, while the layer of examples is the active one."""
        active = self._viewer.layers.selection.active
        if active is None or not is_examples(active):
            return
        grains = _layer_by_id(self._viewer, active.metadata[METADATA]["source_id"])
        if not isinstance(grains, Labels):
            return
        source = GrainSource(grains)
        index = source.current_slice(self._viewer)
        row_at, column = (round(float(one)) for one in to_data(self._viewer, grains, event.position)[-2:])
        if not (0 <= row_at < source.plane[0] and 0 <= column < source.plane[1]):
            return
        plane = source.read(index if source.slices > 1 else None)
        if grain := int(plane[row_at, column]):
            mark_grain(active, grains, index, grain, self.classes.current.label)

    def _lay_out(self) -> None:
        self.grains.setToolTip(_TIPS["grains"])
        label, _ = row("Grains", self.grains)
        above, below, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        above.addWidget(label)
        above.addWidget(self.grains, 1)
        for button in (self.click, self.paint):
            button.setCheckable(True)
        for button in (self.click, self.paint, self.classes.add):
            below.addWidget(button, 1)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addLayout(above)
        column.addWidget(self.classes)
        column.addLayout(below)
        for widget in (self.line, self.sources):
            column.addWidget(widget)


def _layer_by_id(viewer: Viewer, unique_id: str) -> Layer | None:
    return next((layer for layer in viewer.layers if str(layer.unique_id) == unique_id), None)
