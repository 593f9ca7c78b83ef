"""Pixel size as text."""

from __future__ import annotations

import pytest

from napari_grains.errors import InputError
from napari_grains.images import PixelSize
from napari_grains.widgets._pixel_size_field import PixelSizeField


@pytest.fixture
def pixel_size(qtbot):
    field = PixelSizeField()
    qtbot.addWidget(field)
    return field


def test_empty_pixel_size_is_unknown(pixel_size):
    assert pixel_size.value() is None


def test_typed_pixel_size_says_that_it_was_typed(pixel_size):
    pixel_size.setText(" 0.44 um ")
    assert pixel_size.is_typed
    assert pixel_size.value() == PixelSize(0.44e-6, 0.44e-6, "typed")


def test_suggested_pixel_size_is_exact_although_its_text_is_rounded(pixel_size):
    size = PixelSize(0.123456789e-6, 0.123456789e-6, "layer")
    pixel_size.suggest(size)
    assert not pixel_size.is_typed
    assert pixel_size.value() is size


def test_pixel_size_without_unit_is_an_error(pixel_size):
    pixel_size.setText("0.44")
    with pytest.raises(InputError, match="unit"):
        pixel_size.value()
