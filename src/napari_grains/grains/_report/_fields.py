"""The fields of a specimen in a table, one row each."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from ._numbers import DASH, Quantity, Summary, escaped, is_number, shown

_COLUMNS: Final = (
    Quantity("Grains", "grains", "count"),
    Quantity("Mean diameter", "mean_diameter_um", "length", "mean_diameter_px"),
    Quantity("G planimetric", "astm_g_planimetric", "number"),
    Quantity("Intercepts", "intercepts", "count"),
    Quantity("Mean intercept", "mean_intercept_um", "length", "mean_intercept_px"),
    Quantity("G intercept", "astm_g_intercept", "number"),
)


def fields_table(names: Sequence[str], fields: Sequence[Summary], pooled: Summary) -> str:
    """Build the table: fields, their standard deviation, and all of them pooled.

    Parameters
    ----------
    names : sequence of str
        Of the fields.
    fields : sequence of mapping
        Their summaries.
    pooled : mapping
        The summary of all of them.
    """
    head = "".join(f'<th class="number">{column.name}</th>' for column in _COLUMNS)
    rows = [
        _row(name, [shown(field, column).value for column in _COLUMNS])
        for name, field in zip(names, fields, strict=True)
    ]
    last = _row("All fields, pooled", [shown(pooled, column).value for column in _COLUMNS], "<b>", "</b>")
    if len(fields) > 1:
        rows.append(_row("Standard deviation", [_deviation(fields, column) for column in _COLUMNS]))
    return f"<table><thead><tr><th>Field</th>{head}</tr></thead><tbody>{''.join(rows)}{last}</tbody></table>"


def _row(name: str, cells: Sequence[str], before: str = "", after: str = "") -> str:
    content = "".join(f'<td class="number">{before}{escaped(cell)}{after}</td>' for cell in cells)
    return f"<tr><td>{before}{escaped(name)}{after}</td>{content}</tr>"


def _deviation(fields: Sequence[Summary], column: Quantity) -> str:
    """Write the standard deviation between fields as the values are written."""
    for key in (column.key, column.pixel_key):
        values = [float(value) for value in (field.get(key or "") for field in fields) if is_number(value)]
        if len(values) == len(fields):
            return shown({key or "": statistics.stdev(values)}, column).value
    return DASH
