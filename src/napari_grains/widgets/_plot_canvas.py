"""A figure of matplotlib inside Qt; the only module of the docks that imports matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from qtpy.QtCore import QSize
from qtpy.QtWidgets import QSizePolicy

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.widgets._grain_plot import Plot

_DOTS: Final = 200
"""Per inch, of a picture that is saved."""
_LEAST: Final = (200, 150)
"""Width and height in pixels at which something is recognised."""
_PAPER: Final = "#ffffff"


class PlotCanvas(FigureCanvasQTAgg):
    """Shows one plot, as large as there is room."""

    def __init__(self) -> None:
        super().__init__(Figure(layout="constrained"))  # type: ignore[no-untyped-call]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(*_LEAST)

    @property
    def axes(self) -> Axes | None:
        """What is drawn into; None before the first plot."""
        return self.figure.axes[0] if self.figure.axes else None

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return little: a plot takes the room that there is, and does not ask for more."""
        return QSize(*_LEAST)

    def show_plot(self, plot: Plot, background: str) -> None:
        """Draw a plot on a colour in place of what was there."""
        self.figure.clear()
        self.figure.set_facecolor(background)
        plot.draw(_new_axes(self.figure, plot))
        self.draw_idle()  # type: ignore[no-untyped-call]


def save_plot(path: Path, plot: Plot, size: tuple[float, float]) -> None:
    """Draw a plot on white and write it to a file, wholly or leaving the old file as it was.

    Parameters
    ----------
    path : Path
        Its suffix says the format: PNG, SVG or PDF.
    plot : Plot
        In colours for paper.
    size : tuple of float
        Inches.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    figure = Figure(figsize=size, layout="constrained", facecolor=_PAPER)
    plot.draw(_new_axes(figure, plot))
    kind = path.suffix.lstrip(".").lower() or "png"
    try:
        with replacing(path) as unfinished:
            figure.savefig(unfinished, format=kind, dpi=_DOTS)
    except ValueError as error:
        raise InputError(f"A figure cannot be saved as “.{kind}”: choose .png, .svg or .pdf.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{path} cannot be written ({reason}): choose another folder.") from error


def _new_axes(figure: Figure, plot: Plot) -> Axes:
    return figure.add_subplot(projection="polar" if plot.polar else None)
