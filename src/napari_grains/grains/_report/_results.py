"""The table of results: every number with its unit and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from ._numbers import APPROXIMATELY, DASH, Quantity, Shown, Summary, escaped, is_number, measured, shown

_COUNTED: Final = (
    Quantity("Grains seen", "grains", "count"),
    Quantity("of these cut by the rim", "edge_grains", "count"),
    Quantity("Measured area", "area_um2", "area", "area_px"),
    Quantity("Grains per area", "grains_per_mm2", "density", "grains_per_megapixel"),
    Quantity("Mean grain area", "mean_area_um2", "area", "mean_area_px"),
    Quantity("Mean grain diameter", "mean_diameter_um", "length", "mean_diameter_px"),
    Quantity("ASTM G", "astm_g_planimetric", "number"),
    Quantity("ISO 643 G", "iso_g_planimetric", "number"),
    Quantity("Triple junctions", "triple_junctions", "count"),
    Quantity("Grains per area by them", "grains_per_mm2_junctions", "density"),
    Quantity("ASTM G by them", "astm_g_junctions", "number"),
)
_CROSSED: Final = (
    Quantity("Intercepts counted", "intercepts", "count"),
    Quantity("on straight lines", "intercepts_lines", "count"),
    Quantity("on circles", "intercepts_circles", "count"),
    Quantity("Mean intercept", "mean_intercept_um", "length", "mean_intercept_px"),
    Quantity("straight lines alone", "mean_intercept_um_lines", "length", "mean_intercept_px_lines"),
    Quantity("circles alone", "mean_intercept_um_circles", "length", "mean_intercept_px_circles"),
    Quantity("ASTM G", "astm_g_intercept", "number"),
    Quantity("ISO 643 G", "iso_g_intercept", "number"),
    Quantity("Surface per volume, S_V", "surface_per_volume_per_mm", "surface", "surface_per_volume_per_px"),
)
_LARGEST: Final = (
    Quantity("Largest grain", "largest_grain_area_um2", "area", "largest_grain_area_px"),
    Quantity("Largest grain (ALA), G", "astm_g_largest", "number"),
)
_ALWAYS: Final = {
    "grains", "edge_grains", "intercepts", "grains_per_mm2", "mean_area_um2", "mean_diameter_um",
    "mean_intercept_um", "astm_g_planimetric", "astm_g_intercept",
}  # fmt: skip
"""Shown with a dash where they are not defined; other quantities are left out."""
_DIAMETERS: Final = ("d10", "d50", "d90", "mean")
_HEAD: Final = "<tr><th>{}</th><th class='number'>Value</th><th class='number'>95 % interval</th></tr>"


def results(summary: Summary, table: pd.DataFrame | None) -> str:
    """Build the tables in two columns: by area and diameters; by intercepts and what is known besides.

    Parameters
    ----------
    summary : mapping
        What was measured.
    table : DataFrame, optional
        One row per grain; without it there are no diameters.
    """
    diameters = "" if table is None else _diameters(summary, table)
    left = _quantities("By area", _COUNTED, summary) + diameters
    right = _quantities("By intercepts", _CROSSED, summary) + _others(summary)
    columns = "".join(f'<div class="half">{column}</div>' for column in (left, right))
    return f'<div class="results"><div class="row">{columns}</div>{_indicative_note(summary)}</div>'


def _quantities(name: str, quantities: Sequence[Quantity], summary: Summary) -> str:
    rows = [
        _row(quantity.name, shown(summary, quantity))
        for quantity in quantities
        if quantity.key in _ALWAYS or _is_known(summary, quantity)
    ]
    return f"<table><thead>{_HEAD.format(name)}</thead><tbody>{''.join(rows)}</tbody></table>"


def _is_known(summary: Summary, quantity: Quantity) -> bool:
    return any(is_number(summary.get(key)) for key in (quantity.key, quantity.pixel_key) if key)


def _row(name: str, value: Shown) -> str:
    mark = " indicative" if value.spread.startswith(APPROXIMATELY) else ""
    return (
        f'<tr><td>{_named(name)}</td><td class="number">{escaped(value.value)}</td>'
        f'<td class="number{mark}">{escaped(value.spread)}</td></tr>'
    )


def _named(name: str) -> str:
    return escaped(name).replace("S_V", "S<sub>V</sub>")


def _indicative_note(summary: Summary) -> str:
    if not any(key.endswith("_indicative95") and value for key, value in summary.items()):
        return ""
    return (
        f'<p class="small">{APPROXIMATELY} indicative only: scatter between parts of one field (spatial '
        "block bootstrap). It is no interval over fields as E112 asks for.</p>"
    )


def _diameters(summary: Summary, table: pd.DataFrame) -> str:
    """Diameters of complete grains."""
    unit = "um" if "ecd_um" in table else "px"
    given = summary.get(f"diameters_{unit}")
    known: Mapping[str, object] = given if isinstance(given, Mapping) else {}
    factor, symbol = _unit(known, unit)
    rows = "".join(f"<tr><td>by {by}</td>{_cells(known.get(by), factor)}</tr>" for by in ("number", "area"))
    head = "".join(f"<th class='number'>{name}</th>" for name in ("D10", "D50", "D90", "Mean"))
    return f"<table><thead><tr><th>Diameters, {symbol}</th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _unit(known: Mapping[str, object], unit: str) -> tuple[float, str]:
    if unit == "px":
        return 1.0, "px"
    number = known.get("number")
    middle = number.get("d50") if isinstance(number, Mapping) else None
    if not is_number(middle) or middle >= 0.1:
        return (1.0, "µm") if not is_number(middle) or middle < 1e3 else (1e-3, "mm")
    return 1e3, "nm"


def _cells(values: object, factor: float) -> str:
    known: Mapping[str, object] = values if isinstance(values, Mapping) else {}
    texts = (measured(value * factor) if is_number(value) else DASH for value in map(known.get, _DIAMETERS))
    return "".join(f'<td class="number">{text}</td>' for text in texts)


def _others(summary: Summary) -> str:
    """Log-normal fit, largest grain, mixed sizes, anisotropy: what there is of them."""
    lines = [*_fit(summary), *_largest(summary), *_mixture(summary), *_anisotropy(summary)]
    rows = "".join(f'<tr><td>{name}</td><td class="number">{text}</td></tr>' for name, text in lines)
    head = "<tr><th colspan='2'>Distribution and directions</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>" if rows else ""


def _fit(summary: Summary) -> list[tuple[str, str]]:
    fit = summary.get("lognormal")
    if not isinstance(fit, Mapping) or not is_number(fit.get("sigma_ln")):
        return []
    median = shown(fit, Quantity("", "median_um", "length", "median_px")).value
    p_value = fit.get("p_value")
    test = f", p = {p_value:.2g}" if is_number(p_value) else ""
    return [("Log-normal fit", f"median {median}, \u03c3 {fit['sigma_ln']:.2f}{test}")]


def _largest(summary: Summary) -> list[tuple[str, str]]:
    cut = ", cut by the rim" if summary.get("largest_grain_cut") else ""
    lines = [(one.name, shown(summary, one).value) for one in _LARGEST if _is_known(summary, one)]
    return [(name, text + (cut if index == 0 else "")) for index, (name, text) in enumerate(lines)]


def _mixture(summary: Summary) -> list[tuple[str, str]]:
    """Say whether there are two populations, and their medians."""
    mixture = summary.get("bimodal")
    if not isinstance(mixture, Mapping) or "detected" not in mixture:
        return []
    if not mixture["detected"]:
        return [("Two grain sizes", "not found")]
    medians = (
        Quantity("", f"{name}_median_um", "length", f"{name}_median_px") for name in ("fine", "coarse")
    )
    fine, coarse = (shown(mixture, median).value for median in medians)
    share = mixture.get("coarse_area_fraction")
    where = f" in {100 * share:.0f} % of the area" if is_number(share) else ""
    return [("Two grain sizes", f"{fine} and {coarse}{where}")]


def _anisotropy(summary: Summary) -> list[tuple[str, str]]:
    found = summary.get("anisotropy")
    if not isinstance(found, Mapping) or not is_number(found.get("ratio")):
        return []
    direction = found.get("direction_deg")
    where = f", longest at {direction:.0f}°" if is_number(direction) else ""
    return [("Anisotropy", f"{found['ratio']:.2f}{where}")]
