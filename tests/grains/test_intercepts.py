"""Test lines against stereology: isotropic lines know the perimeter, and shapes have their constants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from patterns import hexagons, squares, voronoi

from napari_grains.grains import measure
from napari_grains.images import PixelSize

MICRON = PixelSize(1e-6, 1e-6)


def test_isotropic_lines_know_the_perimeter():
    """l = pi * area / (sum of perimeters), each boundary being part of two."""
    measurement = measure(voronoi((600, 600), 30, seed=1))
    inside = measurement.table[~measurement.table["edge"]]
    expected = math.pi * inside["area_px"].sum() / inside["perimeter"].sum()
    assert measurement.summary["mean_intercept_px"] == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(
    ("labels", "difference"),
    [
        (voronoi((900, 900), 30, seed=2), 0.36),
        (squares((600, 600), 30, (7, 11)), 0.36),
        (hexagons((600, 600), 30), 0.16),
    ],
)
def test_both_grain_sizes_differ_by_the_shape(labels, difference):
    summary = measure(labels, MICRON).summary
    assert summary["astm_g_intercept"] - summary["astm_g_planimetric"] == pytest.approx(difference, abs=0.04)


def test_surface_per_volume_is_twice_the_crossings_per_length():
    summary = measure(voronoi((300, 300), 20, seed=3), MICRON).summary
    assert summary["surface_per_volume_per_mm"] == pytest.approx(2e3 / summary["mean_intercept_um"])
    assert summary["intercepts"] == summary["intercepts_lines"] + summary["intercepts_circles"]


def test_lines_can_be_drawn():
    labels = voronoi((200, 300), 20, seed=4)
    measurement = measure(labels)
    (lines,) = measurement.test_lines
    assert len(lines.crossings) == len(lines.crossing_direction) == measurement.summary["intercepts"]
    assert np.isnan(lines.crossing_direction).sum() == measurement.summary["intercepts_circles"]
    assert lines.circles[:, 2] == pytest.approx([90, 60, 30])
    assert lines.segments.min() >= 0
    assert (lines.segments.max(axis=(0, 1)) <= labels.shape).all()
    row, column = (lines.segments[:, 1] - lines.segments[:, 0]).T
    long = np.hypot(row, column) > 20
    angle = np.rad2deg(np.arctan2(-row, column))
    assert np.abs((angle - lines.direction + 90) % 180 - 90)[long].max() < 0.1
    # a crossing lies within a pixel of a boundary
    near = np.floor(lines.crossings).astype(int)
    for y, x in near[::50]:
        assert len(np.unique(labels[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2])) > 1


def test_what_is_excluded_is_not_measured():
    labels = voronoi((200, 200), 20, seed=5)
    exclude = np.zeros(labels.shape, bool)
    exclude[:, 150:] = True
    left, whole = measure(labels, exclude=exclude), measure(np.ascontiguousarray(labels[:, :150]))
    assert left.summary["area_px"] == 200 * 150
    assert left.summary["mean_area_px"] == whole.summary["mean_area_px"]
    assert left.summary["triple_junctions"] == whole.summary["triple_junctions"]


def test_an_excluded_pore_within_a_grain_is_no_rim():
    labels = squares((90, 90), 30, (15, 15))
    exclude = np.zeros(labels.shape, bool)
    exclude[28:32, 28:32] = True
    row = measure(labels, exclude=exclude).table.set_index("grain").loc[labels[29, 29]]
    assert not row.edge
    assert row.area_px == 900 - 16
