"""Pictures of what a classifier is worth: confusion matrix, calibration, filters; matplotlib comes later."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from napari_grains.grains import PlotColours
from napari_grains.widgets._grain_plot import Plot
from napari_grains.widgets._source import Array

_LONGEST: Final = 12
"""Letters of a class in a plot."""
_MOST_CLASSES: Final = 12
"""Classes up to which the numbers fit into the fields of the matrix."""
_MOST_FILTERS: Final = 64
_HALF: Final = 0.5


def confusion_plot(scores: Mapping[str, Any], colours: PlotColours) -> Plot:
    """Draw how often held-out examples of each class (row) were taken for each class (column).

    Parameters
    ----------
    scores : mapping
        Of the job "train_classifier": "classes" and "confusion", K x K.
    colours : PlotColours
        For paper, or for the theme.
    """
    names = [_short(str(name)) for name in scores["classes"]]
    numbers = np.asarray(scores["confusion"], np.int64)
    shares = numbers / np.maximum(numbers.sum(axis=1, keepdims=True), 1)

    def draw(axes: Any) -> None:  # noqa: ANN401 - axes of matplotlib
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axes.set_xticks(range(len(names)), names, rotation=30 if len(names) > 3 else 0)
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel("taken for", color=colours.text)
        axes.set_ylabel("is", color=colours.text)
        _colour(axes, colours)
        if len(names) <= _MOST_CLASSES:
            for (row, column), number in np.ndenumerate(numbers):
                ink = "white" if shares[row, column] > _HALF else "#222222"
                axes.text(column, row, str(number), ha="center", va="center", color=ink, fontsize=9)

    return Plot(draw)


def calibration_plot(scores: Mapping[str, Any], colours: PlotColours) -> Plot:
    """Draw how often answers of each probability are right, with the number of them; best on the diagonal.

    Parameters
    ----------
    scores : mapping
        Of the job "train_classifier": "calibration" with "confidence", "accuracy" and "examples" by bin.
    colours : PlotColours
        For paper, or for the theme.
    """
    bins = scores["calibration"]
    counts = np.asarray(bins["examples"], np.float64)
    filled = [
        (said, found)
        for said, found in zip(bins["confidence"], bins["accuracy"], strict=True)
        if said is not None and found is not None
    ]
    edges = np.linspace(0, 1, len(counts) + 1)

    def draw(axes: Any) -> None:  # noqa: ANN401 - axes of matplotlib
        share = counts / max(counts.sum(), 1)
        axes.bar(
            edges[:-1], share, np.diff(edges), align="edge", color=colours.faint, label="share of answers"
        )
        axes.plot([0, 1], [0, 1], color=colours.outline, linewidth=1, linestyle="--")
        axes.plot(*zip(*filled, strict=True), "o-", color=colours.accent, label="right")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("probability given", color=colours.text)
        axes.set_ylabel("share that is right", color=colours.text)
        axes.legend(frameon=False, fontsize=8, labelcolor=colours.text, loc="upper left")
        _colour(axes, colours)

    return Plot(draw)


def filters_plot(filters: Array, colours: PlotColours) -> Plot:
    """Draw the filters of the first layer side by side, each in its own range of grey values.

    Parameters
    ----------
    filters : ndarray, (N, h, w)
        Weights of the job "filters"; of many the first 64 are drawn.
    colours : PlotColours
        For paper, or for the theme.
    """
    shown = np.asarray(filters, np.float32)[:_MOST_FILTERS]
    columns = math.ceil(math.sqrt(2 * len(shown)))
    rows = math.ceil(len(shown) / columns)
    height, width = shown.shape[1] + 1, shown.shape[2] + 1
    picture = np.full((rows * height - 1, columns * width - 1), np.nan, np.float32)
    for number, one in enumerate(shown):
        top, left = number // columns * height, number % columns * width
        reach = max(float(np.abs(one).max()), 1e-12)
        picture[top : top + height - 1, left : left + width - 1] = one / reach

    def draw(axes: Any) -> None:  # noqa: ANN401 - axes of matplotlib
        axes.imshow(picture, cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
        axes.set_axis_off()
        axes.set_title(f"{len(shown)} of {len(filters)} filters", color=colours.text, fontsize=9)

    return Plot(draw)


def _colour(axes: Any, colours: PlotColours) -> None:  # noqa: ANN401 - axes of matplotlib
    axes.set_facecolor("none")
    axes.tick_params(colors=colours.text, labelsize=8)
    for side in axes.spines.values():
        side.set_color(colours.faint)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
