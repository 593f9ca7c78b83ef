"""Small drawings of what the tools do to grains, in the colour of the theme's text."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import QPointF, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

_SIDE: Final = 36
"""Pixels of the drawing, twice those of the button for screens of high density."""
_GRAIN: Final = ((18, 3), (31, 10), (32, 25), (20, 33), (6, 28), (3, 12))
"""Corners of a grain."""

Stroke = tuple[tuple[float, float], ...]

_STROKES: Final[dict[str, tuple[Stroke, ...]]] = {
    "LOOK": (
        ((18, 4), (18, 32)), ((14, 8), (18, 4), (22, 8)), ((14, 28), (18, 32), (22, 28)),
        ((4, 18), (32, 18)), ((8, 14), (4, 18), (8, 22)), ((28, 14), (32, 18), (28, 22)),
    ),
    "MERGE": (((8, 18), (28, 18)), ((23, 13), (28, 18), (23, 23))),
    "SPLIT": (((20, 3), (15, 14), (21, 22), (16, 33)),),
    "ADD": (((18, 11), (18, 25)), ((11, 18), (25, 18))),
    "GROW": (((13, 13), (23, 23)), ((18, 13), (13, 13), (13, 18)), ((18, 23), (23, 23), (23, 18))),
    "DELETE": (((12, 12), (24, 24)), ((24, 12), (12, 24))),
}  # fmt: skip
"""Lines within it that say what happens; those of "LOOK" stand alone."""
_DOTTED: Final = ("DELETE", "MERGE")
"""Tools of which the outline is what goes away."""


def tool_icon(name: str, colour: QColor) -> QIcon:
    """Draw the icon of a tool by its name."""
    picture = QPixmap(_SIDE, _SIDE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if name != "LOOK":
        thin = QPen(colour, 1.8, Qt.PenStyle.DotLine if name in _DOTTED else Qt.PenStyle.SolidLine)
        painter.setPen(thin)
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in _GRAIN]))
    painter.setPen(
        QPen(colour, 3.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    for stroke in _STROKES[name]:
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in stroke]))
    painter.end()
    return QIcon(picture)
