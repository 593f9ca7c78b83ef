"""Grain sizes of a label image or of a stack of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.images import PixelSize

from ._confidence import Density, pooled_density
from ._counting import PlanimetricCount, planimetric_count
from ._field import Field, prepared_field
from ._grain_size import grain_size_intercept, grain_size_planimetric
from ._intercepts import Crossings, circle_crossings, line_crossings
from ._table import grain_table

FEWEST_GRAINS = 50
FEWEST_INTERCEPTS = 500

Summary = dict[str, object]


@dataclass(frozen=True, eq=False)
class Measurement:
    """What was measured.

    Parameters
    ----------
    table : DataFrame
        One row per grain (and slice): grain (its id), slice (stacks only), centroid_y, centroid_x (row and
        column in pixels), area_px, ecd_px (diameter of the circle of equal area), feret_max, aspect_ratio,
        orientation_deg (of the longest axis, counter-clockwise from x), perimeter, edge (cut by the rim of
        the region), weight (Miles-Lantuejoul: use it for distributions; 0 for cut grains). Lengths are in
        px; where a pixel is not square, in geometric means of its height and width. With a pixel size also
        area_um2, ecd_um, feret_max_um, perimeter_um.
    summary : dict
        JSON values. "grains" is the number of grains seen, cut ones included; means come from densities
        over the whole region, so that cut grains bias nothing. Each "<key>_ci95" is [low, high] over
        fields, or None.
    warnings : tuple of str
        What to know before the numbers are used, one line each.
    pixel_size : PixelSize or None
        What turned px into um.
    """

    table: pd.DataFrame
    summary: Summary
    warnings: tuple[str, ...]
    pixel_size: PixelSize | None = None


@dataclass(frozen=True, eq=False)
class _FieldResult:
    field: Field
    count: PlanimetricCount
    lines: dict[float, Crossings]
    circles: Crossings
    table: pd.DataFrame

    @property
    def crossings(self) -> Crossings:
        return sum(self.lines.values(), self.circles)


def measure(
    labels: NDArray[np.integer],
    pixel_size: PixelSize | None = None,
    *,
    specimen: NDArray[np.bool_] | None = None,
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

    Raises
    ------
    InputError
        If there is no grain, or the array has not two or three axes.
    """
    results = list(_fields(labels, pixel_size, specimen))
    if not results:
        raise InputError(
            "There are no grains in the labels: every pixel is 0. Segment or paint grains first."
        )
    tables = [result.table for result in results]
    table = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    summary = _summary(results, pixel_size)
    return Measurement(table, summary, tuple(_warnings(results, pixel_size, summary)), pixel_size)


def _fields(
    labels: NDArray[np.integer], pixel_size: PixelSize | None, specimen: NDArray[np.bool_] | None
) -> Iterator[_FieldResult]:
    if labels.ndim not in (2, 3):
        raise InputError(f"Labels have {labels.ndim} axes: give a (Y, X) image or a (Z, Y, X) stack.")
    stack = labels if labels.ndim == 3 else labels[None]
    masks = [None] * len(stack) if specimen is None else specimen.reshape(stack.shape)
    for index, (image, mask) in enumerate(zip(stack, masks, strict=True)):
        field = prepared_field(image, pixel_size, mask)
        if not field.number:
            continue
        count = planimetric_count(field.labels, field.number)
        table = grain_table(field, count.cut, pixel_size, index if labels.ndim == 3 else None)
        yield _FieldResult(field, count, line_crossings(field), circle_crossings(field), table)


def _summary(results: list[_FieldResult], pixel_size: PixelSize | None) -> Summary:
    crossings = [result.crossings for result in results]
    per_area = pooled_density([r.count.count for r in results], [r.field.area for r in results])
    per_length = pooled_density([c.number for c in crossings], [c.length for c in crossings])
    summary: Summary = {
        "grains": sum(result.field.number for result in results),
        "grains_ci95": None,
        "fields": len(results),
        "edge_grains": sum(int(result.count.cut.sum()) for result in results),
        "intercepts": sum(c.number for c in crossings),
        "area_px": sum(result.field.area for result in results),
    }
    um = None if pixel_size is None else pixel_size.um
    _put_areas(summary, per_area, um)
    _put_intercepts(summary, per_length, um)
    summary["mean_intercept_px_by_direction"] = _by_direction(results)
    return summary


def _put_areas(summary: Summary, per_px: Density, um: float | None) -> None:
    """Enter what follows from the number of grains per px of area."""
    _put(summary, "grains_per_megapixel", per_px.mapped(lambda n: 1e6 * n))
    _put(summary, "mean_area_px", per_px.mapped(lambda n: 1 / n))
    _put(summary, "mean_diameter_px", per_px.mapped(lambda n: math.sqrt(4 / (math.pi * n))))
    px = math.nan if um is None else um
    calibrated = {
        "grains_per_mm2": per_px.mapped(lambda n: 1e6 * n / px**2),
        "mean_area_um2": per_px.mapped(lambda n: px**2 / n),
        "mean_diameter_um": per_px.mapped(lambda n: px * math.sqrt(4 / (math.pi * n))),
        "astm_g_planimetric": per_px.mapped(lambda n: grain_size_planimetric(1e6 * n / px**2)),
    }
    for key, estimate in calibrated.items():
        _put(summary, key, (None, None) if um is None else estimate)


def _put_intercepts(summary: Summary, per_px: Density, um: float | None) -> None:
    """Enter what follows from the number of boundaries per px of test line."""
    _put(summary, "mean_intercept_px", per_px.mapped(lambda n: 1 / n))
    px = math.nan if um is None else um
    calibrated = {
        "mean_intercept_um": per_px.mapped(lambda n: px / n),
        "astm_g_intercept": per_px.mapped(lambda n: grain_size_intercept(1e-3 * px / n)),
    }
    for key, estimate in calibrated.items():
        _put(summary, key, (None, None) if um is None else estimate)


def _put(summary: Summary, key: str, estimate: tuple[float | None, list[float] | None]) -> None:
    summary[key], summary[f"{key}_ci95"] = estimate


def _by_direction(results: list[_FieldResult]) -> dict[str, float | None]:
    directions = results[0].lines
    pooled = {a: sum((r.lines[a] for r in results), Crossings(0, 0.0)) for a in directions}
    return {f"{angle:g}": crossings.mean_intercept for angle, crossings in pooled.items()}


def _warnings(results: list[_FieldResult], pixel_size: PixelSize | None, summary: Summary) -> Iterator[str]:
    grains, intercepts = sum(r.field.number for r in results), sum(r.crossings.number for r in results)
    if pixel_size is None:
        yield "No pixel size: lengths are in px and there is no ASTM G. Give a pixel size to get them."
    if summary["mean_area_px"] is None:
        yield "Too few grains for a planimetric grain size: nearly all are cut by the rim of the region."
    if grains < FEWEST_GRAINS:
        yield f"Only {grains} grains: measure at least {FEWEST_GRAINS} for a grain size to rely on."
    if intercepts < FEWEST_INTERCEPTS:
        yield f"Only {intercepts} intercepts: the usual aim is {FEWEST_INTERCEPTS}. Measure a larger area."
    if len(results) == 1:
        yield "One field: no confidence interval. Measure several fields as a stack to get one."
    else:
        yield "Intervals take the slices for independent fields; for serial sections they are too narrow."
    given = max(result.field.given for result in results)
    if given > 0:
        yield f"Up to {100 * given:.1f} % of a field had no grain and was given to the nearest one."
