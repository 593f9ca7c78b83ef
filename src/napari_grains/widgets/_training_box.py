"""The part of the dock that says how a network is trained."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from napari.viewer import Viewer
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QToolButton,
    QWidget,
)

from napari_grains.weights import STATE_SUFFIX, SUFFIX, bundled_folder, user_folder
from napari_grains.widgets._combos import image_combo
from napari_grains.widgets._form import row, rows_of
from napari_grains.widgets._knobs import Number
from napari_grains.widgets._network_field import NetworkField
from napari_grains.widgets._pair_field import PairField
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._source import Source

_TIPS: Final = {
    "start": "Train a network that exists further, or a new one from scratch, which takes hours",
    "name": "The network is saved under this name and then is in the lists of networks.\nFolder: {folder}",
    "watch": "An image of yours: what the network makes of it is shown while it learns",
    "minutes": "Time for the training; the learning rate falls towards the end of it",
    "steps": "Instead of a time: a number of steps of 8 images, the same on every machine",
    "seed": "Same seed, same recipe, same number of steps on a CPU: the same network",
    "pair": "Optional: a real micrograph whose grains are known. Now and then the adapted Rand error\n"
    "on it is shown, the share of wrongly joined or split pairs of pixels.",
    "advanced": "A number of steps, the seed, a real image with its grains to validate on",
}
_NAME: Final = re.compile(r"\w[\w +-]*(\.[\w +-]+)*")
_LONGEST: Final = 60
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that no file may have on Windows."""


class TrainingBox(QGroupBox):
    """Start, name, length, image to watch; behind "Advanced" what is seldom needed.

    Parameters
    ----------
    viewer : Viewer
        Whose layers are offered.

    Attributes
    ----------
    start : NetworkField
    name : QLineEdit
    minutes, steps, seed : Number
    by_minutes, by_steps : QRadioButton
        What ends the training.
    watch : LayerCombo
    advanced : QToolButton
    pair : PairField
    device : TextLine
        What computes.
    changed : Signal
        Any of them.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        super().__init__("Training")
        self.start, self.name = NetworkField(none="scratch"), QLineEdit("my network")
        self.minutes, self.steps, self.seed = (
            Number(0.1, 10_000, 1),
            Number(1, 10_000_000, 0),
            Number(0, 2**31, 0),
        )
        self.by_minutes, self.by_steps = QRadioButton("min"), QRadioButton("steps")
        self.watch = image_combo(viewer, "nothing")
        self.pair, self.device, self.advanced = PairField(viewer), TextLine(), QToolButton()
        self.minutes.setValue(10)
        self.steps.setValue(1200)
        self.by_minutes.setChecked(True)
        self.start.names.setCurrentText("default")
        self._lay_out()
        self._connect()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer's layers."""
        self.watch.follow(on=on)
        self.pair.follow(on=on)

    @property
    def network_name(self) -> str:
        """The name without spaces around it."""
        return self.name.text().strip()

    @property
    def network_file(self) -> Path:
        """Where the network is saved."""
        return user_folder() / f"{self.network_name}{SUFFIX}"

    @property
    def state_file(self) -> Path:
        """Where its training can be resumed from."""
        return user_folder() / f"{self.network_name}{STATE_SUFFIX}"

    def problem(self) -> str:
        """Say in one line what is missing; empty if nothing is."""
        if problem := name_problem(self.network_name):
            return problem
        watched = self.watch.layer
        if watched is not None and (unsuitable := Source(watched).problem()):
            return unsuitable
        _, unusable = self.start.read()
        return unusable or self.pair.problem()

    def arguments(self) -> dict[str, Any]:
        """Arguments of the job "pretrain" that are no arrays."""
        by_minutes = self.by_minutes.isChecked()
        length = {"minutes": self.minutes.value()} if by_minutes else {"steps": int(self.steps.value())}
        start = self.start.model or None
        return {"name": self.network_name, "start": start, "seed": int(self.seed.value()), **length}

    def _lay_out(self) -> None:
        fields = {name: getattr(self, name) for name in _TIPS}
        for name, tip in _TIPS.items():
            fields[name].setToolTip(tip.format(folder=user_folder()))
        self.start.names.setToolTip(_TIPS["start"])
        self.by_minutes.setToolTip(_TIPS["minutes"])
        self.by_steps.setToolTip(_TIPS["steps"])
        self.advanced.setText("Advanced")
        self.advanced.setCheckable(True)
        self.advanced.setAutoRaise(True)
        self.advanced.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        length = _beside(self.minutes, self.by_minutes, self.steps, self.by_steps)
        group = QButtonGroup(self)
        group.addButton(self.by_minutes)
        group.addButton(self.by_steps)
        self._form = rows_of(
            self,
            row("Start from", self.start),
            row("Name", self.name),
            row("Length", length, buddy=self.minutes),
            row("Watch", self.watch),
            row("Validate on", self.pair),
            row("Seed", self.seed),
            below=[self.advanced, self.device],
        )
        self._show_advanced(on=False)

    def _connect(self) -> None:
        for signal in (self.start.changed, self.watch.layer_changed, self.pair.changed):
            signal.connect(self.changed)
        self.name.textChanged.connect(lambda _: self.changed.emit())
        self.by_minutes.toggled.connect(lambda _: self._show_length())
        self.advanced.toggled.connect(lambda on: self._show_advanced(on=on))

    def _show_advanced(self, *, on: bool) -> None:
        self.advanced.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        for field in (self.pair, self.seed):
            self._form.setRowVisible(field, on)
        self._show_length()

    def _show_length(self) -> None:
        """Show steps to those who asked for them."""
        shown = self.advanced.isChecked() or self.by_steps.isChecked()
        for part in (self.steps, self.by_steps):
            part.setVisible(shown)
        self.minutes.setEnabled(self.by_minutes.isChecked())
        self.steps.setEnabled(self.by_steps.isChecked())


def name_problem(name: str) -> str:
    """Say in one line why a network cannot have a name; empty if it can."""
    if not name:
        return "Give the network a name."
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name) or len(name) > _LONGEST:
        return "A name has letters, digits, spaces, - and _, 60 at most, so that it can be that of a file."
    if f"{name.lower()}{SUFFIX}".endswith(STATE_SUFFIX):
        return "Names that end with .training are those of trainings to resume: choose another."
    if (bundled_folder() / f"{name}{SUFFIX}").exists():
        return f"“{name}” is the name of a bundled network: choose another."
    return ""


def _beside(*widgets: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout()
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch()
    return layout
