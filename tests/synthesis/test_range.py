"""Ranges of parameters."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_grains.errors import InputError
from napari_grains.synthesis import Range


def values(range_, number=4000):
    rng = np.random.default_rng(0)
    return np.array([range_.draw(rng) for _ in range(number)])


def test_uniform():
    drawn = values(Range(2, 6))
    assert 2 <= drawn.min() < 2.02 < 5.98 < drawn.max() <= 6
    assert drawn.mean() == pytest.approx(4, abs=0.08)


@pytest.mark.parametrize("sign", [1, -1])
def test_logarithmic(sign):
    drawn = values(Range(*sorted((sign * 0.1, sign * 10)), logarithmic=True))
    assert np.log10(np.abs(drawn)).mean() == pytest.approx(0, abs=0.04)
    assert (np.sign(drawn) == sign).all()


def test_chance_and_otherwise():
    drawn = values(Range(2, 3, chance=0.25, otherwise=-1))
    assert np.mean(drawn == -1) == pytest.approx(0.75, abs=0.03)
    assert drawn[drawn != -1].min() >= 2


def test_a_range_takes_the_same_random_numbers_whatever_it_draws():
    after = []
    for range_ in (Range(0, 1), Range(1, 2, logarithmic=True), Range(0, 1, chance=0.0)):
        rng = np.random.default_rng(7)
        range_.draw(rng)
        after.append(rng.random())
    assert len(set(after)) == 1


@given(st.floats(-5, 5), st.floats(0, 5), st.booleans(), st.floats(0, 1))
def test_json_keeps_a_range(low, width, logarithmic, chance):
    if logarithmic and not low * (low + width) > 0:
        logarithmic = False
    one = Range(low, low + width, logarithmic, chance)
    assert Range.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_a_number_is_a_range_of_one_value():
    assert Range.from_json(3) == Range(3, 3)


def test_scaled_and_likelier():
    assert Range(1, 2, chance=0.5, otherwise=3).scaled(2) == Range(2, 4, chance=0.5, otherwise=6)
    assert values(Range(1, 2, logarithmic=True).scaled(0)).max() == 0
    assert Range(1, 2, chance=0.4).likelier(2) == Range(1, 2, chance=0.8)
    assert Range(1, 2, chance=0.4).likelier(9).chance == 1


@pytest.mark.parametrize(
    "wrong",
    [(2, 1), (0, float("inf")), (float("nan"), 1), (-1, 1, True), (0, 1, True), (0, 1, False, 1.5)],
)
def test_impossible_ranges_are_rejected(wrong):
    with pytest.raises(ValueError, match="got Range"):
        Range(*wrong)


@pytest.mark.parametrize(
    "wrong", ["1-2", [1], [1, 2, 3], None, {"low": 1}, {"low": 1, "high": 2, "mean": 1}, [2, 1]]
)
def test_bad_json_names_the_parameter(wrong):
    with pytest.raises(InputError, match=r"imaging\.noise"):
        Range.from_json(wrong, "imaging.noise")
