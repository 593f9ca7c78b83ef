"""A measurement in words: what a summary of the job "measure" says in two small tables and a tooltip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Summary = Mapping[str, Any]

UNKNOWN: Final = "-"
INDICATIVE: Final = "~"
"""Before an interval that was found within one field."""
_METHODS: Final = (
    ("Planimetric", "planimetric", "Grains per area, those that the rim cuts counted half"),
    ("Intercept", "intercept", "Boundaries that test lines and circles cross, per length"),
    ("Junctions", "junctions", "Grains per area, from the number of triple junctions"),
)
_NANOMETRES_BELOW: Final = 0.1


@dataclass(frozen=True)
class SizeRow:
    """Grain size numbers of a method, as they are shown.

    Parameters
    ----------
    method, tip : str
        Name, and what is counted.
    astm, iso, interval : str
        G by ASTM E112 and by ISO 643, 95 % interval of the first.
    """

    method: str
    tip: str
    astm: str
    iso: str
    interval: str


def size_rows(summary: Summary) -> list[SizeRow]:
    """Return G by every method; empty where the pixel size is unknown."""
    rows = []
    for method, key, tip in _METHODS:
        astm, iso = summary.get(f"astm_g_{key}"), summary.get(f"iso_g_{key}")
        if astm is not None or iso is not None:
            rows.append(SizeRow(method, tip, _grade(astm), _grade(iso), _interval_of_grade(summary, key)))
    return rows


def length_rows(summary: Summary) -> list[tuple[str, str, str]]:
    """Return the other numbers as name, value and explanation."""
    return [row for row in _rows(summary) if row[1]]


def field_headers(pooled: Summary) -> list[str]:
    """Return the titles of the table of fields; lengths in the unit that suits all of them."""
    unit = _unit(pooled, "mean_diameter")[2]
    return ["Field", "Grains", "G pl.", "G int.", f"D {unit}", f"L {unit}"]


def field_row(name: str, summary: Summary, pooled: Summary) -> list[str]:
    """Return a row of the table: name, grains, G planimetric and intercept, mean diameter and intercept."""
    suffix, factor, _ = _unit(pooled, "mean_diameter")
    lengths = [summary.get(f"{key}_{suffix}") for key in ("mean_diameter", "mean_intercept")]
    return [
        name,
        f"{summary['grains']:,}" if summary.get("grains") is not None else UNKNOWN,
        _grade(summary.get("astm_g_planimetric")),
        _grade(summary.get("astm_g_intercept")),
        *(UNKNOWN if length is None else _number(factor * length) for length in lengths),
    ]


def remarks(summary: Summary) -> list[str]:
    """Return what the user should know about the numbers."""
    return [str(text) for text in (*summary.get("notes", ()), *summary.get("warnings", ()))]


def details(summary: Summary) -> str:
    """Return what the tooltip says: accuracy, lines and circles, and how to read the brackets."""
    return "\n".join([*_accuracy(summary), *_by_kind(summary), *_explanations(summary)])


def _rows(summary: Summary) -> Iterator[tuple[str, str, str]]:
    yield "Grains", _grains(summary), "Grains seen; in brackets those that the rim of the region cuts"
    yield "Mean diameter", _length(summary, "mean_diameter"), "Of the circle with the mean grain area"
    yield "Mean intercept", _length(summary, "mean_intercept"), "Length of test line per boundary"
    yield "D10 · D50 · D90", _quantiles(summary, "number"), "By number: of grains, so many are smaller"
    yield "by area", _quantiles(summary, "area"), "By area: grains that cover so much are smaller"
    yield "Surface S<sub>V</sub>", _surface(summary), "Boundary area per volume: 2 P<sub>L</sub>"
    yield (
        "Anisotropy",
        _anisotropy(summary),
        "Longest over shortest mean intercept, and where the longest lies",
    )
    yield "Largest (ALA)", _largest(summary), "Area of the largest grain, and its G by ASTM E930"
    yield "Twins", _twins(summary), "Twin boundaries that were found, and what became of them"


def _grains(summary: Summary) -> str:
    grains, cut = summary.get("grains"), summary.get("edge_grains")
    if grains is None:
        return ""
    return f"{grains:,}" if cut is None else f"{grains:,} ({cut:,} cut)"


def _length(summary: Summary, name: str) -> str:
    suffix, factor, unit = _unit(summary, name)
    key = f"{name}_{suffix}"
    value = summary.get(key)
    return "" if value is None else f"{_number(factor * value)} {unit}{_interval(summary, key, factor)}"


def _unit(summary: Summary, name: str) -> tuple[str, float, str]:
    """Suffix of the key in which a length stands, and what turns it into the unit in which it is shown."""
    micrometres = summary.get(f"{name}_um")
    if micrometres is None:
        return "px", 1.0, "px"
    return ("um", 1.0, "µm") if micrometres >= _NANOMETRES_BELOW else ("um", 1000.0, "nm")


def _quantiles(summary: Summary, weighting: str) -> str:
    unit = "um" if (summary.get("diameters_um") or {}).get(weighting) else "px"
    found = (summary.get(f"diameters_{unit}") or {}).get(weighting) or {}
    values = [float(found[key]) for key in ("d10", "d50", "d90") if found.get(key) is not None]
    if len(values) < 3:
        return ""
    factor, name = (1.0, "px") if unit == "px" else (1.0, "µm")
    if unit == "um" and values[1] < _NANOMETRES_BELOW:
        factor, name = 1000.0, "nm"
    return " · ".join(_number(factor * value) for value in values) + f" {name}"


def _surface(summary: Summary) -> str:
    for key, unit in (("surface_per_volume_per_mm", "mm²/mm³"), ("surface_per_volume_per_px", "px²/px³")):
        if summary.get(key) is not None:
            return f"{_number(summary[key])} {unit}{_interval(summary, key)}"
    return ""


def _anisotropy(summary: Summary) -> str:
    found = summary.get("anisotropy") or {}
    if found.get("ratio") is None:
        return ""
    direction = found.get("direction_deg")
    return f"{found['ratio']:.2f}" + ("" if direction is None else f" at {direction:.0f}°")


def _largest(summary: Summary) -> str:
    area = summary.get("largest_grain_area_um2")
    text = "" if area is None else f"{_number(area)} µm²"
    if not text and summary.get("largest_grain_area_px") is not None:
        text = f"{_number(summary['largest_grain_area_px'])} px²"
    grade = summary.get("astm_g_largest")
    return text if grade is None else f"{text}, G {grade:.1f}"


def _twins(summary: Summary) -> str:
    number = summary.get("twin_boundaries")
    if number is None or summary.get("twins") != "ignored":
        return ""
    return f"{number:,} twin boundar{'y' if number == 1 else 'ies'} ignored"


def _accuracy(summary: Summary) -> Iterator[str]:
    found = summary.get("relative_accuracy_percent") or {}
    for key, name in (("grains_per_area", "grains per area"), ("mean_intercept", "mean intercept")):
        if found.get(key) is not None:
            yield f"relative accuracy of {name}: {found[key]:.1f} %"


def _by_kind(summary: Summary) -> Iterator[str]:
    for name in ("lines", "circles"):
        number = summary.get(f"intercepts_{name}")
        if number is not None:
            suffix, factor, unit = _unit(summary, "mean_intercept")
            value = summary.get(f"mean_intercept_{suffix}_{name}")
            yield f"{number:,} intercepts of {name}" + (
                "" if value is None else f", mean {_number(factor * value)} {unit}"
            )


def _explanations(summary: Summary) -> Iterator[str]:
    if any(summary.get(f"astm_g_{key}_ci95") for _, key, _ in _METHODS):
        yield "95 %: Student's t over the fields"
    elif any(summary.get(f"astm_g_{key}_indicative95") for _, key, _ in _METHODS):
        yield f"{INDICATIVE} 95 %, indicative: from blocks within the one field"


def _grade(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}"


def _interval_of_grade(summary: Summary, key: str) -> str:
    return _interval(summary, f"astm_g_{key}", pattern="{:.2f}").strip(" ()")


def _interval(summary: Summary, key: str, factor: float = 1.0, pattern: str = "") -> str:
    """Write " (low to high)", with a mark where it is indicative only; empty if there is none."""
    bounds: Sequence[float] | None = summary.get(f"{key}_ci95")
    mark = "" if bounds else INDICATIVE
    bounds = bounds or summary.get(f"{key}_indicative95")
    if not bounds:
        return ""
    low, high = (pattern.format(bound) if pattern else _number(factor * bound) for bound in bounds)
    return f" ({mark}{low} to {high})"


def _number(value: float) -> str:
    """Write three digits, also where the last ones are 0."""
    return f"{value:#.3g}".removesuffix(".") if abs(value) < 999.5 else f"{value:,.0f}"
