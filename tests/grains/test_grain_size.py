"""Grain size numbers against printed values and against geometry."""

from __future__ import annotations

import math

import numpy as np
import pytest
from patterns import hexagons, squares, voronoi

from napari_grains.grains import grain_size_intercept, grain_size_planimetric, measure
from napari_grains.images import PixelSize

MICRON = PixelSize(1e-6, 1e-6)


@pytest.mark.parametrize(
    ("number", "per_mm2", "side_um", "intercept_um"),
    [(5, 248, 63.5, 56.6), (8, 1984, 22.45, 20.0), (10, 7936, 11.2, 10.0)],
)
def test_printed_values(number, per_mm2, side_um, intercept_um):
    """Table values of ASTM E112: grains per mm2, square root of the mean area, mean intercept."""
    assert grain_size_planimetric(per_mm2) == pytest.approx(number, abs=0.005)
    assert grain_size_planimetric(1e6 / side_um**2) == pytest.approx(number, abs=0.02)
    assert grain_size_intercept(intercept_um * 1e-3) == pytest.approx(number, abs=0.01)


def test_the_definition():
    """2 ** (G - 1) grains per square inch at a magnification of 100."""
    per_mm2 = 2 ** (7 - 1) * 100**2 / 645.16
    assert grain_size_planimetric(per_mm2) == pytest.approx(7, abs=1e-3)


def difference(labels):
    summary = measure(labels, MICRON).summary
    return summary["astm_g_intercept"] - summary["astm_g_planimetric"]


def test_the_two_scales_differ_as_geometry_says():
    """Averaged over how a regular pattern happens to lie in the frame: one position is off by up to 0.05."""
    shifts = np.linspace(0, 1, 8, endpoint=False)
    honeycomb = [difference(hexagons((600, 700), 20.3, shift)) for shift in shifts]
    assert np.mean(honeycomb) == pytest.approx(0.156, abs=0.03)
    grid = [difference(squares((605, 713), 46, (11 * i, 11 * j))) for i in range(4) for j in range(4)]
    assert np.mean(grid) == pytest.approx(0.363, abs=0.03)
    random = [difference(voronoi((700, 700), 25, seed)) for seed in range(4)]
    assert np.mean(random) == pytest.approx(0.36, abs=0.04)


def test_mean_intercept_of_poisson_voronoi_cells():
    """The mean intercept is pi / (4 sqrt(density))."""
    lengths = [measure(voronoi((700, 700), 25, seed)).summary["mean_intercept_px"] for seed in range(10, 14)]
    assert np.mean(lengths) == pytest.approx(25 * math.pi / 4, rel=0.02)


def test_mean_intercept_follows_from_perimeters():
    """Isotropic lines: l = pi * sum of areas / sum of perimeters, without the frame that is no boundary."""
    labels = voronoi((800, 700), 40, seed=20)
    measurement = measure(labels)
    perimeter = measurement.table["perimeter"].sum() - 2 * (800 + 700)
    expected = math.pi * labels.size / perimeter
    assert measurement.summary["mean_intercept_px"] == pytest.approx(expected, rel=0.03)


def test_anisotropic_pixels_are_lengths_not_pixels():
    """A structure sampled twice as coarsely along y has the same grain size."""
    labels = voronoi((800, 800), 40, seed=21)
    square = measure(labels, MICRON).summary
    tall = measure(labels[::2], PixelSize(2e-6, 1e-6)).summary
    for key in ("mean_area_um2", "mean_diameter_um", "mean_intercept_um"):
        assert tall[key] == pytest.approx(square[key], rel=0.03)
    assert tall["mean_intercept_px"] * math.sqrt(2) == pytest.approx(tall["mean_intercept_um"])


def test_directions_show_elongation():
    """Cells stretched twofold along x have long intercepts along 0 degrees, short ones along 90."""
    labels = voronoi((500, 500), 20, seed=22).repeat(2, axis=1)
    by_direction = measure(labels).summary["mean_intercept_px_by_direction"]
    assert by_direction["0"] / by_direction["90"] == pytest.approx(2.0, rel=0.12)
    assert max(by_direction.values()) == by_direction["0"]
