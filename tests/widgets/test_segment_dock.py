"""The dock with an engine that does what the test says."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.utils._proxies import PublicOnlyProxy
from widget_results import result

from napari_grains.engine import EngineState, TaskState
from napari_grains.errors import InputError
from napari_grains.events import Notice, Preview, Progress
from napari_grains.widgets import SegmentDock

BLOCK = Preview("boundary", np.full((4, 5), 0.5, np.float32), (10, 20))


def names(viewer):
    return [layer.name for layer in viewer.layers]


def test_run_is_disabled_until_there_is_an_image(viewer, open_dock, image):
    dock = open_dock(viewer)
    assert not dock.panel.run.isEnabled()
    assert "Open a micrograph" in dock.panel.message.text()
    viewer.add_image(image)
    assert dock.panel.run.isEnabled()
    assert dock.panel.message.text() == ""


@pytest.mark.parametrize("text", ["0.44", "junk", "5 km"])
def test_run_is_disabled_while_the_pixel_size_is_wrong(dock, text):
    dock.micrograph.pixel_size.setText(text)
    assert not dock.panel.run.isEnabled()
    with pytest.raises(InputError) as error:
        dock.micrograph.pixel_size.value()
    assert dock.panel.message.text() == dock.panel.run.toolTip() == str(error.value)
    dock.micrograph.pixel_size.setText("0.44 um")
    assert dock.panel.run.isEnabled()


def test_run_is_disabled_without_networks(viewer, open_dock, image, monkeypatch):
    monkeypatch.setattr("napari_grains.widgets._network_field.list_networks", dict)
    viewer.add_image(image)
    dock = open_dock(viewer)
    assert not dock.panel.run.isEnabled()
    assert "network" in dock.panel.message.text()


def test_run_is_disabled_for_an_image_that_cannot_be_segmented(dock, viewer, engine):
    dock.micrograph.image.layer = viewer.add_image(np.zeros((8, 8)), name="tiny")
    assert "too small" in dock.panel.message.text()
    dock.run()
    assert engine.tasks == []


def test_arguments_say_what_was_chosen(dock, begin, image):
    dock.method.network.names.setCurrentText("steel")
    dock.method.scale.diameter.setValue(40)
    dock.method.merge.value = 0.25
    dock.method.smallest.setText("6,5 px")
    dock.method.method.value = "threshold"
    dock.method.averaged.value = False
    dock.method.uncertainty.value = False
    dock.micrograph.pixel_size.setText("0.5 x 0.4 um")
    task = begin()
    arguments = dict(task.arguments)
    np.testing.assert_array_equal(arguments.pop("image"), image)
    assert task.job == "segment"
    assert arguments.pop("pixel_size_m") == pytest.approx([5e-7, 4e-7])
    assert arguments == {
        "name": "steel",
        "source": None,
        "rgb": False,
        "pixel_size_source": "typed",
        "model": "steel",
        "grain_diameter": 40.0,
        "merge": 0.25,
        "min_grain_diameter": 6.5,
        "method": "threshold",
        "averaged": False,
        "uncertainty": False,
        "leave_out": [],
        "region": None,
        "focus": [0, 40, 0, 50],
        "first_slice": 0,
    }


def test_a_typed_pixel_size_becomes_scale_and_units(dock, viewer, begin, settle):
    dock.micrograph.pixel_size.setText("0.5 um")
    begin().finish(result())
    settle()
    for layer in viewer.layers:
        assert tuple(layer.scale) == (0.5, 0.5)
        assert [str(unit) for unit in layer.units] == ["micrometer"] * 2
    assert dock.micrograph.pixel_size.text() == "0.5 µm"


def test_the_pixel_size_is_filled_in_from_lengths_alone(viewer, dock, image):
    assert dock.micrograph.pixel_size.text() == ""
    dock.micrograph.image.layer = viewer.add_image(image, scale=(12.5, 12.5), units="nm")
    assert dock.micrograph.pixel_size.text() == "12.5 nm"
    dock.micrograph.image.layer = viewer.add_image(image, scale=(12.5, 12.5))
    assert dock.micrograph.pixel_size.text() == ""
    dock.micrograph.image.layer.units = "um"
    assert dock.micrograph.pixel_size.text() == "12.5 µm"


def test_progress_previews_and_result_arrive(dock, viewer, begin, settle, qtbot):
    task = begin()
    assert not dock.panel.run.isEnabled()
    task.state(TaskState.RUNNING)
    task.event(Progress(30, 100, "boundaries"), BLOCK, Notice("RGB turned into luminance."))
    qtbot.waitUntil(lambda: dock.panel.bar.value() == 30)
    assert dock.panel.message.text() == "Boundaries"
    assert dock.result.remarks.text() == "RGB turned into luminance."
    assert viewer.layers["steel boundary"].data[10, 20] == 0.5
    task.finish(result(grains=4))
    settle()
    assert names(viewer) == ["steel", "steel grains", "steel boundary"]
    assert dock.result.text.splitlines() == [
        "Grains 4",
        "Mean diameter 12.3 px",
        "Mean intercept 9.87 px",
        "ASTM G needs a pixel size",
    ]
    assert dock.result.remarks.text() == "few grains"
    assert dock.panel.run.isEnabled()
    assert dock.panel.bar.isHidden()


def test_a_rerun_updates_the_layers(dock, viewer, begin, settle):
    for grains in (2, 6):
        begin().finish(result(grains=grains))
        settle()
    assert len(viewer.layers) == 3
    assert viewer.layers["steel grains"].data.max() == 6


def test_an_error_is_one_line_with_the_log_in_the_tooltip(dock, viewer, engine, begin, settle):
    task = begin()
    task.event(BLOCK)
    task.fail(f"The job failed: KeyError — details in the log, {engine.log_path}")
    settle()
    assert dock.panel.message.text() == "The job failed: KeyError — details in the log"
    assert str(engine.log_path) in dock.panel.message.toolTip()
    assert names(viewer) == ["steel"]
    assert dock.panel.run.isEnabled()
    begin().finish(result())
    settle()
    assert dock.panel.message.text() == ""


def test_stop_keeps_the_slices_that_are_finished(dock, viewer, begin, settle):
    task = begin()
    dock.panel.stop.click()
    assert task.stops == 1
    assert dock.panel.stop.text() == "Stop now"
    task.finish(result(slices_not_reached=3))
    settle()
    assert len(viewer.layers) == 3
    assert dock.panel.message.text() == "Stopped: 3 slices not reached."


def test_stop_before_the_first_slice_leaves_layers_alone(dock, viewer, begin, settle):
    task = begin()
    task.event(BLOCK)
    dock.panel.stop.click()
    task.finish({})
    settle()
    assert names(viewer) == ["steel"]
    assert "layers are as they were" in dock.panel.message.text()


def test_stop_now_ends_the_engine_process(dock, viewer, begin, settle):
    task = begin()
    dock.panel.stop.click()
    dock.panel.stop.click()
    assert (task.stops, task.aborts) == (1, 1)
    settle()
    assert dock.panel.stop.text() == "Stop"
    assert dock.panel.run.isEnabled()


def test_removing_the_source_ends_its_run(dock, viewer, begin, settle, qtbot):
    task = begin()
    task.event(BLOCK)
    qtbot.waitUntil(lambda: len(viewer.layers) == 2)
    viewer.layers.remove("steel")
    assert names(viewer) == []
    assert task.stops == 1
    task.event(BLOCK)
    task.finish(result())
    settle()
    assert names(viewer) == []
    assert "Open a micrograph" in dock.panel.message.text()


def test_renaming_the_source_during_a_run_is_harmless(dock, viewer, begin, settle):
    task = begin()
    viewer.layers["steel"].name = "iron"
    task.finish(result())
    settle()
    assert names(viewer) == ["iron", "iron grains", "iron boundary"]


def test_closing_the_dock_stops_its_run_and_keeps_what_is_finished(dock, viewer, begin, qtbot):
    task = begin()
    viewer.window.remove_dock_widget(dock)
    assert task.stops == 1
    task.finish(result())
    qtbot.waitUntil(lambda: len(viewer.layers) == 3)
    dock.deleteLater()
    qtbot.wait(1)
    viewer.layers.clear()
    viewer.theme = "light"


def test_a_deleted_dock_hears_nothing_of_its_run(dock, viewer, begin, qtbot):
    task = begin()
    viewer.window.remove_dock_widget(dock)
    with qtbot.waitSignal(dock.destroyed):
        dock.deleteLater()
    task.event(Progress(1, 2, "boundaries"), BLOCK)
    task.fail("No room")
    qtbot.wait(100)
    assert names(viewer) == ["steel"]


def test_a_dock_that_is_put_back_works(dock, viewer, begin, settle, image):
    viewer.window.remove_dock_widget(dock)
    viewer.add_image(image, name="added while closed")
    viewer.window.add_dock_widget(dock, name="again")
    assert dock.micrograph.image.count() == 2
    begin().finish(result())
    settle()
    assert len(viewer.layers) == 4


def test_lazy_images_are_read_in_a_thread(dock, viewer, engine, settle, image, qtbot):
    dock.micrograph.image.layer = viewer.add_image(da.from_array(image, chunks=16), name="lazy")
    dock.run()
    qtbot.waitUntil(lambda: len(engine.tasks) == 1)
    np.testing.assert_array_equal(engine.tasks[0].arguments["image"], image)
    engine.tasks[0].finish(result())
    settle()
    assert "lazy grains" in names(viewer)


def test_a_lazy_image_that_cannot_be_read_is_an_error(dock, engine, settle, unreadable):
    dock.micrograph.image.layer = unreadable()
    dock.run()
    settle()
    assert "no such chunk" in dock.panel.message.text()
    assert engine.tasks == []


def test_docks_of_a_viewer_share_an_engine(dock, viewer, open_dock, engine):
    assert open_dock(viewer)._session.engine is engine
    assert SegmentDock(PublicOnlyProxy(viewer))._session.engine is engine


def test_jobs_give_way_while_the_camera_moves(dock, viewer, engine):
    before = engine.gave_way
    viewer.scene.camera.center = (0, 3, 4)
    viewer.scene.camera.zoom *= 2
    assert engine.gave_way >= before + 2


def test_another_viewer_has_an_engine_of_its_own(dock, engine, make_napari_viewer, open_dock):
    assert open_dock(make_napari_viewer())._session.engine is not engine


def test_the_engine_closes_with_the_viewer(dock, viewer, engine, begin, qtbot):
    task = begin()
    viewer.close()
    qtbot.waitUntil(lambda: engine.closed)
    with pytest.raises(Exception):  # noqa: B017, PT011 - what meets a deleted QObject differs between bindings
        task.callbacks["on_done"](result())


def test_the_device_is_said_once_the_engine_is_warm(dock, engine, qtbot):
    assert dock.method.device.text() == "Starting the engine…"
    engine.become(EngineState.READY, device="CPU (2 threads), bfloat16")
    qtbot.waitUntil(lambda: dock.method.device.text() == "CPU (2 threads), bfloat16")
    engine.become(EngineState.OFF, problem="The engine process ended; the next run starts a fresh one.")
    qtbot.waitUntil(lambda: "ended" in dock.method.device.text())


def test_a_task_that_waits_says_for_what(dock, engine, begin, qtbot):
    task = begin()
    task.state(TaskState.QUEUED)
    qtbot.waitUntil(lambda: dock.panel.message.text() == "Starting the engine…")
    engine.become(EngineState.BUSY, device="CPU")
    task.state(TaskState.QUEUED)
    qtbot.waitUntil(lambda: dock.panel.message.text() == "Waiting for another job…")
