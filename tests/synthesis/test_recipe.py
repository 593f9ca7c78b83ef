"""Recipes: what they draw, what they refuse, and their files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.synthesis import KINDS, PARAMETERS, Range, Recipe, read_recipe, write_recipe


def drawn_by(number=200, **recipe):
    recipe = Recipe(**recipe)
    return [recipe.draw(np.random.default_rng(i)) for i in range(number)]


def test_kinds_come_as_often_as_their_weights_say():
    recipe = Recipe(kinds={"etched": 3, "membranes": 1, "grooves": 0})
    drawn = [recipe.draw(np.random.default_rng(i)).kind for i in range(400)]
    assert set(drawn) == {"etched", "membranes"}
    assert drawn.count("etched") == pytest.approx(300, abs=40)


@pytest.mark.parametrize("kind", list(KINDS))
def test_kind_draws_its_own_contrast(kind):
    recipe = Recipe(kinds={kind: 1.0})
    drawn = [recipe.draw(np.random.default_rng(i)) for i in range(60)]
    assert {d.kind for d in drawn} == {kind}
    lines = np.array([d.contrast.lines for d in drawn])
    expected = {
        "etched": (lines < -0.1).all(),
        "bright lines": (lines > 0.05).all(),
        "grooves": all(d.contrast.groove > 0.1 for d in drawn),
        "grain steps": np.mean(lines == 0) > 0.4 and all(d.contrast.grain_steps > 0.05 for d in drawn),
        "bright field": all(d.contrast.fringes > 0 for d in drawn),
        "mixed": lines.min() < -0.1 and lines.max() > 0.1,
        "membranes": (lines < -0.1).all() and all(d.contrast.texture > 0 for d in drawn),
    }
    assert expected[kind]


def test_drawn_lengths_stay_in_their_ranges():
    recipe = Recipe(grain_diameter=(20, 40), line_width=(1, 5))
    drawn = [recipe.draw(np.random.default_rng(i)) for i in range(200)]
    assert all(20 <= d.structure.grain_diameter <= 40 for d in drawn)
    assert all(1 <= d.contrast.line_width <= 5 for d in drawn)
    assert np.log([d.structure.grain_diameter for d in drawn]).mean() == pytest.approx(
        np.log(np.sqrt(800)), abs=0.06
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"kinds": {"etched": 1, "x-ray": 1}},
        {"kinds": {}},
        {"kinds": {"etched": 0}},
        {"kinds": {"etched": 1, "grooves": -1}},
        {"grain_diameter": (40, 20)},
        {"grain_diameter": (0, 20)},
        {"line_width": (-1, 2)},
        {"line_width": (float("nan"), 2)},
        {"clutter": -1},
        {"noise": -0.5},
        {"twins": -1},
        {"general": 1.5},
        {"traced_contrast": -0.1},
        {"seeds": {"hexagons": 1}},
        {"ranges": {"imaging.colour": Range(0, 1)}},
    ],
)
def test_invalid_recipes_are_rejected(wrong):
    with pytest.raises(ValueError, match="imaging.colour" if "ranges" in wrong else next(iter(wrong))):
        Recipe(**wrong)


def test_factors_scale_what_they_name():
    def mean(part, name, **factors):
        return np.mean([getattr(getattr(d, part), name) for d in drawn_by(300, **factors)])

    assert mean("imaging", "noise", noise=2) == pytest.approx(2 * mean("imaging", "noise"))
    assert mean("clutter", "pits", clutter=3) == pytest.approx(3 * mean("clutter", "pits"))
    assert mean("clutter", "strength", clutter=3) == mean("clutter", "strength")
    lines = [abs(d.contrast.lines) for d in drawn_by(100)]
    doubled = [abs(d.contrast.lines) for d in drawn_by(100, boundary_contrast=2)]
    np.testing.assert_allclose(doubled, 2 * np.array(lines))


def test_factors_that_say_how_often():
    def share(test, **factors):
        return np.mean([test(d) for d in drawn_by(400, **factors)])

    assert share(lambda d: d.twins.share > 0, twins=0) == 0
    assert share(lambda d: d.twins.share > 0, twins=4) > 2 * share(lambda d: d.twins.share > 0)
    assert share(lambda d: d.imaging.jpeg > 0, artefacts=0) == 0
    assert share(lambda d: d.imaging.jpeg > 0, artefacts=4) > 2 * share(lambda d: d.imaging.jpeg > 0)
    assert share(lambda d: d.second_phase.pores > 0, particles=4) > share(lambda d: d.second_phase.pores > 0)


def test_a_factor_of_nought_gives_none_of_it():
    for d in drawn_by(100, noise=0, clutter=0, particles=0):
        assert d.imaging.noise == d.clutter.pits == d.clutter.bodies == 0
        assert d.second_phase.particles == d.second_phase.pores == 0


def test_ranges_replace_those_of_the_kinds_and_no_factor_applies():
    ranges = {
        "imaging.noise": Range(0.02, 0.03),
        "contrast.lines": Range(-0.3, -0.2),
        "structure.elongation": Range(2, 2),
    }
    for d in drawn_by(100, ranges=ranges, noise=5, boundary_contrast=3, grain_diameter=(14, 15)):
        assert 0.02 <= d.imaging.noise <= 0.03
        assert -0.3 <= d.contrast.lines <= -0.2
        assert d.structure.elongation == 2


def test_every_parameter_can_be_given_a_range():
    for name in PARAMETERS:
        value = 1.0
        part, field = name.split(".")
        drawn = Recipe(ranges={name: Range(value, value)}).draw(np.random.default_rng(0))
        assert getattr(getattr(drawn, part), field) == value


def test_every_kind_names_parameters_that_exist():
    for kind, ranges in KINDS.items():
        assert set(ranges) <= PARAMETERS, kind


def test_general_is_the_share_of_the_default_recipe():
    special = drawn_by(400, kinds={"grooves": 1}, general=0.3)
    assert np.mean([d.kind != "grooves" for d in special]) == pytest.approx(0.3 * 0.89, abs=0.07)


def test_twins_are_counted_if_wanted():
    assert not any(d.twins.counted for d in drawn_by(5))
    assert all(d.twins.counted for d in drawn_by(5, twins_counted=True, general=0.5))


EXAMPLE = Recipe(
    kinds={"grooves": 2.0, "etched": 1.0},
    grain_diameter=(20, 30),
    clutter=0.5,
    ranges={"imaging.noise": Range(0.01, 0.02, logarithmic=True), "imaging.blur": Range(1, 2)},
    general=0.25,
)


def test_a_recipe_that_went_through_json_draws_the_same():
    again = Recipe.from_dict(json.loads(json.dumps(EXAMPLE.to_dict())))
    assert again == EXAMPLE
    for index in range(6):
        one, two = (recipe.micrograph(2, index, (40, 40)).image for recipe in (EXAMPLE, again))
        np.testing.assert_array_equal(one, two)


def test_a_recipe_file_is_read_as_it_was_written(tmp_path):
    write_recipe(tmp_path / "mine.json", EXAMPLE)
    assert read_recipe(tmp_path / "mine.json") == EXAMPLE


def test_a_toml_file_says_what_differs(tmp_path):
    (tmp_path / "mine.toml").write_text(
        'noise = 2.0\n[ranges]\n"contrast.lines" = [-0.5, -0.2]\n'
        '"imaging.jpeg" = {low = 30, high = 60, chance = 0.5}\n'
    )
    expected = {"contrast.lines": Range(-0.5, -0.2), "imaging.jpeg": Range(30, 60, chance=0.5)}
    assert read_recipe(tmp_path / "mine.toml") == Recipe(noise=2.0, ranges=expected)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "mine.json"),
        ("[1, 2]", "no table"),
        ('{"grain_size": 3}', "grain_size"),
        ('{"noise": "much"}', "recipe"),
        ('{"grain_diameter": [50, 20]}', "grain_diameter"),
        ('{"ranges": {"imaging.noise": [1]}}', "imaging.noise"),
        ('{"ranges": {"imaging.noise": [2, 1]}}', "imaging.noise"),
        ('{"ranges": {"imaging.hue": [1, 2]}}', "imaging.hue"),
        ('{"ranges": 3}', "recipe"),
        ('{"kinds": {"etched": -1}}', "kinds"),
    ],
)
def test_a_bad_recipe_file_is_named_in_one_line(tmp_path, text, named):
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(InputError, match=named) as error:
        read_recipe(path)
    assert "\n" not in str(error.value)


def test_a_missing_recipe_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.json"):
        read_recipe(tmp_path / "nothing.json")


def test_a_recipe_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        write_recipe(tmp_path / "no" / "folder.json", EXAMPLE)
