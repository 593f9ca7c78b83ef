"""The first minutes of a microscopist: open, run, stop, rerun, look at the table, export."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QPushButton

from napari_grains.synthesis import Recipe
from napari_grains.widgets import GrainTable, SegmentDock, _grain_table

PATIENCE = 120_000
FEI_TAG = 34682
DATA = os.environ.get("NAPARI_GRAINS_DATA")
VENDOR_FILES = Path(DATA or "") / "vendor_files"


def micrograph(seed, shape=(256, 320)):
    recipe = Recipe(kinds={"etched": 1.0}, grain_diameter=(40.0, 40.0))
    return (255 * recipe.micrograph(seed, 0, shape).image.clip(0, 1)).astype(np.uint8)


@pytest.fixture
def viewer(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1280, 800)
    return viewer


@pytest.fixture
def open_dock(viewer):
    def from_menu():
        _, dock = viewer.window.add_plugin_dock_widget("napari-grains", "Segment grains")
        assert isinstance(dock, SegmentDock)
        return dock

    return from_menu


@pytest.fixture
def finish(qtbot):
    """Press Run and wait for the end."""

    def press_and_wait(dock):
        qtbot.mouseClick(dock.panel.run, Qt.MouseButton.LeftButton)
        assert dock.run_in_progress is not None
        qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)

    return press_and_wait


def test_a_vendor_file_gives_a_grain_size_in_micrometres(viewer, open_dock, finish, tmp_path, qtbot):
    file = tmp_path / "steel.tif"
    text = "[User]\r\nUser=lab\r\n[Scan]\r\nPixelWidth=2.5e-007\r\nPixelHeight=2.5e-007\r\n"
    tifffile.imwrite(file, micrograph(0), metadata=None, extratags=[(FEI_TAG, "s", 0, text, True)])
    viewer.open(file, plugin="napari")
    dock = open_dock()
    qtbot.waitUntil(lambda: dock.micrograph.pixel_size.text() == "0.25 µm")
    finish(dock)
    assert dock.panel.message.text() == ""
    assert "G planimetric" in dock.result.text
    grains = viewer.layers["steel grains"]
    assert grains.data.dtype == np.int32
    assert (grains.data > 0).all()
    assert tuple(grains.scale) == pytest.approx((0.25, 0.25))
    summary = grains.metadata["napari_grains"]["summary"]
    assert summary["pixel_size_um"] == pytest.approx([0.25, 0.25])
    assert "FEI" in summary["pixel_size_source"]
    assert summary["grains"] == len(grains.features) == grains.data.max()


@pytest.mark.skipif(not VENDOR_FILES.is_dir(), reason="NAPARI_GRAINS_DATA is not set")
@pytest.mark.parametrize(
    ("name", "metres"),
    [("FEI-Helios-Ebeam-8bits.tif", 3.3724e-6), ("test_tiff_Zeiss_SEM_1k.tif", 2.615e-6)],
)
def test_a_real_vendor_file_opens_with_its_pixel_size(viewer, open_dock, name, metres, qtbot):
    viewer.open(VENDOR_FILES / name, plugin="napari")
    dock = open_dock()
    qtbot.waitUntil(lambda: dock.micrograph.pixel_size.text() != "", timeout=10_000)
    assert dock.micrograph.pixel_size.value().x == pytest.approx(metres, rel=1e-4)
    assert dock.panel.run.isEnabled()


def test_a_stack_is_run_stopped_rerun_and_exported(viewer, open_dock, finish, tmp_path, qtbot, monkeypatch):
    stack = np.stack([micrograph(seed) for seed in range(12)])
    viewer.add_image(stack, name="fields")
    viewer.dims.set_point(0, 5)
    dock = open_dock()
    qtbot.mouseClick(dock.panel.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "fields boundary" in viewer.layers, timeout=PATIENCE)
    qtbot.mouseClick(dock.panel.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    reached = np.zeros(len(stack), bool)  # by a stop before the first slice was finished
    if "fields grains" in viewer.layers:
        reached = viewer.layers["fields grains"].data.any(axis=(1, 2))
    assert not reached.all() or dock.panel.message.text() == ""
    if reached.any():
        assert reached[5]  # the slice that is seen comes first
    finish(dock)
    grains = viewer.layers["fields grains"]
    assert (grains.data > 0).all()
    assert [layer.name for layer in viewer.layers].count("fields grains") == 1

    qtbot.mouseClick(dock.result.table, Qt.MouseButton.LeftButton)
    table = viewer.window._qt_window.findChild(GrainTable)
    file = tmp_path / "fields.csv"
    monkeypatch.setattr(_grain_table, "ask_for_csv", lambda *_: file)
    export = next(button for button in table.findChildren(QPushButton) if "CSV" in button.text())
    qtbot.mouseClick(export, Qt.MouseButton.LeftButton)
    rows = pd.read_csv(file)
    assert len(rows) == len(grains.features)
    assert set(rows["slice"]) == set(range(12))
    total = rows.groupby("slice")["area_px"].sum()
    assert np.allclose(total, stack[0].size)


def test_a_colour_image_with_an_info_bar_counts_the_specimen_alone(
    viewer, open_dock, finish, tmp_path, qtbot
):
    grey = micrograph(3, (480, 640))
    picture = np.zeros((540, 640), np.uint8)
    picture[:480] = grey
    picture[505:511, 80:240] = 255
    picture[500:520, 400:560:6] = 255
    file = tmp_path / "ceramic.png"
    Image.fromarray(np.stack([picture] * 3, axis=-1)).save(file)
    viewer.open(file, plugin="napari")
    dock = open_dock()
    qtbot.waitUntil(lambda: dock.micrograph.marks.info_bar.isVisibleTo(dock), timeout=10_000)
    dock.micrograph.marks.info_bar.setChecked(True)
    dock.micrograph.pixel_size.setText("0.1 um")
    finish(dock)
    grains = viewer.layers["ceramic grains"]
    assert (grains.data[:480] > 0).all()
    assert not grains.data[480:].any()
    assert grains.features["area_px"].sum() == 480 * 640
    summary = grains.metadata["napari_grains"]["summary"]
    assert summary["area_px"] == 480 * 640
