from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(20240607)


@pytest.fixture
def data() -> Path:
    """The folder of real micrographs."""
    folder = os.environ.get("NAPARI_GRAINS_DATA")
    if not folder:
        pytest.skip("NAPARI_GRAINS_DATA names no folder of real micrographs")
    return Path(folder)
