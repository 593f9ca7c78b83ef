"""A matched recipe draws micrographs that measure like the one it was matched to."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from napari_grains.images import stretch
from napari_grains.synthesis import (
    Contrast,
    Imaging,
    MicrographParameters,
    Recipe,
    Structure,
    appearance_of,
    matched_recipe,
    synthesize,
)
from napari_grains.synthesis._match import likely_kinds

ETCHED = MicrographParameters(
    structure=Structure(grain_diameter=24.0, size_spread=0.3),
    contrast=Contrast(background=0.7, grain_steps=0.05, lines=-0.5, line_width=2.2, line_softness=0.8),
    imaging=Imaging(blur=0.7, noise=0.05, gamma=0.8),
)
STEPS = replace(
    ETCHED,
    contrast=Contrast(background=0.5, grain_steps=0.18, lines=0.0),
    imaging=Imaging(blur=0.7, noise=0.03),
)
BRIGHT = replace(
    ETCHED, contrast=Contrast(background=0.35, grain_steps=0.04, lines=0.4, line_width=2.5, line_softness=1.0)
)
GROOVES = replace(
    ETCHED, contrast=Contrast(background=0.5, grain_steps=0.03, lines=0.0, groove=0.5, line_width=3.5)
)
TISSUE = replace(
    ETCHED,
    structure=Structure(grain_diameter=20.0, size_spread=0.4),
    contrast=replace(ETCHED.contrast, texture=0.12, texture_size=1.5, lines=-0.45),
)


@lru_cache
def looked_at(parameters, seed=0):
    micrograph = synthesize(parameters, (256, 256), seed)
    return appearance_of(stretch(micrograph.image), micrograph.grains)


@lru_cache
def matched(parameters):
    return matched_recipe(looked_at(parameters))


def typical(recipe, figure, number=8):
    drawn = [recipe.micrograph(9, index, (176, 176)) for index in range(number)]
    return float(np.median([getattr(appearance_of(stretch(m.image), m.grains), figure) for m in drawn]))


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        (ETCHED, "etched"),
        (STEPS, "grain steps"),
        (BRIGHT, "bright lines"),
        (GROOVES, "grooves"),
        (TISSUE, "membranes"),
    ],
)
def test_kind_of_contrast_is_recognised(parameters, kind):
    kinds = likely_kinds(looked_at(parameters))
    assert max(kinds, key=kinds.get) == kind
    assert sum(kinds.values()) <= 1 + 1e-9


@pytest.mark.parametrize("parameters", [ETCHED, TISSUE, BRIGHT])
def test_round_trip_with_lines(parameters):
    wanted = looked_at(parameters)
    recipe = replace(matched(parameters), general=0.0)
    drawn = [recipe.micrograph(9, index, (224, 224)) for index in range(20)]
    seen = [appearance_of(stretch(m.image), m.grains) for m in drawn]

    def median(figure):
        return float(np.median([getattr(one, figure) for one in seen]))

    assert median("grain_diameter") == pytest.approx(1.12 * wanted.grain_diameter, rel=0.25)
    assert np.sign(median("lines")) == np.sign(wanted.lines)
    assert abs(median("lines")) == pytest.approx(abs(wanted.lines), rel=0.35)
    assert median("line_width") == pytest.approx(wanted.line_width, rel=0.35)
    assert median("background") == pytest.approx(wanted.background, abs=0.15)
    # Noise is drawn at or below what was measured.
    assert 0.4 * wanted.noise < median("noise") < 1.3 * wanted.noise


def test_round_trip_of_steps_alone():
    wanted = looked_at(STEPS)
    recipe = replace(matched(STEPS), general=0.0)
    assert abs(typical(recipe, "lines")) < 0.1
    assert typical(recipe, "grain_steps") == pytest.approx(wanted.grain_steps, rel=0.4)


def test_match_comes_closer_than_the_default_recipe():
    wanted = looked_at(ETCHED)
    default, like_it = Recipe(), replace(matched(ETCHED), general=0.0)
    for figure in ("lines", "noise", "line_width"):
        aim = getattr(wanted, figure)
        off = [
            np.mean(
                [
                    abs(getattr(appearance_of(stretch(m.image), m.grains), figure) - aim)
                    for m in (recipe.micrograph(3, index, (160, 160)) for index in range(8))
                ]
            )
            for recipe in (like_it, default)
        ]
        assert off[0] < off[1], figure


def test_elongation_comes_with_its_direction():
    rolled = replace(ETCHED, structure=replace(ETCHED.structure, elongation=2.2, angle=0.5))
    recipe = matched_recipe(looked_at(rolled))
    directions = recipe.ranges["structure.angle"]
    assert directions.low < 0.5 < directions.high
    assert recipe.ranges["structure.elongation"].high > 1.8


def test_ranges_keep_variety_and_the_default_a_share():
    recipe = matched(ETCHED)
    assert recipe.general == 0.25
    assert recipe.grain_diameter[1] > 1.5 * recipe.grain_diameter[0]
    assert recipe.line_width[1] > 1.5 * recipe.line_width[0]
    assert recipe.ranges["imaging.noise"].high > 1.5 * recipe.ranges["imaging.noise"].low
    wide = matched_recipe(looked_at(ETCHED), spread=2.0)
    assert (
        wide.grain_diameter[1] / wide.grain_diameter[0] > recipe.grain_diameter[1] / recipe.grain_diameter[0]
    )


def test_recipe_is_repeatable_and_survives_json():
    appearance = looked_at(TISSUE)
    recipe = matched(TISSUE)
    assert recipe == matched_recipe(appearance)
    assert Recipe.from_dict(recipe.to_dict()).to_dict() == recipe.to_dict()
    assert "clutter.bodies" in recipe.ranges  # organelles


def test_odd_appearances_still_give_a_recipe():
    noise = np.random.default_rng(0).random((80, 80)).astype(np.float32)
    rows, columns = np.indices(noise.shape) // 16
    for image in (noise, np.zeros_like(noise), np.ones_like(noise)):
        recipe = matched_recipe(appearance_of(image, rows * 5 + columns + 1))
        assert np.isfinite(recipe.micrograph(0, 0, (64, 64)).image).all()
    one = matched_recipe(appearance_of(noise, np.ones((80, 80), np.int32)))
    assert np.isfinite(one.micrograph(0, 0, (64, 64)).image).all()


@pytest.mark.parametrize("bad", [{"spread": 0.5}, {"general": 1.5}, {"general": -0.1}])
def test_senseless_spread_and_share_are_refused(bad):
    with pytest.raises(ValueError, match="spread"):
        matched_recipe(looked_at(ETCHED), **bad)
