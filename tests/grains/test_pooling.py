"""Several fields taken together, against figures worked out by hand and against a stack of them."""

from __future__ import annotations

import numpy as np
import pytest
from patterns import squares, voronoi
from scipy import stats

from napari_grains.errors import InputError
from napari_grains.grains import measure, pool
from napari_grains.images import PixelSize

HALF = PixelSize(0.5e-6, 0.5e-6)
MICRON = PixelSize(1e-6, 1e-6)


def fields(number, size=HALF):
    return [measure(voronoi((120, 120), 15, seed), size) for seed in range(number)]


def test_nothing_is_not_pooled():
    with pytest.raises(InputError, match="nothing to pool"):
        pool([])


def test_the_interval_over_fields_is_students():
    measurements = fields(4)
    found = pool(measurements).summary
    each = np.array([measurement.summary["grains_per_mm2"] for measurement in measurements])
    expected = stats.t.interval(0.95, 3, each.mean(), stats.sem(each))
    assert found["grains_per_mm2"] == pytest.approx(each.mean())
    assert found["grains_per_mm2_ci95"] == pytest.approx(expected)
    accuracy = 100 * (expected[1] - each.mean()) / each.mean()
    assert found["relative_accuracy_percent"]["grains_per_area"] == pytest.approx(accuracy)
    assert found["interval_method"] == "fields"
    assert [row["grains"] for row in found["by_field"]] == [m.summary["grains"] for m in measurements]


def test_fields_and_the_stack_of_them_give_the_same():
    labels = [voronoi((120, 120), 15, seed) for seed in range(3)]
    found, stack = pool([measure(each, HALF) for each in labels]), measure(np.stack(labels), HALF)
    different = ("by_field",)
    for key in found.summary.keys() - different:
        expected = stack.summary[key]
        close = pytest.approx(expected, rel=1e-9) if isinstance(expected, float | list) else expected
        assert found.summary[key] == close, key
    assert found.table["field"].tolist() == stack.table["slice"].tolist()
    assert len(found.test_lines) == 3


def test_a_stack_is_one_field():
    stack = measure(np.stack([voronoi((100, 100), 15, seed) for seed in range(3)]), HALF)
    assert pool([stack, stack]).summary["fields"] == 2


def test_fields_with_other_pixels_are_pooled_in_um():
    labels = squares((100, 100), 10, (5, 5))
    found = pool([measure(labels, MICRON), measure(labels, PixelSize(2e-6, 2e-6))])
    # as many grains on four times the area
    assert found.summary["grains_per_mm2"] == pytest.approx(2 * 1e4 / 5)
    assert found.summary["mean_area_px"] is None
    assert found.summary["diameters_px"] is None
    assert found.summary["diameters_um"]["number"]["d50"] > 10
    assert "differ in pixel size" in found.warnings[0]
    assert found.pixel_size is None


def test_fields_without_a_pixel_size_are_not_pooled_with_others():
    found = pool([*fields(1), *fields(1, None)])
    assert found.summary["grains_per_mm2"] is None
    assert found.summary["mean_diameter_px"] is None
    assert found.summary["lognormal"]["sigma_ln"] is None
    assert "nothing is pooled" in found.warnings[0]


def test_uncalibrated_fields_are_pooled_in_px():
    found = pool(fields(2, None)).summary
    assert found["mean_intercept_px"] == pytest.approx(10.5, rel=0.15)
    assert found["mean_intercept_um"] is None
