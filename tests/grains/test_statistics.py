"""Percentiles, log-normal fit and the search for two sizes, on samples whose distribution is known."""

from __future__ import annotations

import numpy as np
import pytest
from patterns import cells, squares, voronoi

from napari_grains.grains import grain_size_iso, grain_size_planimetric, measure
from napari_grains.grains._measure._anisotropy import anisotropy
from napari_grains.grains._measure._bimodal import fitted_mixture
from napari_grains.grains._measure._distribution import fitted_lognormal, percentiles
from napari_grains.images import PixelSize


def sample(number, seed, sigma=0.4, median=20.0):
    return median * np.exp(np.random.default_rng(seed).normal(0, sigma, number))


def test_percentiles_count_weights():
    found = percentiles(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 3.0]))
    assert found["mean"] == pytest.approx(2.5)
    assert found["d90"] == 3
    even = percentiles(np.arange(1.0, 1001.0), np.ones(1000))
    assert [even[key] for key in ("d10", "d50", "d90")] == pytest.approx([100.5, 500.5, 900.5])


def test_a_lognormal_sample_is_fitted_and_mostly_not_rejected():
    fits = [fitted_lognormal(sample(300, seed), np.ones(300)) for seed in range(100)]
    assert np.mean([fit.median for fit in fits]) == pytest.approx(20, rel=0.01)
    assert np.mean([fit.sigma_ln for fit in fits]) == pytest.approx(0.4, rel=0.02)
    assert sum(fit.p_value < 0.05 for fit in fits) <= 12


def test_another_distribution_is_rejected():
    uniform = np.random.default_rng(0).uniform(1, 30, 500)
    assert fitted_lognormal(uniform, np.ones(500)).p_value < 0.01


def test_one_size_raises_few_false_alarms():
    alarms = [fitted_mixture(sample(400, seed), np.ones(400)).detected for seed in range(60)]
    assert sum(alarms) <= 3
    assert not any(measure(voronoi((400, 400), 20, seed)).summary["bimodal"]["detected"] for seed in range(6))


def test_two_sizes_are_found():
    for seed in range(5):
        both = np.concatenate((sample(400, seed, 0.25, 8.0), sample(60, seed, 0.25, 40.0)))
        mixture = fitted_mixture(both, np.ones(len(both)))
        assert mixture.detected
        assert mixture.median == pytest.approx((8, 40), rel=0.1)
        truth = (both[400:] ** 2).sum() / (both**2).sum()
        assert mixture.coarse_area_fraction == pytest.approx(truth, abs=0.03)


def duplex():
    """Cells of 10 px beside cells of 50 px."""
    rng = np.random.default_rng(1)
    fine = rng.random((900, 2)) * (450, 200)
    coarse = rng.random((72, 2)) * (450, 400) + (0, 210)
    return cells(np.concatenate((fine, coarse)), (450, 600))


def test_a_field_of_two_sizes_is_warned_of():
    measurement = measure(duplex())
    assert measurement.summary["bimodal"]["detected"]
    assert any("E1181" in warning for warning in measurement.warnings)


def test_an_ellipse_of_intercepts():
    angles = np.arange(0, 180, 11.25)
    turned = np.deg2rad(angles - 30)
    lengths = 1 / np.sqrt((np.cos(turned) / 20) ** 2 + (np.sin(turned) / 10) ** 2)
    found = anisotropy(dict(zip(angles.tolist(), lengths.tolist(), strict=True)))
    assert (found.ratio, found.direction_deg) == pytest.approx((2, 30))
    assert anisotropy({0.0: 1.0, 90.0: None}) is None


def test_stretched_grains_are_anisotropic():
    labels = voronoi((300, 300), 15, seed=2).repeat(2, axis=1)
    found = measure(labels).summary["anisotropy"]
    assert found["ratio"] == pytest.approx(2, rel=0.08)
    assert abs((found["direction_deg"] + 90) % 180 - 90) < 4
    # the same grains in pixels half as wide are not
    round_again = measure(labels, PixelSize(2e-6, 1e-6)).summary["anisotropy"]
    assert round_again["ratio"] < 1.08


def test_iso_643():
    assert grain_size_iso(8) == 0  # ISO 643: m = 8 * 2 ** G
    assert grain_size_iso(2048) == 8
    assert grain_size_planimetric(2048) - grain_size_iso(2048) == pytest.approx(0.0458, abs=1e-4)


def test_the_largest_grain():
    labels = squares((60, 60), 10, (5, 5))
    labels[5:25, 5:25] = labels[10, 10]
    summary = measure(labels, PixelSize(1e-6, 1e-6)).summary
    assert summary["largest_grain_area_um2"] == 400
    assert summary["astm_g_largest"] == pytest.approx(grain_size_planimetric(1e6 / 400))
    assert not summary["largest_grain_cut"]
    labels[:, 40:] = labels[-1, -1]
    assert measure(labels).summary["largest_grain_cut"]


def test_more_grains_cut_than_not_are_warned_of():
    assert any("are cut" in warning for warning in measure(squares((50, 50), 10, (5, 5))).warnings)
