"""Distributions of grain diameters, drawn into axes that the caller owns: of a report or of a dock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from ._shares import (
    By,
    Column,
    LengthUnit,
    class_edges,
    complete_grains,
    lognormal_shares,
    shares,
    unit_of,
    weighted_quantiles,
)

if TYPE_CHECKING:  # the viewer loads matplotlib when it shows a plot, not when it learns the colours
    from matplotlib.axes import Axes

MOST_STEPS: Final = 400
"""Steps of a cumulative curve: more are not seen, but make a report large."""
_LEVELS: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class PlotColours:
    """Colours of a plot; the defaults are for paper.

    Parameters
    ----------
    text : str
        Letters and axes.
    faint : str
        Grid.
    bar : str
        Bars, petals, and what counts grains by number.
    outline : str
        Unweighted classes.
    accent : str
        Means and fits.
    second : str
        What counts grains by area.
    """

    text: str = "#222222"
    faint: str = "#d4d4d4"
    bar: str = "#7a9cc6"
    outline: str = "#555555"
    accent: str = "#c8401f"
    second: str = "#2a7f62"

    @classmethod
    def dark(cls) -> PlotColours:
        """Return colours for a dark background."""
        return cls("#d8dbe0", "#4a4f57", "#6f97c9", "#b4b8be", "#ff8a5c", "#63c7a2")


def draw_histogram(
    axes: Axes,
    table: pd.DataFrame,
    *,
    by: By = "number",
    unit: Literal["um", "px"] | None = None,
    fit: Mapping[str, object] | None = None,
    colours: PlotColours | None = None,
) -> None:
    """Draw the distribution of equivalent circle diameters of complete grains.

    Bars have Miles-Lantuejoul weights and add up to 100 %; without the weights in outline.

    Parameters
    ----------
    axes : matplotlib Axes
        Empty.
    table : DataFrame
        With weight, area_px and ecd_px or ecd_um, as `measure` makes it.
    by : {"number", "area"}
        Share of grains or of their area.
    unit : {"um", "px"}, optional
        By itself um, where the table has it. Shown as nm, µm or mm, as suits.
    fit : mapping, optional
        The log-normal fit by number: "median_um" and "median_px", "sigma_ln", "p_value"; null where there is
        none.
    colours : PlotColours, optional
        By itself those for paper.
    """
    colours, shown = colours or PlotColours(), unit_of(table, unit)
    grains = complete_grains(table)
    _label(axes, shown, f"Share of {'area' if by == 'area' else 'grains'} (%)", colours)
    if grains.empty:
        say_nothing(axes, "no complete grain", colours)
        return
    diameters = grains[f"ecd_{shown.suffix}"].to_numpy(float) * shown.factor
    share, edges = shares(grains, by), class_edges(diameters)
    plain = shares(grains.assign(weight=1.0), by)
    axes.hist(diameters, edges.tolist(), weights=100 * share, color=colours.bar, label="complete grains")
    axes.hist(
        diameters,
        edges.tolist(),
        weights=100 * plain,
        histtype="step",
        color=colours.outline,
        linewidth=0.9,
        label="unweighted",
    )
    axes.set_xlim(0, float(edges[-1]) * 1.02)
    mean = float((diameters * share).sum())
    axes.axvline(mean, color=colours.accent, linewidth=1.2, label=f"mean {mean:#.3g} {shown.symbol}")
    _draw_fit(axes, edges, shown, fit or {}, by, colours)
    _show_legend(axes, colours)


def _draw_fit(
    axes: Axes,
    edges: Column,
    shown: LengthUnit,
    fit: Mapping[str, object],
    by: By,
    colours: PlotColours,
) -> None:
    median, sigma, p_value = (fit.get(key) for key in (f"median_{shown.suffix}", "sigma_ln", "p_value"))
    if not isinstance(median, float) or not isinstance(sigma, float) or sigma <= 0:
        return
    text = "log-normal" if not isinstance(p_value, float) else f"log-normal, p = {p_value:.2g}"
    diameters, expected = lognormal_shares(edges, median * shown.factor, sigma, by)
    axes.plot(diameters, 100 * expected, color=colours.accent, linewidth=1.2, linestyle="--", label=text)


def draw_cumulative(
    axes: Axes,
    table: pd.DataFrame,
    *,
    unit: Literal["um", "px"] | None = None,
    colours: PlotColours | None = None,
) -> None:
    """Draw the share of complete grains, by number and by area, up to each diameter; D10, D50, D90 marked.

    Parameters
    ----------
    axes, table, unit, colours
        See `draw_histogram`.
    """
    colours, shown = colours or PlotColours(), unit_of(table, unit)
    grains = complete_grains(table)
    _label(axes, shown, "Smaller than this (%)", colours)
    if grains.empty:
        say_nothing(axes, "no complete grain", colours)
        return
    diameters = grains[f"ecd_{shown.suffix}"].to_numpy(float) * shown.factor
    for level in _LEVELS:
        axes.axhline(100 * level, color=colours.faint, linewidth=0.7, zorder=0)
    curves: tuple[tuple[By, str], ...] = (("number", colours.bar), ("area", colours.second))
    for by, colour in curves:
        _draw_curve(axes, diameters, shares(grains, by), by, colour)
    axes.set_xlim(0, float(diameters.max()) * 1.03)
    axes.set_ylim(0, 103)
    _show_legend(axes, colours, title=f"D10 / D50 / D90 in {shown.symbol}")


def _draw_curve(axes: Axes, diameters: Column, share: Column, by: By, colour: str) -> None:
    marks = weighted_quantiles(diameters, share, _LEVELS)
    order = np.argsort(diameters)
    size, reached = diameters[order], 100 * np.cumsum(share[order])
    if len(size) > MOST_STEPS:
        shown = np.linspace(0, len(size) - 1, MOST_STEPS).astype(int)
        size, reached = size[shown], reached[shown]
    text = f"by {by}: " + " / ".join(f"{mark:#.3g}".removesuffix(".") for mark in marks)
    axes.step([0, *size], [0, *reached], where="post", color=colour, linewidth=1.4)
    axes.plot(marks, [100 * level for level in _LEVELS], "o", color=colour, markersize=4, label=text)


def say_nothing(axes: Axes, why: str, colours: PlotColours) -> None:
    """Say in the middle of empty axes why they are empty."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=colours.text)
    axes.set_xticks([])
    axes.set_yticks([])


def _label(axes: Axes, shown: LengthUnit, share: str, colours: PlotColours) -> None:
    axes.set_xlabel(f"Equivalent circle diameter ({shown.symbol})", color=colours.text)
    axes.set_ylabel(share, color=colours.text)
    axes.set_facecolor("none")
    axes.tick_params(colors=colours.text)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(colours.text)


def _show_legend(axes: Axes, colours: PlotColours, title: str | None = None) -> None:
    """Put the legend above the axes, where it hides no data."""
    legend = axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=1 if title else 2,
        columnspacing=1.2,
        borderaxespad=0.2,
        frameon=False,
        fontsize="small",
        labelcolor=colours.text,
        title=title,
        alignment="left",
    )
    legend.get_title().set(color=colours.text, fontsize="small")
