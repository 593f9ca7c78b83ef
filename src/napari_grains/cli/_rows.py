"""Summaries as rows of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from ._json import plain

_LEFT_OUT = ("files", "by_field")


def csv_text(entries: Sequence[Mapping[str, Any]]) -> str:
    """One row per entry, under the columns of all of them; what an entry does not have stays empty.

    Intervals become ``<key>_low`` and ``<key>_high``, mappings a column per key, lists of texts one text;
    what is told of each class becomes the columns ``<key>_<class>_...``.
    """
    rows = [_row(entry) for entry in entries]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in _LEFT_OUT:
            row |= _cells(key, plain(value))
    return row


def _cells(key: str, value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return {
            name: cell for part, item in value.items() for name, cell in _cells(f"{key}_{part}", item).items()
        }
    if key.endswith(("ci95", "indicative95")):
        ends = value if isinstance(value, list) else [None, None]
        return {f"{key}_low": ends[0], f"{key}_high": ends[1]}
    if (
        isinstance(value, list)
        and value
        and all(isinstance(item, dict) and "class" in item for item in value)
    ):
        return _cells(key, {item["class"]: {k: v for k, v in item.items() if k != "class"} for item in value})
    if isinstance(value, list):
        separator = "; " if all(isinstance(item, str) for item in value) else " "
        return {key: separator.join(map(str, value))}
    return {key: value}
