"""Twins, particles and pores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage as ndi

from napari_grains.synthesis import (
    Clutter,
    Contrast,
    Imaging,
    MicrographParameters,
    SecondPhase,
    Structure,
    Twins,
    synthesize,
)
from napari_grains.synthesis._ellipses import Ellipses, add_blobs, depth_inside
from napari_grains.synthesis._twins import add_twins

PLAIN = MicrographParameters(
    structure=Structure(grain_diameter=50, size_spread=0, waviness=0),
    contrast=Contrast(background=0.5, grain_steps=0.1, lines=-0.4),
    clutter=Clutter(),
    imaging=Imaging(blur=0.3, noise=0.0, clipped=0.0),
)
SHAPE = (300, 300)


def drawn(seed=0, **change):
    return synthesize(replace(PLAIN, **change), SHAPE, seed)


def test_twins_that_are_not_counted_leave_the_truth_alone():
    twinned = drawn(twins=Twins(share=0.8))
    np.testing.assert_array_equal(twinned.grains, drawn().grains)
    np.testing.assert_array_equal(twinned.distance, drawn().distance)
    assert np.abs(twinned.image - drawn().image)[drawn().distance > 5].max() > 0.2


def test_twins_that_are_counted_cut_grains():
    counted = drawn(twins=Twins(share=0.8, counted=True))
    grains = drawn().grains
    assert counted.grains.max() > 1.5 * grains.max()
    pairs = np.unique(np.stack([counted.grains.ravel(), grains.ravel()]), axis=1)
    assert len(pairs[0]) == counted.grains.max()  # every piece lies in one grain
    assert counted.image.tobytes() == drawn(twins=Twins(share=0.8)).image.tobytes()


def test_the_parts_of_a_grain_beside_a_twin_have_one_orientation():
    grains = drawn().grains
    twinned = add_twins(grains, Twins(share=1.0, width=0.2), 50, np.random.default_rng(0))
    for grain in range(1, grains.max() + 1):
        inside = grains == grain
        assert len(np.unique(twinned.regions[inside])) <= 3
        assert len(np.unique(twinned.crystals[inside])) <= 2
    assert twinned.regions.max() > twinned.crystals.max()


def test_lamellae_have_straight_parallel_sides():
    grains = np.ones((120, 120), np.int32)
    twinned = add_twins(grains, Twins(share=1.0, width=0.3), 80, np.random.default_rng(3))
    rows, columns = np.nonzero(twinned.crystals == 2)
    along = np.linalg.svd(np.cov(np.stack([rows, columns])))[0][:, 0]
    across = np.stack([rows, columns], 1) @ np.array([-along[1], along[0]])
    assert 0.3 * 0.3 * 80 - 2 < np.ptp(across) / 2 < 0.9 * 0.3 * 80 + 2


@pytest.mark.parametrize(("name", "number"), [("particles", 2), ("pores", 3)])
def test_area_fraction_of_a_second_phase(name, number):
    fractions = [
        np.mean(drawn(seed, second_phase=SecondPhase(**{name: 0.1}, diameter=0.12)).phases == number)
        for seed in range(6)
    ]
    assert np.mean(fractions) == pytest.approx(0.1, rel=0.25)


def test_particles_and_pores_have_their_grey_levels_and_leave_the_grains():
    phase = SecondPhase(particles=0.05, pores=0.05, diameter=0.2, particle_grey=0.45, pore_grey=-0.45)
    found = drawn(second_phase=phase)
    np.testing.assert_array_equal(found.grains, drawn().grains)
    cores = [ndi.binary_erosion(found.phases == n, iterations=2) for n in (2, 3)]
    assert found.image[cores[0]].min() > found.image[found.phases == 1].mean()
    assert found.image[cores[1]].max() < found.image[found.phases == 1].mean()
    assert found.image[cores[0]].std() < 0.02


def test_bodies_at_boundaries_lie_on_them():
    def mean_distance(at_boundaries):
        phase = SecondPhase(particles=0.03, diameter=0.1, at_boundaries=at_boundaries)
        found = drawn(second_phase=phase)
        labels, number = ndi.label(found.phases == 2)
        centres = np.array(ndi.center_of_mass(labels > 0, labels, range(1, number + 1))).round().astype(int)
        return found.distance[centres[:, 0], centres[:, 1]].mean()

    assert mean_distance(1.0) < 3 < mean_distance(0.0)


def ellipses(rows, columns, radius, ratio=1.0, angle=0.0):
    n = len(rows)
    full = [np.full(n, value, np.float32) for value in (radius, angle, ratio)]
    return Ellipses(np.array(rows), np.array(columns), *full)


def test_depth_inside_a_disc_is_the_distance_from_its_outline():
    depth = depth_inside((41, 41), ellipses([20], [20], 9.0))
    y, x = np.mgrid[-20:21, -20:21]
    np.testing.assert_allclose(depth, np.maximum(9 - np.hypot(y, x), -2), atol=1e-5)


def test_an_ellipse_has_its_axes_and_area():
    depth = depth_inside((101, 101), ellipses([50], [50], 20.0, ratio=1.25))
    rows, columns = np.nonzero(depth >= 0)
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1 / 1.25**2, rel=0.05)
    assert len(rows) == pytest.approx(np.pi * 400, rel=0.02)


def test_ellipses_at_the_border_are_cut_off():
    depth = depth_inside((30, 30), ellipses([0, 29], [0, 29], 6.0))
    np.testing.assert_array_equal(depth, depth[::-1, ::-1])
    assert np.sum(depth >= 0) == pytest.approx(2 * (np.pi * 36 / 4 + 6), rel=0.15)


def test_blobs_add_up():
    image = np.zeros((40, 40), np.float32)
    add_blobs(image, ellipses([20, 20], [20, 20], 5.0), np.array([0.25, 0.5]))
    assert image[20, 20] == pytest.approx(0.75, abs=1e-3)
    assert np.abs(image[20, 30:]).max() < 1e-3
