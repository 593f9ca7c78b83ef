"""The dock that tells phases apart, with an engine that does what the test says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QTabBar,
)
from safetensors.numpy import save_file
from suggested import place

from napari_grains.events import Preview, TrainingProgress
from napari_grains.weights import KEY, history_folder
from napari_grains.widgets import FinetuneDock, PhasesDock
from napari_grains.widgets._camera import camera_of
from napari_grains.widgets._phase_classes import PhaseClasses
from napari_grains.widgets._stroke_files import kept_strokes
from napari_grains.widgets._training_state import PHASES, states_folder


@pytest.fixture(autouse=True)
def user_state(tmp_path, monkeypatch):
    """Strokes and trainings that are kept are those of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def open_dock():
    def open_in(viewer):
        dock = PhasesDock(viewer)
        viewer.window.add_dock_widget(dock, name="Phases")
        return dock

    return open_in


@pytest.fixture
def tab(dock):
    return dock.pixels


@pytest.fixture
def strokes(tab, viewer):
    """A layer with strokes of two phases, called ferrite and carbide."""
    name(tab, 1, "ferrite")
    name(tab, 2, "carbide")
    tab.paint.new.click()
    layer = viewer.layers["steel phase strokes"]
    paint(layer)
    return layer


@pytest.fixture
def begin(tab, engine, strokes, qtbot):
    """Press Train and return the task."""

    def press():
        qtbot.waitUntil(tab.panel.run.isEnabled)
        tab.panel.run.click()
        return engine.tasks[-1]

    return press


def name(tab, label, text):
    tab.brushes.names[label].setText(text)
    tab.brushes.names[label].editingFinished.emit()


def paint(layer, labels=(1, 2)):
    for number, label in enumerate(labels):
        layer.selected_label = label
        for column in range(5, 40, 5):
            layer.paint((*(0,) * (layer.ndim - 2), 5 + 8 * number, column), label)


def network(file, names=("ferrite", "carbide"), scale=0.5, channels=1):
    """Write a file that says it is a network of phases."""
    card = {
        "task": "phases",
        "class_names": list(names),
        "architecture": {"in_channels": channels, "heads": {"phases": len(names)}},
        "recipe": {"finetuning": [{"painted": [{"image": "steel", "scale": scale}]}]},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({"weight": np.zeros(1, np.float32)}, file, {KEY: json.dumps(card)})
    return file


def trained(**values):
    """As the job "finetune" gives it for phases; the network is there."""
    file = network(history_folder() / "20261127-120000-000000.safetensors")
    return {
        "network": str(file),
        "name": file.stem,
        "before": 0.5,
        "after": 0.1,
        "kept": "trained",
        "stopped": False,
        "verdict": "the error on held-out strokes fell from 0.500 to 0.100.",
        "iou": [0.91, 0.834],
        "confusion": [[90, 10], [2, 38]],
    } | values


def mapped(shape, names=("ferrite", "carbide"), **values):
    """As the job "map_phases" gives it."""
    phases = np.ones(shape, np.int32)
    phases[..., : shape[-1] // 4] = 2
    return {
        "phases": phases,
        "confidence": np.full(shape, 0.9, np.float32),
        "class_names": list(names),
        "fractions": [
            {"class": names[0], "fraction": 0.75, "ci95": None, "indicative95": [0.7, 0.8], "pixels": 1500},
            {"class": names[1], "fraction": 0.25, "ci95": None, "indicative95": [0.2, 0.3], "pixels": 500},
        ],
        "by_field": [],
        "model": "steel",
        "model_sha256": "0" * 64,
        "scale": 0.5,
        "device": "cpu",
        "seconds": 1.0,
        "warnings": [],
    } | values


def ended(tab, qtbot):
    qtbot.waitUntil(lambda: tab.run_in_progress is None)


# Phases and strokes


def test_one_click_makes_a_layer_with_the_phases_as_classes(tab, viewer, strokes):
    mark = strokes.metadata["napari_grains"]
    assert (mark["role"], mark["paint"]) == ("annotation", "phases")
    assert list(strokes.features["class"]) == ["unpainted", "ferrite", "carbide"]
    assert not np.allclose(strokes.get_color(1), strokes.get_color(2))
    assert viewer.layers.selection.active is strokes
    assert "carbide" in strokes.get_status((13, 5), world=True)["value"]


def test_keys_choose_phases_in_their_order_and_the_eraser(tab, viewer, strokes):
    tab.brushes.add.click()
    press = viewer.window._qt_viewer._key_map_handler.press_key
    for key, mode, label in (("3", "paint", 3), ("1", "paint", 1), ("0", "erase", 1)):
        press(key)
        assert (strokes.mode, strokes.selected_label) == (mode, label)
        assert tab.brushes.buttons[int(key)].isChecked()
    tab.brushes.buttons[2].click()
    assert (strokes.mode, strokes.selected_label) == ("paint", 2)


def test_a_painted_phase_is_removed_with_a_second_press_and_comes_back_with_its_strokes(tab, strokes, qtbot):
    before = strokes.data.copy()
    tab.brushes.add.click()
    qtbot.waitUntil(lambda: "px" in tab.brushes._rows.infos[1].text())
    tab.brushes.removers[1].click()
    assert "Press × again" in tab.brushes.line.text()
    tab.brushes.removers[1].click()
    assert tab.brushes.phases.names == ["carbide", "phase 3"]
    np.testing.assert_array_equal(strokes.data, before)
    assert tab.brushes.keys == {"1": 2, "2": 3, "0": 0}
    assert tab.brushes.phases.add().labels == [2, 3, 4]  # the label of strokes that stay is given to no other
    tab.brushes.use(tab.brushes.phases.add("ferrite"))
    assert dict(zip(tab.brushes.phases.names, tab.brushes.phases.labels, strict=True))["ferrite"] == 1


def test_a_name_stands_for_one_phase(tab, strokes):
    name(tab, 2, "ferrite")
    assert "already" in tab.brushes.line.text()
    assert tab.brushes.phases.names == ["ferrite", "carbide"]
    name(tab, 2, "  ")
    assert tab.brushes.names[2].text() == "carbide"


def test_train_is_disabled_with_the_reason(tab, viewer, qtbot):
    assert "New strokes" in tab.panel.message.text()
    tab.paint.new.click()
    assert "Paint a few strokes of each phase" in tab.panel.message.text()
    paint(viewer.layers["steel phase strokes"], labels=(1,))
    qtbot.waitUntil(
        lambda: tab.panel.message.text() == "Paint “phase 2” too, or take it from the list with ×."
    )
    assert not tab.panel.run.isEnabled()
    assert not tab.panel.classify.isEnabled()
    assert "Train first" in tab.panel.classify.toolTip()


def test_strokes_of_phases_and_of_boundaries_do_not_mix(tab, viewer, strokes):
    other = FinetuneDock(viewer)
    viewer.window.add_dock_widget(other, name="Fine-tune on strokes")
    assert other.paint.pairs.pairs == []
    assert "the Phases dock learns from it" in other.paint.count.text()
    other.paint.new.click()
    assert [pair.strokes.name for pair in tab.paint.pairs.pairs] == ["steel phase strokes"]
    viewer.layers.selection.active = viewer.layers["steel strokes"]
    assert not tab.brushes.buttons[1].isEnabled()


# Training


def test_arguments_say_what_was_painted_and_chosen(tab, begin, image, strokes):
    tab.scale.setValue(0.5)
    task = begin()
    (one,) = task.arguments["images"]
    np.testing.assert_array_equal(one["image"], image)
    np.testing.assert_array_equal(one["labels"], strokes.data)
    assert (one["paint"], one["scale"], one["channels"]) == ("phases", 0.5, [])
    assert task.job == "finetune"
    assert task.arguments["class_names"] == ["ferrite", "carbide"]
    assert task.arguments["start"] == "default"
    assert Path(task.arguments["state"]).parent == states_folder(PHASES)


def test_the_network_counts_the_phases_that_are_left(tab, begin, strokes, qtbot):
    tab.brushes.add.click()
    paint(strokes, labels=(1, 2, 3))
    tab.brushes._rows._confirmed = 1
    tab.brushes.removers[1].click()
    task = begin()
    (one,) = task.arguments["images"]
    assert task.arguments["class_names"] == ["carbide", "phase 3"]
    np.testing.assert_array_equal(one["labels"], np.select([strokes.data == 2, strokes.data == 3], [1, 2]))
    paint(strokes, labels=(2, 2))
    qtbot.waitUntil(lambda: any("labels 0" in update for update in task.updates))
    assert set(np.unique(task.updates[-1]["labels 0"])) == {0, 1, 2}


def test_channels_are_sent_with_their_image(tab, dock, viewer, begin, image, qtbot):
    viewer.add_image(image[::-1].copy(), name="steel BSE")
    viewer.add_image(image[:20], name="another place")
    dock.images.layer = viewer.layers["steel"]
    assert [layer.name for layer in dock.channels.offered()] == ["steel BSE"]
    dock.channels.tick(viewer.layers["steel BSE"], on=True)
    assert dock.channels.text() == "steel BSE"
    (one,) = begin().arguments["images"]
    np.testing.assert_array_equal(one["channels"], [image[::-1]])


def test_as_many_channels_for_each_image(tab, dock, viewer, strokes, image, qtbot):
    viewer.add_image(image // 2, name="iron")
    dock.images.layer = viewer.layers["iron"]
    tab.paint.new.click()
    paint(viewer.layers["iron phase strokes"])
    qtbot.waitUntil(tab.panel.run.isEnabled)
    dock.channels.tick(viewer.layers["steel"], on=True)
    assert "choose as many for each" in tab.panel.message.text()


def test_a_preview_of_phases_is_shown_part_by_part(tab, viewer, begin, qtbot):
    task = begin()
    task.event(Preview("phases", np.full((10, 12), 2, np.int32), (5, 6)))
    qtbot.waitUntil(lambda: "steel phases (training)" in viewer.layers)
    task.event(Preview("phases", np.full((5, 12), 1, np.int32), (20, 6)))
    layer = viewer.layers["steel phases (training)"]
    qtbot.waitUntil(lambda: layer.data[22, 8] == 1)
    assert layer.data[7, 8] == 2
    assert layer.data[0, 0] == 0
    np.testing.assert_allclose(layer.get_color(2), viewer.layers["steel phase strokes"].get_color(2))
    assert "carbide" in layer.get_status((7, 8), world=True)["value"]


def test_a_training_says_how_well_each_phase_is_told_from_the_others(tab, begin, qtbot):
    task = begin()
    task.event(TrainingProgress(10, 100, "training", 0.7, 0.1))
    task.finish(trained())
    ended(tab, qtbot)
    assert tab.panel.message.text() == "The error on held-out strokes fell from 0.500 to 0.100."
    assert "IoU 0.83" in tab.brushes._rows.infos[2].text()
    assert "10% of “ferrite” was taken for “carbide”" in tab.panel.remarks.text()
    assert tab.network.class_names == ["ferrite", "carbide"]
    assert tab.panel.classify.isEnabled()
    tab.panel.confusion.click()
    tab.learn.revert.click()
    assert tab.network.model == "default"


def test_a_training_goes_on_or_begins_anew_as_the_phases_are(tab, begin, engine, strokes, qtbot):
    begin().finish(trained())
    ended(tab, qtbot)
    tab.panel.run.click()
    assert engine.tasks[-1].arguments["start"].endswith("20261127-120000-000000.safetensors")
    engine.tasks[-1].finish(trained(kept="start"))
    ended(tab, qtbot)
    network(Path(tab.network.model))  # the fake network before was removed with the copy
    tab.brushes.add.click()
    paint(strokes, labels=(1, 2, 3))
    qtbot.waitUntil(tab.panel.run.isEnabled)
    tab.panel.run.click()
    assert engine.tasks[-1].arguments["start"] == "default"
    assert "begins anew" in tab.panel.remarks.text()


def test_a_network_brings_its_phases_where_none_are_painted(tab, networks, qtbot):
    network(networks / "alloy.safetensors", ("gamma", "gamma prime", "carbide"), scale=0.25)
    tab.network.look_again()
    tab.network.names.setCurrentText("alloy")
    assert tab.brushes.phases.names == ["gamma", "gamma prime", "carbide"]
    assert tab.scale.value() == 0.25
    assert tab.panel.classify.isEnabled()


# Where to paint next


def test_there_is_no_place_to_paint_before_a_network_knows_phases(tab, strokes, engine):
    assert not tab.panel.place.isEnabled()
    assert "Train first" in tab.panel.place.toolTip()


def test_the_next_place_to_paint_is_flown_to(tab, viewer, begin, engine, image, qtbot):
    begin().finish(trained())
    ended(tab, qtbot)
    tab.panel.place.click()
    task = engine.tasks[-1]
    assert (task.job, task.arguments["paint"], task.arguments["errors"]) == ("suggest", "phases", [0.5, 0.1])
    assert task.arguments["model"].endswith("20261127-120000-000000.safetensors")
    assert task.arguments["scale"] is None  # that of the network
    np.testing.assert_array_equal(task.arguments["image"], image)
    painted = viewer.layers["steel phase strokes"].data > 0
    np.testing.assert_array_equal(task.arguments["labels"] > 0, painted)
    assert not tab.panel.classify.isEnabled()
    task.finish(place())
    ended(tab, qtbot)
    np.testing.assert_allclose(camera_of(viewer).center[-2:], (30, 40))
    assert viewer.layers["steel uncertainty (flips)"].data.max() == 0.5
    assert "most in doubt here" in tab.panel.message.text()


def test_the_next_place_is_looked_for_in_all_channels(tab, dock, viewer, networks, engine, image, qtbot):
    network(networks / "two.safetensors", channels=2)
    viewer.add_image(image[::-1].copy(), name="steel BSE")
    dock.images.layer = viewer.layers["steel"]
    tab.network.look_again()
    tab.network.names.setCurrentText("two")
    assert "wants 1 further channels" in tab.panel.place.toolTip()
    dock.channels.tick(viewer.layers["steel BSE"], on=True)
    tab.scale.setValue(0.8)
    tab.panel.place.click()
    arguments = engine.tasks[-1].arguments
    np.testing.assert_array_equal(arguments["channels"], [image[::-1]])
    assert (arguments["scale"], arguments["labels"].any()) == (0.8, False)


def test_channels_are_offered_where_they_are_used(dock):
    for index, used in enumerate((True, False, True)):
        dock.tabs.setCurrentIndex(index)
        assert dock.channels.isEnabled() is used
    dock.tabs.setCurrentIndex(1)
    assert "without further channels" in dock.channels.toolTip()


# Finding phases


@pytest.fixture
def alloy(tab, networks):
    """A network of phases, chosen."""
    network(networks / "alloy.safetensors")
    tab.network.look_again()
    tab.network.names.setCurrentText("alloy")


def test_phases_are_shown_with_legend_fractions_and_confidence(tab, alloy, viewer, engine, image, qtbot):
    tab.panel.classify.click()
    task = engine.tasks[-1]
    assert task.job == "map_phases"
    assert (task.arguments["model"], task.arguments["scale"]) == ("alloy", None)
    np.testing.assert_array_equal(task.arguments["image"], image)
    task.finish(mapped(image.shape))
    ended(tab, qtbot)
    phases, confidence = viewer.layers["steel phases"], viewer.layers["steel confidence"]
    assert list(phases.features["class"]) == ["unknown", "ferrite", "carbide"]
    assert "carbide" in phases.get_status((3, 3), world=True)["value"]
    assert not confidence.visible
    assert tab.found.rows == [
        ("ferrite", "75.0 %", "70.0 to 80.0 %"),
        ("carbide", "25.0 %", "20.0 to 30.0 %"),
    ]
    assert "indicative" in tab.found.line.text()
    assert tab.panel.message.text() == "Phases of “steel” found: see below."
    tab.panel.classify.click()
    engine.tasks[-1].finish(mapped(image.shape))
    ended(tab, qtbot)
    assert [layer.name for layer in viewer.layers] == ["steel", "steel phases", "steel confidence"]


def test_all_selected_images_are_classified_and_exported(
    tab, alloy, viewer, engine, image, tmp_path, qtbot, dock
):
    viewer.add_image(image // 2, name="iron")
    viewer.layers.selection = set(viewer.layers)
    tab.panel.classify_selected.click()
    engine.tasks[-1].finish(mapped(image.shape))
    qtbot.waitUntil(lambda: len(engine.tasks) == 2)
    engine.tasks[-1].finish(mapped(image.shape))
    ended(tab, qtbot)
    assert {"steel phases", "iron phases"} < {layer.name for layer in viewer.layers}
    tab.export_to(tmp_path / "fractions.csv")
    with (tmp_path / "fractions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["image"], row["class"]) for row in rows] == [
        ("steel", "ferrite"),
        ("steel", "carbide"),
        ("iron", "ferrite"),
        ("iron", "carbide"),
    ]
    assert float(rows[1]["fraction"]) == 0.25


def test_fractions_follow_when_phases_are_corrected(tab, alloy, viewer, engine, image, tmp_path, qtbot):
    tab.panel.classify.click()
    engine.tasks[-1].finish(mapped(image.shape))
    ended(tab, qtbot)
    phases = viewer.layers["steel phases"]
    qtbot.wait(400)
    assert "as edited" not in tab.found.line.text()
    with qtbot.waitSignal(tab.changed):
        phases.fill((3, 3), 1)
    assert [row[:2] for row in tab.found.rows] == [("ferrite", "100.0 %"), ("carbide", "0.0 %")]
    assert "as edited" in tab.found.line.text()
    tab.export_to(tmp_path / "fractions.csv")
    assert "steel,all,ferrite,1.0," in (tmp_path / "fractions.csv").read_text(encoding="utf-8")


def test_slices_are_fields_of_the_table(tab, alloy, dock, viewer, engine, image, tmp_path, qtbot):
    viewer.add_image(np.stack([image, image]), name="stack")
    dock.images.layer = viewer.layers["stack"]
    tab.panel.classify.click()
    fractions = mapped(image.shape)["fractions"]
    fields = [{"field": index, **one} for index in (0, 1) for one in fractions]
    engine.tasks[-1].finish(mapped((2, *image.shape), by_field=fields))
    ended(tab, qtbot)
    tab.export_to(tmp_path / "fractions.csv")
    lines = (tmp_path / "fractions.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1] for line in lines] == ["field", "all", "all", "0", "0", "1", "1"]


def test_stop_ends_all_that_waits(tab, alloy, viewer, engine, image, qtbot):
    viewer.add_image(image // 2, name="iron")
    viewer.layers.selection = set(viewer.layers)
    tab.panel.classify_selected.click()
    tab.panel.stop.click()
    engine.tasks[-1].finish({})
    ended(tab, qtbot)
    assert len(engine.tasks) == 1
    assert tab.panel.message.text() == "Stopped: layers are as they were."


def test_an_error_is_one_line(tab, alloy, engine, qtbot):
    tab.panel.classify.click()
    engine.tasks[-1].fail("the image is too small.")
    ended(tab, qtbot)
    assert tab.panel.message.text() == "the image is too small."


# Nothing is lost


def test_strokes_come_back_with_the_names_of_their_phases(dock, tab, viewer, strokes, open_dock, qtbot):
    qtbot.waitUntil(lambda: len(kept_strokes()) == 1)
    before = strokes.data.copy()
    for lock in tab.training._keeper._locks.values():
        lock.unlock()  # as the system does when napari crashes
    viewer.layers.remove(strokes)
    again = open_dock(viewer)
    assert again.pixels.brushes.phases == PhaseClasses()
    again.pixels.training.left_behind.accept.click()
    np.testing.assert_array_equal(viewer.layers["steel phase strokes"].data, before)
    assert again.pixels.brushes.phases.names == ["ferrite", "carbide"]


def test_a_dock_that_is_opened_again_knows_the_phases(tab, viewer, strokes, open_dock):
    assert open_dock(viewer).pixels.brushes.phases.names == ["ferrite", "carbide"]


def test_everything_has_a_tooltip(dock, strokes):
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    parts = (dock.images, dock.channels, dock.pixels)
    fields = [widget for kind in kinds for part in parts for widget in (part, *part.findChildren(kind))]
    fields = [widget for widget in fields if isinstance(widget, kinds)]
    bare = [
        widget
        for widget in fields
        if not widget.toolTip() and not isinstance(widget, QScrollBar)
        if "qt_" not in widget.objectName() and not isinstance(widget.parent(), QTabBar)
    ]
    assert bare == []
