"""Grain sizes of a label image or of a stack of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.images import PixelSize

from ._counting import planimetric_count
from ._field import prepared_field
from ._field_summary import FieldSummary, counted_field
from ._grain_statistics import statistics_of_grains
from ._summary import Summary, field_row, summary_of_fields
from ._table import grain_table
from ._test_lines import TestLines
from ._twins import joined_across_twins
from ._warnings import warnings_of

Mask = NDArray[np.bool_]
Twins = Literal["counted", "ignored"]


@dataclass(frozen=True, eq=False)
class Measurement:
    """What was measured.

    Parameters
    ----------
    table : DataFrame
        One row per grain (and slice): grain (its id), slice (stacks only), centroid_y, centroid_x (row and
        column in pixels), area_px, ecd_px (diameter of the circle of equal area), feret_max, feret_min,
        aspect_ratio, orientation_deg (of the longest axis, counter-clockwise from x), perimeter, circularity
        (4 pi area / perimeter^2), solidity (share of its convex hull), neighbours (grains that share a side
        with it; seen ones, for a cut grain), edge (cut by the rim of the region), weight (Miles-Lantuejoul:
        use it for distributions; 0 for cut grains). Lengths are in px; where a pixel is not square, in
        geometric means of its height and width. With a pixel size also area_um2, ecd_um, feret_max_um,
        feret_min_um, perimeter_um.
    summary : dict
        JSON values. "grains" is the number of grains seen, cut ones included; means come from densities
        over the whole region, so that cut grains bias nothing. Each "<key>_ci95" is [low, high] over
        fields, or None; of a single field "<key>_indicative95" comes from its blocks. "by_field" holds the
        main ones for every field.
    warnings : tuple of str
        What to know before the numbers are used, one line each.
    pixel_size : PixelSize or None
        What turned px into um.
    fields : tuple of FieldSummary
        What was counted in each field.
    test_lines : tuple of TestLines
        Where the test lines of each field lie.
    """

    table: pd.DataFrame
    summary: Summary
    warnings: tuple[str, ...]
    pixel_size: PixelSize | None = None
    fields: tuple[FieldSummary, ...] = ()
    test_lines: tuple[TestLines, ...] = field(default=(), repr=False)


@dataclass(frozen=True, eq=False)
class _Result:
    index: int
    counts: FieldSummary
    test_lines: TestLines
    table: pd.DataFrame


def measure(
    labels: NDArray[np.integer],
    pixel_size: PixelSize | None = None,
    *,
    specimen: Mask | None = None,
    exclude: Mask | None = None,
    twins: Twins = "counted",
) -> Measurement:
    """Measure grains and grain size.

    Parameters
    ----------
    labels : ndarray of int, shape (Y, X) or (Z, Y, X)
        Grains > 0. Slices of a stack are measured one by one, as fields, and pooled.
    pixel_size : PixelSize, optional
        Without it everything is in px, and there is no ASTM G.
    specimen : ndarray of bool, same shape, optional
        The region to measure; pixels in it without a grain are given to the nearest one. Without it, thin
        lines of 0 between grains are boundaries and go to the nearest grain, wide areas of 0 are outside.
    exclude : ndarray of bool, same shape or that of a slice, optional
        What is left out of it, such as pores, cracks or a scale bar. A pore within one grain cuts nothing.
    twins : {"counted", "ignored"}
        "ignored" joins grains across what looks like a twin boundary first, see `twin_boundaries`.

    Raises
    ------
    InputError
        If there is no grain, a mask has another shape, or the array has not two or three axes.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.arange(1, 65).reshape(8, 8).repeat(20, axis=0).repeat(20, axis=1)
    >>> measure(labels, PixelSize(1e-6, 1e-6)).summary["grains"]
    64
    """
    if twins not in ("counted", "ignored"):
        raise InputError(f"Twins are counted or ignored, not {twins!r}.")
    results = list(_results(labels, pixel_size, specimen, exclude, twins))
    if not results:
        raise InputError(
            "There are no grains in the labels: every pixel is 0. Segment or paint grains first."
        )
    tables = [result.table for result in results]
    table = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    fields = [result.counts for result in results]
    rows = [{"slice": result.index} | field_row(result.counts) for result in results]
    summary = whole_summary(fields, table, rows, twins)
    return Measurement(
        table,
        summary,
        tuple(warnings_of(fields, summary, "slices")),
        pixel_size,
        tuple(fields),
        tuple(result.test_lines for result in results),
    )


def whole_summary(
    fields: Sequence[FieldSummary],
    table: pd.DataFrame,
    rows: Sequence[Summary],
    twins: str | None,
    *,
    same_pixels: bool = True,
) -> Summary:
    """Put together what follows from the counts and from the table."""
    statistics = statistics_of_grains(table, same_pixels=same_pixels)
    return summary_of_fields(fields) | statistics | {"twins": twins, "by_field": list(rows)}


def _results(
    labels: NDArray[np.integer],
    pixel_size: PixelSize | None,
    specimen: Mask | None,
    exclude: Mask | None,
    twins: Twins,
) -> Iterator[_Result]:
    if labels.ndim not in (2, 3):
        raise InputError(f"Labels have {labels.ndim} axes: give a (Y, X) image or a (Z, Y, X) stack.")
    stack = labels if labels.ndim == 3 else labels[None]
    masks = zip(
        _slices(specimen, stack.shape, "specimen"), _slices(exclude, stack.shape, "exclude"), strict=True
    )
    for index, (image, (inside, outside)) in enumerate(zip(stack, masks, strict=True)):
        prepared = prepared_field(image, pixel_size, inside, outside)
        if not prepared.number:
            continue
        joined, twin_boundaries = joined_across_twins(prepared) if twins == "ignored" else (prepared, 0)
        count = planimetric_count(joined.labels, joined.number)
        table = grain_table(joined, count.cut, pixel_size, index if labels.ndim == 3 else None)
        middles = table[["centroid_y", "centroid_x"]].to_numpy(float) + 0.5
        counts, test_lines = counted_field(joined, count, middles, pixel_size, twin_boundaries)
        yield _Result(index, counts, test_lines, table)


def _slices(mask: Mask | None, shape: tuple[int, ...], name: str) -> Sequence[Mask | None]:
    """Give the mask of each slice; one of a slice's shape holds for all."""
    if mask is None:
        return [None] * shape[0]
    if mask.shape not in (shape, shape[1:], (1, *shape[1:])):
        raise InputError(f"The mask {name} has the shape {mask.shape}, the labels have {shape}.")
    return list(np.broadcast_to(mask.astype(bool), shape))
