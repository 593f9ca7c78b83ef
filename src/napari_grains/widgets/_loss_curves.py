"""Curves of a training: loss, loss on unseen micrographs, and error on real ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, TypeAlias

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QSizePolicy, QWidget

from napari_grains.events import TrainingProgress

Points: TypeAlias = list[tuple[float, float]]

_CURVES: Final = {
    "loss": ("loss", "#7f8c8d", "#9aa5a6"),
    "validation": ("validation", "#1565c0", "#64b5f6"),
    "real": ("real pair, ARE", "#c24500", "#ffab40"),
}
"""Name in the legend, colour on a bright and on a dark background."""
_TIP: Final = (
    "Over the steps, lower is better. loss: what is minimised; validation: the same on synthetic\n"
    "micrographs that are not trained on; ARE: adapted Rand error on your real pair, scale at the right."
)
_HEIGHT: Final = 130
_MOST: Final = 1000
"""Corners of a curve: more are not seen, but take time to draw."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 34, 20, 16


class LossCurves(QWidget):
    """Draws itself in a fraction of a millisecond, so that it may be updated at any time.

    The losses have a logarithmic axis at the left, the error on real pairs a linear one at the right.

    Parameters
    ----------
    validation : str
        What the second curve is called.
    tip : str
        What the curves mean.
    """

    def __init__(
        self, validation: str = "validation", tip: str = _TIP, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._names = {name: text for name, (text, *_) in _CURVES.items()} | {"validation": validation}
        self.points: dict[str, Points] = {name: [] for name in _CURVES}
        self._bright, self._foreground = False, QColor("#d0d0d0")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(tip)
        self.hide()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a height at which a trend is seen; any width will do."""
        return QSize(200, _HEIGHT)

    def clear(self) -> None:
        """Forget all, and disappear until there is something to show."""
        for points in self.points.values():
            points.clear()
        self.hide()

    def add(self, progress: TrainingProgress) -> None:
        """Add what there is to say of a step."""
        for name, points in self.points.items():
            value = getattr(progress, name)
            if value is not None and math.isfinite(value):
                points.append((progress.done, value))
        self.setVisible(any(self.points.values()))
        self.update()

    def set_theme(self, foreground: QColor, *, bright: bool) -> None:
        """Choose the colour of text and axes, and curves for a bright or a dark background."""
        self._foreground, self._bright = foreground, bright
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw axes, curves and legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPointSizeF(max(7.0, font.pointSizeF() * 0.8))
        painter.setFont(font)
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)
        losses = [*self.points["loss"], *self.points["validation"]]
        steps = max((step for points in self.points.values() for step, _ in points), default=0.0)
        self._draw_steps(painter, area, steps)
        if losses:
            self._draw_losses(painter, area, steps, losses)
        if self.points["real"]:
            self._draw_errors(painter, area, steps)
        self._draw_legend(painter)
        painter.end()

    def _draw_steps(self, painter: QPainter, area: QRectF, steps: float) -> None:
        painter.setPen(self._faint())
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(self._foreground)
        below = QRectF(area.left(), area.bottom(), area.width(), _BOTTOM)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{steps:g} steps")

    def _draw_losses(self, painter: QPainter, area: QRectF, steps: float, losses: Points) -> None:
        low, high = span([value for _, value in losses if value > 0])
        bottom, top = math.log(low), math.log(high)

        def height(value: float) -> float:
            return (math.log(max(value, low)) - bottom) / (top - bottom)

        for tick in log_ticks(low, high):
            y = area.bottom() - height(tick) * area.height()
            painter.setPen(self._faint())
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(self._foreground)
            beside = QRectF(0, y - 8, _LEFT - 4, 16)
            painter.drawText(
                beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{tick:.2g}"
            )
        for name in ("loss", "validation"):
            places = [(step, height(value)) for step, value in self.points[name]]
            self._draw_curve(painter, area, steps, name, places)

    def _draw_errors(self, painter: QPainter, area: QRectF, steps: float) -> None:
        low, high = span([value for _, value in self.points["real"]])
        places = [(step, (value - low) / (high - low)) for step, value in self.points["real"]]
        self._draw_curve(painter, area, steps, "real", places)
        painter.setPen(self._colour("real"))
        for value, y in ((low, area.bottom()), (high, area.top())):
            beside = QRectF(area.right() + 4, y - 8, _RIGHT - 4, 16)
            painter.drawText(
                beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{value:.2f}"
            )

    def _draw_curve(self, painter: QPainter, area: QRectF, steps: float, name: str, places: Points) -> None:
        corners = [
            QPointF(area.left() + area.width() * step / (steps or 1), area.bottom() - area.height() * share)
            for step, share in places[:: 1 + len(places) // _MOST]
        ]
        painter.setPen(QPen(self._colour(name), 1.0 if name == "loss" else 1.8))
        painter.drawPolyline(QPolygonF(corners))
        if name != "loss":
            painter.setBrush(self._colour(name))
            for corner in corners:
                painter.drawEllipse(corner, 2.0, 2.0)

    def _draw_legend(self, painter: QPainter) -> None:
        x = 4.0
        for name, points in self.points.items():
            if points:
                text = f"{self._names[name]} {points[-1][1]:.3g}"
                painter.setPen(self._colour(name))
                painter.drawText(QPointF(x, 12), text)
                x += painter.fontMetrics().horizontalAdvance(text) + 12

    def _colour(self, name: str) -> QColor:
        return QColor(_CURVES[name][1 if self._bright else 2])

    def _faint(self) -> QColor:
        faint = QColor(self._foreground)
        faint.setAlpha(50)
        return faint


def span(values: Sequence[float]) -> tuple[float, float]:
    """Return where an axis begins and ends for positive values, never at the same place."""
    low, high = min(values, default=0.1), max(values, default=1.0)
    return (low, high) if high > 1.05 * low and low > 0 else (0.9 * low or -0.01, 1.1 * high or 0.01)


def log_ticks(low: float, high: float) -> list[float]:
    """Return two to five numbers of one digit between two positive ones, or else those two."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 5, 7), range(1, 10)):
        ticks = [float(f"{digit}e{decade}") for decade in decades for digit in digits]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) >= 2:
            return inside[:: math.ceil(len(inside) / 5)]
    return [low, high]
