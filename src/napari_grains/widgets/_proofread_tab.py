"""The tab that corrects grains: tools for the mouse, a slider that merges, doubtful boundaries."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from napari.layers import Labels
from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QPushButton, QVBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.grains import Proofreading, Restored
from napari_grains.widgets._camera import show_slice
from napari_grains.widgets._canvas_marks import CanvasMarks
from napari_grains.widgets._corrections import Corrections
from napari_grains.widgets._doubtful_box import DoubtfulBox
from napari_grains.widgets._doubtful_walk import DoubtfulWalk
from napari_grains.widgets._grain_planes import why_not
from napari_grains.widgets._kept_corrections import KeptCorrections
from napari_grains.widgets._layer_keys import LayerKeys
from napari_grains.widgets._merge_box import MergeBox
from napari_grains.widgets._recovery_line import RecoveryLine
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._shortcuts import Shortcuts, key_actions
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._tool_box import ToolBox
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
    marks : CanvasMarks
        Over the canvas.
    walk : DoubtfulWalk
        Which boundary is looked at.
    corrections : Corrections or None
        Of the layer that is shown.
    """

    changed = Signal()
    layer_wanted = Signal(object)

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self.corrections: Corrections | None = None
        self._error_colour = ""
        self.recovery, self.tools, self.merging = RecoveryLine(), ToolBox(), MergeBox()
        self.doubtful, self.shortcuts = DoubtfulBox(), Shortcuts()
        self.training = QPushButton("Use as training labels")
        self.message, self.empty, self.marks = TextLine(), TextLine(), CanvasMarks(viewer)
        self.walk = DoubtfulWalk(viewer, self.marks)
        self._kept, self._keys = KeptCorrections(viewer, self), LayerKeys()
        self._use = ToolUse(viewer, self.tools, self.marks, self)
        self._following = Subscriptions()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._lay_out()
        self._connect()

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
        dims = self._viewer.dims.events
        self._following.add(self._hear_slice, dims.point, dims.ndisplay, dims.order)
        self.recovery.look(self._kept.journals)

    def error_colour(self, colour: str) -> None:
        """Show errors in a colour that suits the theme, and icons in that of its text."""
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
        if self.corrections is not None:
            self._leave()
            self._show_step(self.corrections, self.corrections.undo())

    def redo(self) -> None:
        """Make the correction that was taken back last again."""
        if self.corrections is not None:
            self._leave()
            self._show_step(self.corrections, self.corrections.redo())

    def go(self, step: str) -> None:
        """Walk along doubtful boundaries: "next", "keep" the one that is looked at, or "join" its grains."""
        if self.corrections is not None:
            self.say("")
            self._use.forget()
            getattr(self.walk, step)(self.corrections)
            self._show_state()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        boxes = (self.tools, self.message, self.doubtful, self.merging, self.training, self.shortcuts)
        for part in (self.recovery, self.empty, *boxes):
            layout.addWidget(part)
        layout.addStretch()
        self.training.setToolTip(_TRAINING_TIP)

    def _connect(self) -> None:
        self.tools.undo.clicked.connect(self.undo)
        self.tools.redo.clicked.connect(self.redo)
        self.merging.wanted.connect(self._merge_below)
        self.doubtful.next_wanted.connect(partial(self.go, "next"))
        self.doubtful.keep_wanted.connect(partial(self.go, "keep"))
        self.doubtful.join_wanted.connect(partial(self.go, "join"))
        self.training.clicked.connect(self._show_training_labels)
        self.recovery.restored.connect(self._restore)
        self.recovery.failed.connect(self._show_problem)
        self._kept.ended.connect(self._show_end)
        self._use.used.connect(self._clear)
        self._use.failed.connect(self._show_problem)
        self._soon.timeout.connect(self._prepare)
        self.destroyed.connect(self._following.end)
        self.destroyed.connect(self.marks.deleteLater)  # they belong to the canvas

    def _take(self, layer: Labels) -> None:
        try:
            corrections = self._kept.of(layer)
        except InputError as problem:
            self._show_problem(str(problem))
            return
        self.corrections = corrections
        corrections.changed.connect(self._show_change)
        corrections.ready.connect(self._show_state)
        corrections.failed.connect(self._show_problem)
        corrections.hold(on=True)
        self._use.begin(corrections)
        self._keys.bind(
            layer, key_actions(self.tools.take, self.go, self.undo, self.redo, self._use.gestures.pan)
        )
        self._soon.start()  # a layer that has just got other data gets its metadata in a moment

    def _let_go(self) -> None:
        """Give mouse and keys back; corrections are kept for when the layer is chosen again."""
        self._use.end()
        self.walk.leave()
        self._keys.release()
        self._soon.stop()
        corrections, self.corrections = self.corrections, None
        if corrections is not None:
            corrections.changed.disconnect(self._show_change)
            corrections.ready.disconnect(self._show_state)
            corrections.failed.disconnect(self._show_problem)
            corrections.hold(on=False)

    def _leave(self) -> None:
        """Forget what was begun: the first of two grains, the boundary that was looked at."""
        self._use.forget()
        self._clear()

    def _clear(self) -> None:
        self.say("")
        self.walk.leave()

    def _merge_below(self, threshold: float) -> None:
        if self.corrections is not None:
            self._leave()
            self.corrections.act(self.corrections.shown, lambda found: found.merge_below(threshold))

    def _show_step(self, corrections: Corrections, index: int | None) -> None:
        """Show the slice in which something was taken back or made again."""
        if index is not None and index != corrections.shown:
            show_slice(self._viewer, corrections.layer, corrections.planes.position(index, (0, 0)))
        self._show_state()

    def _show_training_labels(self) -> None:
        if self.corrections is None:
            return
        try:
            target = show_training_labels(self._viewer, self.corrections.layer, self.corrections.shown)
        except InputError as problem:
            self._show_problem(str(problem))
        else:
            self.say(f"The grains of this slice are in “{target.name}”.")

    def _restore(self, restored: Restored, path: Path) -> None:
        self.layer_wanted.emit(self._kept.restore(restored, path))

    def _prepare(self) -> None:
        if self.corrections is not None:
            self.corrections.prepare(self.corrections.shown)
            self._show_state()

    def _show_state(self, _index: int = 0) -> None:
        """Show what is known of the slice, and what can be undone."""
        corrections = self.corrections
        history = None if corrections is None else corrections.history
        self.tools.show_history(*("", "") if history is None else (history.undo_text, history.redo_text))
        found = None if corrections is None else corrections.proofreading(corrections.shown)
        if found is None:
            self.merging.show_reason("" if corrections is None else _PREPARING)
            self.doubtful.show_left(None)
        else:
            self._show_slice(found)

    def _show_slice(self, found: Proofreading) -> None:
        edge = self.walk.edge
        if found.can_merge_by_threshold:
            self.merging.show_threshold(found.threshold, found.number)
            self.doubtful.show_left(found.remaining, probability=None if edge is None else edge.score)
        else:
            self.merging.show_reason(_NO_MAP, found.number)
            self.doubtful.show_reason(_NO_MAP)

    def _show_change(self, *_: object) -> None:
        self._show_state()
        self.changed.emit()

    def _show_problem(self, problem: str) -> None:
        self.say(problem, error=True)
        self._show_state()  # the slider is where the grains are

    def _show_end(self, layer: Labels) -> None:
        """Begin anew where the layer has other data, maybe of another run, or is gone."""
        if self.corrections is not None and self.corrections.layer is layer:
            self.show_layer(layer if layer in self._viewer.layers else None)

    def _hear_slice(self, _event: object = None) -> None:
        if self.corrections is not None:
            self._leave()
            self._show_state()
            self._soon.start()

    def _colour_message(self, *, error: bool) -> None:
        self.message.setStyleSheet(f"color: {self._error_colour};" if error else "")
