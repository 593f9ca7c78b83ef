"""The box with the numbers that a report is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ._numbers import DASH, Quantity, Shown, Summary, escaped, is_number, percent, shown

Pair = tuple[Quantity, Quantity]

_SIZE_NUMBERS: Final[tuple[tuple[str, Pair], ...]] = (
    (
        "ASTM E112 grain size G",
        (
            Quantity("", "astm_g_planimetric", "number"),
            Quantity("", "astm_g_intercept", "number"),
        ),
    ),
    (
        "ISO 643 grain size G",
        (
            Quantity("", "iso_g_planimetric", "number"),
            Quantity("", "iso_g_intercept", "number"),
        ),
    ),
)
_LENGTHS: Final[Pair] = (
    Quantity("mean diameter", "mean_diameter_um", "length", "mean_diameter_px"),
    Quantity("mean intercept", "mean_intercept_um", "length", "mean_intercept_px"),
)
_ACCURACY: Final = (("grains_per_area", "grains_per_mm2"), ("mean_intercept", "mean_intercept_um"))
"""Names of %RA in the summary of a measurement and of several pooled."""
ONE_FIELD: Final = "one field: no interval"


def headline(summary: Summary) -> str:
    """Build the box: grain size by both methods on both scales, mean lengths, relative accuracy."""
    rows = [_row(name, [shown(summary, one) for one in pair], "big") for name, pair in _SIZE_NUMBERS]
    lengths = [shown(summary, one) for one in _LENGTHS]
    rows.append(_row("Mean diameter, intercept", lengths, "big"))
    rows.append(_accuracy_row(summary))
    head = "<tr><th></th><th>Planimetric (grains per area)</th><th>Lineal intercept</th></tr>"
    return (
        f'<div class="headline"><table><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
        f"{_footnote(summary)}</div>"
    )


def _row(name: str, cells: list[Shown], kind: str) -> str:
    content = "".join(
        f'<td><span class="{kind}">{escaped(cell.value)}</span>{_spread(cell)}</td>' for cell in cells
    )
    return f"<tr><th>{escaped(name)}</th>{content}</tr>"


def _spread(cell: Shown) -> str:
    if cell.interval:
        return f' <span class="with">95 %: {escaped(cell.interval)}</span>'
    if cell.indicative:
        return f' <span class="with indicative">{escaped(cell.spread)} indicative</span>'
    return ""


def _accuracy_row(summary: Summary) -> str:
    accuracy = summary.get("relative_accuracy_percent")
    known: Mapping[str, object] = accuracy if isinstance(accuracy, Mapping) else {}
    values = [next((known[key] for key in keys if is_number(known.get(key))), None) for keys in _ACCURACY]
    alone = summary.get("fields") == 1
    cells = "".join(
        f"<td>{ONE_FIELD if alone and value is None else percent(value)}</td>" for value in values
    )
    return f"<tr><th>Relative accuracy (%RA)</th>{cells}</tr>"


def _footnote(summary: Summary) -> str:
    """Say what the numbers rest on."""
    counts = ", ".join(
        f"{shown(summary, Quantity('', key, 'count')).value} {name}"
        for key, name in (("grains", "grains"), ("intercepts", "intercepts"), ("fields", "fields"))
        if is_number(summary.get(key))
    )
    counts = counts.replace(" 1 fields", " 1 field")
    missing = summary.get("astm_g_planimetric") is None and summary.get("mean_diameter_um") is None
    calibration = "; not calibrated: a grain size number needs a pixel size" if missing else ""
    return f'<p class="small">{escaped(counts or DASH)}{calibration}</p>'
