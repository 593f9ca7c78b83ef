"""The summary of a measurement: JSON values by name, from the counts of its fields and its table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ._anisotropy import anisotropy
from ._confidence import Density
from ._densities import Densities, densities
from ._field_summary import FieldSummary
from ._grain_size import grain_size_intercept, grain_size_iso, grain_size_planimetric
from ._intercepts import Crossings

Summary = dict[str, object]
Function = Callable[[float], float]


def _diameter(per_area: float) -> float:
    """Diameter of the circle of the mean area."""
    return math.sqrt(4 / (math.pi * per_area))


# By name of the density, what follows from it per px: key of the summary, function of the density.
_IN_PX: Final[Mapping[str, Mapping[str, Function]]] = MappingProxyType(
    {
        "grains": {
            "grains_per_megapixel": lambda n: 1e6 * n,
            "mean_area_px": lambda n: 1 / n,
            "mean_diameter_px": _diameter,
        },
        "junctions": {"grains_per_megapixel_junctions": lambda n: 1e6 * n},
        "boundaries": {"mean_intercept_px": lambda n: 1 / n, "surface_per_volume_per_px": lambda n: 2 * n},
        "boundaries_on_lines": {"mean_intercept_px_lines": lambda n: 1 / n},
        "boundaries_on_circles": {"mean_intercept_px_circles": lambda n: 1 / n},
    }
)
# The same per mm.
_CALIBRATED: Final[Mapping[str, Mapping[str, Function]]] = MappingProxyType(
    {
        "grains": {
            "grains_per_mm2": float,
            "mean_area_um2": lambda n: 1e6 / n,
            "mean_diameter_um": lambda n: 1e3 * _diameter(n),
            "astm_g_planimetric": grain_size_planimetric,
            "iso_g_planimetric": grain_size_iso,
        },
        "junctions": {"grains_per_mm2_junctions": float, "astm_g_junctions": grain_size_planimetric},
        "boundaries": {
            "mean_intercept_um": lambda n: 1e3 / n,
            "astm_g_intercept": lambda n: grain_size_intercept(1 / n),
            "iso_g_intercept": lambda n: grain_size_intercept(1 / n),  # one scale: G = 0 at 0.320 mm
            "surface_per_volume_per_mm": lambda n: 2 * n,
        },
        "boundaries_on_lines": {"mean_intercept_um_lines": lambda n: 1e3 / n},
        "boundaries_on_circles": {"mean_intercept_um_circles": lambda n: 1e3 / n},
    }
)


def summary_of_fields(fields: Sequence[FieldSummary]) -> Summary:
    """Sum up the counts of all fields, and give the densities and what follows from them.

    Every estimate has "<key>_ci95", [low, high] over fields or None; that of a single field also has
    "<key>_indicative95" from its blocks.
    """
    same_pixels = len({_size(field) for field in fields}) == 1
    calibrated = all(field.pixel_size is not None for field in fields)
    # Without common pixels there are no lengths in px; areas and lengths are then weighted in mm.
    in_px = densities(fields, [1.0 if same_pixels else math.nan] * len(fields))
    in_mm = densities(fields, [field.mm if calibrated else math.nan for field in fields])
    single = len(fields) == 1
    summary = _counts(fields)
    _put_all(summary, in_px, _IN_PX, single=single)
    _put_all(summary, in_mm, _CALIBRATED, single=single)
    summary["interval_method"] = "none" if single else "fields"
    summary["relative_accuracy_percent"] = _accuracy(in_px if same_pixels else in_mm)
    return summary | (_directions(fields) if same_pixels else _no_directions(fields))


def field_row(field: FieldSummary) -> Summary:
    """Sum up one field among several, without intervals."""
    keys = (
        "grains", "edge_grains", "area_px", "intercepts", "triple_junctions", "grains_per_megapixel",
        "grains_per_mm2", "mean_diameter_px", "mean_diameter_um", "mean_intercept_px", "mean_intercept_um",
        "astm_g_planimetric", "astm_g_intercept", "astm_g_junctions",
    )  # fmt: skip
    summary = summary_of_fields([field])
    return {key: summary[key] for key in keys}


def _size(field: FieldSummary) -> tuple[float, float] | None:
    return None if field.pixel_size is None else (field.pixel_size.y, field.pixel_size.x)


def _counts(fields: Sequence[FieldSummary]) -> Summary:
    return {
        "grains": sum(field.grains for field in fields),
        "grains_ci95": None,
        "fields": len(fields),
        "edge_grains": sum(field.edge_grains for field in fields),
        "intercepts": sum(field.crossings.number for field in fields),
        "intercepts_lines": sum(field.on_lines.number for field in fields),
        "intercepts_circles": sum(field.circles.number for field in fields),
        "triple_junctions": sum(field.junctions for field in fields),
        "twin_boundaries": sum(field.twin_boundaries for field in fields),
        "area_px": sum(field.area for field in fields),
    }


def _put_all(
    summary: Summary, found: Densities, what: Mapping[str, Mapping[str, Function]], *, single: bool
) -> None:
    for name, functions in what.items():
        density: Density = getattr(found, name)
        for key, function in functions.items():
            summary[key], summary[f"{key}_ci95"] = density.mapped(function)
            if single:
                summary[f"{key}_indicative95"] = density.mapped_indicative(function)


def _accuracy(found: Densities) -> Summary:
    return {
        "grains_per_area": found.grains.relative_accuracy_percent,
        "mean_intercept": found.boundaries.relative_accuracy_percent,
    }


def _directions(fields: Sequence[FieldSummary]) -> Summary:
    pooled = {
        angle: sum((field.lines[angle] for field in fields), Crossings(0, 0.0)).mean_intercept
        for angle in fields[0].lines
    }
    ellipse = anisotropy(pooled)
    return {
        "mean_intercept_px_by_direction": {f"{angle:g}": length for angle, length in pooled.items()},
        "anisotropy": {
            "ratio": None if ellipse is None else ellipse.ratio,
            "direction_deg": None if ellipse is None else ellipse.direction_deg,
        },
    }


def _no_directions(fields: Sequence[FieldSummary]) -> Summary:
    return {
        "mean_intercept_px_by_direction": {f"{angle:g}": None for angle in fields[0].lines},
        "anisotropy": {"ratio": None, "direction_deg": None},
    }
