"""Grains, junctions and boundaries per area and per length, pooled over fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ._blocks import indicative_interval
from ._confidence import Density, pooled_density
from ._field_summary import FieldSummary
from ._intercepts import Crossings

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Densities:
    """Densities of a specimen; NaN where not defined.

    Parameters
    ----------
    grains : Density
        Per area, by the planimetric count.
    junctions : Density
        Grains per area by the triple junctions: half of these.
    boundaries : Density
        Per length of all test lines (P_L).
    boundaries_on_lines, boundaries_on_circles : Density
        Per length of the straight lines and of the circles alone.
    """

    grains: Density
    junctions: Density
    boundaries: Density
    boundaries_on_lines: Density
    boundaries_on_circles: Density


def densities(fields: Sequence[FieldSummary], unit: Sequence[float]) -> Densities:
    """Pool the counts of fields.

    Parameters
    ----------
    fields : sequence of FieldSummary
        At least one.
    unit : sequence of float
        Length of a px of each field, in the unit wanted; NaN gives NaN.
    """
    areas = np.square(unit)
    found = Densities(
        pooled_density([f.count for f in fields], areas * [f.area for f in fields]),
        pooled_density([f.junctions / 2 for f in fields], areas * [f.junction_area for f in fields]),
        _per_length([f.crossings for f in fields], unit),
        _per_length([f.on_lines for f in fields], unit),
        _per_length([f.circles for f in fields], unit),
    )
    return found if len(fields) > 1 else _indicated(found, fields[0], unit[0])


def _per_length(crossings: Sequence[Crossings], unit: Sequence[float]) -> Density:
    lengths = np.array([each.length for each in crossings]) * unit
    return pooled_density([each.number for each in crossings], lengths)


def _indicated(found: Densities, field: FieldSummary, unit: float) -> Densities:
    """Add the intervals over the blocks of a single field."""
    blocks = field.blocks
    if blocks is None:
        return found
    area, length = unit**2 * blocks.area, unit * blocks.length
    return replace(
        found,
        grains=_with_blocks(found.grains, blocks.grains, area),
        junctions=_with_blocks(found.junctions, blocks.junctions / 2, area),
        boundaries=_with_blocks(found.boundaries, blocks.crossings, length),
    )


def _with_blocks(density: Density, counts: Values, sizes: Values) -> Density:
    return replace(density, indicative=indicative_interval(counts, sizes))
