"""From one doubtful boundary to the next: fly there, mark it, carry out what is decided."""

from __future__ import annotations

from typing import Final

from napari.viewer import Viewer

from napari_grains.grains import DoubtfulEdge, shared_sides
from napari_grains.widgets._camera import fly_to
from napari_grains.widgets._canvas_marks import CanvasMarks
from napari_grains.widgets._corrections import Corrections

_SURROUNDINGS: Final = 4
"""What is to be seen, in lengths of the boundary: also the grains on both sides."""


class DoubtfulWalk:
    """Looks at one boundary at a time.

    Parameters
    ----------
    viewer : Viewer
        Flies.
    marks : CanvasMarks
        Shows the boundary.

    Attributes
    ----------
    edge : DoubtfulEdge or None
        What is looked at.
    """

    def __init__(self, viewer: Viewer, marks: CanvasMarks) -> None:
        self._viewer, self._marks = viewer, marks
        self.edge: DoubtfulEdge | None = None

    def leave(self) -> None:
        """Look at none."""
        if self.edge is not None:
            self.edge = None
            self._marks.unmark()

    def next(self, corrections: Corrections) -> None:
        """Go to the most doubtful boundary of the slice, from a doubtful one to the one after it."""
        index, before = corrections.shown, self.edge
        self.leave()
        proofreading = corrections.proofreading(index)
        edge = None if proofreading is None else proofreading.doubtful(before)
        if proofreading is None or edge is None:
            return
        self.edge = edge
        position = corrections.planes.position(index, edge.position)
        fly_to(self._viewer, corrections.layer, position, _SURROUNDINGS * edge.extent)
        sides = shared_sides(proofreading.labels, edge.pair, edge.position, edge.extent)
        self._marks.mark(corrections.layer, position, lines=sides)

    def keep(self, corrections: Corrections) -> None:
        """Decide that it is a boundary, and go on."""
        edge = self.edge
        if edge is not None:
            corrections.act(corrections.shown, lambda proofreading: proofreading.keep(edge))
            self.next(corrections)

    def join(self, corrections: Corrections) -> None:
        """Decide that it is none, and go on."""
        edge = self.edge
        if edge is not None:
            corrections.act(corrections.shown, lambda proofreading: proofreading.merge(*edge.pair))
            self.next(corrections)
