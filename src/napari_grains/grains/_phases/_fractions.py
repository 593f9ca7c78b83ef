"""How much of a specimen each phase is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .._measure._confidence import Interval
from ._shares import share_to_dict, shares

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
        """Return JSON values: "class", "fraction" (None without pixels), "ci95", "indicative95", "pixels"."""
        told = share_to_dict(self.name, self.fraction, self.interval, self.indicative)
        return told | {"pixels": self.pixels}


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
    told = zip(class_names, shares(counts, blocks), strict=True)
    return [PhaseFraction(name, *share) for name, share in told]


def pool_fractions(fields: Sequence[Sequence[PhaseFraction]]) -> list[PhaseFraction]:
    """Put the phases of several fields together, to tell how much of each the specimen has.

    Parameters
    ----------
    fields : sequence of sequence of PhaseFraction
        Of each field, all with the same names in one order; a field counts by its pixels.

    Returns
    -------
    list of PhaseFraction
        One for each name, with an interval over the fields.

    Raises
    ------
    ValueError
        If the names differ, or there is no field.
    """
    names = {tuple(one.name for one in field) for field in fields}
    if len(names) != 1:
        raise ValueError(f"fields have to have the same phases, got {sorted(names)}")
    counts = np.array([[one.pixels for one in field] for field in fields])
    told = zip(names.pop(), shares(counts, None), strict=True)
    return [PhaseFraction(name, *share) for name, share in told]


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
