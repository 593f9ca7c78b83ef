"""The table and the summary: shapes that are known, invariants, intervals, warnings."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import hexagons, lines, squares, voronoi
from scipy import ndimage as ndi
from scipy import stats
from skimage.measure import regionprops_table

from napari_grains.errors import InputError
from napari_grains.grains import measure
from napari_grains.images import PixelSize

KEYS = ("grains_per_mm2", "mean_area_um2", "mean_diameter_um", "mean_intercept_um", "astm_g_planimetric")
MICRON = PixelSize(1e-6, 1e-6)


def one_grain(inside):
    return measure(np.where(inside, 2, 1).astype(np.int32)).table.set_index("grain").loc[2]


def test_a_disc():
    y, x = np.mgrid[:101, :101] - 50.2
    disc = one_grain(np.hypot(y, x) < 40)
    assert disc.ecd_px == pytest.approx(80, rel=0.01)
    assert disc.feret_max == pytest.approx(80, rel=0.02)
    assert disc.perimeter == pytest.approx(math.pi * 80, rel=0.02)
    assert disc.aspect_ratio == pytest.approx(1, abs=0.01)
    assert disc.feret_min == pytest.approx(80, rel=0.02)
    assert disc.circularity == pytest.approx(1, abs=0.02)
    assert disc.solidity == pytest.approx(0.98, abs=0.02)
    assert disc.neighbours == 1
    assert (disc.centroid_y, disc.centroid_x) == pytest.approx((50.2, 50.2), abs=0.1)
    assert not disc.edge


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
def test_an_ellipse_at_any_angle(angle):
    y, x = np.mgrid[:161, :161] - 80.3
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along, across = x * cosine - y * sine, x * sine + y * cosine
    ellipse = one_grain((along / 60) ** 2 + (across / 20) ** 2 < 1)
    assert ellipse.aspect_ratio == pytest.approx(3, rel=0.02)
    assert abs((ellipse.orientation_deg - angle + 90) % 180 - 90) < 1
    assert ellipse.feret_max == pytest.approx(120, rel=0.02)
    assert ellipse.feret_min == pytest.approx(40, rel=0.05)
    assert ellipse.circularity == pytest.approx(4 * math.pi * math.pi * 60 * 20 / 267.3**2, rel=0.04)


def test_a_square_is_measured_to_its_corners():
    inside = np.zeros((40, 40), bool)
    inside[10:30, 10:30] = True
    square = one_grain(inside)
    assert square.feret_max == pytest.approx(20 * math.sqrt(2), rel=0.002)
    assert square.feret_min == pytest.approx(20, rel=0.01)
    assert square.area_px == 400
    assert square.solidity == pytest.approx(1, abs=0.005)


def test_solidity_is_the_share_of_the_convex_hull():
    inside = np.zeros((60, 60), bool)
    inside[10:50, 10:20] = inside[40:50, 10:50] = True  # an L; its hull lacks the triangle between the tips
    assert one_grain(inside).solidity == pytest.approx(700 / (700 + 30 * 30 / 2), rel=0.01)


def test_neighbours_share_a_side():
    table = measure(squares((60, 60), 20, (0, 0))).table.set_index("grain")
    assert table["neighbours"].tolist() == [2, 3, 2, 3, 4, 3, 2, 3, 2]


@settings(max_examples=10)
@given(st.floats(0, 1), st.sampled_from([1, 3, 5]))
def test_the_width_of_unlabelled_boundaries_does_not_matter(shift, width):
    """Boundary pixels belong to grains: left out, 3 px around grains of 30 px would shift G by 0.3."""
    labels = hexagons((600, 600), 30, shift)
    middle = lines(labels) > 0
    gaps = labels.copy()
    gaps[ndi.binary_dilation(middle, np.ones((width, width))) if width > 1 else middle] = 0
    whole, gapped = measure(labels, MICRON).summary, measure(gaps, MICRON).summary
    for key in ("astm_g_planimetric", "astm_g_intercept"):
        assert gapped[key] == pytest.approx(whole[key], abs=0.1)


def test_the_table_agrees_with_scikit_image():
    labels = voronoi((200, 220), 24, seed=1)
    table = measure(labels).table
    reference = regionprops_table(
        labels,
        properties=(
            "label",
            "area",
            "centroid",
            "axis_major_length",
            "axis_minor_length",
            "perimeter_crofton",
        ),
    )
    assert table["grain"].to_numpy() == pytest.approx(reference["label"])
    assert table["area_px"].to_numpy() == pytest.approx(reference["area"])
    assert table["centroid_y"].to_numpy() == pytest.approx(reference["centroid-0"])
    # There a pixel is a point; here it is a square, whose own second moment is 1/12.
    major, minor = (reference[f"axis_{which}_length"] ** 2 / 16 + 1 / 12 for which in ("major", "minor"))
    assert table["aspect_ratio"].to_numpy() == pytest.approx(np.sqrt(major / minor), rel=1e-6)
    assert table["perimeter"].to_numpy() == pytest.approx(reference["perimeter_crofton"], rel=1e-6)


def test_complete_grains_with_weights_have_the_right_mean():
    """Miles-Lantuejoul weights make up for large grains being cut more often."""
    tables = [measure(voronoi((120, 120), 25, seed)).table for seed in range(120)]
    weight, area = (np.concatenate([table[name] for table in tables]) for name in ("weight", "area_px"))
    assert np.average(area, weights=weight) == pytest.approx(625, rel=0.05)
    assert area[weight > 0].mean() < 0.95 * 625


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_turning_the_micrograph_changes_nothing(seed, quarters):
    labels = voronoi((150, 190), 20, seed)
    straight, turned = measure(labels), measure(np.rot90(labels, quarters))
    for key in ("grains", "mean_area_px", "mean_diameter_px"):
        assert turned.summary[key] == straight.summary[key]
    assert turned.summary["mean_intercept_px"] == pytest.approx(
        straight.summary["mean_intercept_px"], rel=0.02
    )
    before, after = (m.table.sort_values("grain") for m in (straight, turned))
    for column in ("area_px", "perimeter", "feret_max", "aspect_ratio", "edge"):
        assert after[column].to_numpy() == pytest.approx(before[column].to_numpy(), rel=1e-6)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([np.uint8, np.int32, np.int64]))
def test_names_of_grains_do_not_matter(seed, dtype):
    labels = voronoi((100, 120), 20, seed)
    names = np.random.default_rng(seed).permutation(255)[: labels.max()] + 1
    if dtype is np.int64:
        names = names * 10**7
    renamed = names[labels - 1].astype(dtype)
    first, second = measure(labels), measure(renamed)
    assert first.summary == second.summary
    assert set(second.table["grain"]) == set(renamed.ravel())


@settings(max_examples=15)
@given(st.floats(1e-3, 1e2), st.floats(1.1, 10.0))
def test_lengths_scale_with_the_pixel(um, factor):
    labels = voronoi((120, 120), 20, seed=2)
    small, large = (measure(labels, PixelSize(size * 1e-6, size * 1e-6)) for size in (um, um * factor))
    for key in ("mean_diameter_um", "mean_intercept_um"):
        assert large.summary[key] == pytest.approx(factor * small.summary[key])
    assert large.summary["mean_area_px"] == small.summary["mean_area_px"]
    for key in ("astm_g_planimetric", "astm_g_intercept"):
        step = small.summary[key] - large.summary[key]
        assert step == pytest.approx(2 * math.log2(factor), abs=1e-4)
    ratio = large.table["ecd_um"] / small.table["ecd_px"]
    assert ratio.to_numpy() == pytest.approx(um * factor)


def test_without_a_pixel_size_nothing_is_in_um():
    measurement = measure(voronoi((100, 100), 20, seed=3))
    assert all(measurement.summary[key] is None for key in KEYS)
    assert measurement.summary["mean_diameter_px"] > 0
    assert not [column for column in measurement.table if "um" in column]
    assert "No pixel size" in measurement.warnings[0]


def test_one_field_has_no_interval_and_says_so():
    measurement = measure(voronoi((300, 300), 20, seed=4), MICRON)
    assert all(measurement.summary[f"{key}_ci95"] is None for key in ("grains", *KEYS))
    assert [warning for warning in measurement.warnings if "One field" in warning]


def test_the_interval_over_slices_is_students():
    stack = np.stack([voronoi((150, 150), 20, seed) for seed in range(5)])
    summary = measure(stack, MICRON).summary
    fields = np.array([measure(labels, MICRON).summary["grains_per_mm2"] for labels in stack])
    expected = stats.t.interval(0.95, 4, fields.mean(), stats.sem(fields))
    assert summary["grains_per_mm2"] == pytest.approx(fields.mean())
    assert summary["grains_per_mm2_ci95"] == pytest.approx(expected)
    assert summary["mean_area_um2_ci95"] == pytest.approx([1e6 / expected[1], 1e6 / expected[0]])
    for key in (*KEYS, "astm_g_intercept"):
        low, high = summary[f"{key}_ci95"]
        assert low < summary[key] < high


def test_intervals_cover_the_truth():
    """19 of 20 intervals should hold the true density of 2500 per mm2."""
    held = 0
    for trial in range(60):
        stack = np.stack([voronoi((100, 100), 20, 1000 + 4 * trial + field) for field in range(4)])
        low, high = measure(stack, MICRON).summary["grains_per_mm2_ci95"]
        held += low <= 2500 <= high
    assert held >= 52


def test_a_stack_is_pooled_and_its_rows_say_which_slice():
    stack = np.stack([voronoi((100, 100), 20, 1), np.zeros((100, 100), np.int32), voronoi((100, 100), 20, 2)])
    measurement = measure(stack)
    assert measurement.table.columns[:2].tolist() == ["grain", "slice"]
    assert set(measurement.table["slice"]) == {0, 2}
    assert measurement.summary["grains"] == len(measurement.table)
    assert measurement.summary["fields"] == 2
    assert [warning for warning in measurement.warnings if "serial" in warning]


def test_few_grains_are_warned_of():
    text = " ".join(measure(squares((60, 60), 20, (0, 0)), MICRON).warnings)
    assert "Only 9 grains" in text
    assert "intercepts" in text


def test_a_single_grain_has_no_grain_size():
    measurement = measure(np.ones((30, 30), np.int32), MICRON)
    assert measurement.summary["grains"] == 1
    assert measurement.summary["astm_g_planimetric"] is None
    assert measurement.summary["astm_g_intercept"] is None
    assert [warning for warning in measurement.warnings if "Too few grains" in warning]


@pytest.mark.parametrize("pixel_size", [None, MICRON])
def test_the_summary_is_json(pixel_size):
    summary = measure(voronoi((100, 100), 20, seed=5), pixel_size).summary
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_what_cannot_be_measured_is_said_in_a_line():
    with pytest.raises(InputError, match="no grains"):
        measure(np.zeros((10, 10), np.int32))
    with pytest.raises(InputError, match="axes"):
        measure(np.ones((2, 2, 5, 5), np.int32))


@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (3, 500)])
def test_narrow_fields_are_measured(shape):
    labels = squares(shape, 5, (2, 2))
    assert measure(labels, MICRON).summary["grains"] == labels.max()
