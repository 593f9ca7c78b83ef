"""A field's measurement in words: what a summary of the job "segment" says in a few lines and a tooltip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

Summary = Mapping[str, Any]

_DETAILS: Final = (
    ("grains_per_mm2", "grains per mm²", ""),
    ("mean_area_um2", "mean area", " µm²"),
    ("mean_intercept_um", "mean intercept", " µm"),
    ("mean_area_px", "mean area", " px²"),
    ("mean_diameter_px", "mean diameter", " px"),
    ("mean_intercept_px", "mean intercept", " px"),
)


def numbers(summary: Summary) -> list[tuple[str, str]]:
    """Return what the dock shows, as pairs of name and value with its 95 % interval.

    Number of grains; mean diameter, in px where the pixel size is unknown; G by both methods, or the mean
    intercept and what G needs.
    """
    rows = [("Grains", f"{summary['grains']:,}"), ("Mean diameter", _diameter(summary))]
    planimetric, intercept = (_grade(summary, f"astm_g_{name}") for name in ("planimetric", "intercept"))
    if planimetric or intercept:
        return [*rows, ("G planimetric", planimetric or "unknown"), ("G intercept", intercept or "unknown")]
    length = _with_interval(summary, "mean_intercept_px", 1, " px") or "unknown"
    missing = "a pixel size" if summary.get("pixel_size_um") is None else "more grains"
    return [*rows, ("Mean intercept", length), ("ASTM G", f"needs {missing}")]


def details(summary: Summary) -> str:
    """Return the other numbers with their intervals, one per line, and how they were made."""
    lines = [
        f"{name} {_with_interval(summary, key, 1, unit)}"
        for key, name, unit in _DETAILS
        if summary.get(key) is not None
    ]
    lines.append(f"scale {_number(summary.get('scale'))} ({summary.get('scale_chosen', 'by hand')})")
    lines.append(f"network {summary.get('model')}, {summary.get('device')}, {summary.get('precision')}")
    seconds = summary.get("seconds", {}).get("total")
    lines += [] if seconds is None else [f"{seconds:.1f} s"]
    return "\n".join([*lines, "In brackets: 95 % intervals"])


def remarks(summary: Summary) -> list[str]:
    """Return what the user should know about the numbers."""
    return [*summary.get("notes", ()), *summary.get("warnings", ())]


def _diameter(summary: Summary) -> str:
    micrometres = summary.get("mean_diameter_um")
    if micrometres is None:
        return _with_interval(summary, "mean_diameter_px", 1, " px") or "unknown"
    factor, unit = (1, " µm") if micrometres >= 0.1 else (1000, " nm")
    return _with_interval(summary, "mean_diameter_um", factor, unit)


def _grade(summary: Summary, key: str) -> str:
    value = summary.get(key)
    if value is None:
        return ""
    return f"{value:.1f}{_interval(summary.get(f'{key}_ci95'), '{:.1f}')}"


def _with_interval(summary: Summary, key: str, factor: float, unit: str) -> str:
    value = summary.get(key)
    if value is None:
        return ""
    bounds = summary.get(f"{key}_ci95")
    scaled = [factor * bound for bound in bounds] if bounds else None
    return f"{_number(factor * value)}{unit}{_interval(scaled)}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _interval(bounds: Sequence[float] | None, pattern: str = "") -> str:
    if not bounds:
        return ""
    low, high = (pattern.format(bound) if pattern else _number(bound) for bound in bounds)
    return f" ({low} to {high})"
