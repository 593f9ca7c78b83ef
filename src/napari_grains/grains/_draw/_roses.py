"""Roses of directions, drawn into polar axes that the caller owns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ._plots import PlotColours, say_nothing
from ._shares import By, axial_mean, complete_grains, length_unit, orientation_shares

if TYPE_CHECKING:
    from matplotlib.projections.polar import PolarAxes

PETALS: Final = 18
"""Classes of orientation in half a turn."""
SURE: Final = 0.05
"""A mean direction is drawn if one as pronounced would come about by chance less often than this."""

_BELOW: Final = -6
"""Points between the rose and the line below it: directions below the horizontal have no labels."""


def draw_rose(
    axes: PolarAxes, table: pd.DataFrame, *, by: By = "number", colours: PlotColours | None = None
) -> None:
    """Draw how the longest axes of complete grains are oriented.

    An axis has no sense: each petal is repeated half a turn further. The area of a petal is the share of its
    class, so that a class twice as frequent looks twice as large. Grains are weighted by their elongation
    (see `elongation`) and as in the histogram. A line marks the mean direction if there is a preferred one.

    Parameters
    ----------
    axes : matplotlib PolarAxes
        Empty.
    table : DataFrame
        With weight, area_px, aspect_ratio and orientation_deg, as `measure` makes it.
    by : {"number", "area"}
        Whether every grain counts the same or as much as its area.
    colours : PlotColours, optional
        By itself those for paper.
    """
    colours = colours or PlotColours()
    grains = complete_grains(table)
    share = orientation_shares(grains, by) if len(grains) else np.zeros(0)
    _prepare(axes, colours)
    if not share.sum() > 0:
        say_nothing(axes, "no elongated grain", colours)
        return
    direction = grains["orientation_deg"].to_numpy(float) % 180
    petals = np.histogram(direction, PETALS, (0, 180), weights=100 * share)[0]
    width = math.pi / PETALS
    middle = width * (np.arange(2 * PETALS) + 0.5)
    axes.bar(middle, np.sqrt(np.tile(petals, 2)), width, color=colours.bar, edgecolor=colours.faint, lw=0.4)
    mean = axial_mean(direction, share)
    if mean.p_value < SURE:
        _draw_axis(axes, mean.direction_deg, math.sqrt(float(petals.max())), colours)
    _mark_shares(axes, float(petals.max()), by, colours)


def draw_intercept_rose(
    axes: PolarAxes,
    by_direction: Mapping[str, float | None],
    *,
    um_per_px: float | None = None,
    anisotropy: Mapping[str, object] | None = None,
    colours: PlotColours | None = None,
) -> None:
    """Draw the mean intercept length in every direction.

    Parameters
    ----------
    axes : matplotlib PolarAxes
        Empty.
    by_direction : mapping
        Mean intercept in px by the direction of the test lines in degrees (0..180, counter-clockwise from
        x), as text; None where no boundary was met. As in the summary of `measure`.
    um_per_px : float, optional
        Turns px into um. Shown as nm, µm or mm, as suits.
    anisotropy : mapping, optional
        "ratio", longest over shortest axis of the fitted ellipse, and "direction_deg" of the longest; the
        ellipse is drawn with the size that fits.
    colours : PlotColours, optional
        By itself those for paper.
    """
    colours = colours or PlotColours()
    known = {math.radians(float(angle)): float(value) for angle, value in by_direction.items() if value}
    _prepare(axes, colours)
    if not known:
        say_nothing(axes, "no intercept", colours)
        return
    angle, length = np.array(sorted(known.items())).T
    suffix: Literal["um", "px"] = "px" if um_per_px is None else "um"
    length = length * (um_per_px or 1.0)
    shown = length_unit(float(np.median(length)), suffix)
    length = length * shown.factor
    around, twice = np.concatenate((angle, angle + math.pi)), np.tile(length, 2)
    axes.fill(around, twice, facecolor=colours.bar, alpha=0.25)
    axes.plot([*around, angle[0]], [*twice, length[0]], "o-", color=colours.bar, markersize=3, lw=1.2)
    _draw_ellipse(axes, angle, length, anisotropy or {}, colours)
    rings = _round_numbers(float(length.max()))
    axes.set_ylim(0, float(length.max()) * 1.1)
    axes.set_yticks(rings, [""] * len(rings))
    text = f"Mean intercept, rings at {_listed(rings)} {shown.symbol}"
    axes.set_xlabel(text, color=colours.text, labelpad=_BELOW)


def _prepare(axes: PolarAxes, colours: PlotColours) -> None:
    """Mark directions above the horizontal: those below are the same."""
    axes.set_facecolor("none")
    above = range(0, 181, 30)
    axes.set_thetagrids(range(0, 360, 30), [f"{d}°" if d in above else "" for d in range(0, 360, 30)])
    axes.tick_params(colors=colours.text, labelsize="small", pad=0)
    axes.grid(color=colours.faint, linewidth=0.6)
    axes.spines["polar"].set_color(colours.faint)
    axes.set_axisbelow(True)


def _draw_axis(axes: PolarAxes, direction_deg: float, reach: float, colours: PlotColours) -> None:
    angle = math.radians(direction_deg)
    for side in (angle, angle + math.pi):
        axes.plot([side, side], [0, reach * 1.05], color=colours.accent, lw=1.4)


def _mark_shares(axes: PolarAxes, largest: float, by: By, colours: PlotColours) -> None:
    """Say what share the rings stand for, of which the radius is the root."""
    rings = _round_numbers(largest)
    axes.set_ylim(0, math.sqrt(largest) * 1.1)
    axes.set_yticks([math.sqrt(ring) for ring in rings], [""] * len(rings))
    text = f"Share of {'area' if by == 'area' else 'grains'}, rings at {_listed(rings)} %"
    axes.set_xlabel(text, color=colours.text, labelpad=_BELOW)


def _draw_ellipse(
    axes: PolarAxes,
    angle: NDArray[Any],
    length: NDArray[Any],
    anisotropy: Mapping[str, object],
    colours: PlotColours,
) -> None:
    ratio, direction = anisotropy.get("ratio"), anisotropy.get("direction_deg")
    if not isinstance(ratio, float) or not isinstance(direction, float | int):
        return

    def radius(at: NDArray[Any]) -> NDArray[Any]:
        turned = at - math.radians(direction)
        shape: NDArray[Any] = 1 / np.hypot(np.cos(turned) / ratio, np.sin(turned))
        return shape

    size = float(np.mean(length / radius(angle)))
    around = np.linspace(0, 2 * math.pi, 181)
    axes.plot(around, size * radius(around), color=colours.accent, lw=1.2, ls="--")


def _round_numbers(largest: float) -> list[float]:
    """Two to four round numbers up to the largest value."""
    decade = 10.0 ** math.floor(math.log10(largest))
    step = max(part * decade for part in (0.2, 0.5, 1, 2, 5) if 2 * part * decade <= largest * (1 + 1e-9))
    return [round(step * number, 12) for number in range(1, int(largest / step * (1 + 1e-9)) + 1)]


def _listed(numbers: list[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
