"""Synthetic micrographs: repeatable, in range, and looking as their parameters say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_grains.synthesis import (
    Clutter,
    Contrast,
    Imaging,
    MicrographParameters,
    Recipe,
    Structure,
    synthesize,
)
from napari_grains.synthesis._fields import smooth_noise

CLEAN = Imaging(blur=0.3, noise=0.0, clipped=0.0)
PLAIN = Contrast(background=0.5, grain_steps=0.0, lines=0.0)


def micrograph(contrast=PLAIN, imaging=CLEAN, clutter=None, seed=0, shape=(160, 160), **structure):
    structure = Structure(**{"grain_diameter": 32.0, **structure})
    return synthesize(
        MicrographParameters("test", structure, contrast, clutter or Clutter(), imaging), shape, seed
    )


def line_minus_interior(drawn):
    """Mean grey level within 1 px of the boundaries, less that deep inside grains."""
    return drawn.image[drawn.distance < 1].mean() - drawn.image[drawn.distance > 6].mean()


def test_same_seed_same_bits():
    for index in range(12):
        one, two = (Recipe().micrograph(5, index, (64, 80)) for _ in range(2))
        for name in ("image", "grains", "distance", "visibility", "phases"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        assert one.parameters == two.parameters


def test_order_of_drawing_does_not_matter():
    alone = Recipe().micrograph(1, 7, (48, 48)).image
    for index in (0, 3, 7):
        last = Recipe().micrograph(1, index, (48, 48)).image
    np.testing.assert_array_equal(last, alone)


def test_seed_and_index_both_tell_micrographs_apart():
    drawn = [Recipe().micrograph(s, i, (48, 48)).image.tobytes() for s in range(3) for i in range(4)]
    assert len(set(drawn)) == 12


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(16, 90), st.integers(16, 90))
def test_every_micrograph_is_whole_and_in_range(index, rows, columns):
    drawn = Recipe().micrograph(11, index, (rows, columns))
    assert drawn.image.shape == drawn.grains.shape == drawn.distance.shape == (rows, columns)
    assert drawn.image.dtype == drawn.distance.dtype == np.float32
    assert drawn.image.min() >= 0
    assert drawn.image.max() <= 1
    np.testing.assert_allclose(drawn.image * 255, np.rint(drawn.image * 255), atol=1e-4)
    np.testing.assert_array_equal(np.unique(drawn.grains), np.arange(1, drawn.grains.max() + 1))
    assert drawn.distance.min() >= 0.5
    assert drawn.visibility.shape == drawn.phases.shape == (rows, columns)
    assert 0 <= drawn.visibility.min() <= drawn.visibility.max() <= 1
    assert set(np.unique(drawn.phases)) <= {1, 2, 3}
    assert 1e-9 < drawn.pixel_size.y == drawn.pixel_size.x < 1e-5


@pytest.mark.parametrize("diameter", [2.5, 5.0, 400.0])
def test_extreme_diameters_can_be_drawn(diameter):
    recipe = Recipe(grain_diameter=(diameter, diameter), clutter=3)
    for index in range(15):
        assert np.isfinite(recipe.micrograph(0, index, (40, 40)).image).all()


@pytest.mark.parametrize("lines", [-0.4, 0.4])
def test_sign_of_lines(lines):
    drawn = micrograph(replace(PLAIN, lines=lines, line_width=3))
    assert np.sign(line_minus_interior(drawn)) == np.sign(lines)
    assert abs(line_minus_interior(drawn)) > 0.5  # nothing else is in the picture: it spans the grey scale


def test_inverted_is_the_negative():
    dark = replace(PLAIN, lines=-0.4, line_width=3)
    plain, negative = (micrograph(dark, replace(CLEAN, inverted=i)).image for i in (False, True))
    np.testing.assert_allclose(plain, 1 - negative, atol=1e-6)


def test_width_of_sharp_lines():
    def share(width):
        contrast = replace(PLAIN, lines=-0.5, line_width=width, line_softness=0)
        return np.mean(micrograph(contrast, grain_diameter=60.0, shape=(240, 240)).image < 0.5)

    boundary_length = micrograph(grain_diameter=60.0, shape=(240, 240))
    per_pixel = np.mean(boundary_length.distance == 0.5) / 2  # boundary pixels lie on both sides
    assert (share(10) - share(5)) / 5 == pytest.approx(per_pixel, rel=0.35)
    assert share(10) > share(5) > share(3)


def test_steps_only_shows_no_line_but_grey_levels_per_grain():
    drawn = micrograph(replace(PLAIN, grain_steps=0.2))
    inside = drawn.distance > 3
    levels = [drawn.image[inside & (drawn.grains == g)] for g in np.unique(drawn.grains[inside])]
    assert max(np.ptp(values) for values in levels) < 0.02
    assert np.std([values.mean() for values in levels]) > 0.1
    assert abs(line_minus_interior(drawn)) < 0.1


def test_groove_has_a_bright_and_a_dark_side():
    drawn = micrograph(replace(PLAIN, groove=0.4, line_width=3))
    background = np.median(drawn.image[drawn.distance > 8])
    near = drawn.image[drawn.distance < 2.5] - background
    assert near.max() > 0.25
    assert near.min() < -0.25
    assert abs(near.mean()) < 0.1


@pytest.mark.parametrize("change", [{"faint_edges": 1.0}, {"gaps": 0.6}])
def test_faint_edges_and_gaps_weaken_lines_but_not_the_truth(change):
    full = replace(PLAIN, lines=-0.4, line_width=3, grain_steps=0.1)
    whole, weak = micrograph(full), micrograph(replace(full, **change))
    np.testing.assert_array_equal(whole.boundary, weak.boundary)
    assert abs(line_minus_interior(weak)) < 0.75 * abs(line_minus_interior(whole))


def test_gaps_fade_the_given_fraction():
    contrast = replace(PLAIN, lines=-0.5, line_width=2, gaps=0.5, line_softness=1)
    drawn = micrograph(contrast, shape=(400, 400))
    on_line = drawn.image[drawn.distance == 0.5]
    darkest = on_line.min()
    shown = (drawn.image.max() - on_line) / (drawn.image.max() - darkest)
    assert np.mean(shown < 0.5) == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize(
    "change",
    [
        {"ramps": 0.2},
        {"fringes": 0.2},
        {"texture": 0.1},
        {"lamellae": 0.2},
        {"domes": 0.3},
        {"filaments": -0.4},
    ],
    ids=lambda c: next(iter(c)),
)
def test_in_grain_contrast_varies_inside_grains(change):
    def variation(contrast):
        drawn = micrograph(replace(contrast, lines=-0.5))
        inside = (drawn.distance > 4) & (drawn.image > 0)
        return max(drawn.image[inside & (drawn.grains == g)].std() for g in np.unique(drawn.grains[inside]))

    assert variation(PLAIN) < 0.03
    assert variation(replace(PLAIN, **change)) > 0.05


@pytest.mark.parametrize("thing", ["scratches", "pits", "particles", "rings", "bodies", "dirt"])
def test_clutter_changes_the_image_and_not_the_truth(thing):
    contrast = replace(PLAIN, lines=-0.4)
    clean = micrograph(contrast)
    dirty = micrograph(contrast, clutter=Clutter(**{thing: 20.0}))
    np.testing.assert_array_equal(clean.grains, dirty.grains)
    assert np.abs(clean.image - dirty.image)[clean.distance > 4].max() > 0.1


def test_noise_has_its_standard_deviation():
    contrast = replace(PLAIN, lines=-0.5, line_width=8)
    quiet, noisy = (micrograph(contrast, replace(CLEAN, noise=n)).image for n in (0.0, 0.04))
    # Grey levels are stretched to 0..1 afterwards; the line, 0.5 deep, is the measure on both scales.
    slope, offset = np.polyfit(quiet.ravel(), noisy.ravel(), 1)
    spread = (noisy - (slope * quiet + offset)).std() / slope * 0.5
    assert spread == pytest.approx(0.04, rel=0.1)


def test_jitter_moves_lines_of_the_scan():
    contrast = replace(PLAIN, lines=-0.4)
    still, moved = (micrograph(contrast, replace(CLEAN, jitter=j)).image for j in (0.0, 2.0))
    for row in range(0, 160, 10):
        best = max(
            np.corrcoef(still[row, 12:-12], np.roll(moved[row], s)[12:-12])[0, 1] for s in range(-9, 10)
        )
        assert best > 0.99
    assert np.corrcoef(still.ravel(), moved.ravel())[0, 1] < 0.9


def test_curtaining_is_the_same_all_along_a_column():
    contrast = replace(PLAIN, grain_steps=0.0)
    image = micrograph(contrast, replace(CLEAN, curtaining=0.05)).image
    assert image.std(0).max() < 0.01
    assert image.std(1).min() > 0.1


def test_halo_is_a_wide_band_along_the_lines():
    drawn = micrograph(replace(PLAIN, lines=-0.3, line_width=2, halo=0.3), grain_diameter=60.0)
    near, far = (
        drawn.image[(drawn.distance > a) & (drawn.distance < b)].mean() for a, b in ((3, 5), (10, 99))
    )
    assert near > far + 0.05


def test_domes_are_brightest_in_the_middle():
    drawn = micrograph(replace(PLAIN, domes=0.3), grain_diameter=60.0)
    steps = [drawn.image[(drawn.distance >= d) & (drawn.distance < d + 3)].mean() for d in (0, 4, 8, 16)]
    assert steps == sorted(steps)


def test_odd_grains_stand_out_and_are_as_many_as_asked_for():
    contrast = replace(PLAIN, grain_steps=0.01, odd_grains=0.2, odd_step=-0.3)
    drawn = micrograph(contrast, grain_diameter=16.0, shape=(400, 400))
    levels = np.array([np.median(drawn.image[drawn.grains == g]) for g in range(1, drawn.grains.max() + 1)])
    assert np.mean(levels < 0.5) == pytest.approx(0.2, abs=0.06)  # two levels only, at the ends of the scale


def test_width_spread_makes_some_edges_wider():
    def spread(width_spread):
        contrast = replace(PLAIN, lines=-0.5, line_width=4, line_softness=0, width_spread=width_spread)
        drawn = micrograph(contrast, grain_diameter=60.0, shape=(300, 300))
        return drawn.distance[drawn.image < 0.5].max()

    assert spread(0) < 3.5
    assert spread(0.6) > 4.5


def test_visibility_is_low_where_nothing_is_to_be_seen():
    noisy = replace(CLEAN, noise=0.1)
    assert micrograph(PLAIN, noisy).visibility.max() == 0
    assert micrograph(replace(PLAIN, lines=-0.5), noisy).visibility.min() > 0.9
    faint = micrograph(replace(PLAIN, lines=-0.2, faint_edges=0.5), noisy).visibility
    assert faint.min() < 0.3
    assert faint.max() > 0.6


def test_gaps_along_a_boundary_do_not_make_it_invisible():
    full = replace(PLAIN, lines=-0.4, line_width=3)
    whole, gappy = (micrograph(replace(full, gaps=gaps)) for gaps in (0.0, 0.5))
    np.testing.assert_array_equal(whole.visibility, gappy.visibility)


def test_steps_between_grains_are_visible_without_lines():
    drawn = micrograph(replace(PLAIN, grain_steps=0.3), replace(CLEAN, noise=0.02))
    assert np.mean(drawn.visibility > 0.9) > 0.8


@pytest.mark.parametrize("correlation", [1.0, 3.3, 20.0, 300.0])
def test_smooth_noise_has_unit_variance_everywhere(correlation):
    rng = np.random.default_rng(3)
    fields = np.stack([smooth_noise((24, 31), correlation, rng) for _ in range(1500)])
    assert fields.dtype == np.float32
    # 1500 values: the variance is known to 3.7 %, the mean to 2.6 %
    np.testing.assert_allclose(fields.var(0), 1, atol=0.2)
    assert fields.var(0).mean() == pytest.approx(1, abs=0.11)
    np.testing.assert_allclose(fields.mean(0), 0, atol=0.13)


def test_smooth_noise_is_correlated_over_its_length():
    rng = np.random.default_rng(4)
    fields = np.stack([smooth_noise((8, 100), 10, rng) for _ in range(800)])[:, 4]
    correlation = [np.mean(fields[:, 30] * fields[:, 30 + lag]) for lag in (0, 10, 20, 60)]
    # Bumps exp(-x^2 / 2 s^2) give a correlation of exp(-lag^2 / 4 s^2).
    np.testing.assert_allclose(correlation, np.exp(-(np.array([0, 1, 2, 6]) ** 2) / 4), atol=0.13)
