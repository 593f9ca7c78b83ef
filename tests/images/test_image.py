from __future__ import annotations

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.images import CalibratedImage, PixelSize, calibrated


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
