"""Triple junctions against patterns whose number of grains is known."""

from __future__ import annotations

import numpy as np
import pytest
from patterns import hexagons, squares, voronoi

from napari_grains.grains import measure
from napari_grains.images import PixelSize


def test_four_grains_at_a_point_are_two_junctions():
    summary = measure(squares((40, 40), 10, (5, 5))).summary
    assert summary["triple_junctions"] == 2 * 16


def test_hexagons_have_two_junctions_each():
    summary = measure(hexagons((300, 300), 30)).summary
    area = np.sqrt(3) / 2 * 30**2
    assert summary["grains_per_megapixel_junctions"] == pytest.approx(1e6 / area, rel=0.04)


def test_windows_of_a_few_grains_are_unbiased():
    """N_A = V / (2 A) needs no correction at the rim: 0.998 by the Monte Carlo of the notes."""
    found = [
        measure(voronoi((120, 120), 24, seed)).summary["grains_per_megapixel_junctions"]
        for seed in range(120)
    ]
    assert np.mean(found) == pytest.approx(1e6 / 24**2, rel=0.025)


def test_a_grain_size_follows():
    labels = voronoi((300, 300), 20, seed=1)
    summary = measure(labels, PixelSize(1e-6, 1e-6)).summary
    assert summary["astm_g_junctions"] == pytest.approx(summary["astm_g_planimetric"], abs=0.1)
    assert summary["grains_per_mm2_junctions"] == summary["grains_per_megapixel_junctions"]
