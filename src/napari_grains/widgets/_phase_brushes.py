"""The list of phases: a brush, a name and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QSignalBlocker
from qtpy.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from napari_grains.widgets._brushes import KEY_TIP, Brushes
from napari_grains.widgets._form import small_button
from napari_grains.widgets._phase_classes import PhaseClass, PhaseClasses, relabelled
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._source import Array
from napari_grains.widgets._stroke_layers import NOTHING, StrokeClasses, classes_in, paint_of, unused_in

_KEYS: Final = 9
"""Phases that have a key."""
_ERASE_TIP: Final = "Take strokes back; what is not painted is ignored, it is no phase"
_ADD_TIP: Final = "Add a phase; one that was removed comes back with its strokes when it has the same name"
_REMOVE_TIP: Final = (
    "Take the phase from the list; its strokes stay in the layers, grey, and are not learned from"
)
_NAME_TIP: Final = "Name of the phase, as it stands on the network and in results"
_INFO_TIP: Final = (
    "Painted pixels on all ticked images; IoU: of what is painted or predicted as this phase, the share\n"
    "that is both, on held-out strokes of the last training"
)


class PhaseBrushes(Brushes):
    """A row for each phase.

    Attributes
    ----------
    add, erase : QPushButton
    names : dict of int to QLineEdit
        By label.
    removers : dict of int to QPushButton
    """

    invitation = "Name the phases, then paint a few strokes of each, in several places."

    def __init__(self) -> None:
        super().__init__()
        self.phases = PhaseClasses()
        self.names: dict[int, QLineEdit] = {}
        self.removers: dict[int, QPushButton] = {}
        self._infos: dict[int, QLabel] = {}
        self._numbers: Array = np.zeros(1, np.int64)
        self._iou: Mapping[str, float | None] = {}
        self._confirmed: int | None = None
        self.erase, self.add = QPushButton("Erase (0)"), QPushButton("Add phase")
        self.line = TextLine()
        self._rows = QWidget()
        self._lay_out()
        self._list()

    @property
    def classes(self) -> StrokeClasses:
        """What can be painted."""
        return self.phases.strokes()

    @property
    def keys(self) -> Mapping[str, int]:
        """1 to 9 for the phases in their order, 0 for the eraser."""
        labels = self.phases.labels[:_KEYS]
        return {str(number): label for number, label in enumerate(labels, start=1)} | {"0": NOTHING}

    @property
    def is_untouched(self) -> bool:
        """Whether the user has made nothing of the list yet."""
        return self.phases == PhaseClasses() and not self._numbers[1:].any()

    def use(self, phases: PhaseClasses) -> None:
        """Take another list of phases."""
        if phases != self.phases:
            self.phases = phases
            self._list()
            self.classes_changed.emit()

    def take_over(self, names: Mapping[int, str], unused: Mapping[int, str], labels: Array) -> Array:
        """Learn the names of phases that were painted earlier, and give them the labels of this list."""
        if not names:
            return labels
        if self.is_untouched:
            self.use(PhaseClasses.of(names, unused))
            return labels
        phases, table = self.phases.joined(names, unused)
        self.use(phases)
        return relabelled(labels, table).astype(np.uint8)

    def meet(self, strokes: Labels) -> None:
        """Take over the phases of a layer that was painted before this list was made."""
        if paint_of(strokes) == "phases":
            self.take_over(classes_in(strokes), unused_in(strokes), np.zeros(0, np.uint8))

    def summary(self, strokes: Labels) -> str:
        """Say what is missing."""
        if paint_of(strokes) != "phases":
            return f"“{strokes.name}” is painted by hand: label 1 is the first phase, and so on."
        if not any(self._painted(label) for label in self.phases.labels):
            return self.invitation
        bare = [one.name for one in self.phases.classes if not self._painted(one.label)]
        return f"Not painted yet: {', '.join(bare)}" if bare else ""

    def show_numbers(self, numbers: Array) -> None:
        """Show how much of each phase is painted, from the number of pixels by label."""
        self._numbers = numbers
        self._show_infos()

    def show_iou(self, iou: Mapping[str, float | None]) -> None:
        """Show how well each phase was told from the others, by name; nothing for those without a number."""
        self._iou = dict(iou)
        self._show_infos()

    def _lay_out(self) -> None:
        self.offer(NOTHING, self.erase)
        self.erase.setToolTip(_ERASE_TIP + KEY_TIP.format(key=0))
        self.add.setToolTip(_ADD_TIP)
        self.add.clicked.connect(lambda: self.use(self.phases.add()))
        self.beside = [self.erase, self.add]
        self.line.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._rows)
        column.addWidget(self.line)

    def _list(self) -> None:
        """Make the rows anew."""
        self._confirmed = None
        self.line.hide()
        rows, self._rows = self._rows, QWidget()
        self.names, self.removers, self._infos = {}, {}, {}
        self.buttons = {NOTHING: self.erase}
        grid = QGridLayout(self._rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        grid.setColumnStretch(1, 1)
        for number, one in enumerate(self.phases.classes, start=1):
            for column, widget in enumerate(self._row(number, one)):
                grid.addWidget(widget, number - 1, column)
        layout = self.layout()
        if layout is not None:
            layout.replaceWidget(rows, self._rows)
        rows.deleteLater()
        self._show_infos()

    def _row(self, number: int, one: PhaseClass) -> Sequence[QWidget]:
        button, name, info = QPushButton(str(number)), QLineEdit(one.name), QLabel()
        remover = small_button("×", _REMOVE_TIP)
        button.setFixedWidth(38)
        button.setStyleSheet(f"QPushButton {{ border: 0px; border-left: 12px solid {one.colour}; }}")
        key = KEY_TIP.format(key=number) if number <= _KEYS else ""
        button.setToolTip(f"Paint “{one.name}”{key}")
        button.setAccessibleName(f"Paint {one.name}")
        name.setToolTip(_NAME_TIP)
        name.setAccessibleName(f"Name of phase {number}")
        name.editingFinished.connect(lambda: self._rename(one.label))
        info.setToolTip(_INFO_TIP)
        remover.setEnabled(len(self.phases.classes) > 1)
        remover.clicked.connect(lambda: self._remove(one))
        self.offer(one.label, button)
        self.names[one.label], self._infos[one.label], self.removers[one.label] = name, info, remover
        return button, name, info, remover

    def _rename(self, label: int) -> None:
        field = self.names[label]
        name = field.text().strip()
        before = next(one.name for one in self.phases.classes if one.label == label)
        if name == before:
            self._say("")
            return
        if problem := self.phases.problem(name, label):
            with QSignalBlocker(field):
                field.setText(before)
            self._say(problem)
            return
        self.phases = self.phases.rename(label, name)
        self.buttons[label].setToolTip(self.buttons[label].toolTip().replace(f"“{before}”", f"“{name}”"))
        self._say("")
        self.classes_changed.emit()

    def _remove(self, one: PhaseClass) -> None:
        """Remove a phase; one that is painted only with a second press."""
        if self._painted(one.label) and self._confirmed != one.label:
            self._confirmed = one.label
            self._say(
                f"“{one.name}” is painted. Press × again to take it from the list: its strokes stay, grey, "
                "and are not learned from; add a phase of that name to have them back."
            )
            return
        self.use(self.phases.remove(one.label))

    def _painted(self, label: int) -> int:
        return int(self._numbers[label]) if label < len(self._numbers) else 0

    def _show_infos(self) -> None:
        for one in self.phases.classes:
            iou, painted = self._iou.get(one.name), self._painted(one.label)
            texts = [f"{painted:,} px" if painted else "", "" if iou is None else f"IoU {iou:.2f}"]
            self._infos[one.label].setText(" · ".join(filter(None, texts)))

    def _say(self, text: str) -> None:
        self.line.setText(text)
        self.line.setVisible(bool(text))
