"""Ranges and factors: what the user moves is what is said, and what a recipe says is shown."""

from __future__ import annotations

import math

import pytest

from napari_grains.widgets._knobs import FactorField, RangeField


@pytest.fixture
def grains(qtbot):
    field = RangeField(4, 200, logarithmic=True)
    qtbot.addWidget(field)
    return field


@pytest.fixture
def elongation(qtbot):
    field = RangeField(1, 6, decimals=1, logarithmic=True, automatic=True)
    qtbot.addWidget(field)
    return field


@pytest.fixture
def factor(qtbot):
    field = FactorField()
    qtbot.addWidget(field)
    return field


def test_a_value_that_is_shown_is_no_change_by_the_user(grains, qtbot):
    with qtbot.assertNotEmitted(grains.changed):
        grains.show_value((13, 70))
    assert grains.value() == (13, 70)


def test_a_handle_moves_its_number_alone(grains, qtbot):
    grains.show_value((13, 70))
    low, high = grains.slider.value()
    with qtbot.waitSignal(grains.changed):
        grains.slider.setValue((low, high - 100))
    assert grains.low.value() == 13
    expected = 4 * 50 ** ((high - 100) / grains.slider.maximum())
    assert grains.high.value() == pytest.approx(expected, abs=0.5)


def test_the_middle_of_a_logarithmic_slider_is_the_geometric_mean(grains):
    middle = grains.slider.maximum() // 2
    grains.slider.setValue((middle, grains.slider.maximum()))
    assert grains.low.value() == round(math.sqrt(4 * 200))


def test_a_number_pushes_the_other_one(grains):
    grains.show_value((13, 70))
    grains.low.setValue(90)
    assert grains.value() == (90, 90)
    grains.high.setValue(20)
    assert grains.value() == (20, 20)


def test_a_recipe_may_go_further_than_the_slider(grains):
    grains.show_value((2, 400))
    assert grains.value() == (2, 400)
    assert grains.slider.value() == (0, grains.slider.maximum())
    grains.slider.setValue((100, grains.slider.maximum()))
    assert grains.high.value() == 400  # its handle did not move


def test_moving_a_handle_ends_auto_and_a_tick_brings_it_back(elongation, qtbot):
    elongation.show_value(None)
    assert elongation.value() is None
    elongation.slider.setValue((0, 250))
    assert elongation.value() == (1.0, pytest.approx(math.sqrt(6), abs=0.05))
    with qtbot.waitSignal(elongation.changed):
        elongation.automatic.setChecked(True)
    assert elongation.value() is None


def test_slider_and_number_of_a_factor_agree(factor, qtbot):
    assert factor.value() == 1
    with qtbot.waitSignal(factor.changed):
        factor.slider.setValue(factor.slider.maximum())
    assert factor.value() == 3
    factor.number.setValue(0.5)
    assert factor.slider.value() == factor.slider.maximum() / 6


def test_a_factor_beyond_the_slider_can_be_typed(factor):
    factor.number.setValue(8)
    assert factor.value() == 8
    assert factor.slider.value() == factor.slider.maximum()


def test_every_part_has_a_tooltip(elongation, factor):
    elongation.describe("What it is", "As the class has it")
    factor.describe("How much")
    parts = (elongation.low, elongation.high, elongation.slider, elongation.automatic)
    assert all(part.toolTip() for part in (*parts, factor.slider, factor.number))
