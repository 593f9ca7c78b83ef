"""The tab that measures grains, in a plain host, with an engine that does what the test says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from grain_layers import HALF_MICROMETRE, add_grains, voronoi
from measured import finished
from qtpy.QtCore import Qt
from qtpy.QtGui import QDesktopServices

from napari_grains.engine import TaskState
from napari_grains.events import Progress
from napari_grains.widgets import GrainPlots, GrainTable, _report_box, _test_lines
from napari_grains.widgets._dock import Dock, error_colour
from napari_grains.widgets._form import lay_out_in_column
from napari_grains.widgets._measure_tab import MeasureTab
from napari_grains.widgets._reporting import ReportText
from napari_grains.widgets._session import session_of


class Host(Dock):
    """A dock with the tab alone, as the dock of grains holds it."""

    def __init__(self, viewer, layer):
        super().__init__(viewer)
        self.tab = MeasureTab(self._viewer, session_of(self._viewer))
        lay_out_in_column(self, (self.tab,))
        self._layer = layer
        self._attach()

    def _attach(self):
        super()._attach()
        self.tab.follow(on=True)
        self.tab.show_layer(self._layer)

    def _detach(self):
        self.tab.follow(on=False)
        super()._detach()

    def _show_theme(self, _event=None):
        self.tab.error_colour(error_colour(self._viewer))


@pytest.fixture
def grains(viewer):
    return add_grains(viewer)


@pytest.fixture
def open_tab(viewer):
    def open_for(layer):
        host = Host(viewer, layer)
        viewer.window.add_dock_widget(host, name="Grains")
        return host.tab

    return open_for


@pytest.fixture
def tab(grains, open_tab):
    return open_tab(grains)


@pytest.fixture
def measured(tab, qtbot):
    """Press Measure, let the engine answer, and return its task."""

    def press(**summary):
        tab.panel.run.click()
        task = tab._session.engine.tasks[-1]
        task.finish(finished(task.arguments, **summary))
        qtbot.waitUntil(lambda: tab.run_in_progress is None)
        return task

    return press


def names(viewer):
    return [layer.name for layer in viewer.layers]


def rows_of(tab):
    table = tab.numbers.fields
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_nothing_can_be_measured_without_grains(open_tab):
    tab = open_tab(None)
    assert not tab.panel.run.isEnabled()
    assert "Choose a layer of grains" in tab.panel.message.text()
    assert not tab.report.write.isEnabled()
    tab.run()
    tab.lines.setChecked(True)
    assert tab._session.engine.tasks == []
    assert tab.numbers.text == "Nothing measured yet"


def test_arguments_say_what_was_chosen(tab, grains, measured):
    tab.box.pixel_size.setText("0.5 um")
    tab.box.twins.setCurrentIndex(1)
    task = measured()
    arguments = dict(task.arguments)
    np.testing.assert_array_equal(arguments.pop("labels"), grains.data)
    assert task.job == "measure"
    assert arguments.pop("pixel_size_m") == pytest.approx([5e-7, 5e-7])
    assert arguments == {"exclude": None, "twins": "ignored"}


def test_grains_are_copied_because_they_may_be_edited_meanwhile(tab, grains):
    tab.panel.run.click()
    assert not np.shares_memory(tab._session.engine.tasks[-1].arguments["labels"], grains.data)


def test_the_result_becomes_table_and_summary(tab, grains, measured):
    grains.metadata["napari_grains"]["summary"] = {
        "model": "steel",
        "grains": 1,
        "notes": ["RGB"],
        "slice": 3,
    }
    grains.features = pd.DataFrame({"index": [1]})
    measured()
    assert len(grains.features) == 40
    assert list(grains.features["index"]) == list(range(1, 41))
    summary = grains.metadata["napari_grains"]["summary"]
    assert (summary["grains"], summary["model"]) == (40, "steel")
    assert "slice" not in summary
    assert tab.numbers.remarks.text() == "RGB\nfew grains"


def test_numbers_stand_side_by_side(tab, measured):
    tab.box.pixel_size.setText("0.5 um")
    measured(astm_g_planimetric=8.05, astm_g_planimetric_indicative95=[7.9, 8.2])
    lines = tab.numbers.text.splitlines()
    assert lines[0] == "Method ASTM G ISO G 95 %"
    assert lines[1] == "Planimetric 8.05 8.01 ~7.90 to 8.20"
    assert "Anisotropy 1.25 at 30°" in lines
    assert "indicative" in tab.numbers.toolTip()
    assert tab.numbers.fields.isHidden()


def test_a_typed_pixel_size_becomes_the_scale_of_all_that_lies_on_the_image(viewer, tab, grains, measured):
    image = viewer.add_image(np.zeros(grains.data.shape), name="steel")
    grains.metadata["napari_grains"]["source_id"] = str(image.unique_id)
    other = viewer.add_image(np.zeros(grains.data.shape), name="other")
    tab.box.pixel_size.setText("0.25 um")
    measured()
    for layer in (grains, image):
        assert tuple(layer.scale) == (0.25, 0.25)
        assert [str(unit) for unit in layer.units] == ["micrometer"] * 2
    assert tuple(other.scale) == (1, 1)
    assert tab.box.pixel_size.text() == "0.25 µm"


def test_run_says_what_is_wrong(viewer, tab):
    tab.box.pixel_size.setText("0.25")
    assert not tab.panel.run.isEnabled()
    assert tab.panel.message.text() == tab.panel.run.toolTip() != ""
    tab.box.pixel_size.setText("")
    assert tab.panel.run.isEnabled()
    tab.box.region.layer = viewer.add_shapes(name="empty")
    assert "encloses nothing" in tab.panel.message.text()
    tab.box.region.layer.add_rectangles([[10, 10], [50, 60]])
    assert tab.panel.run.isEnabled()


def test_a_region_and_painted_pixels_are_left_out(viewer, tab, grains, measured):
    tab.box.draw_region.click()
    region = tab.box.region.layer
    assert region.name == "steel grains region"
    region.add_rectangles(np.array([[9.5, 9.5], [9.5, 59.5], [49.5, 59.5], [49.5, 9.5]]))
    pores = np.zeros(grains.data.shape, np.uint8)
    pores[20:25, 20:25] = 3
    tab.box.left_out.layer = viewer.add_labels(pores, name="pores")
    exclude = measured().arguments["exclude"]
    assert exclude.dtype == bool
    expected = np.ones(grains.data.shape, bool)
    expected[10:50, 10:60] = False
    expected[20:25, 20:25] = True
    np.testing.assert_array_equal(exclude, expected)


def test_a_mask_of_another_size_is_refused(viewer, tab):
    tab.box.left_out.layer = viewer.add_labels(np.zeros((5, 5), int), name="small")
    assert not tab.panel.run.isEnabled()
    assert "“small” is not as large" in tab.panel.message.text()


def test_results_and_the_grains_themselves_are_no_masks(viewer, tab, grains):
    listed = [tab.box.left_out.itemText(index) for index in range(tab.box.left_out.count())]
    assert listed == ["nothing more"]


def test_progress_errors_and_stop(tab, grains, qtbot):
    before = grains.features
    tab.panel.run.click()
    engine = tab._session.engine
    task = engine.tasks[-1]
    assert not tab.panel.run.isEnabled()
    task.state(TaskState.QUEUED)
    qtbot.waitUntil(lambda: "Starting" in tab.panel.message.text())
    task.event(Progress(2, 8, "test lines"))
    qtbot.waitUntil(lambda: tab.panel.message.text() == "Test lines")
    tab.panel.stop.click()
    assert task.stops == 1
    tab.panel.stop.click()
    qtbot.waitUntil(lambda: tab.run_in_progress is None)
    assert "as they were" in tab.panel.message.text()
    tab.panel.run.click()
    engine.tasks[-1].fail(f"There are no grains, {engine.log_path}")
    qtbot.waitUntil(lambda: tab.run_in_progress is None)
    assert tab.panel.message.text() == "There are no grains"
    assert "color" in tab.panel.message.styleSheet()
    assert grains.features is before
    assert tab.panel.run.isEnabled()


def test_removing_the_grains_ends_the_run(viewer, tab, grains, qtbot):
    tab.panel.run.click()
    task = tab._session.engine.tasks[-1]
    viewer.layers.remove(grains)
    assert task.stops == 1
    tab.show_layer(None)
    task.finish(finished(task.arguments))
    qtbot.waitUntil(lambda: tab.run_in_progress is None)
    assert "was removed" in tab.panel.message.text() or "Choose a layer" in tab.panel.message.text()


def test_the_tab_says_that_there_are_corrections(tab, grains, measured):
    measured()
    grains.metadata["napari_grains"]["edited"] = 3
    grains.features = grains.features.iloc[1:]
    assert tab.numbers.remarks.text().startswith("Corrected by hand")
    measured()
    assert grains.metadata["napari_grains"]["summary"]["edits"] == 3


class TestStacks:
    @pytest.fixture
    def grains(self, viewer):
        stack = np.stack([voronoi(30, seed=0), voronoi(20, seed=1)])
        return add_grains(viewer, stack, scale=(3, 1, 1))

    def test_slices_are_pooled_and_shown_one_by_one(self, tab, measured):
        assert measured().arguments["labels"].shape == (2, 200, 260)
        assert [row[0] for row in rows_of(tab)] == ["slice 0", "slice 1", "pooled"]
        assert not tab.numbers.fields.isHidden()

    def test_one_slice_alone_keeps_the_rows_of_the_other(self, viewer, tab, grains, measured):
        tab.box.slices.setCurrentText("current slice")
        viewer.dims.set_current_step(0, 1)
        before = grains.features[grains.features["slice"] == 0]
        arguments = measured().arguments
        np.testing.assert_array_equal(arguments["labels"], grains.data[1])
        assert list(grains.features["slice"]) == [0] * 30 + [1] * 20
        assert list(grains.features["index"]) == list(range(1, 51))
        pd.testing.assert_series_equal(grains.features["area_px"][:30], before["area_px"])
        assert grains.metadata["napari_grains"]["summary"]["slice"] == 1

    def test_lines_lie_on_their_slices(self, viewer, tab, measured):
        measured()
        tab.direction.setCurrentText("0°")
        tab.lines.setChecked(True)
        lines = viewer.layers["steel grains test lines"]
        np.testing.assert_array_equal(lines.data[:, 0], [[0, 4.5, -0.5], [1, 4.5, -0.5]])
        np.testing.assert_array_equal(lines.data[:, 1], [[0, 0, 40], [0, 0, 40]])
        points = viewer.layers["steel grains intercepts"]
        np.testing.assert_array_equal(points.data[:, 0], [0, 0, 1, 1])
        assert tuple(lines.scale) == tuple(points.scale) == (3, 1, 1)


class TestFields:
    @pytest.fixture
    def other(self, viewer, grains):
        return add_grains(viewer, voronoi(25, seed=5), name="field two")

    def test_ticked_layers_are_pooled(self, viewer, tab, grains, other, measured):
        tab.box.fields.item(0).setCheckState(Qt.CheckState.Checked)
        assert tab.box.fields.layers == (other,)
        other.features = pd.DataFrame({"index": [1]})
        arguments = measured().arguments
        assert len(arguments["fields"]) == 2
        np.testing.assert_array_equal(arguments["fields"][1], other.data)
        assert len(grains.features) == 40
        assert len(other.features) == 25
        assert "field" not in other.features
        assert [row[0] for row in rows_of(tab)] == ["steel grains", "field two", "pooled"]
        assert other.metadata["napari_grains"]["summary"]["grains"] == 25

    def test_other_pixels_are_refused_unless_all_are_calibrated_anew(self, viewer, tab, other, measured):
        other.scale, other.units = (2, 2), "um"
        tab.box.fields.tick(other)
        assert "“field two” has another pixel size" in tab.panel.message.text()
        tab.box.pixel_size.setText("1 um")
        assert tab.panel.run.isEnabled()
        measured()
        assert tuple(other.scale) == (1, 1)
        assert tab.panel.run.isEnabled()

    def test_a_removed_field_is_forgotten(self, viewer, tab, other):
        tab.box.fields.tick(other)
        viewer.layers.remove(other)
        assert tab.box.fields.layers == ()
        assert tab.box.fields.isHidden()


class TestLines:
    def test_they_are_drawn_in_the_frame_of_the_grains(self, viewer, tab, grains, measured):
        grains.scale, grains.translate, grains.units = (0.5, 0.5), (7, 8), "um"
        measured()
        active = viewer.layers.selection.active
        tab.lines.setChecked(True)
        lines, points = viewer.layers["steel grains test lines"], viewer.layers["steel grains intercepts"]
        assert len(lines.data) == 2 + 120
        assert len(points.data) == 4
        np.testing.assert_array_equal(lines.data_to_world((5, 0)), grains.data_to_world((5, 0)))
        assert viewer.layers.selection.active is active
        ends = lines.data[2:, 0] + lines.data[2:, 1]
        np.testing.assert_allclose(np.hypot(*(ends - (19.5, 19.5)).T), 10, rtol=1e-5)

    @pytest.mark.parametrize(
        ("choice", "lines", "points"), [("0°", 1, 2), ("90°", 1, 1), ("circles", 120, 1)]
    )
    def test_one_direction_can_be_chosen(self, viewer, tab, measured, choice, lines, points):
        measured()
        tab.lines.setChecked(True)
        tab.direction.setCurrentText(choice)
        assert len(viewer.layers["steel grains test lines"].data) == lines
        assert len(viewer.layers["steel grains intercepts"].data) == points

    def test_a_rerun_updates_them_and_a_click_removes_them(self, viewer, tab, measured):
        measured()
        tab.lines.setChecked(True)
        viewer.layers["steel grains test lines"].data = np.zeros((1, 2, 2))
        count = len(viewer.layers)
        measured()
        assert len(viewer.layers) == count
        assert len(viewer.layers["steel grains test lines"].data) > 1
        tab.lines.setChecked(False)
        assert names(viewer) == ["steel grains"]

    def test_too_many_points_are_not_drawn_at_once(self, viewer, tab, measured, monkeypatch):
        monkeypatch.setattr(_test_lines, "_MOST_POINTS", 3)
        measured()
        tab.lines.setChecked(True)
        assert "4 intercepts are too many" in tab.panel.message.text()
        assert len(viewer.layers["steel grains test lines"].data) == 122
        assert len(viewer.layers["steel grains intercepts"].data) == 0
        tab.direction.setCurrentText("0°")
        assert len(viewer.layers["steel grains intercepts"].data) == 2
        assert tab.panel.message.text() == ""

    def test_lines_of_an_earlier_segmentation_are_not_drawn(self, viewer, tab, grains, measured):
        measured()
        grains.metadata["napari_grains"]["summary"] = {"grains": 5}
        tab.lines.setChecked(True)
        assert not tab.lines.isChecked()
        assert names(viewer) == ["steel grains"]

    def test_without_a_measurement_there_are_none(self, viewer, tab):
        tab.lines.setChecked(True)
        assert not tab.lines.isChecked()
        assert "Measure first" in tab.panel.message.text()
        assert names(viewer) == ["steel grains"]


def test_table_and_plots_are_opened(viewer, tab):
    tab.table.click()
    tab.plots.click()
    window = viewer.window._qt_window
    assert len(window.findChildren(GrainTable)) == len(window.findChildren(GrainPlots)) == 1


class TestReport:
    @pytest.fixture
    def asked(self, monkeypatch, tmp_path):
        """Answer the dialog, and keep what it suggested."""
        suggestions = []

        def answer(_parent, suggestion):
            suggestions.append(suggestion)
            return ReportText(tmp_path, suggestion.stem, suggestion.title, "heat 7", "me")

        monkeypatch.setattr(_report_box, "ask_for_report", answer)
        return suggestions

    def test_everything_goes_in(self, viewer, tab, grains, measured, asked, tmp_path, qtbot, monkeypatch):
        rgb = np.random.default_rng(0).integers(0, 255, (*grains.data.shape, 3), np.uint8)
        image = viewer.add_image(rgb, name="steel", rgb=True)
        mark = grains.metadata["napari_grains"]
        mark |= {"source_id": str(image.unique_id), "edited": 2, "summary": {"model": "m", "grains": 1}}
        tab.report.write.click()
        task = tab._session.engine.tasks[-1]
        arguments = dict(task.arguments)
        assert task.job == "report"
        assert asked[0].stem == "steel"
        assert arguments["image"].shape == grains.data.shape
        assert arguments["provenance"] == {"model": "m", "source": "steel", "edits": 2}
        assert (arguments["folder"], arguments["specimen_text"], arguments["operator"]) == (
            str(tmp_path),
            "heat 7",
            "me",
        )
        assert not tab.report.write.isEnabled()
        task.finish({"report": str(tmp_path / "steel_report.html")})
        qtbot.waitUntil(lambda: tab.report.run_in_progress is None)
        assert "steel_report.html" in tab.report.message.text()
        opened = []
        monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
        tab.report.open.click()
        assert Path(opened[0].toLocalFile()) == tmp_path / "steel_report.html"

    def test_an_error_is_shown(self, tab, asked, qtbot):
        tab.report.write.click()
        tab._session.engine.tasks[-1].fail("The folder is full")
        qtbot.waitUntil(lambda: tab.report.run_in_progress is None)
        assert tab.report.message.text() == "The folder is full"
        assert not tab.report.open.isEnabled()
        assert tab.report.write.isEnabled()

    def test_fields_are_stacked(self, viewer, tab, asked):
        tab.box.fields.tick(add_grains(viewer, voronoi(25, seed=5), name="two"))
        tab.report.write.click()
        arguments = tab._session.engine.tasks[-1].arguments
        assert arguments["labels"].shape == (2, 200, 260)
        assert arguments["image"] is None
        assert arguments["provenance"]["fields"] == ["steel grains", "two"]
        assert "fields" not in arguments

    def test_fields_of_two_sizes_have_no_common_report(self, viewer, tab, asked):
        tab.box.fields.tick(add_grains(viewer, voronoi(25, (100, 100), seed=5), name="two"))
        tab.report.write.click()
        assert "differ in size" in tab.report.message.text()


def test_the_pixel_size_says_where_it_is_from(viewer, open_tab):
    tab = open_tab(add_grains(viewer, pixel_size=HALF_MICROMETRE, scale=(0.5, 0.5), units="um"))
    assert tab.box.pixel_size.text() == "0.5 µm"
    assert tab.box.calibration.text() == "from layer scale and units"


def test_closing_and_coming_back(viewer, tab, grains, measured):
    host = tab.parent()
    while not isinstance(host, Host):
        host = host.parent()
    viewer.window.remove_dock_widget(host)
    grains.scale, grains.units = (2, 2), "um"
    viewer.add_shapes(name="later")
    viewer.window.add_dock_widget(host, name="Grains")
    assert tab.box.pixel_size.text() == "2 µm"
    assert tab.box.region.findText("later") >= 0
    measured()
