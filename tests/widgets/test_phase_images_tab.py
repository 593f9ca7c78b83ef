"""The tab that classifies patches and frames, with an engine that does what the test says."""

from __future__ import annotations

import numpy as np
import pytest
from classifiers import answers, call, held_out, ranked, trained
from test_phase_grains_tab import Host

from napari_grains.images import write_tiff
from napari_grains.widgets._camera import camera_of
from napari_grains.widgets._channels_field import ChannelsField
from napari_grains.widgets._example_files import kept_examples
from napari_grains.widgets._image_example_box import FILES
from napari_grains.widgets._phase_images_tab import AT_POINTS, PhaseImagesTab

NAME = "my classifier"


def tab_with_channels(viewer, session):
    """Make a tab beside a field of channels, as the dock does."""
    channels = ChannelsField(viewer)
    tab = PhaseImagesTab(viewer, session, channels)
    channels.setParent(tab)
    channels.hide()
    return tab


@pytest.fixture(autouse=True)
def user_state(tmp_path, monkeypatch):
    """Examples that are kept are those of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def open_tab(viewer):
    def open_for(pixels, **properties):
        viewer.add_image(pixels, name="steel", **properties)
        host = Host(viewer, tab_with_channels)
        viewer.window.add_dock_widget(host, name="Phases")
        return host.tab

    return open_for


@pytest.fixture
def plane():
    return np.random.default_rng(0).integers(0, 255, (64, 80), np.uint8)


@pytest.fixture
def frames():
    return np.random.default_rng(0).integers(0, 255, (6, 32, 32), np.uint8)


@pytest.fixture
def point(viewer, qtbot):
    """Click places with a class in hand, and wait until they are counted."""

    def click(tab, label, *places):
        tab.examples.add_points.click()
        tab.examples.classes.take(label)
        for place in places:
            viewer.layers["steel examples"].add(place)
        qtbot.wait(300)

    return click


@pytest.fixture
def patches(open_tab, plane, point):
    """A tab with three patches, of ferrite and carbide."""
    tab = open_tab(plane)
    tab.examples.patch.setValue(16)
    call(tab, 1, "ferrite")
    call(tab, 2, "carbide")
    point(tab, 1, [20, 30], [40, 10])
    point(tab, 2, [0, 79])
    return tab


@pytest.fixture
def stack(open_tab, frames, point):
    """A tab with three frames of patterns, of ferrite and carbide."""
    tab = open_tab(frames)
    tab.examples.kind.setCurrentText("diffraction patterns")
    call(tab, 1, "ferrite")
    call(tab, 2, "carbide")
    point(tab, 1, [0, 5, 5], [2, 20, 9], [2, 9, 9])
    point(tab, 2, [4, 5, 5])
    return tab


@pytest.fixture
def press(qtbot):
    """Press a button, let the engine answer, and return its task."""

    def press_it(tab, button, result):
        button.click()
        task = tab._session.engine.tasks[-1]
        task.finish(result() if callable(result) else result)
        qtbot.waitUntil(lambda: tab.run_in_progress is None)
        return task

    return press_it


@pytest.fixture
def train(press):
    def press_it(tab, task="patches", **values):
        patch = 16 if task == "patches" else None
        return press(tab, tab.panel.run, lambda: trained(task, NAME, patch=patch, **values))

    return press_it


# Giving examples


def test_one_click_makes_a_layer_of_points(open_tab, plane, viewer):
    tab = open_tab(plane, scale=(0.5, 0.5))
    call(tab, 1, "ferrite")
    tab.examples.add_points.click()
    layer = viewer.layers["steel examples"]
    assert viewer.layers.selection.active is layer
    assert (layer.mode, layer.ndim, len(layer.data)) == ("add", 2, 0)
    assert tuple(layer.scale) == (0.5, 0.5)
    assert not tab.panel.run.isEnabled()


def test_each_click_is_an_example_of_the_class_in_hand(patches, viewer):
    layer = viewer.layers["steel examples"]
    assert list(layer.features["class"]) == ["ferrite", "ferrite", "carbide"]
    assert not np.allclose(layer.face_color[0], layer.face_color[2])
    assert patches.examples.classes.infos[1].text() == "2 points"
    viewer.window._qt_viewer._key_map_handler.press_key("1")
    assert patches.examples.classes.current.name == "ferrite"
    layer.add([30, 30])
    assert list(layer.features["class"])[-1] == "ferrite"


def test_a_class_that_is_renamed_keeps_its_examples(patches, viewer):
    call(patches, 1, "bainite")
    assert list(viewer.layers["steel examples"].features["class"]) == ["bainite", "bainite", "carbide"]


def test_the_users_own_points_count_by_their_column_class(open_tab, plane, viewer, qtbot):
    tab = open_tab(plane)
    viewer.add_points([[20, 20], [40, 40]], features={"class": ["pearlite", "ferrite"]}, name="mine")
    assert tab.examples.classes.phases.names == ["pearlite", "ferrite"]
    assert tab.panel.run.isEnabled()
    tab.panel.run.click()
    assert tab._session.engine.tasks[-1].arguments["classes"] == ["pearlite", "ferrite"]


def test_points_on_a_stack_add_no_slices(stack, viewer):
    assert viewer.dims.nsteps[0] == 6


def test_points_are_kept_and_offered_again(patches, viewer, open_tab, qtbot):
    qtbot.waitUntil(lambda: not patches._keeper._busy and bool(kept_examples()))
    file, facts = kept_examples()[0]
    assert (facts.kind, facts.layer, list(facts.shape)) == ("points", "steel", [64, 80])
    qtbot.waitUntil(lambda: len(file.read()["points"]) == 3)
    for lock in patches._keeper._locks.values():
        lock.unlock()  # as the end of the process would
    before = viewer.layers["steel examples"]
    viewer.layers.remove(before)
    host = Host(viewer, tab_with_channels)
    viewer.window.add_dock_widget(host, name="Again")
    assert host.tab.left_behind.is_open
    host.tab.left_behind.accept.click()
    layer = viewer.layers["steel examples"]
    np.testing.assert_array_equal(layer.data, before.data)
    assert list(layer.features["class"]) == ["ferrite", "ferrite", "carbide"]
    assert host.tab.examples.classes.phases.names == ["ferrite", "carbide"]
    np.testing.assert_allclose(layer.face_color, before.face_color, atol=1e-6)


# Training


def test_patches_are_cut_around_the_points_and_inside_the_image(patches, plane, train):
    arguments = train(patches).arguments
    assert (arguments["task"], arguments["patch"]) == ("patches", 16)
    assert arguments["classes"] == ["ferrite", "ferrite", "carbide"]
    assert arguments["groups"] == ["steel"] * 3
    np.testing.assert_array_equal(arguments["images"][0], plane[12:28, 22:38])
    np.testing.assert_array_equal(arguments["images"][2], plane[:16, 64:])


def test_patches_of_one_image_are_one_group_whatever_is_said(patches, viewer, train):
    features = viewer.layers["steel examples"].features
    viewer.layers["steel examples"].features = features.assign(group=["a", "b", "c"])
    assert train(patches).arguments["groups"] == ["steel"] * 3


def test_frames_are_taken_once_with_their_groups(stack, viewer, frames, train, qtbot):
    features = viewer.layers["steel examples"].features
    viewer.layers["steel examples"].features = features.assign(group=["run 1", "run 2", "run 2", ""])
    task = train(stack, "patterns")
    assert task.arguments["classes"] == ["ferrite", "ferrite", "carbide"]
    assert task.arguments["groups"] == ["run 1", "run 2", "steel"]
    qtbot.waitUntil(lambda: stack.examples.sources.item(0, 2).text() == "2 groups")
    assert (task.arguments["task"], task.arguments["patch"]) == ("patterns", None)
    np.testing.assert_array_equal(task.arguments["images"], frames[[0, 2, 4]])


def test_colours_are_read_as_grey(open_tab, point, train):
    rgb = np.zeros((64, 80, 3), np.uint8)
    rgb[:32] = 255
    tab = open_tab(rgb, rgb=True)
    tab.examples.patch.setValue(16)
    point(tab, 1, [10, 10])
    point(tab, 2, [50, 50])
    found = train(tab).arguments["images"]
    assert found.shape == (2, 16, 16)
    assert found[0].min() > found[1].max()


def test_examples_may_be_in_files(open_tab, plane, tmp_path, train):
    tab = open_tab(plane)
    tab.examples.where.setCurrentText(FILES)
    assert "Choose a folder" in tab.panel.message.text()
    tab.examples.files.path.setText(str(tmp_path / "nowhere"))
    assert "no such folder" in tab.panel.message.text()
    tab.examples.files.path.setText(str(tmp_path))
    tab.examples.kind.setCurrentText("whole images")
    arguments = train(tab, "images").arguments
    assert (arguments["examples"], arguments["stack"], arguments["patch"]) == (str(tmp_path), None, None)
    assert "images" not in arguments


def test_images_of_different_sizes_are_refused_in_one_line(stack, viewer, point, qtbot):
    viewer.add_image(np.zeros((3, 20, 20), np.uint8), name="other")
    features = {"class": ["ferrite"]}
    viewer.add_points([[0, 5, 5]], features=features, name="more")
    stack.show_image(viewer.layers["other"])
    qtbot.wait(200)
    stack.panel.run.click()
    qtbot.waitUntil(lambda: stack.run_in_progress is None)
    assert "differ in size" in stack.panel.message.text()
    assert stack._session.engine.tasks == []


def test_least_sure_examples_are_those_of_the_layers(patches, train):
    train(patches, held_out_examples=held_out([2], [ranked("ferrite", 0.7)], ["carbide"]))
    (answer,) = patches.views.answers.model_of_answers.answers
    assert (answer.place.text, answer.name, answer.truth) == ("8, 72", "ferrite", "carbide")


# Classifying


def test_a_grid_of_patches_is_classified(patches, viewer, plane, train, press):
    train(patches)
    task = press(patches, patches.panel.classify, answers(np.linspace(0.05, 0.95, 20)))
    assert (task.job, task.arguments["images"].shape) == ("classify", (20, 16, 16))
    np.testing.assert_array_equal(task.arguments["images"][6], plane[16:32, 16:32])
    layer = viewer.layers["steel classes"]
    assert list(layer.features.columns) == [
        "name", "row", "column", "class", "distance", "class_1", "class_2", "probability_1", "probability_2",
    ]  # fmt: skip
    np.testing.assert_array_equal(layer.data[6], [24, 24])
    assert patches.panel.message.text() == "10 carbide, 10 ferrite."
    first = patches.views.answers.model_of_answers.answers[0]
    assert first.probability == pytest.approx(0.5, abs=0.03)


def test_only_the_points_may_be_classified(patches, viewer, train, press):
    train(patches)
    patches.what.setCurrentText(AT_POINTS)
    task = press(patches, patches.panel.classify, answers([0.9, 0.2, 0.3]))
    assert task.arguments["images"].shape == (3, 16, 16)
    first = patches.views.answers.model_of_answers.answers[0]
    assert (first.name, first.truth) == ("carbide", "ferrite")


def test_frames_are_classified_and_unknown_is_said(stack, viewer, train, press):
    train(stack, "patterns")
    names = ["ferrite", "unknown", "ferrite", "ferrite", "carbide", "ferrite"]
    press(stack, stack.panel.classify, answers([0.9, 0.8, 0.9, 0.6, 0.1, 0.7], names))
    layer = viewer.layers["steel classes"]
    assert list(layer.features["class"]) == names
    assert list(layer.features["frame"]) == list(range(6))
    assert viewer.dims.nsteps[0] == 6
    assert "1 unknown" in stack.panel.message.text()
    unknown = stack.views.answers.model_of_answers.answers[0]
    assert unknown.place.text == "frame 1"
    stack.views.answers.visited.emit(unknown)
    assert viewer.dims.current_step[0] == 1
    press(stack, stack.panel.classify, answers([0.9] * 6))
    assert [one.name for one in viewer.layers].count("steel classes") == 1


def test_what_else_it_may_be_stands_beside_each_answer(stack, train, press):
    train(stack, "patterns")
    model = stack.views.answers.model_of_answers

    def row(index):
        return [model.index(index, column).data() for column in (1, 2, 3)]

    names = ["carbide", "unknown", "ferrite", "ferrite", "carbide", "ferrite"]
    press(stack, stack.panel.classify, answers([0.1, 0.8, 0.9, 0.6, 0.1, 0.7], names))
    assert row(0) == ["carbide", "0.90", "given: ferrite"]
    assert row(1) == ["unknown", "", "0.80 ferrite"]
    assert row(2) == ["ferrite", "0.60", "0.40 carbide"]
    others = answers([0.9] * 6) | {"class_names": ["cubic", "hexagonal"]}
    press(stack, stack.panel.classify, others)
    assert not any("given" in row(index)[-1] for index in range(6))  # of classes that it does not know


def test_an_activation_lies_over_its_patch_and_its_frame(patches, viewer, train, press):
    train(patches)
    press(patches, patches.panel.classify, answers(np.linspace(0.05, 0.95, 20)))
    patches.views.answers.selectRow(19)
    answer = patches.views.answers.chosen
    task = press(
        patches,
        patches.views.explain,
        {"map": np.ones((16, 16), np.float32), "class": "ferrite", "probability": 0.95},
    )
    assert task.arguments["image"].shape == (16, 16)
    corner = patches._activation.layer.extent.world[0]
    np.testing.assert_allclose(corner, np.array(answer.place.corner))


def test_an_activation_is_hidden_while_another_frame_is_seen(stack, viewer, train, press):
    train(stack, "patterns")
    press(stack, stack.panel.classify, answers([0.9, 0.8, 0.9, 0.6, 0.1, 0.7]))
    stack.views.answers.selectRow(0)
    index = stack.views.answers.chosen.place.index
    stack.views.answers.visited.emit(stack.views.answers.chosen)
    shown = {"map": np.ones((32, 32), np.float32), "class": "ferrite", "probability": 0.6}
    press(stack, stack.views.explain, shown)
    assert stack._activation.layer.visible
    viewer.dims.set_point(0, (index + 1) % 6)
    assert not stack._activation.layer.visible


# Further channels


@pytest.fixture
def with_bse(patches, plane, viewer):
    """A tab with patches of an image that is seen together with another one."""
    bse = viewer.add_image(255 - plane, name="steel BSE")
    patches._channels.show_image(viewer.layers["steel"])
    patches._channels.tick(bse, on=True)
    return patches


def test_patches_are_cut_out_of_all_channels(with_bse, plane, train):
    images = train(with_bse).arguments["images"]
    assert images.shape == (3, 2, 16, 16)
    np.testing.assert_array_equal(images[0], [plane[12:28, 22:38], 255 - plane[12:28, 22:38]])
    assert not with_bse.panel.classify.isEnabled()
    assert "wants 0 further channels, not 1" in with_bse.panel.classify.toolTip()


def test_a_classifier_of_two_channels_classifies_and_explains_with_both(with_bse, press):
    press(with_bse, with_bse.panel.run, lambda: trained("patches", NAME, patch=16, channels=2))
    task = press(with_bse, with_bse.panel.classify, answers(np.linspace(0.05, 0.95, 20)))
    assert task.arguments["images"].shape == (20, 2, 16, 16)
    with_bse.views.answers.selectRow(0)
    shown = {"map": np.ones((16, 16), np.float32), "class": "ferrite", "probability": 0.6}
    assert press(with_bse, with_bse.views.explain, shown).arguments["image"].shape == (2, 16, 16)


def test_as_many_channels_for_each_image_of_examples(with_bse, viewer, plane):
    other = viewer.add_image(plane, name="other")
    with_bse.show_image(other)
    with_bse.examples.add_points.click()
    viewer.layers["other examples"].add([30, 30])
    with_bse.examples._tell()
    assert "has 1 further channels and “other” 0" in with_bse.panel.message.text()


# Examples in files


@pytest.fixture
def in_files(open_tab, plane, tmp_path, train):
    """A tab on an image, whose classifier has learned from files: a folder and a stack."""
    folder = tmp_path / "examples"
    folder.mkdir()
    write_tiff(folder / "a.tif", np.eye(64, 48, dtype=np.float32), None)
    stack = np.arange(3, dtype=np.float32)[:, None, None] + np.eye(32, dtype=np.float32)
    write_tiff(folder / "b.tif", stack, None)
    tab = open_tab(plane, scale=(0.5, 0.5))
    tab.examples.where.setCurrentText(FILES)
    tab.examples.files.path.setText(str(folder))
    origins = [
        {"file": str(folder / "a.tif"), "frame": 0, "corner": [16, 32], "side": 16},
        {"file": str(folder / "b.tif"), "frame": 2, "corner": None, "side": None},
        {"file": str(folder / "gone.tif"), "frame": 0, "corner": None, "side": None},
    ]
    rankings = [ranked("ferrite", share) for share in (0.6, 0.7, 0.8)]
    train(tab, held_out_examples=held_out([0, 1, 2], rankings, ["ferrite"] * 3, origins))
    return tab


def test_a_row_about_a_file_opens_it(in_files, viewer):
    patch, frame, _ = in_files.views.answers.model_of_answers.answers
    assert (patch.place.text, patch.truth) == ("a.tif: 24, 40", "ferrite")
    assert frame.place.text == "b.tif, frame 2"
    in_files.views.answers.visited.emit(patch)
    layer = viewer.layers["example: a.tif"]
    np.testing.assert_array_equal(layer.data, np.eye(64, 48))
    assert layer.extent.world[0][1] > viewer.layers["steel"].extent.world[1][1]  # it hides nothing
    np.testing.assert_allclose(np.array(camera_of(viewer).center)[-2:], layer.data_to_world([24, 40]))
    assert "example: a.tif" not in [one.name for one in viewer.layers.selection]


def test_the_next_file_takes_the_place_of_the_last(in_files, viewer):
    patch, frame, _ = in_files.views.answers.model_of_answers.answers
    in_files.views.answers.visited.emit(patch)
    number = len(viewer.layers)
    in_files.views.answers.visited.emit(frame)
    assert len(viewer.layers) == number
    layer = viewer.layers["example: b.tif"]
    np.testing.assert_array_equal(layer.data, 2 + np.eye(32))


def test_a_file_that_is_gone_is_named(in_files, viewer):
    *_, gone = in_files.views.answers.model_of_answers.answers
    before = len(viewer.layers)
    in_files.views.answers.visited.emit(gone)
    assert "gone.tif" in in_files.panel.message.text()
    assert len(viewer.layers) == before


def test_an_activation_lies_over_the_patch_of_a_file(in_files, viewer, press):
    in_files.views.answers.selectRow(0)
    shown = {"map": np.ones((16, 16), np.float32), "class": "ferrite", "probability": 0.6}
    task = press(in_files, in_files.views.explain, shown)
    np.testing.assert_array_equal(task.arguments["image"], np.eye(64, 48)[16:32, 32:48])
    layer = viewer.layers["example: a.tif"]
    np.testing.assert_allclose(
        in_files._activation.layer.data_to_world([0, 0]), layer.data_to_world([16, 32])
    )
