"""The nearest mark against all marks, near and far, and among equally near ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_grains.synthesis._nearest import nearest_mark, nearest_mark_of


def _by_comparing_all(marks):
    """Squared distance and flat index; of equally near marks the left one, then the upper one."""
    rows, columns = np.nonzero(marks.T)[::-1]  # column by column
    y, x = np.indices(marks.shape)[..., None]
    squared = (y - rows) ** 2 + (x - columns) ** 2
    first = squared.argmin(-1)
    return squared.min(-1), rows[first] * marks.shape[1] + columns[first]


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 30), st.integers(1, 90)),
    st.sampled_from([0.003, 0.03, 0.3, 1.0]),
    st.integers(0, 2**32 - 1),
)
def test_it_is_the_nearest_of_all(shape, density, seed):
    rng = np.random.default_rng(seed)
    marks = rng.random(shape) < density
    marks[rng.integers(shape[0]), rng.integers(shape[1])] = True
    squared, nearest = nearest_mark(marks)
    expected_squared, expected_nearest = _by_comparing_all(marks)
    np.testing.assert_array_equal(squared, expected_squared)
    np.testing.assert_array_equal(nearest, expected_nearest)


@pytest.mark.parametrize("distance", [7, 8, 62, 63, 64, 65, 126, 127, 128, 129, 200])
@pytest.mark.parametrize("axis", [0, 1])
def test_far_marks_on_both_sides_of_a_row_or_column(distance, axis):
    marks = np.zeros((2 * distance + 1, 3), bool)
    marks[[0, -1]] = True
    marks = marks if axis == 0 else marks.T
    squared, nearest = nearest_mark(marks)
    expected_squared, expected_nearest = _by_comparing_all(marks)
    assert squared.max() == distance**2
    np.testing.assert_array_equal(squared, expected_squared)
    np.testing.assert_array_equal(nearest, expected_nearest)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([0.0002, 0.003, 0.3]), st.integers(0, 2**32 - 1))
def test_some_pixels_are_told_what_all_are(density, seed):
    rng = np.random.default_rng(seed)
    marks = rng.random((40, 150)) < density
    marks[rng.integers(40), rng.integers(150)] = True
    pixels = np.flatnonzero(rng.random(marks.size) < 0.2)
    for of_all, of_some in zip(nearest_mark(marks), nearest_mark_of(pixels, marks), strict=True):
        np.testing.assert_array_equal(of_some, of_all.ravel()[pixels])
