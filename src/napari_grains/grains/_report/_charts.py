"""Distributions and roses for a report, as SVG."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes

from .._draw._plots import draw_cumulative, draw_histogram
from .._draw._roses import draw_intercept_rose, draw_rose
from .._draw._shares import By
from ._numbers import Summary
from ._page import figure, row
from ._pictures import data_url

Draw = Callable[[Any], None]

_WAYS: Final[tuple[By, ...]] = ("number", "area")
_WIDE: Final = (3.45, 1.85)
_NARROW: Final = (2.3, 1.95)
"""Inches, as they are printed: so letters have the size that is set here."""
_STYLE: Final[Mapping[str, Any]] = {
    "font.size": 7.0,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "svg.hashsalt": "napari-grains",  # the same chart gives the same bytes
}


def charts(table: pd.DataFrame, summary: Summary, um_per_px: float | None = None) -> str:
    """Draw distributions by number and by area, cumulative curves and roses, in two rows of figures.

    Parameters
    ----------
    table : DataFrame
        One row per grain.
    summary : mapping
        For the log-normal fit, the intercepts by direction and their anisotropy; what it lacks is left out.
    um_per_px : float, optional
        For the intercepts by direction.
    """
    fit = summary.get("lognormal")
    by_number, by_area = (_histogram(table, by, fit if isinstance(fit, Mapping) else None) for by in _WAYS)
    upper = (
        figure(by_number, "By number: every grain counts the same.", "half"),
        figure(by_area, "By area: a grain counts as much as its area.", "half"),
    )
    cumulative = _chart(lambda axes: draw_cumulative(axes, table), _NARROW)
    rose = _chart(lambda axes: draw_rose(axes, table), _NARROW, "polar")
    lower = (
        figure(cumulative, "Share of grains, and of their area, up to a diameter.", "third"),
        figure(rose, "Longest axes of grains, weighted by elongation.", "third"),
        _intercepts(summary, um_per_px),
    )
    return row(upper) + row(filter(None, lower))


def _histogram(table: pd.DataFrame, by: By, fit: Mapping[str, object] | None) -> str:
    return _chart(lambda axes: draw_histogram(axes, table, by=by, fit=fit), _WIDE)


def _intercepts(summary: Summary, um_per_px: float | None) -> str:
    directions, anisotropy = (summary.get(key) for key in ("mean_intercept_px_by_direction", "anisotropy"))
    if not isinstance(directions, Mapping):
        return ""
    ellipse = anisotropy if isinstance(anisotropy, Mapping) else None

    def draw(axes: PolarAxes) -> None:
        draw_intercept_rose(axes, directions, um_per_px=um_per_px, anisotropy=ellipse)

    caption = "Mean intercept by direction" + ("; fitted ellipse dashed." if ellipse else ".")
    return figure(_chart(draw, _NARROW, "polar"), caption, "third")


def _chart(draw: Draw, size: tuple[float, float], projection: str | None = None) -> str:
    with rc_context(cast("Any", _STYLE)):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.add_subplot(projection=projection))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return data_url(buffer.getvalue(), "image/svg+xml")
