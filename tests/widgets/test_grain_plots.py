"""The dock of plots: what is drawn, when, in which colours, and into which files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from grain_layers import HALF_MICROMETRE, add_grains, voronoi
from matplotlib.colors import to_hex
from napari.utils.theme import get_theme
from qtpy.QtCore import Qt

from napari_grains.widgets import GrainPlots
from napari_grains.widgets._grain_plot import CUMULATIVE, HISTOGRAM, INTERCEPTS, KINDS, ORIENTATION

SCRIPT = Path(__file__).parent / "open_plots.py"


@pytest.fixture
def viewer(make_napari_viewer):
    return make_napari_viewer()


@pytest.fixture
def grains(viewer):
    layer = add_grains(viewer, pixel_size=HALF_MICROMETRE, scale=(0.5, 0.5), units="um")
    layer.metadata["napari_grains"]["summary"] = {
        "mean_intercept_px_by_direction": {"0": 20.0, "45": 22.0, "90": 25.0, "135": 21.0},
        "lognormal": {"median_um": 12.0, "median_px": 24.0, "sigma_ln": 0.4, "p_value": 0.3},
    }
    return layer


@pytest.fixture
def dock(viewer, qtbot):
    """The widget, which is seen, without a dock around it."""
    dock = GrainPlots(viewer)
    qtbot.addWidget(dock)
    dock.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    dock.resize(500, 400)
    dock.show()
    return dock


def drawn(dock):
    """Axes after what was to be drawn soon is drawn."""
    dock._draw()
    return dock.canvas.axes


def test_without_grains_it_says_what_to_do(dock):
    assert "run Segment grains first" in dock.message.text()
    assert not dock.save.isEnabled()
    assert dock.canvas is None
    dock.save_figure()


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (HISTOGRAM, "Equivalent circle diameter (µm)"),
        (CUMULATIVE, "Equivalent circle diameter (µm)"),
        (ORIENTATION, "Share of grains"),
        (INTERCEPTS, "Mean intercept"),
    ],
)
def test_every_plot_is_drawn(grains, dock, kind, label):
    dock.kind.setCurrentText(kind)
    axes = drawn(dock)
    assert axes.get_xlabel().startswith(label)
    assert not dock.canvas.isHidden()
    assert dock.message.isHidden()
    assert dock.by.isHidden() == (kind in (CUMULATIVE, INTERCEPTS))


def test_grains_are_counted_by_number_or_by_area(grains, dock):
    assert drawn(dock).get_ylabel() == "Share of grains (%)"
    dock.by.setCurrentText("by area")
    assert drawn(dock).get_ylabel() == "Share of area (%)"


def test_the_fit_is_drawn(grains, dock):
    assert "log-normal, p = 0.3" in drawn(dock).get_legend_handles_labels()[1]


def test_plots_follow_the_table(grains, dock, qtbot):
    before = drawn(dock).get_legend_handles_labels()[1]
    grains.features = grains.features.assign(ecd_um=2 * grains.features["ecd_um"])
    qtbot.waitUntil(lambda: dock.canvas.axes.get_legend_handles_labels()[1] != before)


def test_what_was_not_measured_is_said(viewer, dock):
    layer = viewer.add_labels(voronoi(), name="painted")
    layer.features = {"index": np.arange(41), "area_px": np.ones(41)}
    assert "“painted” lacks ecd_px, weight" in dock.message.text()
    dock.kind.setCurrentText(INTERCEPTS)
    assert "intercepts of “painted”" in dock.message.text()
    dock._draw()
    assert dock.canvas is None


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_colours_are_those_of_the_theme(viewer, grains, dock, theme):
    viewer.theme = theme
    axes = drawn(dock)
    assert to_hex(axes.figure.get_facecolor()) == get_theme(theme).background.as_hex(format="long")
    bright = [
        sum(int(to_hex(c)[i : i + 2], 16) for i in (1, 3, 5)) > 384 for c in (axes.xaxis.label.get_color(),)
    ]
    assert bright == [theme == "dark"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("suffix", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_a_plot_is_saved(grains, dock, tmp_path, monkeypatch, kind, suffix, begins):
    path = tmp_path / f"plot{suffix}"
    monkeypatch.setattr(dock, "_ask_for_file", lambda layer: path)
    dock.kind.setCurrentText(kind)
    dock.save.click()
    assert path.read_bytes().startswith(begins)
    assert dock.message.text() == f"Saved as {path.name}."


def test_what_cannot_be_saved_is_said(grains, dock, tmp_path, monkeypatch):
    monkeypatch.setattr(dock, "_ask_for_file", lambda layer: tmp_path / "plot.docx")
    dock.save.click()
    assert "choose .png, .svg or .pdf" in dock.message.text()
    monkeypatch.setattr(dock, "_ask_for_file", lambda layer: tmp_path / "nowhere" / "plot.png")
    dock.save.click()
    assert "choose another folder" in dock.message.text()
    assert list(tmp_path.iterdir()) == []


def test_closing_and_coming_back(viewer, grains):
    dock = GrainPlots(viewer)
    viewer.window.add_dock_widget(dock, name="Grain size plots")
    viewer.window.remove_dock_widget(dock)
    add_grains(viewer, voronoi(20), name="later")
    viewer.window.add_dock_widget(dock, name="Grain size plots")
    assert dock.layers.findText("later") >= 0
    assert drawn(dock) is not None


def test_matplotlib_and_pandas_are_not_what_the_dock_waits_for():
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split() == ["opened", "without", "seen", "with"]
