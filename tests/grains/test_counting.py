"""Planimetric counts over windows of every kind against the number of grains per area that is known."""

from __future__ import annotations

import numpy as np
import pytest
from patterns import squares, voronoi

from napari_grains.grains import measure


def count_in(window, specimen=None):
    summary = measure(window, specimen=specimen).summary
    return summary["grains_per_megapixel"] * 1e-6 * summary["area_px"]


def windows(number, side):
    """Windows of 25 grains on average, cut out of large fields of cells 20 px wide."""
    for index in range(number):
        yield voronoi((side, side), 20, seed=100 + index)


def test_the_formula_on_a_rectangle():
    """9 inside, 16 cut: 9 + 8 - 1, which is the window's share of 4 x 4 squares."""
    labels = squares((40, 40), 10, (5, 5))
    assert labels.max() == 25
    assert count_in(labels) == pytest.approx(16)


def test_of_the_ways_to_count_in_a_window_only_the_corrected_one_is_unbiased():
    """The ratios to the truth that 220 windows of 25 Poisson-Voronoi grains are known to give."""
    counted = [measure(window).summary for window in windows(220, 100)]
    complete = np.mean([summary["grains"] - summary["edge_grains"] for summary in counted]) / 25
    half = np.mean([summary["grains"] - summary["edge_grains"] / 2 for summary in counted]) / 25
    corrected = np.mean([summary["grains_per_megapixel"] * 1e-2 for summary in counted]) / 25
    assert complete == pytest.approx(0.551, abs=0.03)
    assert half == pytest.approx(1.044, abs=0.02)
    assert corrected == pytest.approx(1.004, abs=0.02)


def ring(side):
    """A window with a hole as large as several grains and a second one."""
    specimen = np.ones((side, side), bool)
    specimen[40:90, 50:110] = False
    specimen[100:130, 20:50] = False
    return specimen


def two_pieces(side):
    specimen = np.ones((side, side), bool)
    specimen[:, side // 2 - 15 : side // 2 + 15] = False
    return specimen


def disc(side):
    y, x = np.mgrid[:side, :side] - side / 2
    return np.hypot(y, x) < side / 2 - 2


@pytest.mark.parametrize("shape", [ring, two_pieces, disc])
def test_masks_with_holes_and_pieces_are_unbiased(shape):
    specimen = shape(160)
    counts = [count_in(window, specimen) for window in windows(150, 160)]
    assert np.mean(counts) == pytest.approx(specimen.sum() / 400, rel=0.025)


def test_a_pore_within_a_grain_changes_only_the_area():
    labels = squares((90, 90), 30, (15, 15))
    specimen = np.ones(labels.shape, bool)
    specimen[30:34, 30:34] = False
    assert count_in(labels, specimen) == pytest.approx(count_in(labels))
    assert not measure(labels, specimen=specimen).table.set_index("grain").loc[labels[29, 29], "edge"]


def test_grains_at_the_rim_of_a_mask_are_cut():
    labels = squares((60, 60), 10, (0, 0))
    specimen = np.zeros(labels.shape, bool)
    specimen[5:55, 5:55] = True
    table = measure(labels, specimen=specimen).table
    assert table["edge"].sum() == 20
    assert len(table) == 36


def test_lines_without_a_grain_belong_to_grains():
    labels = voronoi((300, 300), 30, seed=9)
    drawn = labels.copy()
    change = (np.diff(labels, axis=0, append=labels[-1:]) != 0) | (
        np.diff(labels, axis=1, append=labels[:, -1:]) != 0
    )
    drawn[change] = 0
    drawn[1:][change[:-1]] = 0
    measurement = measure(drawn)
    assert measurement.summary["area_px"] == labels.size
    assert measurement.summary["mean_area_px"] == pytest.approx(
        measure(labels).summary["mean_area_px"], rel=0.01
    )
    assert any("nearest" in warning for warning in measurement.warnings)


def test_wide_unlabelled_areas_are_outside():
    labels = voronoi((300, 300), 30, seed=10)
    labels[:, 200:] = 0
    assert measure(labels).summary["area_px"] == pytest.approx(300 * 200, rel=0.01)


def test_a_mask_says_what_is_outside_however_thin():
    labels = voronoi((100, 100), 30, seed=11)
    specimen = np.ones(labels.shape, bool)
    specimen[50] = False
    assert measure(labels, specimen=specimen).summary["area_px"] == 99 * 100
