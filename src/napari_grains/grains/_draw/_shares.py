"""What the plots of a table of grains show: shares, classes, quantiles, axes; no drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

By = Literal["number", "area"]
"""Whether every grain counts the same or as much as its area."""

Column = NDArray[np.float64]

_FEWEST_CLASSES, _MOST_CLASSES = 5, 30


@dataclass(frozen=True)
class LengthUnit:
    """How lengths of a table are shown.

    Parameters
    ----------
    suffix : {"um", "px"}
        Of the columns that the lengths stand in.
    factor : float
        What turns them into the unit shown.
    symbol : str
        The unit shown: nm, µm, mm or px.
    """

    suffix: Literal["um", "px"]
    factor: float
    symbol: str


def length_unit(typical: float, suffix: Literal["um", "px"] = "um") -> LengthUnit:
    """Choose the unit in which a typical length, in um or px, is written: µm from 0.1 µm to 1 mm."""
    if suffix == "px":
        return LengthUnit("px", 1.0, "px")
    if 0 < typical < 0.1:
        return LengthUnit("um", 1e3, "nm")
    return LengthUnit("um", 1e-3, "mm") if typical >= 1e3 else LengthUnit("um", 1.0, "µm")


def unit_of(table: pd.DataFrame, suffix: Literal["um", "px"] | None = None) -> LengthUnit:
    """Choose the unit for the diameters of a table; by itself um, where it has them."""
    suffix = suffix or ("um" if "ecd_um" in table else "px")
    typical = table[f"ecd_{suffix}"].median() if len(table) else math.nan
    return length_unit(float(typical), suffix)


def complete_grains(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of grains that the rim does not cut: only their size and shape are known."""
    return table[table["weight"] > 0]


def shares(grains: pd.DataFrame, by: By) -> Column:
    """Share of each complete grain in the distribution, shape (N,), with the sum 1.

    The Miles-Lantuejoul weights make up for large grains being cut by the frame more often.
    """
    weight = grains["weight"].to_numpy(float)
    if by == "area":
        weight = weight * grains["area_px"].to_numpy(float)
    share: Column = weight / weight.sum()
    return share


def weighted_quantiles(values: Column, share: Column, levels: tuple[float, ...]) -> tuple[float, ...]:
    """Values up to which the shares add up to each level (0..1).

    They are interpolated between grains, each standing for the middle of its share.
    """
    order = np.argsort(values)
    middle = np.cumsum(share[order]) - share[order] / 2
    return tuple(np.interp(levels, middle, values[order]).tolist())


def class_edges(diameters: Column) -> Column:
    """Edges of histogram classes of equal width from 0 to the largest diameter (Rice's rule, 5 to 30)."""
    number = min(_MOST_CLASSES, max(_FEWEST_CLASSES, math.ceil(2 * len(diameters) ** (1 / 3))))
    return np.linspace(0, float(diameters.max()) * 1.001, number + 1)


def lognormal_shares(edges: Column, median: float, sigma: float, by: By) -> tuple[Column, Column]:
    """Log-normal density as the share that a class of the same width would have, on a fine raster.

    By area it is log-normal, too, with the same sigma and the median times exp(2 sigma^2) (Hatch and Choate
    1929).

    Parameters
    ----------
    edges : ndarray
        Of the classes.
    median, sigma : float
        Median by number, in the unit of ``edges``, and standard deviation of the natural logarithm.
    by : {"number", "area"}

    Returns
    -------
    tuple of ndarray, shape (N,)
        Diameters and shares (0..1).
    """
    middle = median * math.exp(2 * sigma**2) if by == "area" else median
    diameters = np.linspace(0, float(edges[-1]), 401)[1:]
    standardised = np.log(diameters / middle) / sigma
    density = np.exp(-(standardised**2) / 2) / (diameters * sigma * math.sqrt(2 * math.pi))
    return diameters, density * float(edges[1] - edges[0])


@dataclass(frozen=True)
class AxialMean:
    """Mean of directions without a sense, such as longest axes.

    Parameters
    ----------
    direction_deg : float
        0..180, counter-clockwise from x.
    strength : float
        Length of the mean vector of the doubled angles: 0 all directions alike, 1 one direction.
    p_value : float
        Chance of such a strength if there were no preferred direction (Rayleigh's test with weights).
    """

    direction_deg: float
    strength: float
    p_value: float


def axial_mean(direction_deg: Column, share: Column) -> AxialMean:
    """Average axes by doubling their angles (Mardia and Jupp, Directional Statistics, 9.1)."""
    vector = complex((share * np.exp(2j * np.deg2rad(direction_deg))).sum())
    p_value = math.exp(-(abs(vector) ** 2) / float(np.square(share).sum()))
    return AxialMean(math.degrees(np.angle(vector)) / 2 % 180, abs(vector), p_value)


def elongation(aspect_ratio: Column) -> Column:
    """(a^2 - b^2) / (a^2 + b^2) of the ellipse of each grain: 0 for a circle, towards 1 for a needle.

    The weight of a grain in a rose of orientations. A grain that is hardly elongated has a longest axis only
    by chance; a smallest aspect ratio would let it count in full from some value on, while with this weight
    the mean direction is that of the mean of the normalised tensors of inertia.
    """
    square = np.square(aspect_ratio)
    share: Column = (square - 1) / (square + 1)
    return share


def orientation_shares(grains: pd.DataFrame, by: By) -> Column:
    """Share of each complete grain in the rose, weighted by elongation; all 0 if every grain is round."""
    weight = shares(grains, by) * elongation(grains["aspect_ratio"].to_numpy(float))
    total = float(weight.sum())
    share: Column = weight / total if total > 0 else np.zeros_like(weight)
    return share
