"""Every test here drives a real viewer with a real engine and the bundled network."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.viewer)


@pytest.fixture(autouse=True)
def bundled_networks_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path / "no networks"))


@pytest.fixture
def own_folder(bundled_networks_alone, tmp_path, monkeypatch):
    """Where networks are saved; what outlives a crash is kept in a folder of this test, too."""
    folder = tmp_path / "own networks"
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return folder
