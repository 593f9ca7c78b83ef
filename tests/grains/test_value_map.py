"""Images of values."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.grains import value_limits, value_map

LABELS = np.array([[0, 1, 1], [3, 3, 7]], np.int32)
NAN = np.nan


@pytest.mark.parametrize("far", [0, 10**9])
def test_pixels_have_the_value_of_their_grain(far):
    """Also where ids are so large that a table of all of them would not fit into memory."""
    labels = np.where(LABELS == 7, 7 + far, LABELS)
    shown = value_map(labels, [3, 1, 7 + far, 5], [30.0, 10.0, 70.0, 50.0])
    assert shown.dtype == np.float32
    np.testing.assert_array_equal(shown, [[NAN, 10, 10], [30, 30, 70]])


@pytest.mark.parametrize("far", [0, 10**9])
def test_what_has_no_value_is_not_a_number(far):
    labels = np.where(LABELS == 7, 7 + far, LABELS)
    np.testing.assert_array_equal(value_map(labels, [0, 3], [1.0, 2.0]), [[NAN] * 3, [2, 2, NAN]])
    assert np.isnan(value_map(labels, [], [])).all()


def test_negative_labels_are_no_grains():
    shown = value_map(np.array([-1, 2]), [2], [5])
    np.testing.assert_array_equal(shown, [NAN, 5])


def test_bool_and_stacks():
    shown = value_map(np.stack([LABELS, LABELS]), np.array([1, 3]), np.array([True, False]))
    np.testing.assert_array_equal(shown[1], [[NAN, 1, 1], [0, 0, NAN]])


def test_limits_cut_extremes_off():
    low, high = value_limits(np.arange(101.0))
    assert (low, high) == (2, 98)
    assert value_limits([*np.arange(100.0), 1e9])[1] < 1000


@pytest.mark.parametrize(
    ("values", "limits"),
    [([], (0, 1)), ([NAN], (0, 1)), ([3, 3], (3, 6)), ([0, 0], (0, 1)), ([0] * 99 + [1], (0, 1))],
)
def test_limits_are_never_the_same(values, limits):
    assert value_limits(values) == limits
