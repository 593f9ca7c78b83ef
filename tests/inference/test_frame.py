"""The working grid and its tie to the image."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage as ndi

from napari_grains.inference import WorkingFrame
from napari_grains.inference._frame import WorkingImage

SCALES = [0.21, 0.37, 0.5, 1.0, 1.6, 2.0]
shapes = st.tuples(st.integers(1, 90), st.integers(1, 90))
scales = st.floats(0.05, 5)
origins = st.tuples(st.integers(0, 500), st.integers(0, 500))


def smooth(shape, origin=(0, 0), wavelength=60.0):
    """Waves in absolute coordinates."""
    y, x = np.mgrid[: shape[0], : shape[1]] + np.array(origin)[:, None, None]
    return (np.sin(2 * np.pi * y / wavelength) + np.cos(2 * np.pi * (x + 0.5 * y) / wavelength)).astype(
        np.float32
    )


def centres(frame):
    """Absolute image coordinates (pixel centres are integers) of the working pixels' centres."""
    return [
        (np.arange(n) + k + 0.5) / frame.scale - 0.5 for n, k in zip(frame.shape, frame.first, strict=True)
    ]


@given(scales, shapes, origins)
def test_grid_covers_the_image_and_no_more(scale, shape, origin):
    frame = WorkingFrame(scale, shape, origin)
    for first, n, o, length in zip(frame.first, frame.shape, origin, shape, strict=True):
        assert first / scale <= o + 1e-3
        assert (first + n) / scale >= o + length - 1e-3
        assert (first + 1) / scale > o - 1e-3  # the first pixel is needed
        assert (first + n - 1) / scale < o + length + 1e-3  # and so is the last


@given(scales, shapes, origins)
def test_arrays_have_the_shapes_that_the_frame_says(scale, shape, origin):
    frame = WorkingFrame(scale, shape, origin)
    image = np.random.default_rng(0).random(shape, np.float32)
    working = frame.to_working(image)
    assert working.shape == frame.shape
    assert working.dtype == np.float32
    back = frame.to_image(working)
    assert back.shape == shape
    assert back.dtype == np.float32
    assert image.min() - 1e-6 <= working.min()
    assert working.max() <= image.max() + 1e-6


@pytest.mark.parametrize("scale", SCALES)
def test_working_pixels_sample_the_image_at_their_centres(scale):
    frame = WorkingFrame(scale, (200, 240), (30, 70))
    working = frame.to_working(smooth((200, 240), (30, 70)))
    y, x = centres(frame)
    wave = 2 * np.pi / 60
    expected = np.sin(wave * y)[:, None] + np.cos(wave * (x + 0.5 * y[:, None]))
    edge = int(np.ceil(12 * scale))
    # Smoothing against aliasing takes a little of the amplitude.
    np.testing.assert_allclose(
        working[edge:-edge, edge:-edge], expected[edge:-edge, edge:-edge], atol=0.01 if scale >= 0.5 else 0.08
    )


@pytest.mark.parametrize("scale", [*SCALES, 1 / 3])
@pytest.mark.parametrize("cut", [(2, 2), (1, 5), (17, 40)])
def test_crop_is_sampled_at_the_same_places_with_the_same_values(scale, cut):
    image = np.random.default_rng(1).random((150, 170)).astype(np.float32)
    whole = WorkingFrame(scale, image.shape, (11, 3))
    part = WorkingFrame(scale, (150 - 2 * cut[0], 170 - 2 * cut[1]), (11 + cut[0], 3 + cut[1]))
    cropped = image[cut[0] : 150 - cut[0], cut[1] : 170 - cut[1]]
    big, small = whole.to_working(image), part.to_working(cropped)
    shift = [p - w for p, w in zip(part.first, whole.first, strict=True)]
    same = big[shift[0] : shift[0] + small.shape[0], shift[1] : shift[1] + small.shape[1]]
    reach = 1 + int(np.ceil(scale + 3 * max(1 / scale - 1, 0) / 2 * scale))  # of interpolation and smoothing
    inner = np.s_[reach:-reach, reach:-reach]
    assert small[inner].size > 50
    np.testing.assert_allclose(small[inner], same[inner], atol=1e-6)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("origin", [(0, 0), (7, 31)])
def test_there_and_back_again(scale, origin):
    image = smooth((160, 140), origin)
    frame = WorkingFrame(scale, image.shape, origin)
    back = frame.to_image(frame.to_working(image))
    difference = np.abs(back - image)
    assert difference[12:-12, 12:-12].max() < (0.02 if scale >= 0.5 else 0.15)
    assert difference.mean() < 0.06


@given(scales, origins, st.data())
def test_blocks_equal_the_whole(scale, origin, data):
    frame = WorkingFrame(scale, (40, 53), origin)
    working = np.random.default_rng(2).random(frame.shape, np.float32)
    whole = frame.to_image(working)
    y0, x0 = data.draw(st.integers(0, 39)), data.draw(st.integers(0, 52))
    block = slice(y0, data.draw(st.integers(y0 + 1, 40))), slice(x0, data.draw(st.integers(x0 + 1, 53)))
    np.testing.assert_allclose(frame.block_to_image(working, block), whole[block], atol=2e-4)


@pytest.mark.parametrize("scale", SCALES)
def test_block_from_a_part_of_the_working_grid_that_reaches_far_enough(scale):
    frame = WorkingFrame(scale, (100, 120), (5, 9))
    working = np.random.default_rng(2).random(frame.shape, np.float32)
    block = slice(40, 60), slice(50, 90)
    corner = tuple(max(0, int((b.start - 2) * scale) - 2) for b in block)
    part = working[corner[0] : int(66 * scale) + 4, corner[1] : int(96 * scale) + 4]
    found = frame.block_to_image(part, block, corner)
    np.testing.assert_allclose(found, frame.to_image(working)[block], atol=1e-5)


@given(scales, origins, st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_blocks_of_working_pixels_divide_the_image(scale, origin, cuts):
    frame = WorkingFrame(scale, (37, 50), origin)
    covered = np.zeros((37, 50), int)
    rows = sorted({0, frame.shape[0] + 5, *(c for c in cuts if c < frame.shape[0])})
    for start, stop in pairwise(rows):
        covered[frame.block_in_image((slice(start, stop), slice(-3, frame.shape[1] + 9)))] += 1
    np.testing.assert_array_equal(covered, 1)


def test_scale_one_is_the_image_itself():
    image = np.arange(12, dtype=np.float32).reshape(3, 4)
    frame = WorkingFrame(1, (3, 4), (5, 6))
    assert frame.shape == (3, 4)
    assert frame.first == (5, 6)
    np.testing.assert_array_equal(frame.to_working(image), image)
    np.testing.assert_array_equal(frame.to_image(image), image)


def test_half_scale_averages_four_pixels_of_a_checkerboard():
    image = np.indices((40, 40)).sum(0) % 2
    working = WorkingFrame(0.5, (40, 40)).to_working(image.astype(np.float32))
    np.testing.assert_allclose(working[2:-2, 2:-2], 0.5, atol=0.01)


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_impossible_scales_are_rejected(scale):
    with pytest.raises(ValueError, match="positive"):
        WorkingFrame(scale, (10, 10))


@given(st.floats(0.05, 3), st.tuples(st.integers(5, 60), st.integers(5, 60)), origins, st.data())
def test_a_block_of_the_working_image_is_that_of_the_whole(scale, shape, origin, data):
    frame = WorkingFrame(scale, shape, origin)
    image = np.random.default_rng(0).random(shape, np.float32)
    block = tuple(
        slice(*sorted(data.draw(st.lists(st.integers(0, n), min_size=2, max_size=2, unique=True))))
        for n in frame.shape
    )
    whole, working = frame.to_working(image), WorkingImage(image, frame)
    assert working.shape == whole.shape == frame.shape
    np.testing.assert_allclose(working[block], whole[block], atol=1e-5)


@given(scales, shapes, origins, st.data())
def test_a_part_lies_on_the_grid_of_the_whole(scale, shape, origin, data):
    start = [data.draw(st.integers(0, n - 1)) for n in shape]
    stop = [data.draw(st.integers(k + 1, n)) for k, n in zip(start, shape, strict=True)]
    block = (slice(start[0], stop[0]), slice(start[1], stop[1]))
    frame = WorkingFrame(scale, shape, origin)
    part = frame.part(block)
    assert part.image_shape == (stop[0] - start[0], stop[1] - start[1])
    for k in (0, 1):
        shift = part.first[k] - frame.first[k]
        assert shift >= 0
        assert shift + part.shape[k] <= frame.shape[k]


@pytest.mark.parametrize("scale", [0.11, 0.5, 0.9, 1.0, 1.7])
def test_nothing_beyond_the_reach_changes_a_result(scale):
    """The network stands for a maximum over its receptive field."""
    radius, side = 5, 301
    frame = WorkingFrame(scale, (side, side))
    reach = frame.reach(radius)
    image = np.zeros((side, side), np.float32)
    near = np.s_[150 - reach : 151 + reach, 150 - reach : 151 + reach]
    image[near] = 1
    far = 1 - image  # bright everywhere else
    assert far.any() or reach >= 150
    seen = ndi.maximum_filter(frame.to_working(far), 2 * radius + 1)
    assert frame.to_image(seen)[150, 150] == 0
