"""A field's measurement in words: what a summary of the job "segment" says in two lines and a tooltip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

Summary = Mapping[str, Any]

_DETAILS: Final = (
    ("grains_per_mm2", "grains per mm²", ""),
    ("mean_area_um2", "mean area", " µm²"),
    ("mean_intercept_um", "mean intercept", " µm"),
    ("mean_area_px", "mean area", " px²"),
    ("mean_intercept_px", "mean intercept", " px"),
    ("astm_g_planimetric", "G planimetric", ""),
    ("astm_g_intercept", "G intercept", ""),
)


def headline(summary: Summary) -> str:
    """Return number of grains and mean diameter, in px where the pixel size is unknown."""
    grains = summary["grains"]
    diameter = _length(summary.get("mean_diameter_um")) or _number(summary.get("mean_diameter_px"), " px")
    return f"{grains:,} grain{'' if grains == 1 else 's'}, mean diameter {diameter or 'unknown'}"


def grain_size(summary: Summary) -> str:
    """Return G by both methods, or what is missing for it."""
    planimetric, intercept = summary.get("astm_g_planimetric"), summary.get("astm_g_intercept")
    if planimetric is None and intercept is None:
        length = _number(summary.get("mean_intercept_px"), " px") or "unknown"
        missing = "a pixel size" if summary.get("pixel_size_um") is None else "more grains"
        return f"Mean intercept {length}; G needs {missing}"
    return f"G {_grade(planimetric)} planimetric, {_grade(intercept)} intercept"


def details(summary: Summary) -> str:
    """Return the other numbers with their intervals, one per line, and how they were made."""
    lines = [
        f"{name} {_number(summary[key], unit)}{_interval(summary.get(f'{key}_ci95'))}"
        for key, name, unit in _DETAILS
        if summary.get(key) is not None
    ]
    lines.append(f"scale {_number(summary.get('scale'))} ({summary.get('scale_chosen', 'by hand')})")
    lines.append(f"network {summary.get('model')}, {summary.get('device')}, {summary.get('precision')}")
    seconds = summary.get("seconds", {}).get("total")
    return "\n".join(lines if seconds is None else [*lines, f"{seconds:.1f} s"])


def remarks(summary: Summary) -> list[str]:
    """Return what the user should know about the numbers."""
    return [*summary.get("notes", ()), *summary.get("warnings", ())]


def _length(micrometres: float | None) -> str:
    if micrometres is None:
        return ""
    return _number(micrometres, " µm") if micrometres >= 0.1 else _number(1000 * micrometres, " nm")


def _number(value: float | None, unit: str = "") -> str:
    return "" if value is None else f"{value:.3g}{unit}" if abs(value) < 1000 else f"{value:,.0f}{unit}"


def _grade(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f}"


def _interval(bounds: Sequence[float] | None) -> str:
    return "" if not bounds else f" (95 %: {_number(bounds[0])} to {_number(bounds[1])})"
