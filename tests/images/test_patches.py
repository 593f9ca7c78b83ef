"""Square parts of an image."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.images import patch_at, patch_corner, patch_grid


@pytest.mark.parametrize(
    ("place", "corner"),
    [((20, 30), (16, 26)), ((0, 0), (0, 0)), ((39.4, 49.9), (32, 42)), ((-5, 80), (0, 42))],
)
def test_a_patch_lies_around_its_place_and_inside(place, corner):
    assert patch_corner((40, 50), place, 8) == corner


def test_patches_lie_side_by_side():
    assert patch_grid((17, 25), 8) == [(0, 0), (0, 8), (0, 16), (8, 0), (8, 8), (8, 16)]


def test_a_patch_is_cut_out():
    image = np.arange(200).reshape(10, 20)
    np.testing.assert_array_equal(patch_at(image, (2, 3), 4), image[2:6, 3:7])


@pytest.mark.parametrize("side", [0, 41])
def test_a_patch_has_to_fit(side):
    with pytest.raises(InputError, match="no patch of"):
        patch_corner((40, 50), (0, 0), side)
    with pytest.raises(InputError, match="no patch of"):
        patch_grid((40, 50), side)
