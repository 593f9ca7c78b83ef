"""How much of a specimen each phase is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .._measure._blocks import indicative_interval
from .._measure._confidence import Interval, pooled_density

Labels = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]
_CHORDS: Final = 4.0
"""Mean chords along the side of a block, at least, so that neighbouring blocks are nearly independent."""
_MOST: Final = 8
"""Blocks along a side."""


@dataclass(frozen=True)
class PhaseFraction:
    """Area fraction of a phase, which is the estimate of its volume fraction (Delesse, 1848).

    Parameters
    ----------
    name : str
        Of the phase.
    fraction : float
        Of the pixels that have a phase, of all fields together; NaN if there are none.
    pixels : int
        Of the phase.
    interval : tuple of float or None
        95 % confidence interval over the fields (Student's t, ratio estimator); None for a single field.
    indicative : tuple of float or None
        95 % interval over blocks of a single field: its inner scatter, which says nothing about others.
    """

    name: str
    fraction: float
    pixels: int
    interval: Interval | None = None
    indicative: Interval | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values: "class", "fraction", "ci95", "indicative95", "pixels"."""
        return {
            "class": self.name,
            "fraction": self.fraction,
            "ci95": None if self.interval is None else list(self.interval),
            "indicative95": None if self.indicative is None else list(self.indicative),
            "pixels": self.pixels,
        }


def phase_fractions(
    phases: Labels, class_names: Sequence[str], specimen: Mask | None = None
) -> list[PhaseFraction]:
    """Measure how much of the specimen each phase is.

    Parameters
    ----------
    phases : ndarray of int, (Y, X) or (Z, Y, X)
        1..K, 0 where there is no phase; slices are fields of the same specimen.
    class_names : sequence of str
        Names of the phases 1..K.
    specimen : ndarray of bool, (Y, X), optional
        Where to measure.

    Returns
    -------
    list of PhaseFraction
        One for each name, in order.

    Raises
    ------
    ValueError
        If there are phases without a name, or the mask is of another shape.
    """
    fields = phases.reshape(-1, *phases.shape[-2:])
    number = len(class_names)
    if phases.max(initial=0) > number or phases.min(initial=0) < 0:
        raise ValueError(f"phases are {phases.min()} to {phases.max()}, with {number} names")
    if specimen is not None:
        if specimen.shape != fields.shape[1:]:
            raise ValueError(f"the specimen has the shape {specimen.shape}, the phases {fields.shape[1:]}")
        fields = fields * specimen
    counts = np.stack([_counts(field, number) for field in fields])
    blocks = _block_counts(fields[0], number) if len(fields) == 1 else None
    return [_fraction(name, k, counts, blocks) for k, name in enumerate(class_names)]


def _fraction(name: str, k: int, counts: Labels, blocks: Labels | None) -> PhaseFraction:
    found = pooled_density(counts[:, k].astype(float), counts.sum(1).astype(float))
    indicative = None
    if blocks is not None:
        indicative = indicative_interval(blocks[:, k].astype(float), blocks.sum(1).astype(float))
    return PhaseFraction(
        name, found.value, int(counts[:, k].sum()), _within(found.interval), _within(indicative)
    )


def _within(interval: Interval | None) -> Interval | None:
    """Cut an interval off at 0 and 1: it is of a fraction."""
    return None if interval is None else (max(0.0, interval[0]), min(1.0, interval[1]))


def _counts(field: Labels, number: int) -> Labels:
    """Pixels of each phase, (K,)."""
    return np.bincount(field.ravel(), minlength=number + 1)[1:]


def _block_counts(field: Labels, number: int) -> Labels:
    """Pixels of each phase in each block of a field, (B, K)."""
    side = _blocks_per_side(field)
    rows = np.array_split(field, side, axis=0)
    blocks = [block for row in rows for block in np.array_split(row, side, axis=1)]
    return np.stack([_counts(block, number) for block in blocks])


def _blocks_per_side(field: Labels) -> int:
    """Say into how many blocks a field is divided along each side: each several chords of a phase long."""
    changes = sum(int(np.count_nonzero(np.diff(field, axis=axis))) for axis in (0, 1))
    lines = sum(field.shape)
    chord = 2 * field.size / (changes + lines)
    return int(np.clip(min(field.shape) / (_CHORDS * chord), 1, _MOST))
