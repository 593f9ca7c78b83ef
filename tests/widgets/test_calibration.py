"""Pixel size from a layer's transform and units, and back."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image

from napari_grains.images import PixelSize
from napari_grains.widgets._calibration import SOURCE, calibrate, pixel_size_of

MICROGRAPH = np.zeros((20, 30))
STACK = np.zeros((3, 20, 30))


@pytest.mark.parametrize(
    ("properties", "y", "x"),
    [
        ({"scale": (0.5, 0.4), "units": "um"}, 0.5e-6, 0.4e-6),
        ({"scale": (12, 12), "units": ("nm", "nm")}, 12e-9, 12e-9),
        ({"scale": (-0.5, 0.5), "units": "um"}, 0.5e-6, 0.5e-6),
        ({"scale": (0.5, 0.5), "rotate": 30, "units": "um"}, 0.5e-6, 0.5e-6),
        ({"affine": np.diag([0.25, 0.25, 1]), "units": "um"}, 0.25e-6, 0.25e-6),
    ],
)
def test_lengths_are_taken_from_scale_and_units(properties, y, x):
    size = pixel_size_of(Image(MICROGRAPH, **properties))
    assert (size.y, size.x) == pytest.approx((y, x), rel=1e-9)
    assert size.source == SOURCE


def test_the_stack_axis_has_no_say():
    size = pixel_size_of(Image(STACK, scale=(7, 0.5, 0.5), units=("s", "um", "um")))
    assert (size.y, size.x) == pytest.approx((0.5e-6, 0.5e-6))


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"scale": (0.5, 0.5)},
        {"scale": (0.5, 0.5), "units": ("pixel", "um")},
        {"scale": (0.5, 0.5), "units": "s"},
        {"units": "m"},  # nobody has pixels of a metre: the scale was never set
    ],
)
def test_no_size_is_invented(properties):
    assert pixel_size_of(Image(MICROGRAPH, **properties)) is None


def test_calibrating_a_layer_keeps_where_it_lies():
    layer = Image(STACK, scale=(2, -1, 1), translate=(5, 10, 20))
    assert calibrate(layer, PixelSize(0.5e-6, 0.4e-6))
    np.testing.assert_allclose(layer.scale, (2, -0.5, 0.4))
    np.testing.assert_allclose(layer.translate, (5, 5, 8))
    assert [str(unit) for unit in layer.units] == ["pixel", "micrometer", "micrometer"]
    size = pixel_size_of(layer)
    assert (size.y, size.x) == pytest.approx((0.5e-6, 0.4e-6), rel=1e-12)


def test_a_rotated_layer_keeps_its_transform():
    layer = Image(MICROGRAPH, rotate=30)
    assert not calibrate(layer, PixelSize(0.5e-6, 0.5e-6))
    assert [str(unit) for unit in layer.units] == ["pixel", "pixel"]
