"""How well the boundaries of a micrograph can be seen, and the truth as a person traces it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_grains.grains import merge_edges

from ._boundaries import Boundaries
from ._parameters import MicrographParameters

Float = NDArray[np.float32]
Labels = NDArray[np.int32]
Pixels = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Visibility:
    """Contrast of the boundaries; pixels are given by flat index, (n,).

    Parameters
    ----------
    drawn, between : Boundaries
        Those that are drawn, and those of them that lie between grains; the others belong to twins.
    per_edge : ndarray, (4096,)
        Strength of each of the edges.
    levels : ndarray of float32, (Y, X)
        Grey level of each pixel's crystal.
    parameters : MicrographParameters
        What is drawn.
    """

    drawn: Boundaries
    between: Boundaries
    per_edge: NDArray[np.float64]
    levels: Float
    parameters: MicrographParameters

    def strength(self, pixels: Pixels) -> Float:
        """How strongly the drawn line shows, (n,); weaker at twins than between grains."""
        strength = self.drawn.per_edge(self.per_edge, pixels)
        if self.parameters.twins.share > 0:
            weaker = strength * np.float32(self.parameters.twins.visibility)
            strength = np.where(self.between.edge.ravel()[pixels] > 0, strength, weaker)
        return strength

    def line(self, pixels: Pixels) -> Float:
        """Contrast of the line or groove, (n,)."""
        contrast = self.parameters.contrast
        blurred = contrast.line_width / np.hypot(contrast.line_width, 2.35 * self.parameters.imaging.blur)
        return np.float32(max(abs(contrast.lines), abs(contrast.groove)) * blurred) * self.strength(pixels)

    def step(self, pixels: Pixels) -> Float:
        """Greatest difference of grey level to the 4-neighbours, (n,)."""
        padded = np.pad(self.levels, 1, mode="edge")
        width, flat = padded.shape[1], padded.ravel()
        here = pixels + 2 * (pixels // self.levels.shape[1]) + width + 1  # every row has grown by two pixels
        own = flat.take(here)
        steps = [np.abs(flat.take(here + step) - own) for step in (-width, width, -1, 1)]
        return np.asarray(np.maximum.reduce(steps))

    def evidence(self, shown: Float) -> Float:
        """Contrast, (n,), against what hides it, 0 to 1."""
        contrast, imaging = self.parameters.contrast, self.parameters.imaging
        hidden = np.hypot(np.hypot(imaging.noise, contrast.texture), 0.01)
        shown = shown + np.float32(0.5 * abs(contrast.domes))
        return np.asarray(np.clip(shown / np.float32(2 * hidden), 0, 1), np.float32)


@dataclass(frozen=True, eq=False)
class Truth:
    """What is to be learned; all arrays (Y, X).

    Parameters
    ----------
    grains : ndarray of int32
        Grain of every pixel, 1 to N.
    distance : ndarray of float32
        Distance to the nearest boundary in px.
    visibility : ndarray of float32
        How well the nearest boundary can be seen, 0 to 1.
    """

    grains: Labels
    distance: Float
    visibility: Float


def traced(grains: Labels, boundaries: Boundaries, visible: Visibility) -> Truth:
    """Join grains across lines that are far fainter than the others, as a person does who traces them.

    Where grey levels show the grains better than lines do, all boundaries stay.

    Parameters
    ----------
    grains : ndarray of int32, (Y, X)
        All of them.
    boundaries : Boundaries
        Between them.
    visible : Visibility
        Their contrast; ``traced_contrast`` of its parameters says what is far fainter.
    """
    line, step = visible.line(boundaries.pixels), visible.step(boundaries.pixels)
    shown = line + step
    if np.median(line) >= np.median(step):
        threshold = visible.parameters.traced_contrast * float(np.median(shown))
        if boundaries.edge_means(shown).min() < threshold:
            contrast = np.zeros(grains.shape, np.float32)
            contrast.ravel()[boundaries.pixels] = shown
            grains = merge_edges(grains, contrast, threshold)
            boundaries = boundaries.left(grains)
            shown = contrast.ravel()[boundaries.pixels]
    return Truth(grains, boundaries.distance, boundaries.spread(visible.evidence(shown)))
