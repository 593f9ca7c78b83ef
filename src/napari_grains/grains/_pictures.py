"""Pictures for the report, as data URLs."""

from __future__ import annotations

import base64
import io
import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from napari_grains.images import PixelSize, stretch

from ._measurement import Measurement

LINE_COLOUR = "#e4572e"
_BAR_COLOUR = "#7a9cc6"


def grain_lines_picture(
    image: NDArray[np.generic] | None, labels: NDArray[np.integer], pixel_size: PixelSize | None
) -> str:
    """Draw the grain lines on the micrograph, or on patches of grey; with a scale bar if it is calibrated.

    Parameters
    ----------
    image : ndarray, shape (Y, X) or (Z, Y, X), or None
        The micrograph; of a stack the middle slice is shown.
    labels : ndarray of int, same shape
        Its grains.
    pixel_size : PixelSize or None
        For the scale bar and the shape of the pixels.
    """
    grains = _middle(labels)
    shown = _patches(grains) if image is None else stretch(_middle(image).astype(np.float32))
    size = (1.0, 1.0) if pixel_size is None else (pixel_size.y_um, pixel_size.x_um)
    rows, columns = grains.shape
    proportion = rows * size[0] / (columns * size[1])
    width = 7.0 if proportion <= 1.5 else 10.5 / proportion
    figure = Figure(figsize=(width, width * proportion), dpi=150)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.imshow(shown, cmap="gray", vmin=0, vmax=1, aspect="auto")
    axes.imshow(_coloured_lines(grains), aspect="auto")
    if pixel_size is not None:
        _scale_bar(axes, grains.shape, pixel_size)
    return _data_url(figure, "png", "image/png")


def diameter_histogram(measurement: Measurement) -> str:
    """Draw the distribution of equivalent circle diameters of complete grains, weighted and not."""
    table = measurement.table[measurement.table["weight"] > 0]
    column, unit = ("ecd_px", "px") if measurement.pixel_size is None else ("ecd_um", "µm")
    figure = Figure(figsize=(5, 3.6), layout="constrained")
    axes = figure.add_subplot()
    _draw_distribution(axes, table[column], table["weight"])
    axes.set_xlabel(f"Equivalent circle diameter ({unit})")
    axes.set_ylabel("Share of grains (%)")
    axes.spines[["top", "right"]].set_visible(False)
    return _data_url(figure, "svg", "image/svg+xml")


def _draw_distribution(axes: Axes, diameters: pd.Series, weights: pd.Series) -> None:
    if diameters.empty:
        axes.text(0.5, 0.5, "no complete grain", transform=axes.transAxes, ha="center")
        return
    bins = min(30, max(5, math.ceil(2 * len(diameters) ** (1 / 3))))
    edges = np.linspace(0, float(diameters.max()) * 1.001, bins + 1).tolist()
    share = 100 * weights / weights.sum()
    axes.hist(diameters, edges, weights=share, color=_BAR_COLOUR, label="weighted")
    plain = np.full(len(diameters), 100 / len(diameters))
    axes.hist(diameters, edges, weights=plain, histtype="step", color="#333333", label="unweighted")
    mean = float((diameters * weights).sum() / weights.sum())
    axes.axvline(mean, color=LINE_COLOUR, label=f"weighted mean {mean:.3g}")
    axes.legend(frameon=False)


def _middle(array: NDArray[np.generic]) -> NDArray[np.generic]:
    return array[len(array) // 2] if array.ndim == 3 else array


def _patches(grains: NDArray[np.generic]) -> NDArray[np.float64]:
    """One grey per grain, different for neighbouring ids."""
    share: NDArray[np.float64] = (grains.astype(np.float64) * 0.6180339887) % 1
    return np.where(grains == 0, 0.0, 0.35 + 0.6 * share)


def _coloured_lines(grains: NDArray[np.generic]) -> NDArray[np.float64]:
    """Grain lines as an (Y, X, 4) image, thick enough to stay visible when it is shrunk."""
    lines = np.zeros(grains.shape, bool)
    lines[:-1] |= grains[:-1] != grains[1:]
    lines[:, :-1] |= grains[:, :-1] != grains[:, 1:]
    for _ in range(max(grains.shape) // 1000):
        lines[1:] |= lines[:-1].copy()
        lines[:, 1:] |= lines[:, :-1].copy()
    coloured = np.empty((*grains.shape, 4))
    coloured[:] = to_rgba(LINE_COLOUR)
    coloured[..., 3] = lines
    return coloured


def _scale_bar(axes: Axes, shape: tuple[int, ...], pixel_size: PixelSize) -> None:
    """Put a bar of a round length, about a fifth of the width, into the lower left corner."""
    rows, columns = shape
    room = columns * pixel_size.x_um / 5
    decade = 10.0 ** math.floor(math.log10(room))
    length = max(step * decade for step in (1, 2, 5) if step * decade <= room * (1 + 1e-9))
    text = f"{length:g} µm" if length >= 1 else f"{1000 * length:g} nm"
    x, y, height = 0.03 * columns, 0.96 * rows, 0.012 * rows
    width = length / pixel_size.x_um
    frame = (x - 0.01 * columns, y - 0.06 * rows), width + 0.02 * columns, 0.06 * rows + 2 * height
    axes.add_patch(Rectangle(*frame, color="black", alpha=0.6, linewidth=0))
    axes.add_patch(Rectangle((x, y), width, height, color="white", linewidth=0))
    axes.text(x + width / 2, y - 0.008 * rows, text, color="white", ha="center", va="bottom", fontsize=11)


def _data_url(figure: Figure, format_name: str, mime: str) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format_name)
    return f"data:{mime};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
