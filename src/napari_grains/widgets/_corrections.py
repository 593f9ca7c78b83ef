"""The corrections of one layer of grains: all its slices, their history, and what keeps them on disk."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from napari.layers import Labels
from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal
from superqt.utils import create_worker

from napari_grains.errors import InputError
from napari_grains.grains import Edit, History, Journal, Proofreading, Restored
from napari_grains.widgets._autosave import Autosave
from napari_grains.widgets._grain_planes import GrainPlanes, boundary_of
from napari_grains.widgets._labels_view import show_changed
from napari_grains.widgets._paint_strokes import PaintedPixels, by_plane, painted_pixels
from napari_grains.widgets._preparing import looked_at, way_to
from napari_grains.widgets._restoring import facts_of
from napari_grains.widgets._results import mark_of
from napari_grains.widgets._stale_rows import StaleRows
from napari_grains.widgets._subscriptions import Subscriptions

_log: Final = logging.getLogger(__name__)

Action = Callable[[Proofreading], Edit]


@dataclass(frozen=True, eq=False)
class _Step:
    """Something to be done as soon as a slice can be corrected."""

    index: int
    do: Callable[[Proofreading], None]
    is_new: bool = False


class Corrections(QObject):
    """Corrects a layer in place, slice by slice.

    A slice is looked at in a thread before its first correction; corrections that are asked for meanwhile
    wait, in their order.

    Parameters
    ----------
    viewer : Viewer
        Where the boundary map of the grains may be.
    layer : Labels
        See `GrainPlanes` for what it may be.
    parent : QObject
        Outlives the corrections.

    Attributes
    ----------
    planes : GrainPlanes
        Where slices lie in the layer.
    history : History
        Over all slices.
    changed : Signal(int, Edit, int)
        A slice was corrected (1), or a correction of it was taken back (-1).
    ready : Signal(int)
        A slice can be corrected.
    failed : Signal(str)
        Why something was not done, in one line.
    replaced : Signal
        The layer has other data, or was painted while it was not held: these corrections have ended.

    Raises
    ------
    InputError
        If the layer cannot be corrected.
    """

    changed = Signal(int, object, int)
    ready = Signal(int)
    failed = Signal(str)
    replaced = Signal()

    def __init__(
        self, viewer: Viewer, layer: Labels, parent: QObject, restored: Restored | None = None
    ) -> None:
        super().__init__(parent)
        self._viewer, self.layer = viewer, layer
        self.planes, self.history = GrainPlanes(layer), History()
        self._autosave, self._rows = Autosave(self), StaleRows(layer, self)
        self._autosave.failed.connect(self.failed)
        self._restored = restored
        self._proofreadings: dict[int, Proofreading] = {}
        self._corrected: set[int] = set()
        self._in_work: set[int] = set()
        self._waiting: deque[_Step] = deque()
        self._held = self._ended = False
        self._following = Subscriptions()
        self._following.add(self._hear_paint, layer.events.paint)
        self._following.add(self._hear_data, layer.events.data)
        self.destroyed.connect(self._following.end)
        if restored is not None:
            self._resume(restored)

    @property
    def shown(self) -> int:
        """The slice that the viewer shows."""
        return self.planes.shown(self._viewer)

    @property
    def journal(self) -> Path | None:
        """Folder in which the corrections are kept, None if there is none yet."""
        return self._autosave.path

    def proofreading(self, index: int) -> Proofreading | None:
        """Return what corrects a slice, None while it is being prepared."""
        return self._proofreadings.get(index)

    def prepare(self, index: int) -> None:
        """Look at a slice in a thread, unless that was done; slices without corrections are forgotten."""
        for other in set(self._proofreadings) - self._corrected - {index}:
            del self._proofreadings[other]
        if index in self._proofreadings or index in self._in_work:
            return
        self._in_work.add(index)
        copied = None if self._autosave.is_begun else self.planes
        way = way_to(self._viewer, self.layer, self.planes, index, self._restored)
        worker = create_worker(looked_at, index, way, copied, _start_thread=False)
        worker.returned.connect(self._take)  # a bound method: forgotten with the corrections
        worker.start()

    def act(self, index: int, action: Action) -> None:
        """Correct a slice, now or as soon as it is prepared."""
        self._soon(_Step(index, partial(self._correct, index, action), is_new=True))

    def undo(self) -> int | None:
        """Take the last correction back; return its slice, None if there is nothing to take back."""
        last = None if self._is_about_to_correct else self.history.undo()
        if last is None:
            return None
        index, edit = last
        self._autosave.undone()
        self._soon(_Step(index, lambda proofreading: self._revert(index, proofreading, edit)))
        return index

    def redo(self) -> int | None:
        """Make the correction that was taken back last again; return its slice."""
        following = None if self._is_about_to_correct else self.history.redo()
        if following is None:
            return None
        index, edit = following
        self._autosave.redone()
        self._soon(_Step(index, lambda proofreading: self._apply(index, proofreading, edit)))
        return index

    def hold(self, *, on: bool) -> None:
        """Say whether the keys for undo and redo are in our hands, so that napari's brush may be followed.

        What is painted otherwise, with napari's own undo at work, ends these corrections.
        """
        if self._held and not on:
            # napari would take the strokes it remembers back into grains that are others by now.
            self.layer._reset_history()  # noqa: SLF001 - there is no public name
        self._held = on

    def flush(self) -> None:
        """Wait until all corrections are on disk."""
        self._autosave.flush()

    def forget_journal(self, path: Path) -> None:
        """Remove the journal that these corrections were restored from, once they are in their own."""
        self._autosave.discard(path)

    def end(self) -> None:
        """Stop following the layer; what was corrected stays as it is, and on disk."""
        if self._ended:
            return
        self.hold(on=False)
        self._ended = True
        self._following.end()
        self._waiting.clear()
        self._rows.end()
        self._autosave.end()

    @property
    def _is_about_to_correct(self) -> bool:
        """Whether a correction waits that the history does not know yet."""
        return any(step.is_new for step in self._waiting)

    def _take(self, seen: tuple[int, Proofreading | str]) -> None:
        index, proofreading = seen
        self._in_work.discard(index)
        if self._ended:
            return
        if isinstance(proofreading, str):
            self._waiting = deque(step for step in self._waiting if step.index != index)
            self.failed.emit(proofreading)
            return
        self._proofreadings[index] = proofreading
        self.ready.emit(index)
        self._go_on()

    def _soon(self, step: _Step) -> None:
        self._waiting.append(step)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting:
            proofreading = self._proofreadings.get(self._waiting[0].index)
            if proofreading is None:
                self.prepare(self._waiting[0].index)
                return
            self._waiting.popleft().do(proofreading)

    def _correct(self, index: int, action: Action, proofreading: Proofreading) -> None:
        try:
            edit = action(proofreading)
        except InputError as problem:
            self.failed.emit(str(problem))
            return
        if edit.is_empty and edit.kind != "keep":
            return
        if not self._autosave.is_begun:
            self._begin_journal()
        self._corrected.add(index)
        self.history.record(index, edit)
        self._autosave.append(index, edit)
        self._show(index, edit)

    def _begin_journal(self) -> None:
        base = self.planes.base
        del self.planes.base
        facts = facts_of(self.layer)
        boundary, regions = boundary_of(self._viewer, self.layer), mark_of(self.layer).get("regions")
        self._autosave.begin(lambda: Journal.begin(base, facts, boundary, regions))

    def _resume(self, restored: Restored) -> None:
        """Go on with corrections that were left behind, in a journal of their own."""
        self._autosave.begin(
            lambda: Journal.begin(restored.base, restored.facts, restored.boundary, restored.regions)
        )
        for index, edit in restored.steps:
            self._corrected.add(index)
            self.history.record(index, edit)
            self._autosave.append(index, edit)
            self._rows.take(edit, 1)

    def _revert(self, index: int, proofreading: Proofreading, edit: Edit) -> None:
        proofreading.revert(edit)
        self._show(index, edit, -1)

    def _apply(self, index: int, proofreading: Proofreading, edit: Edit) -> None:
        proofreading.apply(edit)
        self._show(index, edit)

    def _show(self, index: int, edit: Edit, sign: int = 1) -> None:
        if not edit.is_empty:
            show_changed(self.layer, self.planes.where(index, edit.box))
        self._rows.take(edit, sign)
        self.changed.emit(index, edit, sign)

    def _hear_paint(self, event: Any) -> None:  # noqa: ANN401 - napari's event has no type for its value
        if not self._held:
            self._hear_data()
            return
        painted = painted_pixels(event.value, self.layer.data)
        for index, part in by_plane(painted, self.planes.labels[0].size):
            self.act(index, partial(_painted, part=part))

    def _hear_data(self, _event: object = None) -> None:
        self.end()
        self.replaced.emit()


def _painted(proofreading: Proofreading, part: PaintedPixels) -> Edit:
    return proofreading.painted(part.indices, part.before, part.after)
