"""Measuring and reporting with the real engine."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from grain_layers import add_grains, voronoi
from widget_results import PATIENCE

from napari_grains.widgets import GrainsDock
from napari_grains.widgets._reporting import ReportText


@pytest.fixture
def tab(real_engine, make_napari_viewer):
    """The tab on a stack of two slices, whose grains are not measured yet."""
    viewer = make_napari_viewer()
    image = viewer.add_image(np.zeros((2, 200, 260), np.uint8), name="steel")
    stack = np.stack([voronoi(60, seed=0), voronoi(62, seed=1)])
    grains = add_grains(viewer, stack)
    grains.features = grains.features[["index", "slice"]]
    grains.metadata["napari_grains"]["source_id"] = str(image.unique_id)
    dock = GrainsDock(viewer)
    viewer.window.add_dock_widget(dock, name="Grains")
    return dock.measure


def run(tab, qtbot):
    tab.panel.run.click()
    qtbot.waitUntil(lambda: tab.run_in_progress is None, timeout=PATIENCE)
    assert tab.panel.message.text() == ""


def test_a_stack_is_measured_and_its_lines_are_drawn(tab, qtbot):
    tab.box.pixel_size.setText("0.5 um")
    run(tab, qtbot)
    grains = tab.layer
    assert set(grains.features["index"]) == set(range(1, 123))
    assert tab.numbers.text.startswith("Method ASTM G ISO G 95 %\nPlanimetric ")
    assert [tab.numbers.fields.item(row, 0).text() for row in range(3)] == ["slice 0", "slice 1", "pooled"]
    tab.lines.setChecked(True)
    points = tab._viewer.layers["steel grains intercepts"].data
    summary = grains.metadata["napari_grains"]["summary"]
    assert len(points) == summary["intercepts"]
    near = np.round(points).astype(int)
    around = [grains.data[z, max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2] for z, y, x in near]
    assert np.mean([len(np.unique(each)) > 1 for each in around]) == 1  # each lies on a boundary


def test_layers_are_pooled_without_what_is_left_out(tab, qtbot):
    viewer = tab._viewer
    tab.box.slices.setCurrentText("current slice")
    other = add_grains(viewer, voronoi(50, seed=7), name="other")
    tab.box.fields.tick(other)
    rectangle = viewer.add_shapes([[[0, 0], [0, 130], [200, 130], [200, 0]]], name="left half")
    tab.box.left_out.layer = rectangle
    run(tab, qtbot)
    summary = tab.layer.metadata["napari_grains"]["summary"]
    assert summary["fields"] == 2
    assert summary["area_px"] == pytest.approx(2 * 200 * 130, rel=0.02)
    assert (other.features["centroid_x"] > 125).all()
    assert len(tab.layer.features["slice"].unique()) == 2


def test_a_report_is_written(tab, qtbot, tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    tab.report.start(ReportText(folder, "steel", "Steel", specimen="heat 7"))
    qtbot.waitUntil(lambda: tab.report.run_in_progress is None, timeout=PATIENCE)
    assert "Report written" in tab.report.message.text()
    names = ["steel_grains.csv", "steel_report.html", "steel_summary.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert "heat 7" in (folder / names[1]).read_text("utf-8")
    assert json.loads((folder / names[2]).read_text("utf-8"))["grains"] == 122
    with (folder / names[0]).open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 122
