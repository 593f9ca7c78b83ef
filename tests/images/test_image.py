from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.images import Box, CalibratedImage, InfoBar, PixelSize, calibrated


@pytest.fixture
def stack(rng):
    values = rng.random((3, 20, 30))
    values[1, :4, :5] = np.nan
    return calibrated(values, name="s", pixel_size=PixelSize(2e-6, 1e-6), source="s.tif")


def test_crop_keeps_its_place_in_the_frame(stack):
    part = stack.crop(2, 12, 3, 23).crop(1, 9, 4, 20)
    assert part.shape == (3, 8, 16)
    assert part.origin == (3, 7)
    np.testing.assert_array_equal(part.pixels, stack.pixels[:, 3:11, 7:23])
    assert (part.pixel_size, part.name, part.source, part.notes) == (
        stack.pixel_size,
        "s",
        "s.tif",
        stack.notes,
    )


def test_crop_keeps_the_specimen_only_where_it_says_something(stack):
    np.testing.assert_array_equal(stack.crop(0, 10, 0, 10).specimen, stack.specimen[:, :10, :10])
    assert stack.crop(5, 15, 5, 15).specimen is None


@pytest.mark.parametrize("box", [(-1, 5, 0, 5), (0, 21, 0, 5), (0, 5, 0, 31), (5, 5, 0, 5), (6, 5, 0, 5)])
def test_crop_outside_is_refused(stack, box):
    with pytest.raises(InputError, match="do not lie in s"):
        stack.crop(*box)


def test_slices(stack):
    images = list(stack.slices())
    assert [image.name for image in images] == ["s_000", "s_001", "s_002"]
    assert [image.specimen is None for image in images] == [True, False, True]
    for index, image in enumerate(images):
        assert not image.is_stack
        assert image.pixel_size == stack.pixel_size
        np.testing.assert_array_equal(image.pixels, stack.pixels[index])
    assert list(images[0].slices()) == [images[0]]


@pytest.mark.parametrize(
    ("pixels", "specimen"),
    [
        (np.zeros((4, 4)), None),
        (np.zeros(4, np.float32), None),
        (np.zeros((4, 4), np.float32), np.ones((4, 4), np.uint8)),
        (np.zeros((4, 4), np.float32), np.ones((4, 5), bool)),
    ],
)
def test_wrong_arrays_are_defects(pixels, specimen):
    with pytest.raises(ValueError, match="not"):
        CalibratedImage(pixels, specimen)


@pytest.fixture
def with_bar(stack):
    return replace(stack, info_bar=InfoBar(Box(15, 20, 0, 30), "FEI tag"))


def test_crop_moves_the_info_bar_or_drops_it(with_bar):
    assert with_bar.crop(10, 20, 5, 25).info_bar == InfoBar(Box(5, 10, 0, 20), "FEI tag")
    assert with_bar.crop(10, 17, 0, 30).info_bar.box == Box(5, 7, 0, 30)
    assert with_bar.crop(0, 15, 0, 30).info_bar is None
    assert next(with_bar.slices()).info_bar == with_bar.info_bar


def test_what_is_left_out_is_no_specimen_and_holds_the_median_of_the_rest(with_bar):
    part = with_bar.leaving_out(with_bar.info_bar.box, Box(0, 2, 28, 40))
    assert not part.specimen[:, 15:].any()
    assert not part.specimen[:, :2, 28:].any()
    np.testing.assert_array_equal(part.specimen[:, 2:15], with_bar.specimen[:, 2:15])
    for before, after in zip(with_bar.slices(), part.slices(), strict=True):
        seen = np.ones((20, 30), bool) if after.specimen is None else after.specimen
        np.testing.assert_array_equal(after.pixels[seen], before.pixels[seen])
        assert (after.pixels[15:] == np.median(before.pixels[seen])).all()
    assert part.notes[-1] == (
        "Left out: rows 15 to 19, columns 0 to 29; rows 0 to 1, columns 28 to 29 (counted from 0)."
    )
    assert with_bar.pixels[0, 16, 0] != part.pixels[0, 16, 0]


def test_leaving_out_nothing_changes_nothing(stack):
    assert stack.leaving_out() is stack
    assert stack.leaving_out(Box(20, 25, 0, 30), Box(0, 5, -9, 0)) is stack


def test_leaving_out_everything_is_refused(stack):
    with pytest.raises(InputError, match="Nothing of s remains"):
        stack.leaving_out(Box(0, 20, 0, 30))


def test_an_empty_box_is_impossible():
    with pytest.raises(ValueError, match="empty"):
        Box(3, 3, 0, 4)
