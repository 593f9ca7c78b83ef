"""Several fields taken together, against figures worked out by hand and against a stack of them."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from napari_grains.cli._pooled import pooled
from napari_grains.cli._rows import csv_text
from napari_grains.grains import measure
from napari_grains.images import PixelSize
from napari_grains.synthesis import Recipe


def field(per_mm2: float | None = 1984.0, intercept: float | None = 20.0, um: float | None = 0.5) -> dict:
    """A field of a square millimetre, in pixels of half a micrometre."""
    return {
        "grains": 100,
        "area_px": 4e6,
        "mean_area_px": None if per_mm2 is None else 4e6 / per_mm2,
        "intercepts": 500,
        "mean_intercept_px": None if intercept is None else 2 * intercept,
        "pixel_size_um": None if um is None else [um, um],
    }


def test_one_field_has_no_interval() -> None:
    assert pooled([field()]) is None
    assert pooled([]) is None


def test_interval_over_three_fields() -> None:
    found = pooled([field(1900), field(2000), field(2100)])
    # mean 2000, s 100, t(0.975, 2) = 4.3027: half the interval is 4.3027 * 100 / sqrt(3) = 248.4
    assert found["grains_per_mm2"] == pytest.approx(2000)
    assert found["grains_per_mm2_ci95"] == pytest.approx([1751.6, 2248.4], abs=0.1)
    assert found["relative_accuracy_percent"]["grains_per_mm2"] == pytest.approx(12.42, abs=0.01)
    assert found["mean_area_um2"] == pytest.approx(500)
    assert found["mean_area_px"] == pytest.approx(2000)
    assert found["grains"] == 300


def test_grain_sizes_are_those_of_the_standard() -> None:
    found = pooled([field(), field()])  # ASTM E112: G 8 is 1984 grains per mm2, and an intercept of 20.0 um
    assert found["astm_g_planimetric"] == pytest.approx(8, abs=0.01)
    assert found["astm_g_intercept"] == pytest.approx(8, abs=0.01)
    assert found["mean_intercept_um"] == pytest.approx(20)
    assert found["astm_g_planimetric_ci95"] == pytest.approx([8, 8], abs=0.01)


def test_interval_of_the_grain_size_is_ordered_and_left_out_where_it_would_be_endless() -> None:
    low, high = pooled([field(intercept=19), field(intercept=20), field(intercept=21)])[
        "astm_g_intercept_ci95"
    ]
    assert low < 8 < high
    assert pooled([field(500), field(3500)])["astm_g_planimetric_ci95"] is None


def test_fields_without_a_pixel_size_are_not_pooled_with_others() -> None:
    found = pooled([field(), field(um=None)])
    assert found["grains_per_mm2"] is None
    assert found["astm_g_intercept"] is None
    assert "mean_diameter_px" not in found
    assert found["warnings"]


def test_fields_with_other_pixels_are_pooled_in_um() -> None:
    found = pooled(
        [field(), field(um=1.0)]
    )  # the second has the same number of grains on four times the area
    assert found["grains_per_mm2"] == pytest.approx(2 * 1984 / 5)
    assert "mean_area_px" not in found


def test_uncalibrated_fields_are_pooled_in_px() -> None:
    found = pooled([field(um=None), field(um=None)])
    assert found["mean_intercept_px"] == pytest.approx(40)
    assert found["mean_intercept_um"] is None
    assert found["warnings"] == []


def test_a_field_with_too_few_grains_to_count_leaves_the_intercepts() -> None:
    found = pooled([field(), field(per_mm2=None)])
    assert found["grains_per_mm2"] is None
    assert found["astm_g_intercept"] == pytest.approx(8, abs=0.01)


def test_fields_and_the_stack_of_them_give_the_same() -> None:
    size = PixelSize(0.5e-6, 0.5e-6)
    recipe = Recipe(grain_diameter=(14, 20))
    labels = [recipe.micrograph(0, n, (200, 200)).grains for n in range(3)]
    fields = [measure(each, size).summary | {"pixel_size_um": [0.5, 0.5]} for each in labels]
    found, stack = pooled(fields), measure(np.stack(labels), size).summary
    compared = [key for key in found if key in stack and stack[key] is not None]
    assert {"astm_g_planimetric", "astm_g_intercept_ci95", "mean_area_px", "mean_diameter_um"} <= set(
        compared
    )
    for key in compared:
        assert found[key] == pytest.approx(stack[key], rel=1e-9), key


def test_rows_have_a_column_per_number() -> None:
    entries = [
        {"name": "a", "g": 8.0, "g_ci95": [7.5, 8.5], "seconds": {"total": 1.5}, "warnings": ["x", "y"]},
        {"name": "b", "error": 'a, "b"\nc', "g_ci95": None, "files": {}},
    ]
    first, second = csv.DictReader(io.StringIO(csv_text(entries)))
    assert first["g_ci95_low"] == "7.5"
    assert first["seconds_total"] == "1.5"
    assert first["warnings"] == "x; y"
    assert "files" not in first
    assert second["error"] == 'a, "b"\nc'
    assert second["g"] == second["g_ci95_high"] == ""
