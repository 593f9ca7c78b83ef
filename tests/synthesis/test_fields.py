"""The blur against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage as ndi

from napari_grains.synthesis._fields import blurred


@pytest.mark.parametrize("shape", [(64, 64), (16, 40), (33, 17)])
@pytest.mark.parametrize("sigma", [0.1, 0.9, 7.0])
def test_the_room_beside_an_image_does_not_come_into_the_blur(shape, sigma):
    image = np.random.default_rng(1).standard_normal(shape, np.float32)
    before = image.copy()
    np.testing.assert_array_equal(blurred(image, sigma, 3), ndi.gaussian_filter(image, sigma, truncate=3))
    np.testing.assert_array_equal(image, before)
