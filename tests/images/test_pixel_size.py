from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_grains.errors import InputError
from napari_grains.images import PixelSize


@pytest.mark.parametrize(
    ("text", "y", "x"),
    [
        ("0.44 um", 0.44e-6, 0.44e-6),
        ("0.44um/px", 0.44e-6, 0.44e-6),
        ("0.44 um per pixel", 0.44e-6, 0.44e-6),
        ("0,44 \u00b5m", 0.44e-6, 0.44e-6),  # micro sign
        ("0.44 \u03bcm", 0.44e-6, 0.44e-6),  # Greek mu
        ("0.44 UM", 0.44e-6, 0.44e-6),
        ("440 nm", 0.44e-6, 0.44e-6),
        ("0.44 microns", 0.44e-6, 0.44e-6),
        ("0.44 micrometre", 0.44e-6, 0.44e-6),
        ("20 pm", 2e-11, 2e-11),
        ("2 \u212b", 2e-10, 2e-10),  # angstrom sign
        ("0.01 mm", 1e-5, 1e-5),
        ("1e-4 cm", 1e-6, 1e-6),
        ("4.4e-7 m", 0.44e-6, 0.44e-6),
        (".5 um", 0.5e-6, 0.5e-6),
        ("0.5 x 0.4 um", 0.5e-6, 0.4e-6),
        ("0.5x0.4um/px", 0.5e-6, 0.4e-6),
        ("0.5 um x 400 nm", 0.5e-6, 0.4e-6),
        ("0.5 \u00d7 0.4 \u00b5m", 0.5e-6, 0.4e-6),
        ("2.25 px/um", 1e-6 / 2.25, 1e-6 / 2.25),
        ("4 pixels per nm", 0.25e-9, 0.25e-9),
        ("0.01 nm", 1e-11, 1e-11),
        ("1 mm", 1e-3, 1e-3),
    ],
)
def test_reads_what_people_write(text, y, x):
    size = PixelSize.parse(text)
    assert (size.y, size.x) == pytest.approx((y, x), rel=1e-12)
    assert size.source == "typed"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0.44", "no unit"),
        ("0.5 x 0.4", "no unit"),
        ("", "not a pixel size"),
        ("um", "not a pixel size"),
        ("fine", "not a pixel size"),
        ("1 2 um", "not a pixel size"),
        ("1 x 2 x 3 um", "not a pixel size"),
        ("nan um", "not a pixel size"),
        ("inf um", "not a pixel size"),
        ("0.44 furlongs", "unknown unit"),
        ("2 px/furlong", "unknown unit"),
        ("0.35 inch", "unknown unit"),
        ("0 um", "above zero"),
        ("-1 um", "above zero"),
        ("0 px/um", "above zero"),
        ("1e999999999 um", "above zero"),
        ("1,000 nm", "ambiguous"),
        ("5 pm", "outside"),
        ("2 mm", "outside"),
        ("0.44 m", "outside"),
        ("1e6 px/nm", "outside"),
        ("a\nb" + "c" * 200, "not a pixel size"),
    ],
)
def test_refuses_in_one_line(text, says):
    with pytest.raises(InputError, match=says) as caught:
        PixelSize.parse(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_missing_unit_suggests_with_the_number_given():
    with pytest.raises(InputError, match=r'"0\.44 um" or "0\.44 nm"'):
        PixelSize.parse("0.44")


@given(st.text(max_size=30))
def test_any_text_is_a_size_or_an_input_error(text):
    try:
        size = PixelSize.parse(text)
    except InputError:
        return
    assert 0.99e-11 < size.y < 1.01e-3


@given(st.floats(1e-11, 1e-3), st.floats(0.2, 5))
def test_text_reads_back_within_its_four_digits(y, ratio):
    x = min(max(y * ratio, 1e-11), 1e-3)
    again = PixelSize.parse(str(PixelSize(y, x)))
    assert (again.y, again.x) == pytest.approx((y, x), rel=6e-4)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (PixelSize(0.44e-6, 0.44e-6), "0.44 µm"),
        (PixelSize(12.5e-9, 12.5e-9), "12.5 nm"),
        (PixelSize(0.5e-6, 0.4e-6), "0.5 \u00d7 0.4 µm"),
        (PixelSize(1e-7, 1e-7), "0.1 µm"),
        (PixelSize(99e-9, 99e-9), "99 nm"),
        (PixelSize(5e-11, 5e-11), "50 pm"),
        (PixelSize(1e-3, 1e-3), "1 mm"),
        (PixelSize(0.99999e-9, 0.99999e-9), "1 nm"),
        (PixelSize(1e-6 / 3, 1e-6 / 3), "0.3333 µm"),
    ],
)
def test_text(size, text):
    assert str(size) == text


def test_micrometres():
    square, oblong = PixelSize.parse("0.44 um"), PixelSize.parse("0.5 x 0.2 um")
    assert (square.y_um, square.x_um, square.um) == (0.44, 0.44, 0.44)
    assert square.area_um2 == pytest.approx(0.1936)
    assert (oblong.y_um, oblong.x_um) == (0.5, 0.2)
    assert oblong.um == pytest.approx(math.sqrt(0.1))
    assert oblong.area_um2 == pytest.approx(oblong.um**2)


def test_scaled_multiplies_and_keeps_the_source():
    size = PixelSize.parse("0.5 x 0.4 um", source="ruler").scaled(2)
    assert (size.y_um, size.x_um, size.source) == (1.0, 0.8, "ruler")


@pytest.mark.parametrize("length", [0.0, -1e-6, math.nan, math.inf])
def test_impossible_lengths(length):
    with pytest.raises(InputError, match="impossible"):
        PixelSize(1e-6, length)


def test_is_a_value():
    assert PixelSize(1e-6, 1e-6) == PixelSize.parse("1 um")
    assert len({PixelSize(1e-6, 1e-6), PixelSize.parse("1 um")}) == 1
