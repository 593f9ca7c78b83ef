"""The tab that corrects grains: tools for the mouse, a slider that merges, a walk along doubtful boundaries."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from napari.layers import Labels
from napari.utils.events import Event
from napari.utils.theme import get_theme
from napari.viewer import Viewer
from numpy.typing import NDArray
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QPushButton, QVBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.grains import Edit, Proofreading, Restored
from napari_grains.widgets._camera import show_slice
from napari_grains.widgets._canvas_marks import CanvasMarks
from napari_grains.widgets._corrections import Corrections
from napari_grains.widgets._doubtful_box import JOIN, KEEP, NEXT, DoubtfulBox
from napari_grains.widgets._doubtful_walk import DoubtfulWalk
from napari_grains.widgets._gestures import Gestures
from napari_grains.widgets._grain_planes import why_not
from napari_grains.widgets._layer_keys import Key, LayerKeys
from napari_grains.widgets._merge_box import MergeBox
from napari_grains.widgets._recovery_line import RecoveryLine
from napari_grains.widgets._restoring import restored_layer
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._shortcuts import PAN, REDO, UNDO, Shortcuts
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._tool_box import TOOLS, Tool, ToolBox
from napari_grains.widgets._tool_use import ToolUse
from napari_grains.widgets._training_labels import show_training_labels

_NOTHING: Final = "No grains yet: run Segment grains first, or open a label image."
_PREPARING: Final = "Looking at the grains…"
_NO_MAP: Final = "Needs the boundary map of the segmentation, which is not among the layers."
_PAUSE: Final = 250
"""Milliseconds on a slice after which it is looked at: not every slice that is scrolled through."""
_TRAINING_TIP: Final = (
    "Put the grains of this slice, as they are now, into the layer “… training labels”;\n"
    "the boundaries between them become what a network learns"
)


class ProofreadTab(QWidget):
    """Corrects the grains of one layer; those of other layers, and their history, are kept meanwhile.

    Parameters
    ----------
    viewer : Viewer
        With a window.

    Attributes
    ----------
    changed : Signal
        Grains were corrected.
    layer_wanted : Signal(Labels)
        The layer of restored corrections is to be shown.
    recovery : RecoveryLine
    tools : ToolBox
    merging : MergeBox
    doubtful : DoubtfulBox
    training : QPushButton
    shortcuts : Shortcuts
    message, empty : QLabel
        What went wrong; what to do while there are no grains.
    corrections : Corrections or None
        Of the layer that is shown.
    """

    changed = Signal()
    layer_wanted = Signal(object)

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self.corrections: Corrections | None = None
        self._kept: dict[Labels, Corrections] = {}
        self._error_colour = ""
        self.recovery, self.tools, self.merging = RecoveryLine(), ToolBox(), MergeBox()
        self.doubtful, self.shortcuts = DoubtfulBox(), Shortcuts()
        self.training = QPushButton("Use as training labels")
        self.message, self.empty = TextLine(), TextLine()
        self.marks = CanvasMarks(viewer)
        self._gestures, self._keys = Gestures(viewer, self.marks, self), LayerKeys()
        self._use, self._walk = ToolUse(self.marks, self), DoubtfulWalk(viewer, self.marks)
        self._following = Subscriptions()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._lay_out()
        self._connect()

    @property
    def index(self) -> int:
        """The slice that is shown."""
        return 0 if self.corrections is None else self.corrections.planes.shown(self._viewer)

    def show_layer(self, layer: Labels | None) -> None:
        """Correct another layer, or none."""
        self._let_go()
        self.say("")
        problem = _NOTHING if layer is None else why_not(layer)
        self.empty.setText(problem)
        self.empty.setVisible(bool(problem))
        for box in (self.tools, self.merging, self.doubtful, self.training, self.shortcuts):
            box.setEnabled(not problem)
        if layer is not None and not problem:
            self._take(layer)
        self._show_state()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer."""
        self._following.end()
        if not on:
            self._let_go()
            return
        dims, layers = self._viewer.dims.events, self._viewer.layers
        self._following.add(self._hear_slice, dims.point, dims.ndisplay, dims.order)
        self._following.add(self._hear_removed, layers.events.removed)
        self._following.add(self._hear_active, layers.selection.events.active)
        self.recovery.look([path for each in self._kept.values() if (path := each.journal) is not None])

    def error_colour(self, colour: str) -> None:
        """Show errors in a colour that suits the theme."""
        self._error_colour = colour
        self.tools.colour_icons(get_theme(self._viewer.theme).text.as_hex())
        if self.message.styleSheet():
            self._colour_message(error=True)

    def say(self, text: str, *, error: bool = False) -> None:
        """Show one line."""
        self.message.setText(text)
        self.message.setToolTip(text)
        self.message.setVisible(bool(text))
        self._colour_message(error=error)

    def undo(self) -> None:
        """Take the last correction back, on whichever slice it is: that slice is shown."""
        self._step(back=True)

    def redo(self) -> None:
        """Make the correction that was taken back last again."""
        self._step(back=False)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        parts = (self.recovery, self.empty, self.tools, self.message, self.doubtful, self.merging, self.training)
        for part in (*parts, self.shortcuts):
            layout.addWidget(part)
        layout.addStretch()
        self.training.setToolTip(_TRAINING_TIP)

    def _connect(self) -> None:
        self.tools.tool_changed.connect(self._take_tool)
        self.tools.undo.clicked.connect(self.undo)
        self.tools.redo.clicked.connect(self.redo)
        self.merging.wanted.connect(self._merge_below)
        self.doubtful.next_wanted.connect(lambda: self._go("next"))
        self.doubtful.keep_wanted.connect(lambda: self._go("keep"))
        self.doubtful.join_wanted.connect(lambda: self._go("join"))
        self.training.clicked.connect(self._show_training_labels)
        self.recovery.restored.connect(self._restore)
        self.recovery.failed.connect(self._show_problem)
        self._gestures.clicked.connect(self._click)
        self._gestures.stroked.connect(self._stroke)
        self._gestures.refused.connect(self._show_problem)
        self._gestures.interrupted.connect(lambda: self.tools.take(Tool.LOOK))
        self._use.hinted.connect(self.tools.say)
        self._use.failed.connect(self._show_problem)
        self._soon.timeout.connect(self._prepare)
        self.destroyed.connect(self._following.end)
        kept = self._kept
        # A widget says `destroyed` before its children are deleted: journals are written to their end.
        self.destroyed.connect(lambda *_: [corrections.end() for corrections in kept.values()])

    def _take(self, layer: Labels) -> None:
        try:
            corrections = self._kept.get(layer) or Corrections(self._viewer, layer, self)
        except InputError as problem:
            self._show_problem(str(problem))
            return
        self._kept[layer] = self.corrections = corrections
        corrections.changed.connect(self._show_change)
        corrections.ready.connect(self._show_state)
        corrections.failed.connect(self._show_problem)
        corrections.replaced.connect(self._begin_anew)
        self._keys.bind(layer, self._key_actions())
        self._prepare()

    def _let_go(self) -> None:
        """Give mouse and keys back; corrections are kept for when the layer is chosen again."""
        self.tools.take(Tool.LOOK)
        self._use.forget()
        self._walk.leave()
        self._keys.release()
        self._soon.stop()
        corrections, self.corrections = self.corrections, None
        if corrections is not None:
            corrections.changed.disconnect(self._show_change)
            corrections.ready.disconnect(self._show_state)
            corrections.failed.disconnect(self._show_problem)
            corrections.replaced.disconnect(self._begin_anew)

    def _key_actions(self) -> dict[str, Key]:
        """Keys, and what they do while the layer is the active one."""
        actions: dict[str, Key] = {
            text.key: lambda _layer, tool=tool: self.tools.take(tool) for tool, text in TOOLS.items()
        }
        steps = {NEXT: "next", KEEP: "keep", JOIN: "join"}
        actions |= {key: lambda _layer, step=step: self._go(step) for key, step in steps.items()}
        actions |= {UNDO: lambda _layer: self.undo(), REDO: lambda _layer: self.redo(), PAN: self._gestures.pan}
        return actions

    def _take_tool(self, tool: Tool) -> None:
        self._use.forget()
        if tool is Tool.LOOK or self.corrections is None:
            self._gestures.end()
        else:
            self._gestures.begin(self.corrections.layer)

    def _click(self, place: NDArray[np.float64]) -> None:
        if self.corrections is not None:
            self.say("")
            self._walk.leave()
            self._use.click(self.tools.tool, self.corrections, self.index, place)

    def _stroke(self, path: NDArray[np.float64]) -> None:
        if self.corrections is not None:
            self.say("")
            self._walk.leave()
            self._use.stroke(self.tools.tool, self.corrections, self.index, path)

    def _go(self, step: str) -> None:
        """Walk along the doubtful boundaries: "next", "keep" or "join"."""
        if self.corrections is not None:
            self.say("")
            self._use.forget()
            getattr(self._walk, step)(self.corrections, self.index)
            self._show_state()

    def _merge_below(self, threshold: float) -> None:
        if self.corrections is not None:
            self._walk.leave()
            self.corrections.act(self.index, lambda proofreading: proofreading.merge_below(threshold))

    def _step(self, *, back: bool) -> None:
        corrections = self.corrections
        if corrections is None:
            return
        self.say("")
        self._use.forget()
        self._walk.leave()
        index = corrections.undo() if back else corrections.redo()
        if index is not None and index != self.index:
            show_slice(self._viewer, corrections.layer, corrections.planes.position(index, (0, 0)))
        self._show_state()

    def _show_training_labels(self) -> None:
        if self.corrections is None:
            return
        try:
            target = show_training_labels(self._viewer, self.corrections.layer, self.index)
        except InputError as problem:
            self._show_problem(str(problem))
        else:
            self.say(f"The grains of this slice are in “{target.name}”.")

    def _restore(self, restored: Restored, path: Path) -> None:
        layer = restored_layer(self._viewer, restored)
        self._end(layer)
        self._kept[layer] = corrections = Corrections(self._viewer, layer, self, restored)
        corrections.forget_journal(path)
        self.layer_wanted.emit(layer)

    def _prepare(self) -> None:
        if self.corrections is not None:
            self.corrections.prepare(self.index)
            self._show_state()

    def _show_state(self, _index: int = 0) -> None:
        """Show what is known of the slice, and what can be undone."""
        corrections = self.corrections
        history = None if corrections is None else corrections.history
        self.tools.show_history(*("", "") if history is None else (history.undo_text, history.redo_text))
        found = None if corrections is None else corrections.proofreading(self.index)
        if found is None:
            self.merging.show_reason("" if corrections is None else _PREPARING)
            self.doubtful.show_left(None)
        else:
            self._show_slice(found)

    def _show_slice(self, found: Proofreading) -> None:
        edge = self._walk.edge
        if found.can_merge_by_threshold:
            self.merging.show_threshold(found.threshold, found.number)
            probability = None if edge is None else edge.score
            self.doubtful.show_left(found.remaining, at_edge=edge is not None, probability=probability)
        else:
            self.merging.show_reason(_NO_MAP, found.number)
            self.doubtful.show_reason(_NO_MAP)

    def _show_change(self, _index: int, _edit: Edit, _sign: int) -> None:
        self._show_state()
        self.changed.emit()

    def _show_problem(self, problem: str) -> None:
        self.say(problem, error=True)
        self._show_state()  # the slider is where the grains are

    def _hear_slice(self, _event: object = None) -> None:
        if self.corrections is None:
            return
        self._use.forget()
        self._walk.leave()
        self._show_state()
        self._soon.start()

    def _hear_active(self, _event: object = None) -> None:
        active = self._viewer.layers.selection.active
        # None comes also in between, while another layer becomes the active one.
        if self.corrections is not None and active not in (None, self.corrections.layer):
            self.tools.take(Tool.LOOK)

    def _hear_removed(self, event: Event) -> None:
        self._end(event.value)

    def _begin_anew(self) -> None:
        """The layer has other data, maybe of another run: its corrections are over."""
        layer = None if self.corrections is None else self.corrections.layer
        self._let_go()
        self._end(layer)
        self.show_layer(layer)

    def _end(self, layer: object) -> None:
        """End the corrections of a layer; what is on disk stays there."""
        if self.corrections is not None and self.corrections.layer is layer:
            self._let_go()
        corrections = self._kept.pop(layer, None)
        if corrections is not None:
            corrections.end()
            corrections.deleteLater()

    def _colour_message(self, *, error: bool) -> None:
        self.message.setStyleSheet(f"color: {self._error_colour};" if error else "")
