"""Numbers in words."""

from __future__ import annotations

from napari_grains.widgets import _summary_text as words

CALIBRATED = {
    "grains": 1234,
    "mean_diameter_um": 12.345,
    "mean_diameter_px": 28.06,
    "astm_g_planimetric": 9.04,
    "astm_g_intercept": 9.31,
    "astm_g_planimetric_ci95": [8.9, 9.2],
    "pixel_size_um": [0.44, 0.44],
    "scale": 0.25,
    "scale_chosen": "auto",
}


def test_calibrated_lengths_are_in_micrometres():
    assert words.headline(CALIBRATED) == "1,234 grains, mean diameter 12.3 µm"
    assert words.grain_size(CALIBRATED) == "G 9.0 planimetric, 9.3 intercept"


def test_small_lengths_are_in_nanometres():
    assert words.headline({"grains": 1, "mean_diameter_um": 0.0456}) == "1 grain, mean diameter 45.6 nm"


def test_uncalibrated_lengths_are_in_px():
    summary = {"grains": 7, "mean_diameter_um": None, "mean_diameter_px": 28.06, "mean_intercept_px": 20.5}
    assert words.headline(summary) == "7 grains, mean diameter 28.1 px"
    assert words.grain_size(summary) == "Mean intercept 20.5 px; G needs a pixel size"


def test_missing_numbers_are_said_to_be_unknown():
    summary = {"grains": 1, "pixel_size_um": [1, 1]}
    assert words.headline(summary) == "1 grain, mean diameter unknown"
    assert words.grain_size(summary) == "Mean intercept unknown; G needs more grains"


def test_details_hold_intervals_and_how_it_was_made():
    lines = words.details(CALIBRATED).splitlines()
    assert "G planimetric 9.04 (95 %: 8.9 to 9.2)" in lines
    assert "G intercept 9.31" in lines
    assert "scale 0.25 (auto)" in lines
