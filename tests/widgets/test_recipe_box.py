"""Knobs and recipe say the same."""

from __future__ import annotations

import json

import numpy as np
import pytest

from napari_grains.synthesis import KINDS, Range, Recipe, read_recipe
from napari_grains.widgets import _recipe_menu
from napari_grains.widgets._recipe_box import RecipeBox
from napari_grains.widgets._recipe_factors import FACTORS, with_factors


@pytest.fixture
def box(qtbot):
    box = RecipeBox()
    qtbot.addWidget(box)
    return box


def test_the_default_stands_there_at_first(box):
    assert box.recipe == Recipe()
    assert box.ranges["grain_diameter"].value() == Recipe().grain_diameter
    assert box.ranges["elongation"].value() is None


@pytest.mark.parametrize("name", FACTORS)
def test_each_factor_is_that_of_the_recipe(box, name, qtbot):
    with qtbot.waitSignal(box.changed):
        box.factors[name].number.setValue(0.25)
    assert box.recipe == with_factors(Recipe(), {name: 0.25})
    assert getattr(box.recipe, name) == 0.25


def test_ranges_of_the_recipe_follow_the_handles(box):
    box.ranges["grain_diameter"].low.setValue(20)
    box.ranges["line_width"].high.setValue(3)
    assert box.recipe.grain_diameter == (20, 70)
    assert box.recipe.line_width == (0.6, 3)


def test_elongation_and_spread_become_ranges_that_replace_those_of_the_kinds(box):
    box.ranges["elongation"].slider.setValue((200, 500))
    drawn = [box.recipe.draw(np.random.default_rng(seed)).structure.elongation for seed in range(20)]
    low, high = box.ranges["elongation"].value()
    assert 1 < low <= min(drawn) <= max(drawn) <= high
    box.ranges["elongation"].automatic.setChecked(True)
    assert box.recipe == Recipe()


def test_one_class_of_contrast_or_all(box):
    for kind in KINDS:
        box.kinds.setCurrentText(kind)
        assert box.recipe.draw(np.random.default_rng(0)).kind == kind
    box.kinds.setCurrentIndex(0)
    assert box.recipe == Recipe()


def test_all_classes_can_be_had_after_a_recipe_with_one(box):
    box.show_recipe(Recipe(kinds={"grooves": 1.0}))
    assert box.kinds.currentText() == "grooves"
    box.kinds.setCurrentIndex(0)
    assert box.recipe.kinds == Recipe().kinds


def test_what_the_knobs_do_not_show_is_kept_to_the_digit(box, qtbot):
    recipe = Recipe(
        kinds={"etched": 0.7, "grooves": 0.3},
        grain_diameter=(17.123456, 31.98765),
        twins_counted=True,
        ranges={"imaging.blur": Range(0.4321, 0.5), "structure.size_spread": Range(0.12345, 0.2)},
    )
    with qtbot.assertNotEmitted(box.changed):
        box.show_recipe(recipe, "Recipe steel.json")
    assert box.recipe == recipe
    assert box.line.text() == "Recipe steel.json"
    assert box.twins_counted.isChecked()
    box.factors["twins"].number.setValue(2)
    assert box.recipe.grain_diameter == recipe.grain_diameter
    assert box.recipe.ranges == recipe.ranges


def test_a_factor_acts_on_ranges_that_a_match_has_set():
    matched = Recipe(
        noise=2.0,
        ranges={"imaging.noise": Range(0.02, 0.04), "second_phase.pores": Range(0.1, 0.2, chance=0.4)},
    )
    changed = with_factors(matched, {"noise": 3.0, "particles": 0.5})
    assert changed.ranges["imaging.noise"].low == pytest.approx(0.03)
    assert changed.ranges["second_phase.pores"].chance == pytest.approx(0.2)
    assert with_factors(changed, {"noise": 2.0}).ranges["imaging.noise"].high == pytest.approx(0.04)
    assert with_factors(matched, {"noise": 0.0}).ranges["imaging.noise"].high == 0


def test_a_recipe_is_saved_and_opened(box, tmp_path, monkeypatch, qtbot):
    file = tmp_path / "steel.json"
    dialog = _recipe_menu.QFileDialog
    monkeypatch.setattr(dialog, "getSaveFileName", lambda *_: (str(file.with_suffix("")), ""))
    monkeypatch.setattr(dialog, "getOpenFileName", lambda *_: (str(file), ""))
    box.factors["noise"].number.setValue(0.5)
    box.menu.save()
    saved = box.recipe
    assert read_recipe(file) == saved
    box.menu.show_default()
    assert box.recipe == Recipe()
    with qtbot.waitSignal(box.changed):
        box.menu.open()
    assert box.recipe == saved
    assert box.factors["noise"].value() == 0.5
    assert "steel.json" in box.line.text()


def test_a_recipe_that_cannot_be_read_is_one_line_and_changes_nothing(box, tmp_path, monkeypatch, qtbot):
    file = tmp_path / "novel.json"
    file.write_text(json.dumps({"weather": "stormy"}))
    monkeypatch.setattr(_recipe_menu.QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    with qtbot.assertNotEmitted(box.changed):
        box.menu.open()
    assert "weather" in box.line.text()
    assert box.recipe == Recipe()


def test_a_recipe_that_cannot_be_written_is_one_line(box, tmp_path, monkeypatch):
    file = tmp_path / "no such folder" / "steel.json"
    monkeypatch.setattr(_recipe_menu.QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    box.menu.save()
    assert "steel.json" in box.line.text()
    assert "\n" not in box.line.text()


def test_a_dialog_that_is_cancelled_changes_nothing(box, monkeypatch, qtbot):
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(_recipe_menu.QFileDialog, name, lambda *_: ("", ""))
    with qtbot.assertNotEmitted(box.changed):
        box.menu.open()
        box.menu.save()
    assert box.line.text() == ""
