"""Numbers as a report writes them."""

from __future__ import annotations

import pytest

from napari_grains.grains._report._numbers import DASH, Quantity, Shown, measured, percent, shown

LENGTH = Quantity("Mean diameter", "mean_diameter_um", "length", "mean_diameter_px")
AREA = Quantity("Mean area", "mean_area_um2", "area", "mean_area_px")
COUNT = Quantity("Grains", "grains", "count")


@pytest.mark.parametrize(
    ("um", "text"),
    [(0.0123, "12.3 nm"), (0.1, "0.100 µm"), (9.876, "9.88 µm"), (123.4, "123 µm"), (1234.0, "1.23 mm")],
)
def test_lengths_have_three_digits_in_a_unit_that_suits(um, text):
    assert shown({"mean_diameter_um": um}, LENGTH).value == text


def test_an_interval_is_written_as_its_value_is():
    summary = {"mean_diameter_um": 0.0512, "mean_diameter_um_ci95": [0.04987, 0.0526]}
    assert shown(summary, LENGTH) == Shown("51.2 nm", "49.9 to 52.6")


def test_an_indicative_interval_never_takes_the_place_of_one_over_fields():
    summary = {"mean_diameter_um": 5.0, "mean_diameter_um_indicative95": [4.0, 6.0]}
    assert shown(summary, LENGTH).spread == "≈ 4.00 to 6.00"
    both = summary | {"mean_diameter_um_ci95": [4.5, 5.5]}
    assert shown(both, LENGTH).spread == "4.50 to 5.50"


def test_px_stand_in_for_what_is_not_calibrated():
    summary = {"mean_area_um2": None, "mean_area_px": 1234.5, "mean_area_px_ci95": [1000.0, 1500.0]}
    assert shown(summary, AREA) == Shown("1\u202f234 px²", "1\u202f000 to 1\u202f500")


@pytest.mark.parametrize("summary", [{}, {"mean_diameter_um": None}, {"mean_diameter_px": float("nan")}])
def test_what_is_not_defined_is_a_dash(summary):
    assert shown(summary, LENGTH).value == DASH


def test_counts_are_whole_with_thousands_apart():
    assert shown({"grains": 1234567}, COUNT).value == "1\u202f234\u202f567"


def test_grain_size_numbers_have_two_decimals_and_a_real_minus():
    quantity = Quantity("G", "astm_g_planimetric", "number")
    assert shown({"astm_g_planimetric": -0.5}, quantity).value == "\u22120.50"
    assert shown({"astm_g_planimetric": 12.347}, quantity).value == "12.35"


@pytest.mark.parametrize(("value", "text"), [(12.34, "12.3 %"), (None, DASH), (True, DASH)])
def test_percentages(value, text):
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.04567, "0.0457"), (4.567, "4.57"), (45.67, "45.7"), (456.7, "457"), (None, DASH)]
)
def test_measured_values(value, text):
    assert measured(value) == text
