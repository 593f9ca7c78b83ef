from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage.color import rgb2gray

from napari_grains.errors import InputError
from napari_grains.images import PixelSize, calibrated

NUMBERS = [
    *(np.bool_, np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.uint64, np.int64),
    *(np.float16, np.float32, np.float64, np.longdouble, ">u2", ">f4", ">f8"),
]


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("shape", [(20, 30), (4, 20, 30)])
def test_every_kind_of_number_keeps_its_values(dtype, shape, rng):
    given_values = rng.integers(0, 2 if dtype is np.bool_ else 120, shape).astype(dtype)
    image = calibrated(given_values, name="steel", pixel_size=PixelSize(1e-6, 1e-6), source="steel.tif")
    assert image.pixels.dtype == np.float32
    np.testing.assert_array_equal(image.pixels, given_values.astype(np.float64))
    assert image.specimen is None
    assert (image.name, image.source, image.origin, image.notes) == ("steel", "steel.tif", (0, 0), ())
    assert image.is_stack == (len(shape) == 3)


@pytest.mark.parametrize(
    ("given_shape", "shape"),
    [
        ((1, 20, 30), (20, 30)),
        ((20, 30, 1), (20, 30)),
        ((1, 1, 20, 30, 1), (20, 30)),
        ((5, 1, 20, 30), (5, 20, 30)),
        ((1, 20, 30, 3), (20, 30)),
        ((5, 20, 30, 4), (5, 20, 30)),
        ((20, 30, 20), (20, 30, 20)),
        ((16, 4000), (16, 4000)),
    ],
)
def test_axes(given_shape, shape, rng):
    assert calibrated(rng.integers(0, 255, given_shape, np.uint8)).shape == shape


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_luminance_has_the_weights_of_scikit_image(dtype, rng):
    top = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    colours = (rng.random((20, 30, 3)) * top).astype(dtype)
    image = calibrated(colours)
    np.testing.assert_allclose(image.pixels, rgb2gray(colours) * top, rtol=1e-5)
    assert image.notes == ("RGB turned into luminance.",)


def test_equal_channels_are_grey_bit_for_bit(rng):
    grey = rng.integers(0, 65535, (20, 30), np.uint16)
    image = calibrated(np.stack([grey] * 3, axis=-1))
    np.testing.assert_array_equal(image.pixels, grey)
    assert "equal" in image.notes[0]


def test_transparent_pixels_are_left_out(rng):
    colours = rng.integers(0, 255, (20, 30, 4), np.uint8)
    colours[..., 3] = 255
    colours[:5, :, 3] = 0
    image = calibrated(colours)
    assert not image.specimen[:5].any()
    assert image.specimen[5:].all()
    assert "25 % of the pixels are transparent: left out." in image.notes
    colours[..., 3] = 0
    assert calibrated(colours).specimen is None


@pytest.mark.parametrize(
    ("array", "stack_of"),
    [
        (np.arange(20 * 30 * 3, dtype=np.int32).reshape(20, 30, 3), "int32"),
        (np.arange(20 * 30 * 3, dtype=np.float32).reshape(20, 30, 3), "floats above 1"),
        (np.arange(20 * 4 * 4, dtype=np.uint8).reshape(20, 4, 4), "short rows"),
    ],
)
def test_what_does_not_look_like_colour_is_a_stack(array, stack_of):
    with pytest.raises(InputError, match="too small"):
        calibrated(array)


def test_rgb_can_be_said(rng):
    colours = rng.integers(0, 1000, (20, 30, 3), np.int32)
    assert calibrated(colours, rgb=True).shape == (20, 30)
    stack = rng.integers(0, 255, (20, 30, 40), np.uint8)
    with pytest.raises(InputError, match="3 or 4 colours"):
        calibrated(stack, rgb=True)
    with pytest.raises(InputError, match="axes"):
        calibrated(rng.integers(0, 255, (2, 20, 30, 3), np.uint8), rgb=False)


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_leaves_the_specimen(hole, rng):
    values = rng.random((20, 30))
    values[3:6, 10:20] = hole
    image = calibrated(values)
    np.testing.assert_array_equal(image.specimen, np.isfinite(values))
    assert np.unique(image.pixels[3:6, 10:20]) == np.float32(np.median(values[np.isfinite(values)]))
    assert image.notes == ("5 % of the pixels are not finite: left out.",)
    assert (
        np.isnan(values[3:6, 10:20]).all() or np.isinf(values[3:6, 10:20]).all()
    )  # the input is not written to


def test_each_slice_is_filled_with_its_own_median(rng):
    values = rng.random((3, 20, 30)).astype(np.float32) + np.float32([[[0]], [[10]], [[20]]])
    values[1, 0, 0] = np.nan
    values[2] = np.nan
    image = calibrated(values)
    assert 10 < image.pixels[1, 0, 0] < 11
    assert np.isfinite(image.pixels).all()
    assert "No finite pixel in slice 2 (counted from 0)." in image.notes


def test_constant_slices_are_noted(rng):
    values = rng.random((9, 20, 30))
    values[[0, 4]] = 0.5
    assert calibrated(values).notes == ("Constant grey value in slices 0, 4 (counted from 0).",)
    values[:8] = 0
    assert calibrated(values).notes == (
        "Constant grey value in slices 0, 1, 2, 3, 4 and 3 more (counted from 0).",
    )


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((20, 30), np.complex64), "complex"),
        (np.zeros((20, 30), object), "object"),
        (np.zeros((20, 30), "U3"), "not grey values"),
        (np.zeros((20, 30), "datetime64[s]"), "not grey values"),
        (np.zeros((0, 30)), "empty"),
        (np.float64(3), "too small"),
        (np.arange(500), "too small"),
        (np.eye(15), "too small"),
        (np.eye(20)[:15], "too small"),
        (np.full((20, 30), np.nan), "no finite pixel"),
        (np.full((20, 30), 7, np.uint8), "constant .every pixel is 7"),
        (np.full((20, 30), 2**40 + 1), "constant"),
        (np.full((20, 30), 0.1), "constant .every pixel is 0.1"),
        (np.where(np.eye(20) > 0, np.nan, 3), "constant .every pixel is 3"),
        (np.ones((3, 20, 30)) * np.arange(3)[:, None, None], "constant"),
        (np.zeros((2, 2, 20, 30)), "axes"),
    ],
)
def test_refuses_in_one_line(array, says):
    with pytest.raises(InputError, match=says) as caught:
        calibrated(array, name="field 3")
    assert str(caught.value).startswith("field 3 ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        1e9 + np.linspace(0, 1, 600).reshape(20, 30),
        2**62 + np.arange(600).reshape(20, 30) * 1024,
        np.linspace(-1, 1, 600).reshape(20, 30) * 1e308,
        np.linspace(0, 1e-300, 600).reshape(20, 30),
    ],
    ids=["small range on a large offset", "int64", "huge", "tiny"],
)
def test_what_single_precision_cannot_hold_is_mapped(values):
    image = calibrated(values)
    np.testing.assert_allclose(image.pixels.ravel(), np.linspace(0, 1, 600), atol=1e-3)
    assert "mapped to 0..1" in image.notes[0]


def test_large_integers_that_fit_are_kept():
    values = np.arange(600, dtype=np.int32).reshape(20, 30) * 1000
    image = calibrated(values)
    np.testing.assert_array_equal(image.pixels, values)
    assert image.notes == ()


@given(
    arrays.arrays(
        st.sampled_from(
            [np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.uint16)]
        ),
        st.sampled_from([(16, 17), (2, 16, 17), (17, 18, 3), (17, 18, 4)]),
    )
)
@settings(deadline=None, max_examples=150)
def test_any_array_is_an_image_or_an_input_error(values):
    try:
        image = calibrated(values)
    except InputError:
        return
    seen = image.pixels if image.specimen is None else image.pixels[image.specimen]
    assert np.isfinite(image.pixels).all()
    assert seen.max() > seen.min()
    assert np.isfinite(np.square(image.pixels)).all()
