"""Which plots of a layer of grains there are, and how to draw each; matplotlib is not imported here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from napari.layers import Labels

from napari_grains import grains
from napari_grains.widgets._calibration import pixel_size_of
from napari_grains.widgets._measured_layers import summary_of

HISTOGRAM, CUMULATIVE = "Histogram", "Cumulative curve"
ORIENTATION, INTERCEPTS = "Rose of orientations", "Rose of intercepts"
KINDS: Final = (HISTOGRAM, CUMULATIVE, ORIENTATION, INTERCEPTS)
WEIGHTED: Final = (HISTOGRAM, ORIENTATION)
"""Plots that count grains either by number or by area."""
_NEEDED: Final = {
    HISTOGRAM: {"weight", "area_px", "ecd_px"},
    CUMULATIVE: {"weight", "area_px", "ecd_px"},
    ORIENTATION: {"weight", "area_px", "aspect_ratio", "orientation_deg"},
    INTERCEPTS: set(),
}
"""Columns without which a plot cannot be drawn."""


@dataclass(frozen=True, eq=False)
class Plot:
    """A picture that can be drawn anywhere.

    Parameters
    ----------
    draw : callable
        Draws into empty axes of matplotlib.
    polar : bool
        Whether these are polar ones.
    """

    draw: Callable[[Any], None]
    polar: bool = False


def why_no_plot(layer: Labels, kind: str) -> str:
    """Say in one line why a plot cannot be drawn; empty if it can."""
    if kind == INTERCEPTS and not summary_of(layer).get("mean_intercept_px_by_direction"):
        return f"The intercepts of “{layer.name}” have not been measured: measure it in the dock Grains."
    if missing := sorted(_NEEDED[kind] - set(layer.features.columns)):
        return f"The table of “{layer.name}” lacks {', '.join(missing)}: measure it in the dock Grains."
    return ""


def plot_of(layer: Labels, kind: str, by: str, colours: grains.PlotColours) -> Plot:
    """Return a plot that `why_no_plot` admits.

    Parameters
    ----------
    layer : Labels
        Its features and what was measured of it, as they are now.
    kind : str
        One of `KINDS`.
    by : str
        "number" or "area".
    colours : PlotColours
        For paper, or for the theme.
    """
    table, summary = layer.features, summary_of(layer)
    if kind == INTERCEPTS:
        return _intercepts(layer, summary, colours)
    if kind == ORIENTATION:
        return Plot(lambda axes: grains.draw_rose(axes, table, by=_by(by), colours=colours), polar=True)
    if kind == CUMULATIVE:
        return Plot(lambda axes: grains.draw_cumulative(axes, table, colours=colours))
    fit = summary.get("lognormal")
    return Plot(lambda axes: grains.draw_histogram(axes, table, by=_by(by), fit=fit, colours=colours))


def _intercepts(layer: Labels, summary: Mapping[str, Any], colours: grains.PlotColours) -> Plot:
    size = pixel_size_of(layer)

    def draw(axes: Any) -> None:  # noqa: ANN401 - polar axes of matplotlib
        grains.draw_intercept_rose(
            axes,
            summary["mean_intercept_px_by_direction"],
            um_per_px=None if size is None else size.um,
            anisotropy=summary.get("anisotropy"),
            colours=colours,
        )

    return Plot(draw, polar=True)


def _by(name: str) -> Any:  # noqa: ANN401 - one of two words
    return name
