"""Summaries as rows of a CSV file."""

from __future__ import annotations

import csv
import io

from napari_grains.cli._rows import csv_text


def test_rows_have_a_column_per_number() -> None:
    entries = [
        {"name": "a", "g": 8.0, "g_ci95": [7.5, 8.5], "seconds": {"total": 1.5}, "warnings": ["x", "y"]}
        | {"fractions": [{"class": "a", "fraction": 0.25}, {"class": "b", "indicative95": [0.5, 0.9]}]},
        {"name": "b", "error": 'a, "b"\nc', "g_ci95": None, "ci95": [0.1, 0.2], "files": {}},
    ]
    first, second = csv.DictReader(io.StringIO(csv_text(entries)))
    assert first["g_ci95_low"] == "7.5"
    assert first["seconds_total"] == "1.5"
    assert first["warnings"] == "x; y"
    assert "files" not in first
    assert second["error"] == 'a, "b"\nc'
    assert second["ci95_low"] == "0.1"
    assert (first["fractions_a_fraction"], first["fractions_b_indicative95_high"]) == ("0.25", "0.9")
    assert second["g"] == second["g_ci95_high"] == ""
