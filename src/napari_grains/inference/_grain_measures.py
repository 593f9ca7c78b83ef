"""Numbers that tell one kind of grain from another: shape, grey and texture."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from napari_grains.grains import grain_shapes

Float = NDArray[np.float32]
Column = NDArray[np.float64]

MEASURES: Final = (
    "size", "relative size", "aspect ratio", "circularity", "solidity", "elongation x", "elongation y",
    "neighbours", "grey", "relative grey", "contrast", "deviation", "fine texture", "medium texture",
    "coarse texture",
    "directionality",
)  # fmt: skip
"""Measures of a grain, in the order of the columns; sizes, ratios and textures as logarithms."""
_TEXTURES: Final = (0.0, 1.0, 2.5, 6.0)
"""Standard deviations in px of the Gaussians whose differences are the textures."""
_BESIDE: Final = ((0, 3), (3, 0), (2, 2), (2, -2))
"""Steps in px from a grain to what surrounds it, and back."""
_RIM = 1e-3
"""Weight of a pixel at the rim of its grain: counts only where the grain has no other."""
_LEAST = 0.005
"""Grey level, of a range of 1, that is lost in the noise of an 8-bit image."""


def grain_measures(grey: Float, grains: NDArray[np.integer]) -> tuple[NDArray[np.int64], Float]:
    """Measure every grain of an image.

    Parameters
    ----------
    grey : ndarray of float32, (Y, X)
        Grey levels, stretched to 0..1 over the image.
    grains : ndarray of int, (Y, X)
        Grains > 0.

    Returns
    -------
    ids : ndarray of int64, (N,)
        Of the grains, in ascending order.
    measures : ndarray of float32, (N, M)
        One column for each of `MEASURES`.
    """
    table = grain_shapes(grains)
    ids = table["grain"].to_numpy(np.int64)
    diameter, ratio, angle = (
        table[name].to_numpy(float) for name in ("ecd_px", "aspect_ratio", "orientation_deg")
    )
    long = 1 - 1 / ratio
    usual = np.median(diameter) if len(ids) else 1.0
    shape = [
        np.log(diameter),
        np.log(diameter / usual),
        np.log(ratio),
        table["circularity"].to_numpy(float),
        table["solidity"].to_numpy(float),
        long * np.cos(np.deg2rad(2 * angle)),
        long * np.sin(np.deg2rad(2 * angle)),
        np.log1p(table["neighbours"].to_numpy(float)),
    ]
    return ids, np.stack(shape + _greys(grey, _numbered(grains, ids), len(ids)), axis=1).astype(np.float32)


def _numbered(grains: NDArray[np.integer], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Grains 1..N in the order of their ids; 0 stays."""
    return np.where(grains > 0, np.searchsorted(ids, grains) + 1, 0)


def _greys(grey: Float, numbered: NDArray[np.int64], number: int) -> list[Column]:
    """Grey and texture, (N,) each."""
    inner = (numbered == ndi.minimum_filter(numbered, 3)) & (numbered == ndi.maximum_filter(numbered, 3))
    weight = np.where(inner, 1.0, _RIM)
    total = _sums(numbered, weight, number)

    def mean(values: NDArray[np.floating]) -> Column:
        return _sums(numbered, weight * values, number) / total

    level = mean(grey)
    usual = np.median(level) if number else 0.0
    spread = np.sqrt(np.maximum(mean(np.square(grey, dtype=np.float64)) - level**2, 0))
    smooth = [ndi.gaussian_filter(grey, sigma) if sigma else grey for sigma in _TEXTURES]
    textures = [np.sqrt(mean(np.square(a - b))) for a, b in pairwise(smooth)]
    logarithms = [np.log(_LEAST + one) for one in (spread, *textures)]
    beside = level - _surroundings(grey, numbered, level)
    return [level, level - usual, beside, *logarithms, _directionality(grey, mean)]


def _directionality(grey: Float, mean: Callable[[NDArray[np.floating]], Column]) -> Column:
    """Coherence of the mean structure tensor, (N,): 1 where all lines run alike, as lamellae do, else 0."""
    down, right = (ndi.gaussian_filter(grey, 1.0, order=order) for order in ((1, 0), (0, 1)))
    yy, xx, xy = mean(down**2), mean(right**2), mean(down * right)
    coherence: Column = np.hypot(yy - xx, 2 * xy) / np.maximum(yy + xx, 1e-12)
    return coherence


def _surroundings(grey: Float, numbered: NDArray[np.int64], level: Column) -> Column:
    """Mean grey beside each grain, (N,); its own where nothing is beside it."""
    number = len(level)
    total, count = np.zeros(number), np.zeros(number, np.int64)
    for down, right in _BESIDE:
        for here, there in _shifted(numbered.shape, down, right):
            other = numbered[here] != numbered[there]
            total += _sums(numbered[here][other], grey[there][other], number)
            count += np.bincount(numbered[here][other], minlength=number + 1)[1:]
    return np.where(count > 0, total / np.maximum(count, 1), level)


def _shifted(
    shape: tuple[int, ...], down: int, right: int
) -> tuple[tuple[tuple[slice, slice], tuple[slice, slice]], ...]:
    """Two parts of an image whose pixels are a step apart, in both orders."""
    rows, columns = shape
    left, far = max(0, -right), max(0, right)
    one = slice(0, max(0, rows - down)), slice(left, max(left, columns - far))
    other = slice(down, rows), slice(left + right, max(left, columns - far) + right)
    return (one, other), (other, one)


def _sums(numbered: NDArray[np.int64], values: NDArray[np.floating], number: int) -> Column:
    weights = np.asarray(values.ravel(), np.float64)
    return np.bincount(numbered.ravel(), weights, minlength=number + 1)[1:].astype(np.float64)
