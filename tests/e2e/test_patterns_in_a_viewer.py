"""Diffraction patterns clicked with the mouse, and in folders: learned, checked, classified, explained."""

from __future__ import annotations

import numpy as np
import pytest
from canvas import Canvas
from PIL import Image
from qtpy.QtCore import Qt

from napari_grains.synthesis import CRYSTAL_SYSTEMS, PatternRecipe
from napari_grains.weights import describe_network
from napari_grains.widgets import PhasesDock
from napari_grains.widgets._classifier_views import CALIBRATION, CONFUSION, FILTERS, TRAINING, UNSURE
from napari_grains.widgets._image_example_box import FILES

PATIENCE = 280_000
pytestmark = pytest.mark.usefixtures("own_folder")
CLASSES = ("single crystal", "powder")
FRAMES = 20


@pytest.fixture
def patterns():
    """Patterns of single crystals and of powders in turn, uint8 (N, Y, X)."""
    recipes = PatternRecipe(zones=1, orientations=0, rings=0), PatternRecipe(zones=0, orientations=0, rings=1)
    drawn = [recipes[number % 2].pattern(2, number).image for number in range(FRAMES)]
    return (255 * np.stack(drawn)).astype(np.uint8)


@pytest.fixture
def dock(make_napari_viewer, patterns, qtbot):
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1280, 800)
    viewer.add_image(patterns, name="patterns")
    _, dock = viewer.window.add_plugin_dock_widget("napari-grains", "Phases")
    assert isinstance(dock, PhasesDock)
    dock.tabs.setCurrentIndex(2)
    dock.patches.examples.kind.setCurrentText("diffraction patterns")
    dock.patches.learn.network.setCurrentText("pattern")
    dock.patches.learn.minutes.setValue(0.15)
    qtbot.wait(300)
    return dock


@pytest.fixture
def wait(dock, qtbot):
    """Wait until nothing runs any more, and say what came of it."""

    def until_over():
        assert dock.patches.run_in_progress is not None, dock.patches.panel.message.text()
        qtbot.waitUntil(lambda: dock.patches.run_in_progress is None, timeout=PATIENCE)
        return dock.patches.panel.message.text()

    return until_over


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click_row(qtbot, answers, row):
    where = answers.visualRect(answers.model_of_answers.index(row, 0)).center()
    qtbot.mouseClick(answers.viewport(), Qt.MouseButton.LeftButton, pos=where)


def share_that_is_right(answers, of):
    return np.mean([answer.name == of(answer) for answer in answers])


def test_frames_are_clicked_learned_and_classified(dock, patterns, own_folder, wait, qtbot):
    tab, viewer = dock.patches, dock._viewer
    for label, name in enumerate(CLASSES, 1):
        field = tab.examples.classes.names[label]
        field.selectAll()
        qtbot.keyClicks(field, name)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    press(qtbot, tab.examples.add_points)
    points = viewer.layers["patterns examples"]
    canvas = Canvas(viewer, points)
    for frame in range(12):
        tab.examples.group.setText("first session" if frame < 6 else "second session")
        viewer.dims.set_point(0, frame)
        qtbot.keyClick(canvas.widget, (Qt.Key.Key_1, Qt.Key.Key_2)[frame % 2])
        canvas.draw([(frame, 30, 34)])
    assert list(points.features["class"]) == [CLASSES[frame % 2] for frame in range(12)]
    assert [round(place[0]) for place in points.data] == list(range(12))
    qtbot.waitUntil(lambda: tab.examples.sources.item(0, 2).text() == "2 groups")

    seen = []  # polled, a quick training may be over between two looks

    def look(_):
        bottom = tab.views.visibleRegion().boundingRect().bottom()
        seen.append((tab.views.kind.currentText(), bottom >= tab.views.curves.geometry().bottom()))

    tab._desk.trained.connect(look)
    qtbot.waitUntil(tab.panel.run.isEnabled)
    press(qtbot, tab.panel.run)
    assert "Saved as “my classifier”" in wait()
    assert set(seen) == {(TRAINING, True)}
    assert tab.views.curves.points["loss"]
    assert describe_network(own_folder / "my classifier.safetensors")["class_names"] == sorted(CLASSES)
    assert "Held out" in tab.views.scores.text()
    assert tab.views.kind.currentText() == CONFUSION
    for kind in (CALIBRATION, FILTERS):
        tab.views.kind.setCurrentText(kind)
        qtbot.waitUntil(lambda: tab.run_in_progress is None, timeout=PATIENCE)
        assert tab.views.canvas.isVisible(), tab.views.message.text()

    press(qtbot, tab.panel.classify)
    assert wait().endswith(".")
    answers = tab.views.answers.model_of_answers.answers
    assert share_that_is_right(answers, lambda one: CLASSES[one.place.index % 2]) >= 0.8
    assert list(viewer.layers["patterns classes"].features["frame"]) == list(range(FRAMES))
    tab.views.kind.setCurrentText(UNSURE)
    click_row(qtbot, tab.views.answers, 2)
    assert viewer.dims.current_step[0] == answers[2].place.index
    press(qtbot, tab.views.explain)
    assert "Shown: what speaks for" in wait()
    activation = next(layer for layer in viewer.layers if layer.name.startswith("activation: "))
    assert activation.data.shape == patterns.shape[1:]
    assert activation.data.max() > 0.1

    classifiers = tab.learn.classifier.names
    classifiers.setCurrentIndex(classifiers.findData("patterns"))
    press(qtbot, tab.panel.classify)
    wait()
    assert activation not in viewer.layers
    answers = tab.views.answers.model_of_answers.answers
    assert {answer.name for answer in answers} <= {*CRYSTAL_SYSTEMS, "unknown"}
    assert not any(answer.truth for answer in answers)  # those that were given are no crystal systems


def test_a_folder_is_learned_and_each_row_opens_its_file(dock, patterns, wait, qtbot, tmp_path):
    tab, viewer = dock.patches, dock._viewer
    for number, pattern in enumerate(patterns):
        folder = tmp_path / "patterns" / CLASSES[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pattern).save(folder / f"{number}.png")
    tab.examples.where.setCurrentText(FILES)
    tab.examples.files.path.setText(str(tmp_path / "patterns"))
    tab.learn.minutes.setValue(0.1)
    press(qtbot, tab.panel.run)
    assert "Saved as “my classifier”" in wait()
    answers = tab.views.answers.model_of_answers.answers
    assert len(answers) == FRAMES
    assert share_that_is_right(answers, lambda one: one.truth) >= 0.7
    assert all(one.truth == CLASSES[int(one.place.origin.file.stem) % 2] for one in answers)
    tab.views.kind.setCurrentText(UNSURE)
    before = len(viewer.layers)
    for row in (0, 2, 1):
        click_row(qtbot, tab.views.answers, row)
        shown = viewer.layers[f"example: {answers[row].place.text}"]
        np.testing.assert_array_equal(shown.data, patterns[int(answers[row].place.origin.file.stem)])
        assert len(viewer.layers) == before + 1
    press(qtbot, tab.views.explain)
    assert "Shown: what speaks for" in wait()
    assert [layer.name for layer in viewer.layers if layer.name.startswith("activation: ")]
