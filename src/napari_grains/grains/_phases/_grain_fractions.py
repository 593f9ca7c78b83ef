"""How many of the grains are of each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._measure._blocks import blocks_per_side, in_blocks
from .._measure._confidence import Interval
from ._shares import share_to_dict, shares


@dataclass(frozen=True)
class GrainFraction:
    """Share that a class has of the number of all grains.

    Parameters
    ----------
    name : str
        Of the class.
    fraction : float
        Of the grains of all fields together; NaN if there are none.
    grains : int
        Of the class.
    interval : tuple of float or None
        95 % confidence interval over the fields that have grains (Student's t, ratio estimator); None for a
        single field.
    indicative : tuple of float or None
        95 % interval over blocks of a single field: its inner scatter, which says nothing about others.
    """

    name: str
    fraction: float
    grains: int
    interval: Interval | None = None
    indicative: Interval | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values: "class", "fraction" (None without grains), "ci95", "indicative95", "grains"."""
        told = share_to_dict(self.name, self.fraction, self.interval, self.indicative)
        return told | {"grains": self.grains}


def grain_fractions(
    classes: Sequence[str],
    class_names: Sequence[str],
    fields: Sequence[int] | NDArray[np.integer[Any]],
    positions: NDArray[np.number[Any]],
    shape: tuple[int, int],
) -> list[GrainFraction]:
    """Measure which share of the grains each class has.

    Parameters
    ----------
    classes : sequence of str, length N
        Class of each grain.
    class_names : sequence of str
        All that are asked for, in order; every grain has one of them.
    fields : sequence of int, length N
        Field (slice, image) of each grain.
    positions : ndarray, (N, 2)
        Row and column of each grain in its field in px.
    shape : tuple of int
        Rows and columns of the field, if there is one alone.

    Returns
    -------
    list of GrainFraction
        One for each name, in order.

    Raises
    ------
    ValueError
        If a class has no name.
    """
    if not set(classes) <= set(class_names):
        raise ValueError(f"grains are {sorted(set(classes))}, the names {list(class_names)}")
    numbers = np.array([class_names.index(one) for one in classes], np.intp)
    kept, of_field = np.unique(np.asarray(fields, np.int64), return_inverse=True)
    counts = np.zeros((len(kept), len(class_names)))
    np.add.at(counts, (of_field, numbers), 1)
    blocks = _block_counts(numbers, len(class_names), positions, shape) if len(kept) == 1 else None
    told = zip(class_names, shares(counts, blocks), strict=True)
    return [GrainFraction(name, *share) for name, share in told]


def _block_counts(
    numbers: NDArray[np.intp], classes: int, positions: NDArray[np.number[Any]], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Count the grains of each class in each block of a field, (B, K)."""
    side = blocks_per_side(len(numbers))
    return np.stack([in_blocks(shape, side, positions, (numbers == k) * 1.0) for k in range(classes)], axis=1)
