"""Size and shape of the grains of a partition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Shape:
    """Size and shape of the grains of a partition."""

    number: float
    diameter: float
    spread: float
    elongation: float
    angle: float


def measure_shape(grains: Labels) -> Shape:
    """Size and shape of grains 1 to N.

    The number is the planimetric one: those inside, half of those that the edge of the field cuts, less one
    (Li & Zhou). Elongation is that of the mean of the grains' covariance matrices, each divided by its
    area: stretching a field of equiaxed grains stretches this mean exactly so.
    """
    n = int(grains.max())
    area = np.bincount(grains.ravel(), minlength=n + 1)[1:].astype(float)
    cut = np.zeros(n + 1, bool)
    for border in (grains[0], grains[-1], grains[:, 0], grains[:, -1]):
        cut[border] = True
    cut = cut[1:]
    number = max(1.0, float(n - 0.5 * cut.sum() - 1))
    whole = ~cut & (area >= 4)
    diameters = np.sqrt(4 * area[whole] / np.pi)
    low, high = np.percentile(np.log(diameters), (16, 84)) if whole.sum() >= 8 else (0.0, 0.6)
    elongation, angle = _elongation(grains, area, whole if whole.sum() >= 8 else area >= 4)
    diameter = float(np.sqrt(4 * area.sum() / number / np.pi))
    return Shape(number, diameter, float(high - low) / 2, elongation, angle)


def _elongation(grains: Labels, area: NDArray[np.float64], use: NDArray[np.bool_]) -> tuple[float, float]:
    n = len(area)
    y, x = np.ogrid[: grains.shape[0], : grains.shape[1]]

    def mean(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(grains.ravel(), values.ravel(), n + 1)[1:] / area, float)

    cy, cx = mean(np.broadcast_to(y, grains.shape)), mean(np.broadcast_to(x, grains.shape))
    dy, dx = y - np.append(0, cy)[grains], x - np.append(0, cx)[grains]
    weight = (1 / area)[use]
    yy, xx, xy = (float(np.sum(mean(k)[use] * weight)) for k in (dy * dy, dx * dx, dx * dy))
    half, off = 0.5 * (yy + xx), float(np.hypot(0.5 * (yy - xx), xy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) % np.pi
    return float(np.sqrt((half + off) / max(half - off, 1e-9))), float(angle)
