"""Several fields of one specimen taken together: one estimate with a 95 % interval over the fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from napari_grains.grains import Density, grain_size_intercept, grain_size_planimetric, pooled_density

Entry = Mapping[str, Any]
DIFFERENT_PIXELS = "the inputs differ in pixel size, or some have none: lengths in px are not pooled"


def pooled(entries: Sequence[Entry]) -> dict[str, Any] | None:
    """Pool the summaries of several fields, as if they had been measured as the slices of one stack.

    Every input is a field. Grains per area and boundaries per length are pooled, with the interval
    t s / sqrt(n) over the fields (ASTM E112, the section on statistical analysis); all else follows from
    them.

    Parameters
    ----------
    entries : sequence of mapping
        Summaries, as they stand in <stem>_summary.json.

    Returns
    -------
    dict or None
        "fields", "grains" (sum), the keys of a summary with "<key>_ci95", "relative_accuracy_percent" (half
        the interval over the estimate) and "warnings". What some field lacks is null; lengths in px are there
        only where all fields have the same pixels. None for fewer than two fields.
    """
    if len(entries) < 2:
        return None
    sizes = [entry.get("pixel_size_um") for entry in entries]
    same_pixels = all(size == sizes[0] for size in sizes)
    um = [math.nan if size is None else math.sqrt(size[0] * size[1]) for size in sizes]
    result: dict[str, Any] = {
        "fields": len(entries),
        "grains": sum(int(entry["grains"]) for entry in entries),
    }
    per_mm2 = _pooled([_grains_and_area(entry) for entry in entries], [1e-6 * each**2 for each in um])
    per_mm = _pooled([_crossings_and_length(entry) for entry in entries], [1e-3 * each for each in um])
    result |= _in_um(per_mm2, per_mm)
    if same_pixels:
        ones = [1.0] * len(entries)
        per_px2 = _pooled([_grains_and_area(entry) for entry in entries], ones)
        per_px = _pooled([_crossings_and_length(entry) for entry in entries], ones)
        result |= _in_px(per_px2, per_px)
    return result | {"warnings": [] if same_pixels else [DIFFERENT_PIXELS]}


def _grains_and_area(entry: Entry) -> tuple[float, float]:
    """Grains by the planimetric count, and area in px; NaN where there are too few grains to count."""
    area = entry["area_px"]
    return area / (entry["mean_area_px"] or math.nan), area


def _crossings_and_length(entry: Entry) -> tuple[float, float]:
    """Boundaries that the test lines cross, and their length in px; NaN where they cross none."""
    crossings = entry["intercepts"]
    return crossings, crossings * (entry["mean_intercept_px"] or math.nan)


def _pooled(fields: Sequence[tuple[float, float]], units: Sequence[float]) -> Density | None:
    counts = [count for count, _ in fields]
    sizes = [size * unit for (_, size), unit in zip(fields, units, strict=True)]
    return pooled_density(counts, sizes) if all(map(math.isfinite, (*counts, *sizes))) else None


def _in_um(per_mm2: Density | None, per_mm: Density | None) -> dict[str, Any]:
    accuracy = {
        "grains_per_mm2": _relative_accuracy(per_mm2),
        "mean_intercept_um": _relative_accuracy(per_mm),
    }
    return (
        _estimate("grains_per_mm2", per_mm2, float)
        | _estimate("mean_area_um2", per_mm2, lambda n: 1e6 / n)
        | _estimate("mean_diameter_um", per_mm2, lambda n: 1e3 * _circle_diameter(1 / n))
        | _estimate("astm_g_planimetric", per_mm2, grain_size_planimetric)
        | _estimate("mean_intercept_um", per_mm, lambda n: 1e3 / n)
        | _estimate("astm_g_intercept", per_mm, lambda n: grain_size_intercept(1 / n))
        | {"relative_accuracy_percent": accuracy}
    )


def _in_px(per_px2: Density | None, per_px: Density | None) -> dict[str, Any]:
    return (
        _estimate("mean_area_px", per_px2, lambda n: 1 / n)
        | _estimate("mean_diameter_px", per_px2, lambda n: _circle_diameter(1 / n))
        | _estimate("mean_intercept_px", per_px, lambda n: 1 / n)
    )


def _estimate(key: str, density: Density | None, function: Callable[[float], float]) -> dict[str, Any]:
    value, interval = (None, None) if density is None else density.mapped(function)
    return {key: value, f"{key}_ci95": interval}


def _relative_accuracy(density: Density | None) -> float | None:
    if density is None or density.interval is None or not density.value:
        return None
    return 100 * (density.interval[1] - density.value) / density.value


def _circle_diameter(area: float) -> float:
    return math.sqrt(4 * area / math.pi)
