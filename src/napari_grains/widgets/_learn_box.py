"""The part of the dock that says how a network learns from strokes, and from which one it starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QGroupBox, QPushButton, QWidget

from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._form import Row, row, rows_of, small_button
from napari_grains.widgets._history_list import HistoryList
from napari_grains.widgets._knobs import Number
from napari_grains.widgets._network_field import NetworkField
from napari_grains.widgets._paint_box import beside
from napari_grains.widgets._run_panel import TextLine

_LAYERS: Final = {
    "automatic": None,
    "output layer": "head",
    "last stage": "last",
    "all layers": "all",
}
_TIPS: Final = {
    "network": "The network as it is now: a training starts from it, and puts a better one in its place",
    "layers": "What learns. Automatic: from a dot the output layer alone, from a few strokes the last stage\n"
    "too, from many all layers",
    "minutes": "Time for the training; it ends earlier where nothing gets better any more",
    "live": "Train until you stop, and wait for strokes: what you paint is learned from at once",
    "revert": "Back to the network before the last training",
    "history": "The latest networks that came of strokes, with their errors on held-out strokes\n"
    "before and after: choose one to go back to it",
}


class LearnBox(QGroupBox):
    """Network with its history and the way back, layers, minutes, Live.

    Parameters
    ----------
    network : NetworkField, optional
        Those that can be trained; by default networks that find boundaries.
    history : HistoryList, optional
        Those that came of strokes.
    more : sequence of Row
        Further choices, which cannot be changed while a training runs.

    Attributes
    ----------
    network : NetworkField
        The one that is used now.
    history : HistoryList
    revert : QPushButton
    layers : QComboBox
    minutes : Number
    live : QCheckBox
    device : TextLine
    changed : Signal
    """

    changed = Signal()

    def __init__(
        self,
        network: NetworkField | None = None,
        history: HistoryList | None = None,
        more: Sequence[Row] = (),
    ) -> None:
        super().__init__("Train")
        self.network, self.history = network or NetworkField(), history or HistoryList()
        self.layers, self._more = NarrowComboBox(), more
        self.minutes, self.live = Number(0.1, 600, 1), QCheckBox("Live, until stopped")
        self.revert: QPushButton = small_button("Revert", _TIPS["revert"])
        self.device = TextLine()
        self._before: list[tuple[str, str]] = []
        self.layers.addItems(list(_LAYERS))
        self.minutes.setValue(1)
        self.network.names.setCurrentIndex(max(0, self.network.names.findData("default")))
        self._lay_out()
        self.network.changed.connect(self.changed)
        self.live.toggled.connect(lambda on: self.minutes.setEnabled(not on))
        self.history.chosen.connect(self.network.use_file)
        self.revert.clicked.connect(self.go_back)
        self._show_way_back()

    def arguments(self) -> dict[str, Any]:
        """Arguments of the job "finetune" that say how."""
        live = self.live.isChecked()
        return {
            "start": self.network.model,
            "layers": _LAYERS[self.layers.currentText()],
            "live": live,
            "seconds": None if live else 60 * self.minutes.value(),
        }

    def use(self, model: str) -> None:
        """Use a network by name or file."""
        if self.network.names.findData(model) < 0:
            self.network.use_file(Path(model))
        self.network.names.setCurrentIndex(max(0, self.network.names.findData(model)))

    def put_in_place(self, file: Path, text: str) -> None:
        """Use a network that came of a training; the one before can be gone back to."""
        self._before.append((self.network.model, self.network.names.currentText()))
        self.history.refresh()
        self.network.use_file(file, text)
        self._show_way_back()

    def go_back(self) -> None:
        """Use the network before the last training again."""
        if self._before:
            self.use(self._before.pop()[0])
            self._show_way_back()

    def set_running(self, *, on: bool) -> None:
        """Let nothing be changed that a running training has begun with."""
        for part in (self.network, self.history, self.layers, self.live, *self._fields):
            part.setEnabled(not on)
        self.minutes.setEnabled(not on and not self.live.isChecked())
        self.revert.setEnabled(not on and bool(self._before))

    @property
    def _fields(self) -> list[QWidget]:
        return [field for _, field in self._more if isinstance(field, QWidget)]

    def _show_way_back(self) -> None:
        self.revert.setEnabled(bool(self._before))
        name = self._before[-1][1] if self._before else ""
        self.revert.setToolTip(f"{_TIPS['revert']}, “{name}”" if name else "No training to take back")

    def _lay_out(self) -> None:
        for name in ("network", "layers", "minutes", "live", "history"):
            getattr(self, name).setToolTip(_TIPS[name])
        self.network.names.setToolTip(_TIPS["network"])
        self.minutes.setSuffix(" min")
        rows_of(
            self,
            row("Network", self.network, buddy=self.network.names),
            row("History", beside(self.history, self.revert), buddy=self.history),
            row("Learns", self.layers),
            row("Length", beside(self.minutes, self.live), buddy=self.minutes),
            *self._more,
            below=[self.device],
        )
