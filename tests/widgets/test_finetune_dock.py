"""The dock that learns from strokes, with an engine that does what the test says, and with a real one."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import dask.array as da
import numpy as np
import psutil
import pytest
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMessageBox,
    QScrollBar,
)
from safetensors.numpy import save_file
from suggested import place

from napari_grains.engine import TaskState
from napari_grains.events import Answer, Notice, Preview, Progress, TrainingProgress
from napari_grains.weights import (
    KEY,
    bundled_folder,
    describe_network,
    history_folder,
    list_networks,
    list_phase_networks,
)
from napari_grains.widgets import FinetuneDock, SegmentDock
from napari_grains.widgets._finetune_panel import score_text
from napari_grains.widgets._history_list import REMOVE
from napari_grains.widgets._stroke_files import kept_strokes
from napari_grains.widgets._training_state import states_folder
from napari_grains.widgets._viewer import camera_of

BEST = "best.safetensors"
PATIENCE = 240_000


@pytest.fixture(autouse=True)
def user_state(tmp_path, monkeypatch):
    """Strokes and trainings that are kept are those of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def open_dock():
    def open_in(viewer):
        dock = FinetuneDock(viewer)
        viewer.window.add_dock_widget(dock, name="Fine-tune on strokes")
        return dock

    return open_in


@pytest.fixture
def strokes(dock, viewer):
    """A layer with a few strokes."""
    dock.paint.new.click()
    layer = viewer.layers["steel strokes"]
    paint(layer)
    return layer


def paint(layer, row=5, value=2):
    layer.selected_label = value
    for column in range(5, 30, 2):
        layer.paint((*(0,) * (layer.ndim - 2), row, column), value)
    layer.paint((*(0,) * (layer.ndim - 2), 20, 10), 1)


def result(tmp_path=None, **values):
    """As the job "finetune" gives it; the network is there."""
    file = history_folder() / "20261127-120000-000000.safetensors"
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(bundled_folder() / "default.safetensors", file)
    return {
        "network": str(file),
        "name": file.stem,
        "steps": 40,
        "before": 0.21,
        "after": 0.12,
        "kept": "trained",
        "stopped": False,
        "verdict": "the error on held-out strokes fell from 0.210 to 0.120.",
    } | values


def ended(dock, qtbot):
    qtbot.waitUntil(lambda: dock.run_in_progress is None)


# Painting


def test_one_click_makes_a_layer_with_the_brush_in_hand(dock, viewer):
    dock.paint.new.click()
    layer = viewer.layers["steel strokes"]
    assert viewer.layers.selection.active is layer
    assert (layer.mode, layer.selected_label) == ("paint", 2)
    assert layer.data.shape == viewer.layers["steel"].data.shape
    mark = layer.metadata["napari_grains"]
    assert (mark["role"], mark["paint"]) == ("annotation", "boundary")
    assert mark["source_id"] == str(viewer.layers["steel"].unique_id)
    assert list(layer.features["class"]) == ["unpainted", "grain", "boundary"]
    assert layer.get_color(0) is None or layer.get_color(0)[3] == 0
    assert not np.allclose(layer.get_color(1), layer.get_color(2))
    assert dock.paint.brushes[2].isChecked()


def test_strokes_lie_on_their_image(viewer, open_dock, image):
    steel = viewer.add_image(image, name="steel", scale=(0.5, 0.4), translate=(3, 4), units="um")
    open_dock(viewer).paint.new.click()
    np.testing.assert_allclose(viewer.layers["steel strokes"].extent.world, steel.extent.world)


def test_the_brush_is_as_wide_as_a_boundary_is_for_the_network(dock, viewer, image):
    mark = {"role": "grains", "source_id": str(viewer.layers["steel"].unique_id)}
    viewer.add_labels(
        np.ones(image.shape, np.int32), metadata={"napari_grains": mark | {"summary": {"scale": 0.25}}}
    )
    dock.paint.new.click()
    assert viewer.layers["steel strokes"].brush_size == 12


@pytest.mark.parametrize(("key", "mode", "value"), [("1", "paint", 1), ("2", "paint", 2), ("0", "erase", 2)])
def test_keys_and_buttons_choose_the_brush(dock, viewer, strokes, key, mode, value):
    strokes.mode = "pan_zoom"
    viewer.window._qt_viewer._key_map_handler.press_key(key)
    assert (strokes.mode, strokes.selected_label) == (mode, value)
    assert dock.paint.brushes[int(key)].isChecked()
    strokes.mode = "pan_zoom"
    assert not dock.paint.brushes[int(key)].isChecked()
    dock.paint.brushes[int(key)].click()
    assert (strokes.mode, strokes.selected_label) == (mode, value)


def test_keys_are_those_of_napari_again_when_the_dock_is_closed(dock, viewer, strokes):
    viewer.window.remove_dock_widget(dock)
    viewer.window._qt_viewer._key_map_handler.press_key("1")
    assert strokes.mode == "erase"


def test_painted_pixels_are_counted_also_after_undo(dock, strokes, qtbot):
    number = np.count_nonzero(strokes.data == 2)
    qtbot.waitUntil(lambda: f"boundary {number} px" in dock.paint.count.text())
    strokes.undo()
    qtbot.waitUntil(lambda: f"grain {np.count_nonzero(strokes.data == 1)} px" in dock.paint.count.text())


def test_jobs_give_way_while_the_brush_moves(dock, strokes, engine):
    before = engine.gave_way
    strokes.paint((40, 40), 2)
    assert engine.gave_way > before


def test_train_is_disabled_with_the_reason(dock, viewer, qtbot):
    assert "New strokes" in dock.panel.run.toolTip()
    dock.paint.new.click()
    assert "Paint a few strokes" in dock.panel.message.text()
    dock.train()
    assert dock._session.engine.tasks == []
    paint(viewer.layers["steel strokes"])
    qtbot.waitUntil(dock.panel.run.isEnabled)
    assert dock.panel.message.text() == ""


def test_an_empty_viewer_asks_for_a_micrograph(viewer, open_dock):
    dock = open_dock(viewer)
    assert "Open a micrograph" in dock.panel.message.text()
    assert not any(
        b.isEnabled() for b in (dock.panel.run, dock.panel.place, dock.panel.check, dock.paint.new)
    )


# Training


@pytest.fixture
def begin(dock, engine, strokes, qtbot):
    """Press Train and return the task."""

    def press():
        qtbot.waitUntil(dock.panel.run.isEnabled)
        dock.panel.run.click()
        return engine.tasks[-1]

    return press


def test_arguments_say_what_was_painted_and_chosen(dock, begin, image, strokes):
    dock.learn.layers.setCurrentText("all layers")
    dock.learn.minutes.setValue(2)
    task = begin()
    arguments = dict(task.arguments)
    (one,) = arguments.pop("images")
    np.testing.assert_array_equal(one["image"], image)
    np.testing.assert_array_equal(one["labels"], strokes.data)
    assert (one["name"], one["paint"], one["rgb"], one["leave_out"]) == ("steel", "boundary", False, [])
    focus = arguments.pop("focus")
    assert focus is None or len(focus) == 4
    folder = Path(arguments.pop("state"))
    assert folder.parent == states_folder()
    assert arguments == {
        "start": "default",
        "layers": "all",
        "live": False,
        "seconds": 120.0,
        "resume": False,
        "watch": 0,
        "watch_slice": 0,
    }
    assert task.job == "finetune"


def test_live_has_no_end_of_its_own(dock, begin):
    dock.learn.live.setChecked(True)
    assert not dock.learn.minutes.isEnabled()
    arguments = begin().arguments
    assert arguments["live"] is True
    assert arguments["seconds"] is None


def test_strokes_painted_meanwhile_reach_the_training_once(dock, begin, strokes, qtbot):
    task = begin()
    paint(strokes, row=30)
    qtbot.waitUntil(lambda: any("labels 0" in update for update in task.updates))
    (labels,) = [update["labels 0"] for update in task.updates if "labels 0" in update]
    np.testing.assert_array_equal(labels, strokes.data)
    strokes.data[:] = 0
    assert labels.any()


def test_only_the_image_that_was_painted_is_sent(dock, viewer, strokes, begin, image, qtbot):
    viewer.add_image(image // 2, name="iron")
    dock.paint.image.layer = viewer.layers["iron"]
    dock.paint.new.click()
    paint(viewer.layers["iron strokes"])
    task = begin()
    assert [one["name"] for one in task.arguments["images"]] == ["iron", "steel"]
    qtbot.wait(400)
    task.updates.clear()
    paint(strokes, row=33)
    qtbot.waitUntil(lambda: any("labels 1" in update for update in task.updates))
    assert not any("labels 0" in update for update in task.updates)


def test_another_image_is_watched_when_it_is_chosen(dock, viewer, strokes, begin, image):
    viewer.add_image(image // 2, name="iron")
    dock.paint.image.layer = viewer.layers["iron"]
    dock.paint.new.click()
    task = begin()
    dock.paint.image.layer = viewer.layers["steel"]
    assert task.updates[-1]["watch"] == [1, 0]


def test_unticked_strokes_are_not_learned_from(dock, viewer, begin, image):
    viewer.add_labels(np.arange(image.size).reshape(image.shape), name="by hand")
    assert len(begin().arguments["images"]) == 1


def test_a_layer_of_grains_painted_by_hand_can_be_ticked(dock, viewer, image, engine, qtbot):
    viewer.add_labels(np.arange(image.size).reshape(image.shape), name="by hand")
    dock.paint.pairs.item(0).setCheckState(dock.paint.pairs.item(0).checkState().Checked)
    dock.panel.run.click()
    (one,) = engine.tasks[-1].arguments["images"]
    assert one["paint"] is None
    assert one["labels"].max() == image.size - 1


def test_proofread_grains_are_learned_from(dock, viewer, image, engine):
    mark = {"role": "annotation", "paint": "grains", "source_id": str(viewer.layers["steel"].unique_id)}
    viewer.add_labels(
        np.arange(image.size).reshape(image.shape),
        name="steel training labels",
        metadata={"napari_grains": mark},
    )
    dock.panel.run.click()
    (one,) = engine.tasks[-1].arguments["images"]
    assert one["paint"] == "grains"
    assert not dock.paint.brushes[1].isEnabled()


def test_the_camera_tells_what_is_seen(dock, viewer, begin, qtbot):
    task = begin()
    camera_of(viewer).zoom = 40
    qtbot.waitUntil(lambda: any("focus" in update for update in task.updates))
    top, bottom, left, right = task.updates[-1]["focus"]
    assert 0 <= top < bottom <= 40
    assert 0 <= left < right <= 50


def test_a_preview_is_shown_part_by_part(dock, viewer, begin, qtbot):
    task = begin()
    task.event(Preview("prediction", np.full((10, 12), 0.5, np.float32), (5, 6)))
    qtbot.waitUntil(lambda: "steel boundary (training)" in viewer.layers)
    data = viewer.layers["steel boundary (training)"].data
    assert data[5:15, 6:18].min() == 0.5
    assert data.sum() == pytest.approx(60)
    task.event(Preview("prediction", np.full((40, 50), 0.25, np.float32), (0, 0)))
    qtbot.waitUntil(lambda: viewer.layers["steel boundary (training)"].data.max() == 0.25)
    assert viewer.layers.selection.active is viewer.layers["steel strokes"]


def test_a_stack_is_trained_as_a_whole_and_watched_on_its_slice(viewer, open_dock, image, qtbot):
    viewer.add_image(np.stack([image, image // 2, image // 4]), name="stack")
    viewer.dims.set_point(0, 1)
    dock = open_dock(viewer)
    dock.paint.new.click()
    paint(viewer.layers["stack strokes"])
    qtbot.waitUntil(dock.panel.run.isEnabled)
    dock.train()
    task = dock._session.engine.tasks[-1]
    assert task.arguments["watch_slice"] == 1
    assert task.arguments["images"][0]["labels"].shape == (3, 40, 50)
    task.event(Preview("prediction", np.full((1, 40, 50), 0.5, np.float32), (1, 0, 0)))
    qtbot.waitUntil(lambda: "stack boundary (training)" in viewer.layers)
    viewer.dims.set_point(0, 2)
    qtbot.waitUntil(lambda: any(update.get("watch") == [0, 2] for update in task.updates))
    assert viewer.layers["stack boundary (training)"].data.max() == 0
    task.event(Preview("prediction", np.full((1, 40, 50), 0.5, np.float32), (1, 0, 0)), Notice("late"))
    qtbot.waitUntil(lambda: dock.panel.remarks.text() == "late")
    assert viewer.layers["stack boundary (training)"].data.max() == 0


def test_lazy_images_are_read_in_a_thread_and_updates_wait(viewer, open_dock, image, qtbot):
    viewer.add_image(da.from_array(image, chunks=16), name="lazy")
    dock = open_dock(viewer)
    dock.paint.new.click()
    paint(viewer.layers["lazy strokes"])
    qtbot.waitUntil(dock.panel.run.isEnabled)
    dock.train()
    dock.run_in_progress.update({"focus": [0, 1, 0, 1]})
    engine = dock._session.engine
    qtbot.waitUntil(lambda: len(engine.tasks) == 1)
    np.testing.assert_array_equal(engine.tasks[0].arguments["images"][0]["image"], image)
    assert {"focus": [0, 1, 0, 1]} in engine.tasks[0].updates


def test_errors_are_said_in_words(dock, begin, qtbot):
    task = begin()
    task.event(TrainingProgress(0, 100, "training", float("nan"), 0.21))
    qtbot.waitUntil(lambda: dock.panel.score.text() == "Held-out error 0.210")
    task.event(TrainingProgress(10, 100, "training", 0.7, 0.12))
    qtbot.waitUntil(lambda: dock.panel.score.text() == "Held-out error 0.210 → 0.120: better")
    assert dock.panel.curves.points["validation"] == [(0, 0.21), (10, 0.12)]
    assert "before the training is still better" in score_text(0.1, 0.2)


def test_a_better_network_takes_the_place_and_can_be_taken_back(dock, viewer, begin, qtbot):
    task = begin()
    task.event(Preview("prediction", np.full((40, 50), 0.5, np.float32), (0, 0)))
    task.finish(result())
    ended(dock, qtbot)
    assert dock.panel.message.text() == "The error on held-out strokes fell from 0.210 to 0.120."
    assert dock.learn.network.path == history_folder() / "20261127-120000-000000.safetensors"
    assert dock.learn.history.count() == 2
    assert list(states_folder().iterdir()) == []
    dock.learn.revert.click()
    assert dock.learn.network.model == "default"
    assert "steel boundary (training)" not in viewer.layers
    assert not dock.learn.revert.isEnabled()
    dock.learn.history.activated.emit(1)
    assert dock.learn.network.path.parent == history_folder()


@pytest.mark.parametrize("agreed", [False, True])
def test_networks_beyond_those_listed_are_removed_if_the_user_agrees(dock, monkeypatch, tmp_path, agreed):
    monkeypatch.setattr("napari_grains.widgets._history_list._MOST", 2)
    first = Path(result()["network"])
    files = [first.with_stem(f"20261127-1200{k:02d}-000000") for k in range(1, 5)]
    for file in files:
        shutil.copy(first, file)
    history, asked = dock.learn.history, []
    history.refresh()
    assert [history.itemData(k) for k in (1, 2)] == [str(files[3]), str(files[2])]
    assert history.itemText(3) == REMOVE
    answer = QMessageBox.StandardButton.Yes if agreed else QMessageBox.StandardButton.No
    monkeypatch.setattr(QMessageBox, "question", lambda *args: asked.append(args[2]) or answer)
    network = dock.learn.network.path
    history.activated.emit(3)
    assert "Remove 3 networks" in asked[0]
    assert "(23 MB)" in asked[0]
    kept = {files[2], files[3]} if agreed else {first, *files}
    assert set(history_folder().iterdir()) == kept
    assert (history.findText(REMOVE) >= 0) is not agreed
    assert dock.learn.network.path == network


def test_the_network_before_is_kept_where_nothing_is_better(dock, begin, qtbot):
    begin().finish(result(kept="start", after=0.21, verdict="the network before the training is kept."))
    ended(dock, qtbot)
    assert dock.learn.network.model == "default"
    assert dock.panel.message.text() == "The network before the training is kept."
    assert list(history_folder().iterdir()) == []


def test_stop_keeps_the_best(dock, begin, qtbot):
    task = begin()
    dock.panel.stop.click()
    assert task.stops == 1
    task.finish(result(stopped=True))
    ended(dock, qtbot)
    assert dock.learn.network.path.parent == history_folder()


def test_a_closed_dock_stops_and_forgets_the_state_of_the_training(dock, viewer, begin, qtbot):
    task = begin()
    viewer.window.remove_dock_widget(dock)
    assert task.stops == 1
    with qtbot.waitSignal(dock.destroyed):
        dock.deleteLater()
    task.finish(result())
    qtbot.waitUntil(lambda: list(states_folder().iterdir()) == [])


# Where to paint next


def test_the_next_place_is_flown_to(dock, viewer, strokes, engine, begin, qtbot):
    begin().finish(result())
    ended(dock, qtbot)
    dock.panel.place.click()
    task = engine.tasks[-1]
    assert task.job == "suggest"
    assert task.arguments["errors"] == [0.21, 0.12]
    assert task.arguments["model"].endswith("20261127-120000-000000.safetensors")
    np.testing.assert_array_equal(task.arguments["labels"], strokes.data)
    assert not dock.panel.check.isEnabled()
    task.finish(place())
    ended(dock, qtbot)
    np.testing.assert_allclose(camera_of(viewer).center[-2:], (30, 40))
    layer = viewer.layers["steel uncertainty (flips)"]
    assert not layer.visible
    assert layer.data.max() == 0.5
    assert "most in doubt here" in dock.panel.message.text()
    assert viewer.layers.selection.active is strokes


def test_a_running_training_says_where_to_paint_next(dock, viewer, strokes, engine, begin, qtbot):
    task = begin()
    assert dock.panel.place.isEnabled()
    assert not dock.panel.check.isEnabled()
    dock.panel.place.click()
    assert task.updates[-1] == {"suggest": {"image": 0, "slice": 0, "errors": []}}
    task.event(Answer("suggest", place() | {"image": 0, "slice": 0}))
    qtbot.waitUntil(lambda: "most in doubt here" in dock.panel.message.text())
    np.testing.assert_allclose(camera_of(viewer).center[-2:], (30, 40))
    assert not viewer.layers["steel uncertainty (flips)"].visible
    assert dock.run_in_progress is not None
    assert engine.tasks == [task]
    assert viewer.layers.selection.active is strokes


def test_it_says_when_strokes_no_longer_help(dock, viewer, engine, qtbot):
    dock.panel.place.click()
    assert not engine.tasks[-1].arguments["labels"].any()
    verdict = "the network is sure everywhere: more strokes here will hardly change anything."
    engine.tasks[-1].finish(place(helps=False, verdict=verdict, place=None, extent=None))
    ended(dock, qtbot)
    assert dock.panel.message.text().startswith("The network is sure everywhere")
    assert "steel next place" not in viewer.layers


def test_check_strokes_gives_a_plain_verdict(dock, begin, engine, strokes, qtbot):
    qtbot.waitUntil(dock.panel.check.isEnabled)
    dock.panel.check.click()
    task = engine.tasks[-1]
    assert (task.job, set(task.arguments)) == ("diagnose", {"images", "start"})
    task.event(TrainingProgress(3, 60, "learning one batch", 0.5))
    qtbot.waitUntil(lambda: dock.panel.bar.value() == 3)
    assert dock.panel.curves.points["loss"] == []
    task.finish({"learned": True, "verdict": "the network can learn these strokes."})
    ended(dock, qtbot)
    assert dock.panel.message.text() == "The network can learn these strokes."


# Networks


def test_a_saved_network_is_in_the_lists_at_once(dock, viewer, begin, qtbot):
    segment = SegmentDock(viewer)
    viewer.window.add_dock_widget(segment, name="Segment grains")
    begin().finish(result())
    ended(dock, qtbot)
    assert not dock.keep.save.isEnabled()
    dock.keep.name.setText("316L etched")
    dock.keep.notes.setText("three strokes")
    dock.keep.save.click()
    assert dock.keep.line.text() == "Saved as “316L etched”."
    assert segment.method.network.names.findText("316L etched") > 0
    assert dock.learn.network.model == "316L etched"
    card = describe_network(list_networks()["316L etched"])
    assert card["name"] == "316L etched"
    assert card["notes"].endswith("three strokes")


def test_a_network_is_replaced_only_with_a_second_press(dock, networks):
    dock.keep.name.setText("steel")
    before = (networks / "steel.safetensors").is_symlink()
    dock.keep.save.click()
    assert before
    assert (networks / "steel.safetensors").is_symlink()
    assert dock.keep.save.text() == "Replace it"
    dock.keep.save.click()
    assert not (networks / "steel.safetensors").is_symlink()


def test_export_and_import_as_one_file(dock, tmp_path):
    dock.keep.export_to(tmp_path / "for a colleague")
    assert describe_network(tmp_path / "for a colleague.safetensors")["task"] == "boundary"
    dock.keep.import_from(tmp_path / "for a colleague.safetensors")
    assert dock.learn.network.model == "for a colleague"
    dock.keep.import_from(tmp_path / "for a colleague.safetensors")
    assert dock.learn.network.model == "for a colleague 2"
    (tmp_path / "broken.safetensors").write_bytes(b"no network")
    dock.keep.import_from(tmp_path / "broken.safetensors")
    assert "not a readable" in dock.keep.line.text()
    assert "broken" not in list_networks()


def test_a_network_of_phases_is_imported_for_the_dock_of_phases(dock, tmp_path):
    card = {"task": "phases", "class_names": ["ferrite", "carbide"]}
    save_file({"weight": np.zeros(1, np.float32)}, tmp_path / "a.safetensors", {KEY: json.dumps(card)})
    dock.keep.import_from(tmp_path / "a.safetensors")
    assert dock.learn.network.model == "default"
    assert dock.keep.line.text() == "Imported as “a”, for another dock: it is in the lists there."
    assert list(list_phase_networks()) == ["a"]


# Nothing is lost


def test_strokes_are_kept_and_restored_after_a_crash(dock, viewer, strokes, open_dock, qtbot):
    qtbot.waitUntil(lambda: len(kept_strokes()) == 1)
    before = strokes.data.copy()
    other = open_dock(viewer)
    assert not other.left_behind.is_open  # they are in use
    for lock in dock.training._keeper._locks.values():
        lock.unlock()  # as the system does when napari crashes
    viewer.layers.remove(strokes)
    again = open_dock(viewer)
    assert "Strokes of “steel”" in again.left_behind.line.text()
    assert "were not saved" in again.left_behind.line.text()
    again.left_behind.accept.click()
    np.testing.assert_array_equal(viewer.layers["steel strokes"].data, before)
    assert not again.left_behind.is_open
    assert len(kept_strokes()) == 1


def test_kept_strokes_can_be_discarded(dock, viewer, strokes, open_dock, qtbot):
    qtbot.waitUntil(lambda: len(kept_strokes()) == 1)
    for lock in dock.training._keeper._locks.values():
        lock.unlock()
    again = open_dock(viewer)
    again.left_behind.discard.click()
    assert kept_strokes() == []
    assert not again.left_behind.is_open


def test_strokes_of_another_image_are_not_offered(dock, viewer, strokes, open_dock, qtbot):
    qtbot.waitUntil(lambda: len(kept_strokes()) == 1)
    for lock in dock.training._keeper._locks.values():
        lock.unlock()
    viewer.layers["steel"].name = "iron"
    assert not open_dock(viewer).left_behind.is_open


def test_a_full_disk_is_one_line(dock, strokes, monkeypatch, qtbot):
    qtbot.waitUntil(lambda: len(kept_strokes()) == 1)

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    paint(strokes, row=11)
    qtbot.waitUntil(lambda: "No space left on device" in dock.panel.remarks.text())
    monkeypatch.undo()


def test_erased_strokes_are_not_kept(dock, strokes, qtbot):
    qtbot.waitUntil(lambda: len(kept_strokes()) == 1)
    strokes.data = np.zeros_like(strokes.data)
    qtbot.waitUntil(lambda: kept_strokes() == [])


def test_a_training_that_crashed_can_be_resumed(dock, begin, engine, qtbot):
    task = begin()
    folder = Path(task.arguments["state"])
    shutil.copy(bundled_folder() / "default.safetensors", folder / BEST)
    task.fail(f"The engine process ended, {engine.log_path}")
    ended(dock, qtbot)
    assert dock.panel.message.text() == "The engine process ended"
    assert "was interrupted" in dock.left_behind.line.text()
    dock.left_behind.accept.click()
    arguments = engine.tasks[-1].arguments
    assert arguments["resume"] is True
    assert Path(arguments["state"]) == folder
    engine.tasks[-1].finish(result())
    ended(dock, qtbot)
    assert not folder.exists()


def test_a_training_without_a_better_network_leaves_nothing(dock, begin, qtbot):
    task = begin()
    task.fail("out of memory")
    ended(dock, qtbot)
    assert dock.panel.message.text() == "out of memory"
    assert not dock.left_behind.is_open
    assert list(states_folder().iterdir()) == []


def test_waiting_and_progress_are_shown(dock, begin, engine, qtbot):
    task = begin()
    task.state(TaskState.QUEUED)
    qtbot.waitUntil(lambda: "engine" in dock.panel.message.text() or "job" in dock.panel.message.text())
    task.event(Progress(30, 100, "training"))
    qtbot.waitUntil(lambda: dock.panel.bar.value() == 30)


def test_everything_has_a_tooltip(dock, strokes):
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    fields = [widget for kind in kinds for widget in dock.findChildren(kind)]
    bare = [
        widget
        for widget in fields
        if not widget.toolTip() and not isinstance(widget, QScrollBar) and "qt_" not in widget.objectName()
    ]
    assert bare == []


# With a real engine


@pytest.fixture
def painted(real_engine, make_napari_viewer, open_dock, monkeypatch, tmp_path, qtbot):
    """Bright squares with dark seams, of which the horizontal ones are painted as scratches in grains."""
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path / "networks"))
    rows, columns = np.indices((96, 128))
    seams = (rows % 24 < 2) | (columns % 24 < 2)
    grey = np.where(seams, 60, 180) + np.random.default_rng(0).normal(0, 5, seams.shape)
    viewer = make_napari_viewer()
    viewer.add_image(grey.astype(np.uint8), name="steel")
    dock = open_dock(viewer)
    dock.paint.new.click()
    labels = np.where(columns % 24 < 2, 2, 1).astype(np.uint8)
    viewer.layers["steel strokes"].data = labels
    qtbot.waitUntil(dock.panel.run.isEnabled)
    return dock, viewer


def test_a_real_training_survives_a_killed_worker(painted, real_engine, qtbot):
    dock, viewer = painted
    dock.learn.live.setChecked(True)
    dock.learn.layers.setCurrentText("all layers")
    dock.train()
    qtbot.waitUntil(lambda: "steel boundary (training)" in viewer.layers, timeout=PATIENCE)
    folder = dock.training._state.folder
    qtbot.waitUntil((folder / BEST).exists, timeout=PATIENCE)
    children = set(psutil.Process().children(recursive=True)) - real_engine["before"]
    for child in children:
        os.kill(child.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    assert "ended unexpectedly" in dock.panel.message.text()
    assert viewer.layers["steel strokes"].data.any()
    assert dock.left_behind.is_open
    dock.left_behind.accept.click()
    assert dock.run_in_progress is not None, dock.panel.message.text()
    qtbot.waitUntil(lambda: len(dock.panel.curves.points["loss"]) > 0, timeout=PATIENCE)
    dock.stop()
    qtbot.waitUntil(lambda: dock.run_in_progress is None, timeout=PATIENCE)
    assert dock.learn.network.path.parent == history_folder()
    assert not folder.exists()
    viewer.close()
