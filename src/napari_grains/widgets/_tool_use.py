"""What clicks and strokes mean with the tool in hand."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from napari_grains.grains import Edit, Proofreading, grains_along
from napari_grains.widgets._canvas_marks import CanvasMarks
from napari_grains.widgets._corrections import Corrections
from napari_grains.widgets._tool_box import TOOLS, Tool

Place = NDArray[np.float64]

_NO_GRAIN: Final = "There is no grain at that place."
_ONE_GRAIN: Final = "The stroke stays within one grain: drag from a grain into its neighbour."


class ToolUse(QObject):
    """Turns gestures on the canvas into corrections.

    Parameters
    ----------
    marks : CanvasMarks
        Shows which grain waits to be merged.

    Attributes
    ----------
    hinted : Signal(str)
        What to do next.
    failed : Signal(str)
        What was wrong with a gesture.
    """

    hinted = Signal(str)
    failed = Signal(str)

    def __init__(self, marks: CanvasMarks, parent: QObject) -> None:
        super().__init__(parent)
        self._marks = marks
        self._first: tuple[Corrections, int, int] | None = None

    def forget(self) -> None:
        """Begin anew, should a first grain be waiting for a second one."""
        if self._first is not None:
            self._first = None
            self._marks.unmark()

    def click(self, tool: Tool, corrections: Corrections, index: int, place: Place) -> None:
        """Use a tool at a place (row, column) of a slice."""
        grain = corrections.planes.grain_at(index, place)
        if tool is Tool.MERGE:
            self._pick(corrections, index, place, grain)
        elif tool is Tool.GROW:
            where = (round(float(place[0])), round(float(place[1])))
            corrections.act(index, lambda proofreading: proofreading.grow(where))
        elif tool is Tool.ADD:
            corrections.act(index, lambda proofreading: proofreading.add(place[None]))
        elif tool is Tool.SPLIT:
            self.failed.emit(TOOLS[tool].hint)
        elif grain == 0:
            self.failed.emit(_NO_GRAIN)
        else:
            corrections.act(index, lambda proofreading: proofreading.delete(grain))

    def stroke(self, tool: Tool, corrections: Corrections, index: int, path: Place) -> None:
        """Use a tool along a path (P, 2) in a slice."""
        self.forget()
        if tool is Tool.MERGE:
            self._merge_along(corrections, index, path)
        elif tool is Tool.SPLIT:
            corrections.act(index, lambda proofreading: proofreading.split(path))
        elif tool is Tool.ADD:
            corrections.act(index, lambda proofreading: proofreading.add(path))
        else:
            self.failed.emit(TOOLS[tool].hint)

    def _pick(self, corrections: Corrections, index: int, place: Place, grain: int) -> None:
        """Take the first of two grains, or merge it with the second."""
        first = self._first
        self.forget()
        if grain == 0:
            self.failed.emit(_NO_GRAIN)
        elif first is None or first[:2] != (corrections, index):
            self._first = corrections, index, grain
            self._marks.mark(corrections.layer, corrections.planes.position(index, place), dots=place[None])
            self.hinted.emit("Now click the grain to merge it with, or the same one again to leave it.")
            return
        elif first[2] != grain:
            corrections.act(index, lambda proofreading: proofreading.merge(first[2], grain))
        self.hinted.emit(TOOLS[Tool.MERGE].hint)

    def _merge_along(self, corrections: Corrections, index: int, path: Place) -> None:
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
