"""All that is counted in one field, from which everything else follows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_grains.images import PixelSize

from ._blocks import Blocks, block_areas, blocks_per_side, in_blocks
from ._counting import PlanimetricCount
from ._field import Field
from ._intercepts import Crossings, Intercepts, intercepts
from ._junctions import Junctions, triple_junctions
from ._test_lines import TestLines


@dataclass(frozen=True, eq=False)
class FieldSummary:
    """Counts of a field and what they were counted in.

    Parameters
    ----------
    grains, edge_grains : int
        Grains seen, and those of them that the rim cuts.
    count : float
        Grains that the area holds, by the planimetric count.
    area : float
        Measured area in px.
    given : float
        Share of it that had no grain and was given to the nearest one, 0..1.
    junctions : int
        Triple junctions.
    junction_area : float
        Where they could have been seen, in px.
    lines : mapping
        Crossings of the test lines by direction in degrees.
    circles : Crossings
        Those of the three circles.
    twin_boundaries : int
        Across which grains were joined.
    pixel_size : PixelSize or None
        What turns px into um.
    blocks : Blocks or None
        Counts by blocks of the field; None where they are too few.
    """

    grains: int
    edge_grains: int
    count: float
    area: float
    given: float
    junctions: int
    junction_area: float
    lines: Mapping[float, Crossings]
    circles: Crossings
    twin_boundaries: int
    pixel_size: PixelSize | None
    blocks: Blocks | None

    @property
    def on_lines(self) -> Crossings:
        """Crossings of all straight lines."""
        return sum(self.lines.values(), Crossings(0, 0.0))

    @property
    def crossings(self) -> Crossings:
        """Crossings of lines and circles."""
        return self.on_lines + self.circles

    @property
    def mm(self) -> float:
        """Millimetres per px; NaN without a pixel size."""
        return math.nan if self.pixel_size is None else 1e-3 * self.pixel_size.um


def counted_field(
    field: Field,
    count: PlanimetricCount,
    middles: NDArray[np.float64],
    pixel_size: PixelSize | None,
    twin_boundaries: int,
) -> tuple[FieldSummary, TestLines]:
    """Count triple junctions and intercepts of a field whose grains are counted.

    Parameters
    ----------
    field : Field
        It holds grains.
    count : PlanimetricCount
        Of these grains.
    middles : ndarray of float, shape (N, 2)
        Rows and columns of the grains' middles, in pixels from the corner of the frame.
    pixel_size : PixelSize or None
        What turns px into um.
    twin_boundaries : int
        Across how many grains were joined.
    """
    blocks = blocks_per_side(field.number)
    junctions = triple_junctions(field.labels)
    met = intercepts(field, blocks)
    summary = FieldSummary(
        field.number,
        int(count.cut.sum()),
        count.count,
        field.area,
        field.given,
        junctions.number,
        junctions.area,
        met.lines,
        met.circles,
        twin_boundaries,
        pixel_size,
        None if blocks < 2 else _blocks(field, blocks, count, middles, junctions, met),
    )
    return summary, met.test_lines


def _blocks(
    field: Field,
    number: int,
    count: PlanimetricCount,
    middles: NDArray[np.float64],
    junctions: Junctions,
    met: Intercepts,
) -> Blocks:
    """Share the counts out; a grain lies where its middle does, and counts half if it is cut."""
    shape = field.labels.shape
    area = block_areas(field, number)
    worth = np.where(count.cut[1:], 0.5, 1.0)
    grains = in_blocks(shape, number, middles, worth)
    # What the Euler number takes off belongs to the field as a whole.
    grains += (count.count - worth.sum()) * area / area.sum()
    return Blocks(
        grains,
        in_blocks(shape, number, junctions.position),
        area,
        in_blocks(shape, number, met.test_lines.crossings),
        met.steps.ravel(),
    )


def joined_fields(fields: Sequence[FieldSummary]) -> FieldSummary:
    """Take several fields, such as the slices of a stack, as one; a single one stays as it is."""
    if len(fields) == 1:
        return fields[0]
    area = sum(field.area for field in fields)
    return FieldSummary(
        sum(field.grains for field in fields),
        sum(field.edge_grains for field in fields),
        sum(field.count for field in fields),
        area,
        max(field.given for field in fields),
        sum(field.junctions for field in fields),
        sum(field.junction_area for field in fields),
        {angle: sum((f.lines[angle] for f in fields), Crossings(0, 0.0)) for angle in fields[0].lines},
        sum((field.circles for field in fields), Crossings(0, 0.0)),
        sum(field.twin_boundaries for field in fields),
        fields[0].pixel_size,
        None,
    )
