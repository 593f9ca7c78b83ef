"""Grains along a stroke, and the sides of pixels along which grains touch."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.grains import grains_along, shared_sides

QUARTERS = np.kron(np.array([[1, 2], [3, 4]], np.int32), np.ones((5, 5), np.int32))


@pytest.mark.parametrize(
    ("path", "grains"),
    [
        ([[2, 2]], [1]),
        ([[2, 2], [2, 8]], [1, 2]),
        ([[8, 8], [2, 8], [2, 1]], [4, 2, 1]),
        ([[2, 2], [2, 8], [2, 2], [8, 2]], [1, 2, 3]),
        ([[-5, 2], [20, 2]], [1, 3]),
        ([[-5, -5], [-2, -2]], []),
        ([[2.4, 4.4], [2.4, 4.6]], [1, 2]),
    ],
)
def test_grains_are_listed_as_the_stroke_enters_them(path, grains) -> None:
    assert grains_along(QUARTERS, np.array(path, float)) == grains


def test_places_without_a_grain_are_passed_over() -> None:
    labels = QUARTERS.copy()
    labels[:, 5] = 0
    assert grains_along(labels, np.array([[2.0, 2.0], [2.0, 8.0]])) == [1, 2]


def test_a_straight_edge_is_a_straight_line() -> None:
    sides = shared_sides(QUARTERS, (1, 2), (2, 4), 5)
    assert sides.shape == (5, 2, 2)
    assert set(sides[..., 1].ravel()) == {4.5}
    assert sorted(sides[..., 0].ravel()) == sorted([row + half for row in range(5) for half in (-0.5, 0.5)])


def test_sides_lie_between_the_pixels_wherever_the_window_begins() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(1, 3, (30, 40)).astype(np.int32)
    sides = shared_sides(labels, (1, 2), (15, 20), 25)
    touching = (labels[1:] != labels[:-1]).sum() + (labels[:, 1:] != labels[:, :-1]).sum()
    assert len(sides) == touching
    middles, along = sides.mean(axis=1), np.abs(np.diff(sides, axis=1)[:, 0])
    across = along[:, ::-1] / 2
    one, other = (np.rint(middles + sign * across).astype(int) for sign in (-1, 1))
    assert (labels[tuple(one.T)] != labels[tuple(other.T)]).all()


def test_grains_that_do_not_touch_share_no_side() -> None:
    assert shared_sides(QUARTERS, (1, 4), (4, 4), 3).shape == (0, 2, 2)
