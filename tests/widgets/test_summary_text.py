"""Numbers in words."""

from __future__ import annotations

from napari_grains.widgets import _summary_text as words

CALIBRATED = {
    "grains": 1234,
    "mean_diameter_um": 12.345,
    "mean_diameter_um_ci95": [11.98, 12.71],
    "mean_diameter_px": 28.06,
    "mean_area_um2": 130.2,
    "astm_g_planimetric": 9.04,
    "astm_g_intercept": 9.31,
    "astm_g_planimetric_ci95": [8.9, 9.2],
    "pixel_size_um": [0.44, 0.44],
    "scale": 0.25,
    "scale_chosen": "auto",
}


def test_calibrated_lengths_are_in_micrometres_with_their_intervals():
    assert words.numbers(CALIBRATED) == [
        ("Grains", "1,234"),
        ("Mean diameter", "12.3 µm (12 to 12.7)"),
        ("G planimetric", "9.0 (8.9 to 9.2)"),
        ("G intercept", "9.3"),
    ]


def test_small_lengths_are_in_nanometres():
    summary = {"grains": 1, "mean_diameter_um": 0.0456, "mean_diameter_um_ci95": [0.04, 0.05]}
    assert ("Mean diameter", "45.6 nm (40 to 50)") in words.numbers(summary)


def test_uncalibrated_lengths_are_in_px_and_g_needs_a_pixel_size():
    summary = {"grains": 7, "mean_diameter_um": None, "mean_diameter_px": 28.06, "mean_intercept_px": 20.5}
    assert words.numbers(summary)[1:] == [
        ("Mean diameter", "28.1 px"),
        ("Mean intercept", "20.5 px"),
        ("ASTM G", "needs a pixel size"),
    ]


def test_missing_numbers_are_said_to_be_unknown():
    summary = {"grains": 1, "pixel_size_um": [1, 1]}
    assert words.numbers(summary)[1:] == [
        ("Mean diameter", "unknown"),
        ("Mean intercept", "unknown"),
        ("ASTM G", "needs more grains"),
    ]


def test_details_hold_the_other_numbers_and_how_they_were_made():
    lines = words.details(CALIBRATED).splitlines()
    assert "mean area 130 µm²" in lines
    assert "scale 0.25 (auto)" in lines
