from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.exposure import rescale_intensity

from napari_grains.images import stretch


def test_is_rescale_intensity_between_percentiles(rng):
    pixels = rng.normal(100, 20, (40, 50)).astype(np.float32)
    between = tuple(np.percentile(pixels, [0.5, 99.5]))
    expected = rescale_intensity(pixels, in_range=between, out_range=(0.0, 1.0))
    result = stretch(pixels)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, atol=1e-6)


def test_percentiles_see_only_the_specimen(rng):
    pixels = rng.random((40, 50)).astype(np.float32)
    specimen = np.ones(pixels.shape, bool)
    specimen[:, 25:] = False
    alone = stretch(pixels[:, :25])
    pixels[:, 25:] = 1e6
    np.testing.assert_allclose(stretch(pixels, specimen)[:, :25], alone, atol=1e-6)
    assert stretch(pixels, np.zeros_like(specimen)).max() == 1


@given(st.floats(0.01, 1e6), st.floats(-1e6, 1e6))
@settings(deadline=None)
def test_gain_and_offset_do_not_matter(gain, offset):
    pixels = np.random.default_rng(1).random((30, 30))
    np.testing.assert_allclose(stretch(pixels * gain + offset), stretch(pixels), atol=1e-4)


def test_robust_to_little_contrast():
    np.testing.assert_array_equal(stretch(np.full((20, 20), 3, np.float32)), 0)
    dot = np.zeros((100, 100), np.float32)
    dot[3, 4] = 9
    np.testing.assert_array_equal(stretch(dot), dot / 9)
    assert stretch(np.zeros((0, 5), np.float32)).shape == (0, 5)


def test_stack_is_stretched_as_one(rng):
    stack = rng.random((3, 20, 20)).astype(np.float32)
    assert stretch(stack).shape == stack.shape


@pytest.mark.parametrize(("low", "high"), [(50, 50), (60, 40), (-1, 99), (0, 101)])
def test_percentiles_out_of_order(low, high):
    with pytest.raises(ValueError, match="percentiles"):
        stretch(np.eye(20, dtype=np.float32), low=low, high=high)
