"""What all tests share: user folders of their own, repeatable hypothesis runs, the folder of real data."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("tests", deadline=None, derandomize=True)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the user's napari settings, saved networks and logs out of reach, also of child processes."""
    folder = tempfile.TemporaryDirectory(prefix="grains-tests-")
    config.add_cleanup(folder.cleanup)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "NAPARI_GRAINS_NETWORKS"):
        os.environ[name] = str(Path(folder.name, name.lower()))
    os.environ["NAPARI_CONFIG"] = str(Path(folder.name, "napari.yaml"))
    os.environ["MPLBACKEND"] = "Agg"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Open viewers last: torch's compiler, loaded into a process that has drawn with Mesa, crashes it."""
    items.sort(key=lambda item: item.get_closest_marker("viewer") is not None)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real micrographs, named by NAPARI_GRAINS_DATA; tests that need it are skipped without it."""
    folder = os.environ.get("NAPARI_GRAINS_DATA")
    if not folder:
        pytest.skip("set NAPARI_GRAINS_DATA to a folder of real micrographs")
    return Path(folder)
