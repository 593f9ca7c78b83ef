"""What has no activation maps says so."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.events import drive
from napari_grains.training import explain_arrays, filters_arrays


def test_a_classifier_that_measures_first_has_neither_maps_nor_filters():
    pattern = np.random.default_rng(0).random((64, 64), np.float32)
    with pytest.raises(InputError, match="neither activation maps nor filters"):
        drive(explain_arrays(pattern, model="patterns", device="cpu"))
    with pytest.raises(InputError, match="neither activation maps nor filters"):
        drive(filters_arrays(model="patterns"))
