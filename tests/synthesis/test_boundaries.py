"""Boundaries that are left where grains are joined."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.synthesis import Structure
from napari_grains.synthesis._boundaries import find_boundaries
from napari_grains.synthesis._tessellation import tessellate, without_gaps


@pytest.mark.parametrize("joined_with_a_neighbour", [0.0, 0.3, 1.0])
def test_what_is_left_is_what_would_be_found(joined_with_a_neighbour):
    rng = np.random.default_rng(4)
    grains = tessellate((90, 120), Structure(grain_diameter=16), rng)
    names = np.arange(grains.max() + 1)
    joined = rng.random(len(names)) < joined_with_a_neighbour
    names[joined] //= 2
    grains_left = without_gaps(names[grains])
    left, found = find_boundaries(grains).left(grains_left), find_boundaries(grains_left)
    np.testing.assert_array_equal(left.edge, found.edge)
    np.testing.assert_array_equal(left.distance, found.distance)
    values = rng.random(len(found.pixels), np.float32)
    np.testing.assert_array_equal(left.spread(values), found.spread(values))


def test_where_none_is_left_all_is_far():
    grains = tessellate((40, 40), Structure(grain_diameter=12), np.random.default_rng(0))
    left = find_boundaries(grains).left(np.ones_like(grains))
    assert (left.distance == np.float32(np.hypot(40, 40))).all()
