"""The test lines and the intercepts counted on them, drawn over the grains so that they can be checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from napari.layers import Labels, Layer, Points, Vectors
from napari.viewer import Viewer

from napari_grains.grains import as_vectors, circles_as_segments
from napari_grains.widgets._grain_source import GrainSource
from napari_grains.widgets._guides import line_width
from napari_grains.widgets._measured_layers import LaidLines, lines_of
from napari_grains.widgets._results import METADATA, frame_of, result_layer
from napari_grains.widgets._source import Array
from napari_grains.widgets._viewer import add_aside

ALL, CIRCLES = "all", "circles"
CHOICES: Final = (ALL, "0°", "45°", "90°", "135°", CIRCLES)
"""Which lines are drawn."""
_ROLES: Final = ("test lines", "intercepts")
_CENTRE: Final = 0.5
"""Row and column of the centre of the first pixel, from its corner: napari counts from centres."""
_LINES, _CROSSINGS = "#00c8ff", "#ffe600"
_POINT: Final = 3.0
"""Diameter of a crossing in widths of a line."""
_MOST_POINTS: Final = 30_000
"""Where the processor draws, 11,000 points delay each movement of the camera by 0.1 s, 180,000 by 2.5 s."""
_NO_LINES: Final = "Measure first: the test lines are laid with the measurement."
_TOO_MANY: Final = "{number:,} intercepts are too many to draw at once: choose one direction."


@dataclass(frozen=True, eq=False)
class _Drawing:
    """Lines (L, 2, 2) as starts and steps, crossings (K, 2), and the slices that both are on."""

    lines: Array
    line_slice: Array
    crossings: Array
    crossing_slice: Array


class TestLineLayers:
    """Layers "<grains> test lines" and "<grains> intercepts", made when they are needed.

    Parameters
    ----------
    viewer : Viewer
        Where they are shown.
    """

    __test__ = False  # no test, whatever pytest takes from the name

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    def show(self, grains: Labels, choice: str = ALL) -> str:
        """Draw the lines of a layer in place of what was drawn for it.

        Parameters
        ----------
        grains : Labels
            Measured.
        choice : str
            One of `CHOICES`.

        Returns
        -------
        str
            What the user should know, in one line; empty if there is nothing.
        """
        lines = lines_of(grains)
        if lines is None:
            self.hide(grains)
            return _NO_LINES
        drawing = _chosen(lines, choice)
        width = line_width(grains)
        vectors = _in_stack(grains, drawing.lines, drawing.line_slice)
        vectors[:, 1, :-2] = 0  # a line does not leave its slice
        number = len(drawing.crossings)
        shown = slice(number if number <= _MOST_POINTS else 0)
        places = _in_stack(grains, drawing.crossings[shown, None], drawing.crossing_slice[shown])[:, 0]
        self._put(grains, _ROLES[0], vectors, width)
        self._put(grains, _ROLES[1], places, width)
        return "" if number <= _MOST_POINTS else _TOO_MANY.format(number=number)

    def hide(self, grains: Labels) -> None:
        """Take the layers of these grains away."""
        for role in _ROLES:
            layer = result_layer(self._viewer, grains, role)
            if layer is not None:
                self._viewer.layers.remove(layer)

    def are_shown(self, grains: Labels) -> bool:
        """Whether the viewer has lines of these grains."""
        return result_layer(self._viewer, grains, _ROLES[0]) is not None

    def _put(self, grains: Labels, role: str, data: Array, width: float) -> None:
        layer = result_layer(self._viewer, grains, role)
        if layer is not None:
            layer.data = data
            return
        mark = {METADATA: {"role": role, "source_id": str(grains.unique_id), "source_layer": grains.name}}
        given = {**frame_of(grains), "name": f"{grains.name} {role}", "metadata": mark}
        layer = _new_lines(data, width, given) if role == _ROLES[0] else _new_points(data, width, given)
        add_aside(self._viewer, layer)


def _new_lines(data: Array, width: float, given: dict[str, Any]) -> Layer:
    return Vectors(
        data, ndim=data.shape[-1], edge_width=width / 2, edge_color=_LINES, vector_style="line", **given
    )


def _new_points(data: Array, width: float, given: dict[str, Any]) -> Layer:
    return Points(
        data,
        ndim=data.shape[-1],
        size=_POINT * width,
        face_color=_CROSSINGS,
        border_width=0,
        antialiasing=0,
        **given,
    )


def _chosen(lines: LaidLines, choice: str) -> _Drawing:
    every = choice == ALL
    on_circles = np.isnan(lines.crossing_direction)
    angle = float("nan") if every or choice == CIRCLES else float(choice.removesuffix("°"))
    straight = every | (lines.segment_direction == angle)
    round_ones = np.full(len(lines.circles), every or choice == CIRCLES)
    crossings = on_circles if choice == CIRCLES else every | (lines.crossing_direction == angle)
    polygons = circles_as_segments(lines.circles[round_ones])
    drawn = np.concatenate([lines.segments[straight].reshape(-1, 2, 2), polygons.reshape(-1, 2, 2)])
    slices = [lines.segment_slice[straight]]
    slices.append(np.repeat(lines.circle_slice[round_ones], polygons.shape[1]))
    return _Drawing(
        as_vectors(drawn),
        np.concatenate(slices),
        lines.crossings[crossings].reshape(-1, 2),
        lines.crossing_slice[crossings],
    )


def _in_stack(grains: Labels, planar: Array, slices: Array) -> Array:
    """Give places (N, M, 2) of a plane the leading axes of a layer, the slice where it counts slices."""
    places = np.zeros((*planar.shape[:2], grains.ndim), np.float32)
    places[..., -2:] = planar
    places[:, 0, -2:] -= _CENTRE
    for axis, length in enumerate(GrainSource(grains).shape[:-2]):
        if length > 1:
            places[..., axis] = slices[:, None]
    return places
