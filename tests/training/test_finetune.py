"""Learning from strokes, in small."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from strokes import QUICK, painted_image
from threadpoolctl import threadpool_info, threadpool_limits

from napari_grains.errors import InputError
from napari_grains.events import STOP, Answer, Notice, Preview, Progress, TrainingProgress, Update, drive
from napari_grains.images import calibrated
from napari_grains.inference import OutOfMemoryError, WorkingFrame
from napari_grains.networks import choose_device, file_hash, load_network, save_network
from napari_grains.synthesis import Recipe
from napari_grains.training import PaintedImage, diagnose, finetune
from napari_grains.training import _finetune_run as job
from napari_grains.training._aims._boundaries import BoundaryAim
from napari_grains.training._finetuning import layers_for, trainable
from napari_grains.training._learner import Learner
from napari_grains.training._lessons import Lessons
from napari_grains.training._look import Look


@pytest.fixture(scope="module")
def start(run, tmp_path_factory):
    """The network that `run` has pretrained a little."""
    path = tmp_path_factory.mktemp("start") / "start.safetensors"
    save_network(path, run[0].network, run[0].card)
    return path


@pytest.fixture
def learn(start):
    """Fine-tune, and return the result and the events."""

    def fine(images=None, settings=QUICK, **options):
        events = []
        images = [painted_image(size=128)] if images is None else images
        options = {"start": start, "device": "cpu", "name": "fine"} | options
        return drive(finetune(images, settings, **options), events.append), events

    return fine


def scores(events):
    return [e.validation for e in events if isinstance(e, TrainingProgress)]


def test_it_gets_better_on_strokes_that_it_did_not_learn_from(learn):
    fine, events = learn(settings=replace(QUICK, steps=60, learning_rate=1e-2))
    figures = fine.figures
    assert figures["kept"] == "trained"
    assert figures["after"] < 0.97 * figures["before"]
    assert scores(events)[0] == figures["before"]
    assert figures["after"] in scores(events)
    assert figures["verdict"].startswith("the error on held-out strokes fell from")
    assert (figures["held_out"], figures["validated"]) == ("parts of the image", True)


def test_the_first_network_is_returned_unchanged_if_nothing_is_better(learn, start):
    fine, _ = learn(settings=replace(QUICK, learning_rate=1e-9))
    network, _ = load_network(start)
    assert fine.figures["kept"] == "start"
    assert fine.figures["before"] == fine.figures["after"]
    assert "the network before the training is kept" in fine.figures["verdict"]
    values = fine.network.state_dict()
    assert all(torch.equal(value, values[name]) for name, value in network.state_dict().items())


def test_same_seed_same_network(learn, same):
    one, other = learn()[0], learn()[0]
    assert same(one, other)


def test_statistics_of_the_batch_norms_stay(learn, start):
    fine, _ = learn(settings=replace(QUICK, steps=20, learning_rate=1e-2))
    network, _ = load_network(start)
    values = fine.network.state_dict()
    for name, value in network.state_dict().items():
        if "running" in name:
            assert torch.equal(value, values[name])


def test_the_card_says_what_it_was_fine_tuned_on(learn, start):
    image = painted_image(size=128)
    fine, _ = learn([image], notes="by hand")
    card = fine.card
    [run] = json.loads(card.to_json())["recipe"]["finetuning"]
    assert run["start"] == file_hash(start)
    [painted] = run["painted"]
    assert painted["image"] == "steel"
    assert painted["strokes"] == np.count_nonzero(image.labels)
    assert painted["scale"] == 1.0
    assert card.data == (painted["sha256"],)
    assert run["settings"]["steps"] == 6
    assert card.scores["held-out strokes, error before"] == pytest.approx(fine.figures["before"], abs=1e-4)
    assert card.grain_diameter == load_network(start)[1].grain_diameter
    assert "by hand" in card.notes


def test_a_second_fine_tuning_keeps_the_history(learn, tmp_path):
    first, _ = learn()
    save_network(tmp_path / "first.safetensors", first.network, first.card)
    second, _ = learn([painted_image(3, size=128, name="other")], start=tmp_path / "first.safetensors")
    assert len(second.card.recipe["finetuning"]) == 2
    assert len(second.card.data) == 2


def test_another_image_judges_if_there_is_one(learn):
    fine, _ = learn([painted_image(0), painted_image(1, name="second")])
    assert fine.figures["held_out"] == "another image"


def test_validation_images_judge_alone(learn):
    fine, _ = learn([painted_image(0)], validation=[painted_image(1, name="judge")])
    [run] = fine.card.recipe["finetuning"]
    assert [one["image"] for one in run["painted"]] == ["steel"]
    assert fine.figures["held_out"] == "another image"


def test_a_few_strokes_are_learned_from_but_nothing_is_claimed(learn):
    image = painted_image()
    labels = np.zeros_like(image.labels)
    labels[10, 10:20], labels[30, 10:20] = 2, 1
    fine, events = learn([image.with_labels(labels)])
    assert set(scores(events)) == {None}
    assert (fine.figures["validated"], fine.figures["after"]) == (False, None)
    assert "nobody can say" in fine.figures["verdict"]
    assert not any("held-out" in name for name in fine.card.scores)


def test_of_a_stack_the_painted_slices_count(learn):
    images = [painted_image(number) for number in range(3)]
    stack = calibrated(np.stack([each.image.pixels for each in images]), name="stack", rgb=False)
    labels = np.stack([images[0].labels, np.zeros_like(images[0].labels), images[2].labels])
    fine, _ = learn([PaintedImage(stack, labels, 1.0)], watch=0, watch_slice=1)
    [run] = fine.card.recipe["finetuning"]
    assert [one["image"] for one in run["painted"]] == ["stack_000", "stack_002"]
    assert fine.figures["held_out"] == "another image"


def test_previews_show_the_visible_part_first_and_then_all(learn):
    _, events = learn(watch=0, focus=(20.2, 60, 30, 90.5))
    first, second = [event for event in events if isinstance(event, Preview)][-2:]
    assert (first.array.shape, first.offset) == ((40, 61), (20, 30))
    assert (second.array.shape, second.offset) == ((128, 128), (0, 0))
    assert first.array.dtype == np.float32
    np.testing.assert_allclose(first.array, second.array[20:60, 30:91], atol=0.03)


def test_layers_follow_the_number_of_strokes_unless_told(learn):
    assert [layers_for(n, 1000) for n in (5, 20, 400)] == ["head", "last", "all"]
    fine, _ = learn(settings=replace(QUICK, layers=None))
    assert fine.figures["layers"] in ("head", "last", "all")


@pytest.mark.parametrize("layers", ["head", "last", "all"])
def test_what_is_frozen_does_not_change(start, layers):
    network, _ = load_network(start)
    number = sum(p.numel() for p in trainable(network, layers))
    whole = sum(p.numel() for p in network.parameters())
    assert number == whole if layers == "all" else number < whole / 2
    assert all(p.requires_grad for p in network.heads.parameters())
    assert network.encoder[0][0].weight.requires_grad == (layers == "all")


class Driven:
    """A job that is told something at certain events."""

    def __init__(self, generator):
        self.job, self.events = generator, []
        self.command = None

    def until(self, condition):
        while True:
            event = self.job.send(self.command)
            self.command = None
            self.events.append(event)
            if condition(event):
                return event

    def result(self):
        try:
            while True:
                self.until(lambda _: False)
        except StopIteration as end:
            return end.value


def at(step):
    return lambda event: isinstance(event, Progress) and event.done == step


@pytest.fixture
def driven(start):
    def begin(images=None, settings=QUICK, **options):
        images = [painted_image(size=128)] if images is None else images
        return Driven(finetune(images, settings, start=start, device="cpu", **options))

    return begin


def test_strokes_that_come_while_it_runs_are_learned_from(driven):
    image = painted_image(size=128)
    few = image.labels.copy()
    few[64:] = 0
    run = driven([image.with_labels(few)])
    run.until(at(2))
    run.command = Update({"labels 0": image.labels})
    fine = run.result()
    [settings] = fine.card.recipe["finetuning"]
    assert settings["painted"][0]["strokes"] == np.count_nonzero(image.labels)
    assert fine.figures["steps"] == 6


def test_held_out_strokes_are_never_learned_from_also_after_an_update(driven, monkeypatch):
    seen = []
    learn = Learner.learn

    def spy(self, strokes, synthetic, rate):
        seen.append(strokes["image"][strokes["boundary"] + strokes["grain"] > 0])
        return learn(self, strokes, synthetic, rate)

    monkeypatch.setattr(Learner, "learn", spy)
    run = driven()
    run.until(at(2))
    run.command = Update({"labels 0": painted_image(size=128).labels})
    assert run.result().figures["validated"]
    assert all(len(each) for each in seen)


def test_strokes_that_do_not_fit_are_told_and_left_out(driven):
    run = driven()
    run.until(at(2))
    run.command = Update({"labels 0": np.full((5, 5), 1), "focus": [0, 5, 0, 5]})
    assert run.result().figures["steps"] == 6
    [notice] = [e.message for e in run.events if isinstance(e, Notice) and "not taken" in e.message]
    assert "(5, 5)" in notice


def test_another_place_is_shown_when_the_view_moves(driven, monkeypatch):
    monkeypatch.setattr("napari_grains.training._look._FIRST", 0.0)
    run = driven(watch=0, focus=(0, 40, 0, 40))
    run.until(lambda e: isinstance(e, Preview))
    run.command = Update({"focus": [50, 90, 50, 120]})
    found = run.until(lambda e: isinstance(e, Preview) and e.offset == (50, 50))
    assert found.array.shape == (40, 70)


def test_the_image_is_matched_between_two_looks_and_learned_from_afterwards(driven, monkeypatch):
    """Somebody who watches sees something first, and something new while the search for a recipe goes on."""

    def recipe_like(image, start, device):
        for _ in range(6):
            yield Progress(0, 0, "searching")
            now[0] += 1.0
        return Recipe(noise=2.0)

    def look(_, image, index, card):
        return Look(image.image, image.scale, card, clock=lambda: now[0])

    now, learned = [0.0], []
    monkeypatch.setattr(job, "recipe_like", recipe_like)
    monkeypatch.setattr(job, "_MATCH_STEPS", 2)
    monkeypatch.setattr("napari_grains.training._look._PAUSE", 2.5)
    monkeypatch.setattr(Lessons, "rehearse", lambda _, recipe: learned.append(recipe))
    monkeypatch.setattr(BoundaryAim, "look", look)
    run = driven(settings=replace(QUICK, rehearsal=1, matched=True, steps=30), watch=0)
    run.until(at(8))
    assert not [e for e in run.events if getattr(e, "message", "") == "looking at the image"]
    now[0] += 1.0
    run.until(lambda _: learned)
    kinds = [
        "look" if isinstance(e, Preview) else "search"
        for e in run.events
        if isinstance(e, Preview) or getattr(e, "message", "") == "looking at the image"
    ]
    assert kinds == ["look", *4 * ["search"], "look", *2 * ["search"]]
    assert learned == [Recipe(noise=2.0)]
    assert run.result().figures["steps"] == 30


def test_asked_where_to_paint_next_it_answers_and_goes_on(driven):
    image = painted_image(size=128)
    image.labels[64:] = 0
    run = driven([image])
    run.until(at(2))
    run.command = Update({"suggest": {"image": 0, "slice": 0, "errors": []}})
    answer = run.until(lambda e: isinstance(e, Answer))
    assert answer.question == "suggest"
    row, column = answer.result["place"]
    half = int(answer.result["extent"] / 2) - 1
    around = np.s_[int(row) - half : int(row) + half, int(column) - half : int(column) + half]
    assert not image.labels[around].any()
    assert answer.result["uncertainty"].shape == image.labels.shape
    assert answer.result["doubt"] == pytest.approx(
        float(answer.result["uncertainty"][around].mean()), abs=0.1
    )
    assert run.result().figures["steps"] == 6


@pytest.mark.parametrize("where", [{"image": 1, "slice": 0}, {"image": 0, "slice": 3}])
def test_asked_about_what_it_does_not_learn_from_it_says_so(driven, where):
    run = driven()
    run.until(at(2))
    run.command = Update({"suggest": {**where, "errors": []}})
    assert run.result().figures["steps"] == 6
    assert any(isinstance(e, Notice) and e.message.startswith("there is no ") for e in run.events)


def test_a_stop_gives_the_best_so_far(driven):
    run = driven(settings=replace(QUICK, steps=500))
    run.until(at(12))
    run.command = STOP
    fine = run.result()
    assert fine.figures["stopped"]
    assert fine.figures["steps"] <= 13
    assert fine.figures["after"] <= fine.figures["before"]


def test_what_is_looked_at_again_is_not_brought_to_scale_again(start, monkeypatch):
    network, card = load_network(start)
    calls = []
    to_working = WorkingFrame.to_working
    monkeypatch.setattr(WorkingFrame, "to_working", lambda *args: calls.append(1) or to_working(*args))
    look = Look(painted_image(size=128).image, 0.5, card, focus=(0, 40, 0, 40))
    for _ in range(3):
        list(look.show(deepcopy(network), choose_device("cpu"), Progress(0, 0)))
    assert len(calls) == 2  # what is in view, and all
    for corner in (20, 30):
        look.move((corner, corner + 40, 0, 40))
        list(look.show(deepcopy(network), choose_device("cpu"), Progress(0, 0)))
    assert len(look._working) <= 2


def test_after_a_stop_what_is_kept_is_what_is_seen(driven):
    image = painted_image(size=128)
    run = driven([image], replace(QUICK, steps=500, learning_rate=1e-2), watch=0)
    run.until(at(25))
    run.command = STOP
    fine = run.result()
    look = Look(image.image, image.scale or 1.0, fine.card)
    again = list(look.show(fine.network, choose_device("cpu"), Progress(0, 0)))
    previews = [[event for event in events if isinstance(event, Preview)] for events in (run.events, again)]
    np.testing.assert_array_equal(previews[0][-1].array, previews[1][-1].array)


def test_live_it_waits_for_strokes_and_goes_on_with_them(driven, monkeypatch):
    monkeypatch.setattr(job, "_IDLE", 0.0)
    image = painted_image(size=128)
    run = driven([image], replace(QUICK, steps=None, live=True, patience=1, learning_rate=1e-9))
    waiting = run.until(lambda e: isinstance(e, Progress) and e.message == "waiting for strokes")
    more = image.labels.copy()
    more[1::3][image.labels[::3][: len(more[1::3])] == 1] = 1
    run.command = Update({"labels 0": more})
    run.until(lambda e: isinstance(e, TrainingProgress) and e.done > waiting.done)
    run.command = STOP
    assert run.result().figures["stopped"]


def test_after_a_kill_the_best_network_is_there_again(driven, start, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "STATE_SECONDS", 0.0)
    quick = replace(QUICK, steps=400, learning_rate=1e-2)
    run = driven(settings=quick, state=tmp_path)
    run.until(lambda _: (tmp_path / "best.safetensors").is_file())
    run.job.close()  # no more than a kill leaves behind
    kept, card = load_network(tmp_path / "best.safetensors")
    assert card.recipe["finetuning"][0]["kept"] == "trained"
    again = driven(settings=replace(quick, steps=1, learning_rate=1e-9), state=tmp_path, resume=True).result()
    assert again.figures["kept"] == "trained"
    values = again.network.state_dict()
    for name, value in kept.state_dict().items():
        torch.testing.assert_close(value, values[name])


def test_what_is_no_training_to_go_on_with_is_refused(driven, tmp_path, run):
    with pytest.raises(InputError, match="no training to go on with"):
        driven(state=tmp_path, resume=True).result()
    save_network(tmp_path / "best.safetensors", run[0].network, run[0].card)
    with pytest.raises(InputError, match="another network"):
        driven(state=tmp_path, resume=True).result()


def test_a_full_disk_is_told_once_and_the_training_goes_on(learn, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "STATE_SECONDS", 0.0)

    def full(*_):
        raise InputError("no space left.")

    monkeypatch.setattr(job, "save_network", full)
    fine, events = learn(settings=replace(QUICK, steps=40, learning_rate=1e-2), state=tmp_path)
    assert fine.figures["steps"] == 40
    assert len([e for e in events if isinstance(e, Notice) and "no space left" in e.message]) == 1


def test_short_memory_halves_the_batch_and_then_the_patch(learn, monkeypatch):
    sizes = []
    learn_one = Learner.learn

    def cramped(self, strokes, synthetic, rate):
        shape = tuple(strokes["image"].shape[i] for i in (0, 2))
        sizes.append((shape[0] + len(synthetic.get("image", ())), shape[1]))
        if sizes[-1][0] * sizes[-1][1] ** 2 > 1 * 64**2:
            raise OutOfMemoryError
        return learn_one(self, strokes, synthetic, rate)

    monkeypatch.setattr(Learner, "learn", cramped)
    settings = replace(QUICK, steps=2, batch=4, rehearsal=4, patch=128)
    fine, events = learn(settings=settings)
    assert sizes == [(8, 128), (4, 128), (2, 128), (1, 128), (1, 64), (1, 64)]
    assert fine.figures["steps"] == 2
    said = [e.message for e in events if isinstance(e, Notice) and "memory is short" in e.message]
    assert len(said) == 4
    assert "patches of 64 px" in said[-1]


@pytest.mark.parametrize(("restrained", "batch"), [(False, 2), (True, 8)])
def test_a_processor_takes_small_steps_where_nothing_restrains_it(learn, monkeypatch, restrained, batch):
    monkeypatch.setattr("napari_grains.training._learner.restrained", lambda _: restrained)
    sizes = []
    learn_one = Learner.learn

    def recorded(self, strokes, synthetic, rate):
        sizes.append(len(strokes["image"]) + len(synthetic["image"]))
        return learn_one(self, strokes, synthetic, rate)

    monkeypatch.setattr(Learner, "learn", recorded)
    fine, _ = learn(settings=replace(QUICK, batch=None, rehearsal=None, steps=3))
    assert sizes == [batch] * 3
    assert fine.figures["batch"] == batch


def test_small_steps_are_as_small_as_memory_asks_for_and_no_smaller(start):
    settings = replace(QUICK, batch=None, rehearsal=None)
    lessons = Lessons([painted_image()], 1, load_network(start)[1], settings, BoundaryAim())
    for expected in ((2, 2), (1, 1)):
        lessons.smaller()
        assert lessons.sizes == expected
    lessons.small = True
    assert lessons.sizes == (1, 1)
    lessons.smaller()
    assert lessons.sizes == (1, 0)
    lessons.small = False
    assert lessons.sizes == (1, 0)


def test_without_any_memory_it_says_so(learn, monkeypatch):
    def cramped(*_):
        raise OutOfMemoryError

    monkeypatch.setattr(Learner, "learn", cramped)
    with pytest.raises(InputError, match="not enough memory to learn"):
        learn(settings=replace(QUICK, patch=128))


@pytest.mark.parametrize(
    ("labels", "phrase"),
    [
        (np.zeros((96, 96), np.int32), "nothing is painted"),
        (np.zeros((90, 96), np.int32), "the same rows and columns"),
        (np.zeros((96, 96), np.float32), "whole numbers"),
    ],
)
def test_labels_that_teach_nothing_are_refused(learn, labels, phrase):
    image = painted_image()
    with pytest.raises(InputError, match=phrase):
        learn([PaintedImage(image.image, labels, 1.0)])


def test_images_without_a_scale_get_the_one_that_the_network_finds(learn):
    _, events = learn([replace(painted_image(size=128), scale=None)])
    assert any("is learned from at scale" in e.message for e in events if isinstance(e, Notice))


def test_micrographs_like_the_image_come_along(learn, monkeypatch):
    matched = []

    def like(*_):
        yield Progress(0, 0, "segmenting")
        matched.append(True)
        return painted_recipe()

    monkeypatch.setattr(job, "recipe_like", like)
    learn(settings=replace(QUICK, steps=12, matched=True, rehearsal=2))
    assert matched == [True]


def painted_recipe():
    from strokes import RECIPE

    return RECIPE


def test_the_diagnosis_says_whether_strokes_can_be_learned(start):
    image = painted_image(size=128)
    good = drive(diagnose([image], start=start, device="cpu"))
    assert good["verdict"].startswith("the network can" if good["learned"] else "the network cannot")
    assert good["after"] < good["before"]
    blank = np.zeros((128, 128), np.float32)
    blank[0, 0] = 1
    noise = np.random.default_rng(0).integers(1, 3, (128, 128)).astype(np.int32)
    noise[np.arange(128) % 5 > 0] = 0
    noise[:, np.arange(128) % 5 > 0] = 0
    bad = drive(diagnose([PaintedImage(calibrated(blank), noise, 1.0)], start=start, device="cpu"))
    assert not bad["learned"]
    assert "contradict" in bad["verdict"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": None, "seconds": None},
        {"steps": 0},
        {"seconds": 0.0},
        {"patch": 50},
        {"layers": "some"},
        {"ema": 1.0},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must be|needs|out of range"):
        replace(QUICK, **wrong)


def test_small_matrix_products_leave_the_cores_to_the_convolutions(start):
    """A thread of BLAS that waits busily for the next product takes half of two cores from a training."""

    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    training = finetune([painted_image()], QUICK, start=start, device="cpu")
    with threadpool_limits(2, user_api="blas"):
        while not (isinstance(event := next(training), Progress) and event.done):
            pass
        assert set(threads()) == {1}
        training.close()
        assert set(threads()) == {2}
