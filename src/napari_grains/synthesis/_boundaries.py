"""Where the boundaries of a tessellation run, how far away they are, and how strong each one shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ._fields import smooth_noise
from ._nearest import Packed, nearest_mark, nearest_mark_of
from ._parameters import Contrast

Float = NDArray[np.float32]
Labels = NDArray[np.int32]
Scalar = TypeVar("Scalar", bound=np.generic)

_EDGES = 4096  # edges are told apart by a hash of this many values


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Geometry of the grain boundaries.

    Parameters
    ----------
    edge : ndarray of uint32, (Y, X)
        At boundary pixels, a number that is the same all along the edge between two grains; else 0.
    pixels : ndarray of intp, (B,)
        Flat index of the boundary pixels, ascending; where there are none, pixel 0 stands in.
    among : Boundaries, optional
        If these are what is left of others where grains have been joined, those others.

    Attributes
    ----------
    distance : ndarray of float32, (Y, X)
        Distance to the nearest boundary in px; 0.5 in the two pixels that meet at one. Where there is none,
        the diagonal of the field everywhere.
    """

    edge: NDArray[np.uint32]
    pixels: NDArray[np.intp]
    among: Boundaries | None = None

    @property
    def distance(self) -> Float:
        """Distance to the nearest boundary in px, (Y, X)."""
        return self._nearest[0]

    def spread(self, at_boundary: NDArray[Scalar]) -> NDArray[Scalar]:
        """Values (B,) of the boundary pixels, carried to all the pixels (Y, X) that are nearest to them."""
        return at_boundary.take(self._nearest[1])

    def per_edge(self, values: NDArray[np.floating], pixels: NDArray[np.intp]) -> Float:
        """Deal out values (4096,) to the edges; those of some boundary pixels (n,), given by flat index."""
        dealt: Float = values.astype(np.float32)
        return dealt.take(self._numbers(pixels))

    def edge_means(self, at_boundary: Float) -> NDArray[np.float64]:
        """Mean of values (B,) of the boundary pixels over each edge, or over a few edges by chance."""
        edges = self._numbers(self.pixels)
        count = np.bincount(edges)
        return np.asarray((np.bincount(edges, at_boundary)[count > 0]) / count[count > 0])

    def left(self, labels: Labels) -> Boundaries:
        """Those that are left after some of the grains have been joined to ``labels``, (Y, X)."""
        return replace(find_boundaries(labels), among=self)

    @cached_property
    def _nearest(self) -> tuple[Float, NDArray[np.intp]]:
        """Distance to the nearest boundary pixel, and which of them it is; both (Y, X)."""
        if not self.edge.any():
            far = np.full(self.edge.shape, np.hypot(*self.edge.shape), np.float32)
            return far, np.zeros(self.edge.shape, np.intp)
        if self.among is not None:
            return self._nearest_left(self.among)
        squared, nearest = nearest_mark(self.edge > 0)
        return _distance(squared), self._which(nearest)

    def _nearest_left(self, among: Boundaries) -> tuple[Float, NDArray[np.intp]]:
        """As `_nearest`: a boundary pixel that was the nearest among more is so again if it is left."""
        still = self.edge.ravel()[among.pixels] > 0
        lost = np.flatnonzero(~among.spread(still))
        squared, nearest = nearest_mark_of(lost, self.edge > 0)
        distance, which = among.distance.copy(), among.spread(np.cumsum(still) - 1)
        distance.ravel()[lost], which.ravel()[lost] = _distance(squared), self._which(nearest)
        return distance, which

    def _which(self, nearest: Packed) -> NDArray[np.intp]:
        """Which of the boundary pixels those with the given flat index are."""
        number = np.empty(self.edge.size, np.intp)
        number[self.pixels] = np.arange(self.pixels.size)
        return number.take(nearest)

    def _numbers(self, pixels: NDArray[np.intp]) -> NDArray[np.uint32]:
        """Tell the edges, 0 to 4095, of some boundary pixels."""
        return np.asarray((self.edge.ravel()[pixels] >> np.uint32(7)) & np.uint32(_EDGES - 1))


def _distance(squared: Packed) -> Float:
    """Distance in px from a boundary that runs half a pixel beside the nearest boundary pixel."""
    distance: Float = np.sqrt(squared.astype(np.float32)) + np.float32(0.5)
    return distance


def find_boundaries(labels: Labels) -> Boundaries:
    """Boundaries between differently labelled 4-neighbours of grains, (Y, X)."""
    edge = _edges(labels)
    pixels = np.flatnonzero(edge > 0)  # much faster than of the numbers
    return Boundaries(edge, pixels if pixels.size else np.zeros(1, np.intp))


def _edges(labels: Labels) -> NDArray[np.uint32]:
    """(Y, X), a number for the two labels that meet at a pixel; 0 where none do."""
    edge = np.zeros(labels.shape, np.uint32)
    numbers, flat, width = labels.view(np.uint32).ravel(), edge.ravel(), labels.shape[1]
    for step in (width, 1):  # to the row above, to the column before
        differs = numbers[step:] != numbers[:-step]
        if step == 1:
            differs[width - 1 :: width] = False  # from the end of a row to the start of the next
        before = np.flatnonzero(differs)
        lower, upper = numbers[before], numbers[before + step]
        pair = (upper * lower * np.uint32(2654435761)) ^ (upper + lower) | np.uint32(1)
        flat[before + step] = pair
        flat[before] = pair
    return edge


def edge_strength(contrast: Contrast, rng: np.random.Generator) -> NDArray[np.float64]:
    """How strongly each of the edges shows as a whole, (4096,), 0 to 1; some are faint or absent.

    Parameters
    ----------
    contrast : Contrast
        ``faint_edges`` is used.
    rng : numpy.random.Generator
        Source of randomness.
    """
    faint = rng.random(_EDGES) < contrast.faint_edges
    return np.where(faint, rng.uniform(0.0, 0.45, _EDGES), rng.uniform(0.7, 1.0, _EDGES))


def edge_widths(contrast: Contrast, rng: np.random.Generator) -> NDArray[np.float64]:
    """Width of each of the edges' lines relative to the mean, (4096,)."""
    return np.exp(rng.normal(0, contrast.width_spread, _EDGES))


def fading(boundaries: Boundaries, contrast: Contrast, length: float, rng: np.random.Generator) -> Float:
    """0 to 1, (B,), by which lines fade along their length; ``length`` in px is how fast."""
    field = smooth_noise(boundaries.edge.shape, length, rng)
    threshold = np.quantile(field[::2, ::2], contrast.gaps)
    return np.asarray(np.clip((field.ravel()[boundaries.pixels] - threshold) * 4 + 0.1, 0.0, 1.0), np.float32)
