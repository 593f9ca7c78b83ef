"""File > Open Sample in a viewer."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from napari.utils.notifications import Notification, NotificationSeverity, notification_manager
from npe2 import PluginManifest

import napari_grains
from napari_grains.errors import InputError
from napari_grains.images import read_image
from napari_grains.samples import _download, _real
from napari_grains.widgets import _samples
from napari_grains.widgets._calibration import pixel_size_of

PLUGIN = "napari-grains"
UM_PER_PIXEL = {
    "etched_polycrystal": 0.5,
    "etched_stainless": 0.8,
    "bimodal_steel": 0.25,
    "rolled_sheet": 0.3,
    "six_fields": 0.5,
    "grooved_ceramic": 0.05,
    "backscatter_steps": None,
    "bright_field_film": 0.002,
}
REAL = ("nist_steel", "nist_titanium")


@pytest.fixture
def manifest():
    return PluginManifest.from_file(Path(napari_grains.__file__).with_name("napari.yaml"))


@pytest.fixture
def viewer(make_napari_viewer, npe2pm, manifest):
    """A viewer that knows this plugin, whatever else is installed."""
    npe2pm.register(manifest)
    return make_napari_viewer()


@pytest.fixture
def told():
    """Notifications since the test began."""
    start = len(notification_manager.records)
    return lambda: notification_manager.records[start:]


@pytest.fixture
def steel(tmp_path, monkeypatch):
    """A small stand-in for the steel of NIST, lying in the cache as if downloaded earlier."""
    monkeypatch.setenv("NAPARI_GRAINS_CACHE", str(tmp_path))
    real = _real.MICROGRAPHS["nist_steel"]
    real.file.cached.parent.mkdir()
    tifffile.imwrite(real.file.cached, np.random.default_rng(0).integers(0, 255, (64, 80), np.uint8))
    known = replace(real.file, sha256=_download.pooch.file_hash(real.file.cached))
    monkeypatch.setitem(_real.MICROGRAPHS, "nist_steel", replace(real, file=known))
    return known


def test_every_sample_of_the_manifest_is_tried_here(manifest):
    assert {sample.key for sample in manifest.contributions.sample_data} == {*UM_PER_PIXEL, *REAL}


@pytest.mark.parametrize(("name", "um"), UM_PER_PIXEL.items())
def test_synthetic_sample_opens_aligned_and_calibrated(viewer, name, um):
    torch_before = "torch" in sys.modules
    image, truth = viewer.open_sample(PLUGIN, name)
    assert [type(layer).__name__ for layer in (image, truth)] == ["Image", "Labels"]
    assert not truth.visible
    assert truth.data.dtype == np.int32
    np.testing.assert_array_equal(image.extent.world, truth.extent.world)
    assert image.units == truth.units
    for layer in (image, truth):
        size = pixel_size_of(layer)
        assert size is None if um is None else size.um == pytest.approx(um)
    assert ("torch" in sys.modules) == torch_before


def test_downloaded_sample_opens_and_tells_its_licence(viewer, steel, told):
    (layer,) = viewer.open_sample(PLUGIN, "nist_steel")
    np.testing.assert_array_equal(layer.data, read_image(steel.cached).pixels)
    assert pixel_size_of(layer).um == pytest.approx(50 / 222)
    (notice,) = told()
    assert notice.severity == NotificationSeverity.INFO
    assert "NIST is acknowledged" in notice.message
    assert layer.metadata["sample"]["licence"] in notice.message


def test_without_a_network_one_line_says_what_to_do(viewer, tmp_path, monkeypatch, told):
    monkeypatch.setenv("NAPARI_GRAINS_CACHE", str(tmp_path))
    titanium = _real.MICROGRAPHS["nist_titanium"]
    nowhere = replace(titanium, file=replace(titanium.file, base_url="http://127.0.0.1:1"))
    monkeypatch.setitem(_real.MICROGRAPHS, "nist_titanium", nowhere)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(InputError) as caught:
        viewer.open_sample(PLUGIN, "nist_titanium")
    message = str(caught.value)
    assert "\n" not in message
    assert nowhere.file.url in message
    assert str(nowhere.file.cached) in message
    assert len(viewer.layers) == 0
    assert Notification.from_exception(caught.value).message == message  # what napari shows of it
    assert not told()


def test_both_downloads_go_through_the_announcement(monkeypatch, told):
    layers = [(np.zeros((20, 20)), {"name": "a", "metadata": {"sample": {"licence": "free"}}}, "image")]
    for name in REAL:
        monkeypatch.setitem(vars(_samples.samples), name, lambda: layers)
        assert getattr(_samples, name)() is layers
    assert [notice.message for notice in told()] == ["a: free."] * 2
