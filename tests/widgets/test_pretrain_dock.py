"""The Pretrain dock with an engine that does what the test says."""

from __future__ import annotations

import math

import dask.array as da
import numpy as np
import pytest
from napari.utils._proxies import PublicOnlyProxy

from napari_grains.engine import EngineState, TaskState
from napari_grains.events import Notice, Preview, Progress, TrainingProgress
from napari_grains.synthesis import Recipe
from napari_grains.weights import bundled_folder
from napari_grains.widgets import PretrainDock
from napari_grains.widgets._training_box import name_problem

PREDICTION = Preview("prediction", np.full((40, 50), 0.25, np.float32), (0, 0))


def result(name="my network", **values):
    """As the job "pretrain" gives it."""
    return {
        "network": f"{name}.safetensors",
        "name": name,
        "steps": 812,
        "steps_per_second": 1.5,
        "samples_per_second": 12.0,
        "validation": 0.4123,
        "real": None,
        "seconds": 598.0,
        "device": "CPU (2 threads)",
        "stopped": False,
    } | values


def matched(**values):
    """As the job "match" gives it."""
    recipe = Recipe(kinds={"grooves": 1.0}, grain_diameter=(21.0, 33.0), noise=0.5)
    return {
        "recipe": recipe.to_dict(),
        "appearance": {"grain_diameter": 26.5, "noise": 0.0312, "line_width": 2.34},
        "scale": 0.5,
        "sample": np.full((300, 280), 0.5, np.float32),
        "notes": ["Twins were not measured."],
    } | values


def names(viewer):
    return [layer.name for layer in viewer.layers]


@pytest.fixture
def open_dock(viewer, qtbot):
    """Open the dock in the viewer as napari does; its preview is waited for."""

    def open_in(viewer):
        dock = PretrainDock(viewer)
        viewer.window.add_dock_widget(dock, name="Pretrain")
        return dock

    return open_in


@pytest.fixture
def press(dock, engine):
    """Press a button and return the task."""

    def press_it(button):
        before = len(engine.tasks)
        button.click()
        assert len(engine.tasks) == before + 1
        return engine.tasks[-1]

    return press_it


@pytest.fixture
def begin(dock, press):
    return lambda: press(dock.panel.run)


def save(dock, networks, *, state=False):
    """Put a network, or the state of its training, where the job would."""
    file = dock.training.state_file if state else dock.training.network_file
    file.write_bytes((bundled_folder() / "default.safetensors").read_bytes())


# The preview


def test_an_empty_viewer_shows_a_synthetic_micrograph_at_once(viewer, open_dock, qtbot):
    dock = open_dock(viewer)
    qtbot.waitUntil(lambda: names(viewer) == ["Synthetic micrograph", "Synthetic grains"])
    assert dock.preview.on.isChecked()


def test_a_viewer_with_an_image_gets_a_preview_with_the_first_move(dock, viewer, qtbot):
    assert not dock.preview.on.isChecked()
    assert names(viewer) == ["steel"]
    dock.recipe.factors["noise"].slider.setValue(0)
    qtbot.waitUntil(lambda: len(viewer.layers) == 3)
    assert dock.preview.on.isChecked()


def test_a_preview_that_was_switched_off_stays_off(dock, viewer, qtbot):
    dock.preview.on.setChecked(True)
    qtbot.waitUntil(lambda: len(viewer.layers) == 3)
    dock.preview.on.setChecked(False)
    dock.recipe.factors["noise"].slider.setValue(0)
    qtbot.wait(100)
    assert not dock.preview.on.isChecked()
    assert not viewer.layers["Synthetic micrograph"].visible


def test_the_preview_ends_where_the_slider_ends(dock, viewer, qtbot):
    slider = dock.recipe.factors["noise"].slider
    for place in range(1, 60):
        slider.setValue(place)
    wanted = dock.recipe.recipe.micrograph(0, 0)
    qtbot.waitUntil(lambda: "Synthetic micrograph" in viewer.layers)
    qtbot.waitUntil(lambda: np.array_equal(viewer.layers["Synthetic micrograph"].data, wanted.image))
    np.testing.assert_array_equal(viewer.layers["Synthetic grains"].data, wanted.grains)


def test_another_one_is_the_next_of_the_series(dock, viewer, qtbot):
    dock.preview.on.setChecked(True)
    dock.preview.another.click()
    wanted = Recipe().micrograph(0, 1).image
    qtbot.waitUntil(lambda: "Synthetic micrograph" in viewer.layers)
    qtbot.waitUntil(lambda: np.array_equal(viewer.layers["Synthetic micrograph"].data, wanted))


def test_a_dock_that_is_closed_leaves_the_preview_and_updates_it_no_more(dock, viewer, qtbot):
    dock.preview.on.setChecked(True)
    qtbot.waitUntil(lambda: len(viewer.layers) == 3)
    before = viewer.layers["Synthetic micrograph"].data.copy()
    dock.preview.another.click()
    viewer.window.remove_dock_widget(dock)
    qtbot.wait(150)
    np.testing.assert_array_equal(viewer.layers["Synthetic micrograph"].data, before)


# Matching an image


def test_match_hands_over_the_image_and_takes_the_recipe(dock, viewer, press, image, qtbot):
    task = press(dock.match.button)
    assert task.job == "match"
    np.testing.assert_array_equal(task.arguments["image"], image)
    assert task.arguments["leave_out"] == []
    assert not dock.panel.run.isEnabled()
    task.event(Progress(0, 0, "boundaries"))
    qtbot.waitUntil(lambda: dock.match.line.text() == "Boundaries…")
    task.finish(matched())
    qtbot.waitUntil(lambda: dock.match.run_in_progress is None)
    assert dock.recipe.recipe == Recipe.from_dict(matched()["recipe"])
    assert dock.recipe.ranges["grain_diameter"].value() == (21, 33)
    assert dock.recipe.kinds.currentText() == "grooves"
    text = dock.match.line.text()
    assert "grains 26 px" in text
    assert "noise 0.031" in text
    assert "Twins were not measured." in text
    assert dock.training.watch.layer is viewer.layers["steel"]
    assert dock.panel.run.isEnabled()


def test_the_sample_lies_beside_the_synthetic_micrograph(dock, viewer, press, qtbot):
    press(dock.match.button).finish(matched())
    qtbot.waitUntil(lambda: len(viewer.layers) == 4)
    sample = viewer.layers["Sample of the image"]
    assert sample.data.shape == viewer.layers["Synthetic micrograph"].data.shape
    (_, left), (_, right) = np.asarray(sample.extent.world)
    (_, begins), _ = np.asarray(viewer.layers["Synthetic micrograph"].extent.world)
    assert 0 < left < right < begins
    assert right - left == pytest.approx(2 * 256, rel=0.02)  # the scale was 0.5


def test_a_match_that_fails_is_one_line_and_changes_nothing(dock, press, engine, qtbot):
    task = press(dock.match.button)
    task.fail(f"No grains were found, {engine.log_path}")
    qtbot.waitUntil(lambda: dock.match.run_in_progress is None)
    assert dock.match.line.text() == "No grains were found"
    assert str(engine.log_path) in dock.match.line.toolTip()
    assert "#" in dock.match.line.styleSheet()
    assert dock.recipe.recipe == Recipe()
    press(dock.match.button).finish(matched())
    qtbot.waitUntil(lambda: dock.match.run_in_progress is None)
    assert dock.match.line.styleSheet() == ""


def test_a_match_can_be_stopped(dock, press, qtbot):
    task = press(dock.match.button)
    assert dock.match.button.text() == "Stop"
    dock.match.button.click()
    assert task.stops == 1
    task.finish({})
    qtbot.waitUntil(lambda: dock.match.run_in_progress is None)
    assert dock.recipe.recipe == Recipe()
    assert dock.match.button.text() == "Match"


def test_match_is_disabled_without_an_image(viewer, open_dock):
    dock = open_dock(viewer)
    assert not dock.match.button.isEnabled()
    assert "Open a micrograph" in dock.match.button.toolTip()


def test_a_stack_is_matched_on_the_slice_that_is_seen(viewer, open_dock, image, qtbot):
    stack = np.stack([image, image // 2, image // 4])
    viewer.add_image(stack, name="stack")
    viewer.dims.set_point(0, 1)
    dock = open_dock(viewer)
    dock.match.button.click()
    np.testing.assert_array_equal(dock._session.engine.tasks[-1].arguments["image"], stack[1])


def test_an_image_that_is_gone_when_it_has_been_matched_is_not_compared(dock, viewer, press, qtbot):
    task = press(dock.match.button)
    viewer.layers.remove("steel")
    task.finish(matched())
    qtbot.waitUntil(lambda: dock.match.run_in_progress is None)
    assert "Sample of the image" not in names(viewer)


# Training


def test_arguments_say_what_was_chosen(dock, viewer, begin, image):
    dock.recipe.factors["clutter"].number.setValue(0.5)
    dock.training.start.names.setCurrentText("steel")
    dock.training.name.setText(" thin sections ")
    dock.training.minutes.setValue(2.5)
    dock.training.advanced.setChecked(True)
    dock.training.seed.setValue(7)
    dock.training.watch.layer = viewer.layers["steel"]
    labels = viewer.add_labels(np.ones(image.shape, np.int32), name="by hand")
    dock.training.pair.image.layer = viewer.layers["steel"]
    dock.training.pair.labels.layer = labels
    arguments = dict(begin().arguments)
    np.testing.assert_array_equal(arguments.pop("watch"), image)
    (pair,) = arguments.pop("validate")
    np.testing.assert_array_equal(pair["image"], image)
    np.testing.assert_array_equal(pair["labels"], labels.data)
    assert Recipe.from_dict(arguments.pop("recipe")) == dock.recipe.recipe
    assert arguments == {
        "name": "thin sections",
        "start": "steel",
        "minutes": 2.5,
        "seed": 7,
        "watch_leave_out": [],
    }


def test_from_scratch_for_a_number_of_steps(dock, begin):
    dock.training.start.names.setCurrentText("scratch")
    dock.training.advanced.setChecked(True)
    dock.training.by_steps.setChecked(True)
    dock.training.steps.setValue(200)
    arguments = begin().arguments
    assert arguments["start"] is None
    assert arguments["steps"] == 200
    assert "minutes" not in arguments
    assert "watch" not in arguments
    assert arguments["validate"] == []


def test_a_stack_is_watched_on_its_slice_and_validated_on_all(viewer, open_dock, image):
    stack = np.stack([image, image // 2])
    layer = viewer.add_image(stack, name="stack")
    labels = viewer.add_labels(np.ones(stack.shape, np.int32), name="grains by hand")
    viewer.dims.set_point(0, 1)
    dock = open_dock(viewer)
    dock.training.watch.layer = dock.training.pair.image.layer = layer
    dock.training.pair.labels.layer = labels
    dock.train()
    arguments = dock._session.engine.tasks[-1].arguments
    np.testing.assert_array_equal(arguments["watch"], stack[1])
    assert [pair["labels"].shape for pair in arguments["validate"]] == [image.shape] * 2


def test_colours_become_grey_and_lazy_images_are_read_in_a_thread(viewer, open_dock, image, qtbot):
    colours = viewer.add_image(np.stack([image] * 3, axis=-1), name="colours", rgb=True)
    lazy = viewer.add_image(da.from_array(image, chunks=16), name="lazy")
    labels = viewer.add_labels(np.ones(image.shape, np.int32))
    dock = open_dock(viewer)
    dock.training.watch.layer, dock.training.pair.image.layer = colours, lazy
    dock.training.pair.labels.layer = labels
    dock.train()
    engine = dock._session.engine
    qtbot.waitUntil(lambda: len(engine.tasks) == 1)
    assert engine.tasks[0].arguments["watch"].shape == image.shape
    np.testing.assert_array_equal(engine.tasks[0].arguments["validate"][0]["image"], image)


def test_an_image_that_cannot_be_read_is_one_line(dock, engine, unreadable, qtbot):
    dock.training.watch.layer = unreadable()
    dock.train()
    qtbot.waitUntil(lambda: dock.run_in_progress is None)
    assert "no such chunk" in dock.panel.message.text()
    assert engine.tasks == []


def test_progress_curves_and_prediction_arrive(dock, viewer, begin, qtbot):
    dock.training.watch.layer = viewer.layers["steel"]
    task = begin()
    assert not dock.panel.run.isEnabled()
    task.state(TaskState.RUNNING)
    task.event(TrainingProgress(30, 100, "training", 0.8, 0.9, 0.3), PREDICTION, Notice("Scale 0.5."))
    qtbot.waitUntil(lambda: dock.panel.bar.value() == 30)
    assert dock.panel.message.text() == "Training"
    assert dock.panel.remarks.text() == "Scale 0.5."
    assert dock.panel.curves.points["real"] == [(30, 0.3)]
    layer = viewer.layers["steel boundary (training)"]
    np.testing.assert_array_equal(layer.data, PREDICTION.array)
    task.event(
        TrainingProgress(60, 100, "training", math.nan), Preview("prediction", 2 * PREDICTION.array, (0, 0))
    )
    qtbot.waitUntil(lambda: dock.panel.bar.value() == 60)
    assert viewer.layers["steel boundary (training)"] is layer
    assert layer.data.max() == 0.5
    assert dock.panel.curves.points["loss"] == [(30, 0.8)]


def test_a_prediction_lies_on_its_image(viewer, open_dock, image, qtbot):
    steel = viewer.add_image(image, name="steel", scale=(0.5, 0.4), translate=(3, 4), units="um")
    dock = open_dock(viewer)
    dock.training.watch.layer = steel
    dock.train()
    dock._session.engine.tasks[-1].event(PREDICTION)
    qtbot.waitUntil(lambda: len(viewer.layers) == 2)
    prediction = viewer.layers[1]
    np.testing.assert_allclose(prediction.extent.world, steel.extent.world)
    assert prediction.units == steel.units
    assert viewer.layers.selection.active is steel


def test_a_watched_image_that_is_removed_is_let_go(dock, viewer, begin, qtbot):
    dock.training.watch.layer = viewer.layers["steel"]
    task = begin()
    viewer.layers.clear()
    task.event(TrainingProgress(1, 2, "training", 0.5), PREDICTION)
    qtbot.waitUntil(lambda: dock.panel.bar.value() == 1)
    assert names(viewer) == []
    assert dock.run_in_progress is not None


def test_a_prediction_that_the_user_removes_does_not_come_back(dock, viewer, begin, qtbot):
    dock.training.watch.layer = viewer.layers["steel"]
    task = begin()
    task.event(PREDICTION)
    qtbot.waitUntil(lambda: len(viewer.layers) == 2)
    viewer.layers.pop()
    task.event(TrainingProgress(1, 2, "training", 0.5), PREDICTION)
    qtbot.waitUntil(lambda: dock.panel.bar.value() == 1)
    assert names(viewer) == ["steel"]


def test_a_network_that_was_saved_is_in_the_lists_at_once(dock, viewer, begin, networks, qtbot):
    from napari_grains.widgets import SegmentDock

    segment = SegmentDock(viewer)
    viewer.window.add_dock_widget(segment, name="Segment grains")
    assert segment.method.network.names.findText("my network") == -1
    task = begin()
    save(dock, networks)
    task.finish(result(real=0.2345))
    qtbot.waitUntil(lambda: dock.run_in_progress is None)
    assert segment.method.network.names.findText("my network") > 0
    assert dock.training.start.names.findText("my network") > 0
    assert dock.panel.message.text() == (
        "Saved as “my network”: 812 steps in 10 min, validation 0.412, ARE on the real pair 0.234."
    )
    assert dock.panel.run.isEnabled()


def test_it_is_in_the_lists_also_when_the_dock_is_gone(dock, viewer, begin, networks, qtbot):
    from napari_grains.widgets import SegmentDock

    segment = SegmentDock(viewer)
    viewer.window.add_dock_widget(segment, name="Segment grains")
    task = begin()
    viewer.window.remove_dock_widget(dock)
    assert task.stops == 1
    save(dock, networks)
    with qtbot.waitSignal(dock.destroyed):
        dock.deleteLater()
    task.event(TrainingProgress(1, 2, "training", 0.5), PREDICTION)
    task.finish(result(stopped=True))
    qtbot.waitUntil(lambda: segment.method.network.names.findText("my network") > 0)


def test_a_network_is_replaced_only_with_a_second_press(dock, networks, engine, begin):
    save(dock, networks)
    dock.panel.run.click()
    assert engine.tasks == []
    assert "exists already" in dock.panel.message.text()
    assert dock.panel.run.text() == "Replace it"
    assert begin().arguments["name"] == "my network"
    assert dock.panel.run.text() == "Train"


def test_another_name_takes_the_question_back(dock, networks, engine):
    save(dock, networks)
    dock.panel.run.click()
    dock.training.name.setText("another")
    assert dock.panel.run.text() == "Train"
    assert dock.panel.message.text() == ""
    dock.training.name.setText("my network")
    dock.panel.run.click()
    assert engine.tasks == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a/b",
        "..",
        "a\\b",
        ".hidden",
        "con",
        "x" * 61,
        "my.training",
        "ta\tb",
        "default",
        "a:b",
        "e.",
    ],
)
def test_names_that_no_file_can_have_are_refused(dock, engine, name):
    dock.training.name.setText(name)
    assert not dock.panel.run.isEnabled()
    assert dock.panel.message.text() == dock.panel.run.toolTip() != ""
    dock.train()
    assert engine.tasks == []


@pytest.mark.parametrize("name", ["steel", "Ti-6Al-4V", "AISI 316L v1.2", "Stahl gehärtet", "a+b_c"])
def test_usual_names_are_fine(name):
    assert name_problem(name) == ""


def test_train_is_disabled_while_something_does_not_fit(dock, viewer, image):
    dock.training.pair.image.layer = viewer.layers["steel"]
    assert "both" in dock.panel.message.text()
    dock.training.pair.labels.layer = viewer.add_labels(np.ones((7, 8), np.int32), name="other")
    assert "not as large" in dock.panel.message.text()
    assert not dock.panel.run.isEnabled()
    dock.training.pair.labels.layer = viewer.add_labels(np.ones(image.shape, np.int32), name="fits")
    assert dock.panel.run.isEnabled()
    dock.training.watch.layer = viewer.add_image(np.zeros((8, 8)), name="tiny")
    assert "too small" in dock.panel.message.text()


def test_stop_saves_and_can_be_resumed(dock, networks, begin, press, qtbot):
    assert not dock.panel.resume.isEnabled()
    task = begin()
    task.event(TrainingProgress(30, 100, "training", 0.8))
    qtbot.waitUntil(lambda: dock.panel.bar.value() == 30)
    dock.panel.stop.click()
    assert task.stops == 1
    assert dock.panel.message.text() == "Saving what has been learned…"
    save(dock, networks)
    save(dock, networks, state=True)
    task.finish(result(stopped=True))
    qtbot.waitUntil(lambda: dock.run_in_progress is None)
    assert dock.panel.message.text().startswith("Stopped, and saved as “my network”")
    assert dock.panel.resume.isEnabled()
    task = press(dock.panel.resume)
    assert dict(task.arguments) == {"name": "my network", "resume": True, "validate": []}
    assert dock.panel.curves.points["loss"] == [(30, 0.8)]  # the curve goes on


def test_resume_belongs_to_the_name(dock, networks, engine):
    save(dock, networks, state=True)
    dock.training.name.setText("other")
    assert not dock.panel.resume.isEnabled()
    dock.resume()
    assert engine.tasks == []
    dock.training.name.setText("my network")
    assert dock.panel.resume.isEnabled()


def test_the_state_of_a_training_is_no_network_to_choose(dock, networks):
    save(dock, networks, state=True)
    dock.training.start.look_again()
    entries = [dock.training.start.names.itemText(k) for k in range(dock.training.start.names.count())]
    assert entries == ["scratch", "default", "steel"]


def test_a_crash_is_one_line_and_says_that_it_can_be_resumed(dock, networks, engine, begin, qtbot):
    task = begin()
    save(dock, networks, state=True)
    task.fail(f"The engine process ended, {engine.log_path}")
    qtbot.waitUntil(lambda: dock.run_in_progress is None)
    assert dock.panel.message.text() == "The engine process ended. Resume goes on from what was saved last."
    assert str(engine.log_path) in dock.panel.message.toolTip()
    assert dock.panel.resume.isEnabled()
    assert dock.panel.run.isEnabled()


def test_stop_now_ends_the_engine_process(dock, begin, qtbot):
    task = begin()
    dock.panel.stop.click()
    dock.panel.stop.click()
    assert (task.stops, task.aborts) == (1, 1)
    qtbot.waitUntil(lambda: dock.run_in_progress is None)
    assert "nothing more was saved" in dock.panel.message.text()
    assert not dock.panel.resume.isEnabled()


def test_a_dock_that_is_put_back_works(dock, viewer, image, qtbot):
    viewer.window.remove_dock_widget(dock)
    viewer.add_image(image, name="added while closed")
    viewer.window.add_dock_widget(dock, name="again")
    assert dock.match.image.count() == 2
    dock.panel.run.click()
    dock._session.engine.tasks[-1].finish(result())
    qtbot.waitUntil(lambda: dock.run_in_progress is None)


def test_the_device_is_said_aloud(dock, engine, qtbot):
    assert dock.training.device.text() == "Starting the engine…"
    engine.become(EngineState.READY, device="CPU (2 threads), bfloat16")
    qtbot.waitUntil(lambda: dock.training.device.text() == "CPU (2 threads), bfloat16")


def test_a_training_that_waits_says_for_what(dock, engine, begin, qtbot):
    task = begin()
    engine.become(EngineState.BUSY, device="CPU")
    task.state(TaskState.QUEUED)
    qtbot.waitUntil(lambda: dock.panel.message.text() == "Waiting for another job…")


def test_it_follows_the_theme(dock, viewer):
    for theme, bright in (("light", True), ("dark", False)):
        viewer.theme = theme
        assert dock.panel.curves._bright is bright


def test_it_opens_from_a_proxy_and_shares_the_engine(dock, engine, viewer):
    assert PretrainDock(PublicOnlyProxy(viewer))._session.engine is engine


def test_everything_has_a_tooltip(dock):
    from qtpy.QtWidgets import (
        QAbstractButton,
        QAbstractSlider,
        QAbstractSpinBox,
        QComboBox,
        QLineEdit,
        QScrollBar,
    )

    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    fields = [widget for kind in kinds for widget in dock.findChildren(kind)]
    bare = [
        widget
        for widget in fields
        if not widget.toolTip() and not isinstance(widget, QScrollBar) and "qt_" not in widget.objectName()
    ]
    assert bare == []
