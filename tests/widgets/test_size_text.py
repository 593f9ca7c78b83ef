"""A measurement in words."""

from __future__ import annotations

import pytest

from napari_grains.widgets._size_text import (
    details,
    field_headers,
    field_row,
    length_rows,
    remarks,
    size_rows,
)

CALIBRATED = {
    "grains": 1234,
    "edge_grains": 200,
    "mean_diameter_px": 40.0,
    "mean_diameter_um": 20.0,
    "mean_diameter_um_ci95": [19.0, 21.5],
    "mean_intercept_px": 30.0,
    "mean_intercept_um": 15.0,
    "astm_g_planimetric": 8.123,
    "astm_g_planimetric_ci95": [8.0, 8.25],
    "iso_g_planimetric": 8.17,
    "astm_g_intercept": 8.5,
    "astm_g_junctions": 8.2,
    "surface_per_volume_per_mm": 133.3,
    "anisotropy": {"ratio": 1.2345, "direction_deg": 12.3},
    "diameters_um": {"number": {"d10": 5.0, "d50": 18.0, "d90": 33.0, "mean": 19.0}, "area": None},
    "largest_grain_area_um2": 1923.4,
    "astm_g_largest": 6.04,
}
IN_PX = {"grains": 5, "mean_diameter_px": 12.34, "mean_intercept_px": None}


def values(summary):
    return {name: value for name, value, _ in length_rows(summary)}


def test_grades_of_all_methods_stand_side_by_side():
    rows = [(row.method, row.astm, row.iso, row.interval) for row in size_rows(CALIBRATED)]
    assert rows == [
        ("Planimetric", "8.12", "8.17", "8.00 to 8.25"),
        ("Intercept", "8.50", "-", ""),
        ("Junctions", "8.20", "-", ""),
    ]
    assert size_rows(IN_PX) == []


def test_an_indicative_interval_is_marked_and_explained():
    summary = CALIBRATED | {"astm_g_planimetric_ci95": None, "astm_g_planimetric_indicative95": [7.9, 8.3]}
    assert size_rows(summary)[0].interval == "~7.90 to 8.30"
    assert "indicative" in details(summary)
    assert "over the fields" in details(CALIBRATED)


def test_lengths_are_in_the_unit_that_is_known():
    assert values(CALIBRATED) == {
        "Grains": "1,234 (200 cut)",
        "Mean diameter": "20.0 µm (19.0 to 21.5)",
        "Mean intercept": "15.0 µm",
        "D10 · D50 · D90": "5.00 · 18.0 · 33.0 µm",
        "Surface S<sub>V</sub>": "133 mm²/mm³",
        "Anisotropy": "1.23 at 12°",
        "Largest (ALA)": "1,923 µm², G 6.0",
    }
    assert values(IN_PX) == {"Grains": "5", "Mean diameter": "12.3 px"}


def test_small_grains_are_in_nanometres():
    small = {"grains": 9, "mean_diameter_um": 0.02, "mean_diameter_um_indicative95": [0.018, 0.022]}
    small |= {"diameters_um": {"number": {"d10": 0.01, "d50": 0.02, "d90": 0.03}}}
    assert values(small)["Mean diameter"] == "20.0 nm (~18.0 to 22.0)"
    assert values(small)["D10 · D50 · D90"] == "10.0 · 20.0 · 30.0 nm"
    assert field_headers(small)[-1] == "L nm"
    assert field_row("a", small | {"mean_intercept_um": 0.0149}, small) == [
        "a",
        "9",
        "-",
        "-",
        "20.0",
        "14.9",
    ]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1 twin boundary ignored"), (2, "2 twin boundaries ignored")]
)
def test_twins_are_mentioned_where_they_are_ignored(number, text):
    assert values(IN_PX | {"twins": "ignored", "twin_boundaries": number})["Twins"] == text
    assert "Twins" not in values(IN_PX | {"twins": "counted", "twin_boundaries": number})


def test_details_tell_accuracy_and_lines_from_circles():
    summary = CALIBRATED | {
        "relative_accuracy_percent": {"grains_per_area": 7.25, "mean_intercept": None},
        "intercepts_lines": 1000,
        "mean_intercept_um_lines": 15.1,
        "intercepts_circles": 90,
        "mean_intercept_um_circles": None,
    }
    assert details(summary).splitlines()[:3] == [
        "relative accuracy of grains per area: 7.2 %",
        "1,000 intercepts of lines, mean 15.1 µm",
        "90 intercepts of circles",
    ]


def test_notes_come_before_warnings():
    assert remarks({"warnings": ["few"], "notes": ["RGB"]}) == ["RGB", "few"]
