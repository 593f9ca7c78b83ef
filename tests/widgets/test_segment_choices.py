"""What the dock offers: slices, regions, marks, scale, calibration; and how it looks."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)
from widget_results import result

from napari_grains.images import PixelSize
from napari_grains.widgets._grain_table import GrainTable

STACK = np.random.default_rng(0).integers(0, 255, (5, 40, 50), np.uint8)


def names(viewer):
    return [layer.name for layer in viewer.layers]


@pytest.fixture
def stack_dock(viewer, open_dock):
    viewer.add_image(STACK, name="stack", scale=(3, 1, 1))
    return open_dock(viewer)


def start(dock):
    dock.run()
    return dock._session.engine.tasks[-1]


def test_slices_are_offered_for_stacks_alone(dock, viewer):
    assert not dock.method.slices.isVisibleTo(dock)
    dock.micrograph.image.layer = viewer.add_image(STACK)
    assert dock.method.slices.isVisibleTo(dock)
    dock.micrograph.image.layer = viewer.layers["steel"]
    assert not dock.method.slices.isVisibleTo(dock)


def test_all_slices_begin_with_the_one_that_is_seen(stack_dock, viewer):
    viewer.dims.set_point(0, 9)
    task = start(stack_dock)
    assert task.arguments["image"].shape == (5, 40, 50)
    assert task.arguments["first_slice"] == 3


def test_the_current_slice_is_segmented_alone(stack_dock, viewer, qtbot):
    stack_dock.method.slices.setCurrentText("current slice")
    viewer.dims.set_point(0, 6)
    task = start(stack_dock)
    np.testing.assert_array_equal(task.arguments["image"], STACK[2])
    viewer.dims.set_point(0, 12)  # looking elsewhere meanwhile changes nothing
    task.finish(result(grains=3))
    qtbot.waitUntil(lambda: stack_dock.run_in_progress is None)
    assert [len(np.unique(part)) for part in viewer.layers["stack grains"].data] == [1, 1, 3, 1, 1]


def test_changing_between_2d_and_3d_during_a_run_is_harmless(stack_dock, viewer, qtbot):
    task = start(stack_dock)
    viewer.dims.ndisplay = 3
    task.finish(result((5, 40, 50)))
    qtbot.waitUntil(lambda: stack_dock.run_in_progress is None)
    viewer.dims.ndisplay = 2
    assert viewer.layers["stack grains"].data.shape == (5, 40, 50)


def test_a_run_can_be_started_in_3d(stack_dock, viewer):
    viewer.dims.ndisplay = 3
    assert start(stack_dock).arguments["focus"] is None


def test_a_region_goes_along_as_a_mask(dock, viewer, begin):
    dock.method.draw_region.click()
    region = viewer.layers["steel region"]
    assert dock.method.region.layer is region
    assert region.mode == "add_rectangle"
    region.add_rectangles([[10, 10], [10, 30], [30, 30], [30, 10]])
    mask = begin().arguments["region"]
    assert mask.shape == (40, 50)
    assert mask[20, 20]
    assert not mask[5, 5]


def test_an_empty_region_is_no_reason_to_run(dock, engine):
    dock.method.draw_region.click()
    assert not dock.panel.run.isEnabled()
    assert "region" in dock.panel.message.text()
    dock.run()
    assert engine.tasks == []


def test_drawing_the_region_enables_run(dock, viewer):
    dock.method.draw_region.click()
    viewer.layers["steel region"].add_rectangles([[10, 10], [10, 30], [30, 30], [30, 10]])
    assert dock.panel.run.isEnabled()


def test_the_slider_draws_a_circle_of_its_size(dock, viewer):
    dock.method.scale.diameter.setValue(20)
    circle = viewer.layers["steel grain diameter"]
    corners = circle.data[0]
    assert np.ptp(corners, axis=0) == pytest.approx([20, 20])
    assert corners.mean(axis=0) == pytest.approx([19.5, 24.5])
    dock.method.scale.automatic.setChecked(True)
    assert names(viewer) == ["steel"]


def test_the_circle_goes_with_run_and_with_the_dock(dock, viewer, begin, settle):
    dock.method.scale.diameter.setValue(20)
    task = begin()
    assert names(viewer) == ["steel"]
    task.finish(result())
    settle()
    dock.method.scale.diameter.setValue(30)
    viewer.window.remove_dock_widget(dock)
    assert "steel grain diameter" not in names(viewer)


def test_the_scale_that_was_found_is_shown(dock, begin, settle):
    begin().finish(result(scale=0.18))
    settle()
    assert dock.method.scale.found.text() == "× 0.18"


def banner():
    """A micrograph over an info bar with a scale bar."""
    image = np.random.default_rng(3).normal(120, 25, (600, 800)).clip(0, 255).astype(np.uint8)
    image[540:] = 0
    image[560:566, 100:300] = 255
    image[575:590, 500:700:7] = 255
    return image


@pytest.fixture
def barred(viewer, open_dock, qtbot):
    viewer.add_image(banner(), name="sem")
    dock = open_dock(viewer)
    qtbot.waitUntil(lambda: dock.micrograph.marks.info_bar.isVisibleTo(dock))
    return dock


def test_an_info_bar_is_shown_and_left_out_on_consent(barred, viewer):
    assert "rows 540 to 599" in barred.micrograph.marks.info_bar.text()
    assert "sem marks" in names(viewer)
    assert barred.micrograph.marks.left_out == []
    barred.micrograph.marks.info_bar.setChecked(True)
    assert start(barred).arguments["leave_out"] == [[540, 600, 0, 800]]


def test_consent_is_for_one_image(barred, viewer, image):
    barred.micrograph.marks.info_bar.setChecked(True)
    barred.micrograph.image.layer = viewer.add_image(image, name="other")
    assert barred.micrograph.marks.left_out == []
    assert "sem marks" not in names(viewer)


def test_the_scale_bar_is_measured_with_a_line(barred, viewer):
    barred.micrograph.draw.click()
    tool = barred.micrograph.tool
    line = viewer.layers["sem scale bar"]
    assert np.ptp(line.data[0][:, 1]) == pytest.approx(200, abs=2)
    tool.length.value, tool.unit.value = 50, "µm"
    tool.use.click()
    size = barred.micrograph.pixel_size.value()
    assert size.x == pytest.approx(50e-6 / 200, rel=0.01)
    assert "scale bar: 50 µm" in size.source
    assert "sem scale bar" not in names(viewer)
    assert viewer.layers.selection.active is viewer.layers["sem"]
    assert start(barred).arguments["pixel_size_m"] == pytest.approx([size.y, size.x])


def test_a_line_can_be_drawn_where_no_scale_bar_was_found(dock, viewer):
    dock.micrograph.draw.click()
    line = viewer.layers["steel scale bar"]
    assert line.mode == "add_line"
    assert not dock.micrograph.tool.use.isEnabled()
    line.add_lines([[5, 10], [5, 30]])
    dock.micrograph.tool.length.value, dock.micrograph.tool.unit.value = 100, "nm"
    assert dock.micrograph.tool.use.isEnabled()
    dock.micrograph.tool.use.click()
    assert dock.micrograph.pixel_size.value().x == pytest.approx(5e-9)


def test_measuring_can_be_given_up(dock, viewer):
    dock.micrograph.draw.click()
    dock.micrograph.tool.cancel.click()
    assert names(viewer) == ["steel"]
    dock.micrograph.draw.click()
    viewer.layers.remove("steel scale bar")
    assert not dock.micrograph.tool.isVisibleTo(dock)
    assert dock.micrograph.pixel_size.value() is None


def test_the_pixel_size_of_the_file_is_used_whoever_opened_it(viewer, open_dock, tmp_path, image, qtbot):
    file = tmp_path / "imagej.tif"
    tifffile.imwrite(file, image, imagej=True, resolution=(4, 4), metadata={"unit": "um"})
    viewer.open(file, plugin="napari")
    dock = open_dock(viewer)
    qtbot.waitUntil(lambda: dock.micrograph.pixel_size.text() != "")
    assert dock.micrograph.pixel_size.value() == PixelSize(0.25e-6, 0.25e-6, "ImageJ TIFF tag")
    assert "ImageJ TIFF tag" in dock.micrograph.calibration.text()


def test_where_the_pixel_size_came_from_survives_a_run(dock, begin, settle):
    dock.micrograph.pixel_size.setText("0.5 um")
    begin().finish(result())
    settle()
    assert dock.micrograph.pixel_size.value() == PixelSize(0.5e-6, 0.5e-6, "typed")
    assert begin().arguments["pixel_size_source"] == "typed"


def test_what_is_seen_stays_when_the_image_is_calibrated(dock, viewer, begin):
    from napari_grains.widgets._camera import visible_box

    layer = viewer.layers["steel"]
    viewer.window._qt_viewer.show()
    before = visible_box(viewer, layer)
    dock.micrograph.pixel_size.setText("0.5 um")
    begin()
    assert tuple(layer.scale) == (0.5, 0.5)
    assert visible_box(viewer, layer) == before


def test_a_region_drawn_before_calibration_stays_on_its_grains(dock, viewer, begin):
    dock.method.draw_region.click()
    viewer.layers["steel region"].add_rectangles([[10, 10], [10, 30], [30, 30], [30, 10]])
    first = begin().arguments["region"]
    dock._session.engine.tasks[-1].fail("No room")
    QApplication.processEvents()
    dock.run_in_progress = None
    dock.micrograph.pixel_size.setText("0.5 um")
    dock.run()
    dock._session.engine.tasks[-1].fail("No room")
    QApplication.processEvents()
    dock.run_in_progress = None
    np.testing.assert_array_equal(begin().arguments["region"], first)


def test_the_result_of_an_image_is_shown_again_when_it_is_chosen(dock, viewer, begin, settle, image):
    begin().finish(result(grains=4))
    settle()
    dock.micrograph.image.layer = viewer.add_image(image, name="other")
    assert dock.result.text == "Nothing measured yet"
    dock.micrograph.image.layer = viewer.layers["steel"]
    assert "Grains 4" in dock.result.text


def test_the_table_opens_from_the_dock_once(dock, viewer, begin, settle):
    begin().finish(result())
    settle()
    for _ in range(2):
        dock.result.table.click()
    assert len(viewer.window._qt_window.findChildren(GrainTable)) == 1


def test_run_and_stop_have_keys(dock, viewer, engine, qtbot):
    window = viewer.window._qt_window
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(engine.tasks) == 1
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_Return, both)
    assert engine.tasks[0].stops == 1


def has_tooltip(widget, dock):
    """Qt asks the parents of a widget that has none."""
    while widget is not dock:
        if widget.toolTip():
            return True
        widget = widget.parentWidget()
    return False


def test_every_field_has_a_tooltip(dock):
    for kind in (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider):
        for field in dock.findChildren(kind):
            assert isinstance(field, QScrollBar) or has_tooltip(field, dock), field


def cut_off(dock):
    shown = [widget for widget in dock.findChildren(QWidget) if widget.isVisibleTo(dock)]
    hidden = [widget for widget in shown if widget.visibleRegion().boundingRect().size() != widget.size()]
    fields = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)
    squeezed = (widget for widget in shown if isinstance(widget, fields))
    return hidden + [field for field in squeezed if field.height() < field.minimumSizeHint().height()]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_is_cut_off_in_a_small_window(viewer, barred, theme, qtbot):
    dock = barred
    viewer.theme = theme
    viewer.window._qt_window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    viewer.window._qt_window.show()
    viewer.window.resize(1280, 800)
    dock.method.scale.diameter.setValue(50)
    warning = "Fewer than 50 grains: the mean is uncertain."
    start(dock).finish(result((600, 800), warnings=[warning] * 2))
    qtbot.waitUntil(lambda: dock.run_in_progress is None)
    qtbot.waitUntil(lambda: not cut_off(dock))
    assert viewer.window._qt_window.height() <= 800
    dock.result.clear()
    dock.micrograph.draw.click()
    qtbot.waitUntil(lambda: not cut_off(dock))


@pytest.mark.parametrize("text", ["six", "-3", "inf"])
def test_a_smallest_grain_that_is_no_diameter_disables_run(dock, text):
    dock.method.smallest.setText(text)
    assert not dock.panel.run.isEnabled()
    assert "is no diameter" in dock.panel.message.text()
    dock.method.smallest.clear()
    assert dock.panel.run.isEnabled()
