"""The tab that classifies grains, in a plain host, with an engine that does what the test says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from classifiers import (
    NAMES,
    NOT_ESTIMATED,
    call,
    classified_grains,
    held_out,
    ranked,
    save_classifier,
    trained,
)
from grain_layers import add_grains, voronoi

from napari_grains.events import Notice, TrainingProgress
from napari_grains.widgets import FinetuneDock, GrainTable
from napari_grains.widgets._classifier_views import CALIBRATION, CONFUSION, FILTERS, TRAINING
from napari_grains.widgets._dock import Dock, error_colour
from napari_grains.widgets._example_files import kept_examples
from napari_grains.widgets._form import lay_out_in_column
from napari_grains.widgets._phase_grains_tab import PhaseGrainsTab
from napari_grains.widgets._session import session_of
from napari_grains.widgets._viewer import camera_of

SHAPE = (80, 100)
NAME = "my grain classifier"


class Host(Dock):
    """A dock with the tab alone."""

    def __init__(self, viewer, make=PhaseGrainsTab):
        super().__init__(viewer)
        self.tab = make(self._viewer, session_of(self._viewer))
        lay_out_in_column(self, (self.tab,))
        self._attach()

    def _attach(self):
        super()._attach()
        self.tab.follow(on=True)
        self.tab.show_image(next((layer for layer in self._viewer.layers if layer.name == "steel"), None))

    def _detach(self):
        self.tab.follow(on=False)
        super()._detach()

    def _show_theme(self, _event=None):
        self.tab.error_colour(error_colour(self._viewer))


@pytest.fixture(autouse=True)
def user_state(tmp_path, monkeypatch):
    """Examples that are kept are those of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def steel(viewer):
    return viewer.add_image(np.random.default_rng(0).integers(0, 255, SHAPE, np.uint8), name="steel")


@pytest.fixture
def grains(viewer, steel):
    mark = {"napari_grains": {"role": "grains", "source_id": str(steel.unique_id)}}
    return add_grains(viewer, voronoi(20, SHAPE), metadata=mark)


@pytest.fixture
def open_tab(viewer):
    def open_it():
        host = Host(viewer)
        viewer.window.add_dock_widget(host, name="Phases")
        return host.tab

    return open_it


@pytest.fixture
def tab(grains, open_tab):
    tab = open_tab()
    call(tab, 1, "ferrite")
    call(tab, 2, "carbide")
    return tab


@pytest.fixture
def click(tab, viewer, grains, qtbot):
    """Click grains with a class in hand, as the mouse does, and wait until they are counted."""

    def press(label, *ids):
        tab.examples.click.click()
        tab.examples.classes.take(label)
        for one in ids:
            rows, columns = np.nonzero(grains.data == one)
            middle = len(rows) // 2
            tab.examples._mark(SimpleNamespace(position=(float(rows[middle]), float(columns[middle]))))
        qtbot.wait(400)

    return press


@pytest.fixture
def engine(tab):
    return tab._session.engine


@pytest.fixture
def train(tab, click, engine, qtbot):
    """Give examples, press Train, let the engine answer, and return its task."""

    def press(**values):
        click(1, 1, 2)
        click(2, 3)
        tab.panel.run.click()
        task = engine.tasks[-1]
        task.finish(trained("grains", NAME, **values))
        qtbot.waitUntil(lambda: tab.run_in_progress is None)
        return task

    return press


@pytest.fixture
def classify(tab, engine, grains, qtbot):
    """Press Classify, let the engine answer, and return its task."""

    def press(of=lambda one: (NAMES[one % 2], 0.5 + one / 50)):
        tab.panel.classify.click()
        task = engine.tasks[-1]
        task.finish(classified_grains(grains.data, of))
        qtbot.waitUntil(lambda: tab.run_in_progress is None)
        return task

    return press


# Giving examples


def test_without_grains_the_tab_says_what_to_do(viewer, steel, open_tab):
    tab = open_tab()
    assert not tab.panel.run.isEnabled()
    assert "Open grains first" in tab.panel.message.text()
    assert not tab.examples.click.isEnabled()


def test_one_click_makes_a_layer_over_the_grains(tab, viewer, grains):
    tab.examples.click.click()
    layer = viewer.layers["steel grains examples"]
    assert viewer.layers.selection.active is layer
    assert (layer.mode, layer.data.shape) == ("pan_zoom", grains.data.shape)
    assert list(layer.features["class"]) == ["no example", "ferrite", "carbide"]
    assert tab.examples.click.isChecked()
    tab.examples.paint.click()
    assert (layer.mode, tab.examples.paint.isChecked()) == ("paint", True)


def test_clicked_grains_become_examples_and_are_shown_by_colour(tab, viewer, grains, click):
    click(1, 1, 2)
    click(2, 7)
    layer = tab.examples.examples
    np.testing.assert_array_equal(layer.data == 1, np.isin(grains.data, [1, 2]))
    np.testing.assert_array_equal(layer.data == 2, grains.data == 7)
    assert not np.allclose(layer.get_color(1), layer.get_color(2))
    assert tab.examples.classes.infos[1].text() == "2 grains"
    assert tab.examples.sources.ticked[0].count == 3
    assert tab.panel.run.isEnabled()


def test_a_second_click_takes_an_example_back_and_undo_too(tab, click):
    click(1, 4)
    click(1, 4)
    assert not tab.examples.examples.data.any()
    tab.examples.examples.undo()
    assert tab.examples.examples.data.any()


def test_clicks_count_only_while_the_examples_are_the_active_layer(tab, viewer, grains, click):
    click(1, 4)
    viewer.layers.selection.active = grains
    tab.examples._mark(SimpleNamespace(position=(0.0, 0.0)))
    assert set(np.unique(grains.data[tab.examples.examples.data > 0])) == {4}


def test_strokes_count_too(tab, viewer, grains, qtbot):
    tab.examples.paint.click()
    layer = tab.examples.examples
    rows, columns = np.nonzero(grains.data == 5)
    layer.data_setitem((rows[::3], columns[::3]), 2)
    qtbot.waitUntil(lambda: tab.examples.classes.infos[2].text() == "1 grains")
    assert tab.examples.given(grains) == {(0, 5): "carbide"}


def test_keys_choose_the_class(tab, viewer, click):
    click(1, 1)
    viewer.window._qt_viewer._key_map_handler.press_key("2")
    assert tab.examples.classes.current.name == "carbide"
    assert tab.examples.examples.selected_label == 2


def test_a_removed_class_is_not_learned_from_and_comes_back(tab, click):
    click(1, 1)
    click(2, 3)
    remover = tab.examples.classes.removers[2]
    remover.click()
    assert "Press × again" in tab.examples.classes.line.text()
    remover.click()
    assert tab.examples.classes.phases.names == ["ferrite"]
    assert not tab.panel.run.isEnabled()
    tab.examples.classes.use(tab.examples.classes.phases.add("carbide"))
    assert tab.panel.run.isEnabled()


def test_names_must_differ(tab):
    call(tab, 2, "ferrite")
    assert tab.examples.classes.phases.names == ["ferrite", "carbide"]
    assert "already" in tab.examples.classes.line.text()


def test_examples_are_no_strokes_for_other_docks(tab, viewer, click):
    click(1, 1)
    dock = FinetuneDock(viewer)
    viewer.window.add_dock_widget(dock, name="Fine-tune")
    assert not any(pair.strokes is tab.examples.examples for pair in dock.paint.pairs.pairs)
    assert tab.examples.grains.layer.name == "steel grains"


# Keeping examples


def test_examples_are_kept_and_offered_again(tab, viewer, grains, click, open_tab, qtbot):
    click(1, 1, 2)
    click(2, 3)
    painted = tab.examples.examples.data.copy()
    qtbot.waitUntil(lambda: not tab._keeper._busy)
    facts = kept_examples()[0][1]
    assert (facts.kind, facts.layer, facts.names) == ("grains", "steel grains", {1: "ferrite", 2: "carbide"})
    for lock in tab._keeper._locks.values():
        lock.unlock()  # as the end of the process would
    viewer.layers.remove(tab.examples.examples)
    later = open_tab()
    assert later.left_behind.is_open
    later.left_behind.accept.click()
    np.testing.assert_array_equal(later.examples.examples.data, painted)
    assert later.examples.classes.phases.names == ["ferrite", "carbide"]


def test_no_examples_are_no_file(tab, click, qtbot):
    click(1, 1)
    click(1, 1)
    qtbot.waitUntil(lambda: not tab._keeper._busy)
    assert kept_examples() == []


# Training


def test_a_training_is_given_the_examples(tab, grains, steel, train):
    task = train()
    assert task.job == "train_classifier"
    assert {
        key: task.arguments[key] for key in ("name", "task", "network", "start", "strategy", "minutes")
    } == {
        "name": NAME,
        "task": "grains",
        "network": "unet",
        "start": None,
        "strategy": "auto",
        "minutes": 5.0,
    }
    (example,) = task.arguments["grain_examples"]
    np.testing.assert_array_equal(example["image"], steel.data)
    np.testing.assert_array_equal(example["grains"], grains.data)
    assert (example["ids"], example["classes"]) == ([1, 2, 3], ["ferrite", "ferrite", "carbide"])
    assert example["group"] == "steel"
    assert "index" not in example


def test_examples_are_of_the_grains_as_they_are_now(tab, grains, click, engine):
    click(1, 1, 2)
    click(2, 3)
    grains.data[grains.data == 2] = 99
    tab.panel.run.click()
    assert engine.tasks[-1].arguments["grain_examples"][0]["ids"] == [1, 3, 99]


def test_the_user_chooses_strategy_network_and_start(tab, train):
    tab.learn.strategy.setCurrentText("full")
    tab.learn.network.setCurrentText("resnet18")
    tab.learn.start.setCurrentText("pretrained")
    arguments = train().arguments
    assert (arguments["strategy"], arguments["network"], arguments["start"]) == (
        "full",
        "resnet18",
        "pretrained",
    )


def test_a_group_may_be_named(tab, click, engine):
    click(1, 1)
    click(2, 3)
    tab.examples.sources.item(0, 2).setText("bar 7")
    tab.panel.run.click()
    assert engine.tasks[-1].arguments["grain_examples"][0]["group"] == "bar 7"


def test_curves_are_live_and_stop_keeps_what_there_is(tab, click, engine, qtbot):
    click(1, 1)
    click(2, 3)
    tab.panel.run.click()
    task = engine.tasks[-1]
    task.event(TrainingProgress(3, 10, "training", loss=0.5), Notice("slow"))
    qtbot.waitUntil(lambda: tab.views.curves.points["loss"] == [(3, 0.5)])
    assert tab.views.kind.currentText() == TRAINING
    assert "slow" in tab.panel.remarks.text()
    tab.panel.stop.click()
    assert (task.stops, tab.panel.stop.text()) == (1, "Stop now")


def test_what_came_out_is_said_and_used(tab, train):
    train()
    assert "Saved as “my grain classifier”" in tab.panel.message.text()
    assert tab.learn.classifier.model == NAME
    assert "90% right" in tab.views.scores.text()
    assert tab.views.kind.currentText() == CONFUSION
    assert tab.views.canvas.axes.get_xlabel() == "taken for"
    tab.views.kind.setCurrentText(CALIBRATION)
    assert tab.views.canvas.axes.get_xlabel() == "probability given"


def test_what_was_not_estimated_is_not_shown(tab, train):
    train(held_out=False)
    assert tab.views.scores.text().startswith("Not estimated: all examples of carbide come from one group")
    tab.views.kind.setCurrentText(CONFUSION)
    assert "no held-out examples" in tab.views.message.text()


def test_examples_it_was_unsure_of_while_held_out_are_listed(tab, viewer, train):
    rankings = [ranked("carbide", 0.6), ranked("carbide", 0.7)]
    train(held_out_examples=held_out([2, 0], rankings, ["carbide", "ferrite"]))
    first, second = tab.views.answers.model_of_answers.answers
    assert (first.place.text, first.name, first.truth) == ("grain 1", "carbide", "ferrite")
    assert (second.place.text, second.truth) == ("grain 3", "carbide")


def test_a_classifier_of_that_name_is_replaced_only_with_a_second_press(tab, click, engine, networks):
    save_classifier("grains", NAME)
    click(1, 1)
    click(2, 3)
    tab.panel.run.click()
    assert engine.tasks == []
    assert tab.panel.run.text() == "Replace it"
    tab.panel.run.click()
    assert len(engine.tasks) == 1


def test_an_error_is_one_line(tab, click, engine, qtbot):
    click(1, 1)
    click(2, 3)
    tab.panel.run.click()
    engine.tasks[-1].fail("the weights of resnet18 could not be downloaded; copy resnet18.pth to there.")
    qtbot.waitUntil(lambda: tab.run_in_progress is None)
    assert "copy resnet18.pth" in tab.panel.message.text()
    assert tab.panel.run.isEnabled()


# Classifying


def test_all_grains_get_a_class(tab, viewer, grains, train, classify):
    train()
    task = classify()
    assert (task.job, task.arguments["model"]) == ("classify_grains", NAME)
    np.testing.assert_array_equal(task.arguments["grains"], grains.data)
    layer = viewer.layers["steel grains phases"]
    assert list(layer.features["class"]) == ["unknown", *NAMES]
    odd = grains.data % 2 == 1
    np.testing.assert_array_equal(layer.data == 2, odd)
    own = {one.name: one.colour for one in tab.examples.classes.phases.classes}
    expected = np.array([int(own["ferrite"][k : k + 2], 16) / 255 for k in (1, 3, 5)])
    np.testing.assert_allclose(layer.get_color(2)[:3], expected, atol=1e-3)
    assert tab.fractions.item(0, 1).text() == "50.0 % (≈40 to 60)"
    assert tab.fractions.item(0, 2).text() == "50.0 %"
    assert "20 grains classified" in tab.panel.message.text()


def test_a_second_classification_updates_the_layer(tab, viewer, train, classify):
    train()
    classify()
    before = viewer.layers["steel grains phases"]
    classify(lambda one: ("unknown", 0.4))
    assert viewer.layers["steel grains phases"] is before
    assert not before.data.any()
    assert "20 of them unknown" in tab.panel.message.text()


def test_the_table_of_the_grains_has_the_classes(tab, viewer, grains, train, classify):
    train()
    table = GrainTable(viewer)
    viewer.window.add_dock_widget(table, name="Grain table")
    columns = set(grains.features.columns)
    classify()
    assert set(grains.features.columns) == columns | {"class", "probability"}
    row = grains.features.set_index("index").loc[7]
    assert (row["class"], row["probability"]) == ("ferrite", pytest.approx(0.64))
    assert "class" in [column.name for column in table.model.columns]
    assert "by probability" in [
        table.colours.columns.itemText(k) for k in range(table.colours.columns.count())
    ]


def test_least_sure_come_first_and_a_click_flies_there(tab, viewer, grains, train, classify):
    train()
    classify(
        lambda one: (("ferrite", 0.5) if one == 9 else ("carbide", 0.99)) if one != 1 else ("carbide", 0.8)
    )
    listed = tab.views.answers.model_of_answers.answers
    assert [answer.place.text for answer in listed[:2]] == ["grain 2", "grain 1"]  # said to be ferrite
    assert next(answer for answer in listed if not answer.truth).place.text == "grain 9"
    row = [answer.place.text for answer in listed].index("grain 9")
    tab.views.answers.selectRow(row)
    tab.views.answers.clicked.emit(tab.views.answers.model_of_answers.index(row, 0))
    rows, columns = np.nonzero(grains.data == 9)
    np.testing.assert_allclose(camera_of(viewer).center[-2:], [rows.mean(), columns.mean()], atol=0.5)


def test_an_activation_is_a_layer_over_the_image(tab, viewer, grains, engine, train, classify, qtbot):
    train()
    classify()
    assert not tab.views.explain.isEnabled()
    tab.views.answers.selectRow(0)
    tab.views.explain.click()
    task = engine.tasks[-1]
    answer = tab.views.answers.chosen
    assert (task.job, task.arguments["grain"]) == ("explain", answer.place.details["grain"])
    assert task.arguments["class_name"] == answer.ranking[0][0]
    task.finish({"map": np.full(SHAPE, 0.5, np.float32), "class": "ferrite", "probability": 0.8})
    qtbot.waitUntil(lambda: tab.run_in_progress is None)
    layer = tab._activation.layer
    assert layer in viewer.layers
    np.testing.assert_allclose(layer.extent.world, grains.extent.world)
    viewer.layers.remove(layer)
    assert tab._activation.layer is None


def test_filters_are_read_when_they_are_wanted(tab, engine, train, qtbot):
    train()
    tab.views.kind.setCurrentText(FILTERS)
    task = engine.tasks[-1]
    assert (task.job, task.arguments) == ("filters", {"model": NAME})
    task.finish({"filters": np.ones((5, 3, 3), np.float32), "network": "unet"})
    qtbot.waitUntil(lambda: tab.run_in_progress is None)
    assert tab.views.canvas.axes.get_title() == "5 of 5 filters"


def test_answers_are_exported(tab, tmp_path, train, classify):
    train()
    classify()
    tab._write(tmp_path / "classes.csv", tab.views.answers.model_of_answers.answers)
    table = pd.read_csv(tmp_path / "classes.csv")
    assert list(table.columns) == [
        "grain", "class", "distance", "class_1", "class_2", "probability_1", "probability_2",
    ]  # fmt: skip
    assert len(table) == 20


def test_grains_of_a_stack_are_told_apart_by_slice(viewer, open_tab, qtbot):
    stack = viewer.add_image(np.zeros((2, 30, 40), np.uint8), name="steel")
    labels = np.ones((2, 30, 40), np.int32)
    labels[:, :, 20:] = 2
    mark = {"napari_grains": {"source_id": str(stack.unique_id)}}
    viewer.add_labels(labels, name="grains", metadata=mark)
    tab = open_tab()
    tab.examples.click.click()
    for index, label in ((0, 1), (1, 2)):
        viewer.dims.set_point(0, index)
        tab.examples.classes.take(label)
        tab.examples._mark(SimpleNamespace(position=(float(index), 10.0, 30.0)))
    qtbot.waitUntil(tab.panel.run.isEnabled)
    tab.panel.run.click()
    (example,) = tab._session.engine.tasks[-1].arguments["grain_examples"]
    assert (example["ids"], example["index"], example["classes"]) == ([2, 2], [0, 1], ["phase 1", "phase 2"])


def test_a_classifier_of_other_things_is_not_listed(grains, open_tab, networks):
    save_classifier("patterns", "patterns")
    save_classifier("grains", "old", held_out=False)
    tab = open_tab()
    names = tab.learn.classifier.names
    assert [names.itemText(k) for k in range(names.count())] == ["old"]
    assert tab.views.scores.text().startswith("Not estimated")
    assert NOT_ESTIMATED[15:] in tab.views.scores.text()
