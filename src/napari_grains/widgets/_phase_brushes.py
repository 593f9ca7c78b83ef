"""The list of phases: a brush, a name and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from napari.layers import Labels
from qtpy.QtWidgets import QPushButton, QVBoxLayout

from napari_grains.widgets._brushes import KEY_TIP, Brushes
from napari_grains.widgets._class_rows import KEYS, ClassRows, Words
from napari_grains.widgets._phase_classes import PhaseClasses, relabelled
from napari_grains.widgets._source import Array
from napari_grains.widgets._stroke_layers import NOTHING, StrokeClasses, classes_in, paint_of, unused_in

_ERASE_TIP: Final = "Take strokes back; what is not painted is ignored, it is no phase"
_WORDS: Final = Words(
    thing="phase",
    tip="Paint “{name}”",
    key=KEY_TIP,
    reads="Paint {name}",
    name_tip="Name of the phase, as it stands on the network and in results",
    info_tip=(
        "Painted pixels on all ticked images; IoU: of what is painted or predicted as this phase, the share\n"
        "that is both, on held-out strokes of the last training"
    ),
    add_tip="Add a phase; one that was removed comes back with its strokes when it has the same name",
    remove_tip="Take the phase from the list; its strokes stay in the layers, grey, and are not learned from",
    used=(
        "“{name}” is painted. Press × again to take it from the list: its strokes stay, grey, "
        "and are not learned from; add a phase of that name to have them back."
    ),
    style="border: 0px; ",
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
        self._numbers: Array = np.zeros(1, np.int64)
        self._iou: Mapping[str, float | None] = {}
        self._rows = ClassRows(_WORDS, lambda label: bool(self._painted(label)))
        self.add, self.line = self._rows.add, self._rows.line
        self.names, self.removers = self._rows.names, self._rows.removers
        self.erase = QPushButton("Erase (0)")
        self.erase.setToolTip(_ERASE_TIP + KEY_TIP.format(key=0))
        self.offer(NOTHING, self.erase)
        self.beside = [self.erase, self.add]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._rows)
        self._rows.listed.connect(self._take_up)
        self._rows.changed.connect(self.classes_changed)
        self._take_up()

    @property
    def phases(self) -> PhaseClasses:
        """The list of phases."""
        return self._rows.phases

    @property
    def classes(self) -> StrokeClasses:
        """What can be painted."""
        return self.phases.strokes()

    @property
    def keys(self) -> Mapping[str, int]:
        """1 to 9 for the phases in their order, 0 for the eraser."""
        labels = self.phases.labels[:KEYS]
        return {str(number): label for number, label in enumerate(labels, start=1)} | {"0": NOTHING}

    @property
    def is_untouched(self) -> bool:
        """Whether the user has made nothing of the list yet."""
        return self._rows.is_untouched and not self._numbers[1:].any()

    def use(self, phases: PhaseClasses) -> None:
        """Take another list of phases."""
        self._rows.use(phases)

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

    def _take_up(self) -> None:
        """Let the new buttons take their brushes."""
        self.buttons = {NOTHING: self.erase}
        for label, button in self._rows.buttons.items():
            self.offer(label, button)
        self._show_infos()

    def _painted(self, label: int) -> int:
        return int(self._numbers[label]) if label < len(self._numbers) else 0

    def _show_infos(self) -> None:
        for one in self.phases.classes:
            iou, painted = self._iou.get(one.name), self._painted(one.label)
            texts = [f"{painted:,} px" if painted else "", "" if iou is None else f"IoU {iou:.2f}"]
            self._rows.infos[one.label].setText(" · ".join(filter(None, texts)))
