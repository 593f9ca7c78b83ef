"""How many of the grains are of each class."""

import numpy as np
import pytest

from napari_grains.grains import grain_fractions

NAMES = ("round", "flat", "unknown")
NOWHERE = np.zeros((0, 2))


def test_fields_give_the_t_interval_of_their_pooled_share():
    fields = np.repeat([0, 1, 2], 10)
    classes = [
        NAMES[int(index % 10 < flat)] for index, flat in zip(range(30), np.repeat([1, 2, 3], 10), strict=True)
    ]
    flat = grain_fractions(classes, NAMES, fields, np.zeros((30, 2)), (9, 9))[1]
    half = 4.302653 * 0.1 / np.sqrt(3)
    assert (flat.grains, flat.fraction) == (6, pytest.approx(0.2))
    assert flat.interval == pytest.approx((max(0, 0.2 - half), 0.2 + half), rel=1e-5)
    assert flat.indicative is None


def test_a_field_with_more_grains_counts_more():
    one = grain_fractions(["round"] * 3 + ["flat"], NAMES, [0, 0, 0, 1], np.zeros((4, 2)), (9, 9))[0]
    assert one.fraction == 0.75


def test_a_single_field_has_an_interval_over_its_blocks_that_sees_clusters():
    positions = np.argwhere(np.ones((20, 20)))
    mixed = [NAMES[index % 2] for index in range(400)]
    apart = [NAMES[int(column >= 10)] for _, column in positions]
    even, split = (grain_fractions(each, NAMES, [4] * 400, positions, (20, 20))[0] for each in (mixed, apart))
    assert even.fraction == split.fraction == 0.5
    assert even.interval is None
    assert np.ptp(even.indicative) < 0.1 < np.ptp(split.indicative)


def test_few_grains_have_no_interval_and_none_have_no_share():
    few = grain_fractions(["flat"] * 5, NAMES, [0] * 5, np.zeros((5, 2)), (9, 9))
    assert few[1].to_dict() == {
        "class": "flat", "fraction": 1.0, "ci95": None, "indicative95": None, "grains": 5,
    }  # fmt: skip
    assert [one.to_dict()["fraction"] for one in grain_fractions([], NAMES, [], NOWHERE, (9, 9))] == [
        None
    ] * 3


def test_a_class_without_a_name_is_refused():
    with pytest.raises(ValueError, match="grains are"):
        grain_fractions(["odd"], NAMES, [0], np.zeros((1, 2)), (9, 9))
