"""What clicks and strokes mean with the tool in hand."""

from __future__ import annotations

from functools import partial
from typing import Final

from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal

from napari_grains.grains import Edit, Proofreading, grains_along
from napari_grains.widgets._canvas_marks import CanvasMarks
from napari_grains.widgets._corrections import Corrections
from napari_grains.widgets._gestures import Gestures
from napari_grains.widgets._source import Float
from napari_grains.widgets._subscriptions import Subscriptions
from napari_grains.widgets._tool_box import TOOLS, Tool, ToolBox

_NO_GRAIN: Final = "There is no grain at that place."
_ONE_GRAIN: Final = "The stroke stays within one grain: drag from a grain into its neighbour."
_SECOND: Final = "Now click the grain to merge it with, or the same one again to leave it."


class ToolUse(QObject):
    """Turns gestures on the canvas into corrections.

    Parameters
    ----------
    viewer : Viewer
        Where the gestures are made. When another of its layers becomes the active one, the tool is laid down.
    box : ToolBox
        Says which tool is in hand, and what to do next with it.
    marks : CanvasMarks
        Shows strokes, and which grain waits to be merged.
    parent : QObject

    Attributes
    ----------
    used : Signal
        A gesture was made; what comes of it follows.
    failed : Signal(str)
        What was wrong with a gesture.
    """

    used = Signal()
    failed = Signal(str)

    def __init__(self, viewer: Viewer, box: ToolBox, marks: CanvasMarks, parent: QObject) -> None:
        super().__init__(parent)
        self._viewer, self._box, self._marks = viewer, box, marks
        self._corrections: Corrections | None = None
        self._first: tuple[int, int] | None = None
        self.gestures = Gestures(viewer, marks, self)
        self.gestures.clicked.connect(self._click)
        self.gestures.stroked.connect(self._stroke)
        self.gestures.refused.connect(self.failed)
        self.gestures.interrupted.connect(lambda: box.take(Tool.LOOK))
        box.tool_changed.connect(self._take)
        self._following = Subscriptions()
        self.destroyed.connect(self._following.end)

    def begin(self, corrections: Corrections) -> None:
        """Use tools on a layer from now on."""
        self.end()
        self._corrections = corrections
        self._following.add(self._hear_active, self._viewer.layers.selection.events.active)

    def end(self) -> None:
        """Lay the tool down, and give the mouse back."""
        self._box.take(Tool.LOOK)
        self.forget()
        self._following.end()
        self._corrections = None

    def forget(self) -> None:
        """Begin anew, should a first grain be waiting for a second one."""
        if self._first is not None:
            self._first = None
            self._marks.unmark()

    def _take(self, tool: Tool) -> None:
        self.forget()
        if tool is Tool.LOOK or self._corrections is None:
            self.gestures.end()
        else:
            self.gestures.begin(self._corrections.layer)

    def _hear_active(self, _event: object = None) -> None:
        active = self._viewer.layers.selection.active
        # None comes also in between, while another layer becomes the active one.
        if self._corrections is not None and active not in (None, self._corrections.layer):
            self._box.take(Tool.LOOK)

    def _click(self, place: Float) -> None:
        corrections, tool = self._corrections, self._box.tool
        if corrections is None:
            return
        self.used.emit()
        index, grain = corrections.shown, corrections.planes.grain_at(corrections.shown, place)
        if tool is Tool.MERGE:
            self._pick(corrections, index, place, grain)
        elif tool is Tool.GROW:
            where = (round(float(place[0])), round(float(place[1])))
            corrections.act(index, lambda proofreading: proofreading.grow(where))
        elif tool is Tool.ADD:
            corrections.act(index, lambda proofreading: proofreading.add(place[None]))
        elif tool is Tool.DELETE and grain:
            corrections.act(index, lambda proofreading: proofreading.delete(grain))
        else:
            self.failed.emit(_NO_GRAIN if tool is Tool.DELETE else TOOLS[tool].hint)

    def _stroke(self, path: Float) -> None:
        corrections, tool = self._corrections, self._box.tool
        if corrections is None:
            return
        self.used.emit()
        self.forget()
        if tool is Tool.MERGE:
            self._merge_along(corrections, corrections.shown, path)
        elif tool is Tool.SPLIT:
            corrections.act(corrections.shown, lambda proofreading: proofreading.split(path))
        elif tool is Tool.ADD:
            corrections.act(corrections.shown, lambda proofreading: proofreading.add(path))
        else:
            self.failed.emit(TOOLS[tool].hint)

    def _pick(self, corrections: Corrections, index: int, place: Float, grain: int) -> None:
        """Take the first of two grains, or merge it with the second."""
        first = self._first
        self.forget()
        self._box.say(TOOLS[Tool.MERGE].hint)
        if grain == 0:
            self.failed.emit(_NO_GRAIN)
        elif first is None or first[0] != index:
            self._first = index, grain
            self._marks.mark(corrections.layer, corrections.planes.position(index, place), dots=place[None])
            self._box.say(_SECOND)
        elif first[1] != grain:
            corrections.act(index, lambda proofreading: proofreading.merge(first[1], grain))

    def _merge_along(self, corrections: Corrections, index: int, path: Float) -> None:
        grains = grains_along(corrections.planes.labels[index], path)
        if len(grains) < 2:
            self.failed.emit(_ONE_GRAIN)
            return
        joined = [grains[0]]

        def join(proofreading: Proofreading, other: int) -> Edit:
            edit = proofreading.merge(joined[-1], other)
            joined.append(int(edit.after[0]))  # the larger of both gave the number
            return edit

        for other in grains[1:]:
            corrections.act(index, partial(join, other=other))
