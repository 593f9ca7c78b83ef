"""Numbers that tell neighbours apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import cells, hexagons, squares, voronoi

from napari_grains.grains import COLOURS, number_through, spread_numbers


def alike(labels):
    """Pairs of grains that share a side or a corner and a number modulo COLOURS, found pixel by pixel."""
    padded = np.pad(labels.astype(int), 1)
    rows, columns = labels.shape
    pairs = set()
    for y, x in ((0, 1), (1, 0), (1, 1), (1, -1)):
        other = padded[1 + y : 1 + y + rows, 1 + x : 1 + x + columns]
        meet = (labels != other) & (labels > 0) & (other > 0) & ((labels - other) % COLOURS == 0)
        pairs |= set(zip(labels[meet].tolist(), other[meet].tolist(), strict=True))
    return {tuple(sorted(pair)) for pair in pairs}


def assert_renumbered(labels, found):
    """The same partition with the numbers 1..N."""
    assert found.dtype == np.int32
    assert found.shape == labels.shape
    number = len(np.unique(labels[labels > 0]))
    np.testing.assert_array_equal(np.unique(found[labels > 0]), np.arange(1, number + 1))
    np.testing.assert_array_equal(found == 0, labels == 0)
    assert len(np.unique(np.stack((labels.ravel(), found.ravel())), axis=1).T) == number + (labels == 0).any()


@given(st.integers(1, 400), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=60, deadline=None)
def test_neighbours_in_random_patterns_differ(number, seed, holes):
    rng = np.random.default_rng(seed)
    labels = cells(rng.random((number, 2)) * 128, (128, 128))
    if holes:
        labels[rng.random(labels.shape) < 0.2] = 0
    found = spread_numbers(labels)
    assert_renumbered(labels, found)
    assert not alike(found)


@pytest.mark.parametrize(
    "labels",
    [
        voronoi((600, 600), 8.5, 0),
        hexagons((200, 200), 9),
        squares((200, 200), 5, (0, 0)),
        squares((120, 1), 2, (0, 0)),
        np.arange(1, 901, dtype=np.int32).reshape(30, 30),
    ],
    ids=["5000 grains", "hexagons", "squares", "a row", "pixels"],
)
def test_neighbours_in_regular_and_large_patterns_differ(labels):
    found = spread_numbers(labels)
    assert_renumbered(labels, found)
    assert not alike(found)


def test_all_colours_are_used_equally():
    found = spread_numbers(voronoi((300, 300), 12, 1))
    counts = np.bincount(np.unique(found) % COLOURS)
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("number", [0, 1, 2, COLOURS - 1, COLOURS])
def test_few_grains_keep_their_numbers(number):
    labels = np.repeat(np.arange(number + 1, dtype=np.int32), 3)[None].repeat(4, 0)
    np.testing.assert_array_equal(spread_numbers(labels), labels)


def test_gaps_in_the_numbers_are_closed():
    labels = 7 * cells(np.random.default_rng(0).random((50, 2)) * 64, (64, 64))
    assert_renumbered(labels, spread_numbers(labels))


@pytest.mark.parametrize("grains", [11, 20, 35, 200])
def test_a_grain_that_touches_all_others_is_like_as_few_as_can_be(grains):
    """With numbers 1..N one in COLOURS is like it, whichever number it gets."""
    labels = np.ones((3, 2 * grains + 1), np.int32)
    labels[1, 1::2] = np.arange(2, grains + 2)
    found = spread_numbers(labels)
    assert_renumbered(labels, found)
    assert len(alike(found)) == (grains + 1) // COLOURS - 1


def test_more_grains_than_colours_that_all_touch_end_all_the_same():
    """A comb of bars: each touches the rows of all others, which no ten colours can tell apart."""
    side = 24
    y, x = np.mgrid[: 4 * side, : 4 * side]
    labels = np.where(y % 4 < 2, 1 + x // 4, 1 + y // 4).astype(np.int32)  # rows and columns of one number
    found = spread_numbers(labels)
    assert_renumbered(labels, found)
    assert alike(found)


def test_the_result_is_always_the_same():
    labels = voronoi((200, 200), 10, 2)
    np.testing.assert_array_equal(spread_numbers(labels), spread_numbers(labels.copy()))


def test_numbers_stay_about_where_they_were():
    labels = voronoi((600, 600), 12, 3)
    found = spread_numbers(labels)
    pairs = np.unique(np.stack((labels.ravel(), found.ravel())), axis=1)
    assert np.corrcoef(pairs)[0, 1] > 0.98


def test_grains_of_a_stack_get_numbers_of_their_own_and_keep_their_colours():
    stack = np.zeros((4, 3, 7), np.int32)
    stack[0, 0, :3], stack[2, 1, :7], stack[3, 0, :2] = (1, 2, 3), range(1, 8), (1, 2)
    through, added = number_through(stack)
    assert added.tolist() == [0, COLOURS, COLOURS, 2 * COLOURS]
    assert through.dtype == np.int32
    np.testing.assert_array_equal(through == 0, stack == 0)
    inside = stack > 0
    np.testing.assert_array_equal(through[inside] % COLOURS, stack[inside] % COLOURS)
    assert len(np.unique(through[inside])) == 3 + 7 + 2
