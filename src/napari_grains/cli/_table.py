"""Results for people: a line per input while the run goes on, a table at its end."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

COLUMNS = ("name", "grains", "mean diameter", "G planimetric", "G intercept")
WIDER_THAN_ANY = 10_000
"""Columns of a terminal in which no table is cut."""


def short_result(entry: Mapping[str, Any]) -> str:
    """Grains, diameter and grain size of one input in a few words, or its class, or its error."""
    if entry["status"] != "done":
        return f"error: {entry['error']}"
    if "answer" in entry:
        return str(entry["answer"])
    number = entry.get("astm_g_planimetric")
    size = "" if number is None else f", ASTM G {number:.2f}"
    plural = "" if entry["grains"] == 1 else "s"
    return f"{entry['grains']} grain{plural}, mean diameter {diameter(entry)}{size}"


def diameter(entry: Mapping[str, Any]) -> str:
    """Mean equivalent circle diameter with its unit: um where it is known, else px; a dash without grains."""
    for unit in ("um", "px"):
        value = entry.get(f"mean_diameter_{unit}")
        if value is not None:
            return f"{value:#.4g}".removesuffix(".") + f" {unit}"
    return "-"


def grain_size(entry: Mapping[str, Any], key: str) -> str:
    """Write a grain size number with its interval; a dash where there is no pixel size."""
    value, interval = entry.get(key), entry.get(f"{key}_ci95")
    if value is None:
        return "-"
    return f"{value:.2f}" if interval is None else f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"


def show_results(entries: Sequence[Mapping[str, Any]], pooled: Mapping[str, Any] | None) -> None:
    """Print the table of results to stdout, one row per input and one for all fields together."""
    rows = [
        _row(entry["name"], entry) if entry["status"] == "done" else _empty_row(entry) for entry in entries
    ]
    if pooled is not None:
        rows.append(_row(f"all {pooled['fields']} fields", pooled))
    show_table(COLUMNS, rows)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: bool = True) -> None:
    """Print aligned columns, the first of text, to stdout, never cut to the width of a terminal."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if numbers and number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(file=sys.stdout, highlight=False, width=WIDER_THAN_ANY).print(table)


def show_warnings(entries: Sequence[Mapping[str, Any]]) -> None:
    """Print each different warning once to stderr, with the inputs that it is about."""
    about: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for warning in entry.get("warnings") or ():
            about[warning].append(entry["name"])
    for warning, names in about.items():
        whom = names[0] if len(names) == 1 else f"{len(names)} inputs"
        typer.echo(f"warning: {whom}: {warning}", err=True)


def _row(name: str, entry: Mapping[str, Any]) -> list[str]:
    numbers = (grain_size(entry, key) for key in ("astm_g_planimetric", "astm_g_intercept"))
    return [name, str(entry["grains"]), diameter(entry), *numbers]


def _empty_row(entry: Mapping[str, Any]) -> list[str]:
    return [entry["name"], entry["status"], "-", "-", "-"]
