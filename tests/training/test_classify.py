"""Classifiers in training: what learns, what is held out, how the result is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_grains.errors import InputError
from napari_grains.events import Notice, Progress, TrainingProgress, drive
from napari_grains.networks import (
    PATTERN,
    Preparation,
    choose_device,
    classifier,
    load_classifier,
    save_classifier,
)
from napari_grains.training import (
    ClassificationScores,
    ClassifierTraining,
    Examples,
    Strategy,
    classify_arrays,
    temperature_of,
    train_classifier,
    train_classifier_arrays,
)
from napari_grains.training._classify_folds import grouped_splits, groups_by_class, why_not
from napari_grains.training._classify_learner import Learner, balanced, batches
from napari_grains.training._classify_views import view

SMALL = ClassifierTraining(PATTERN, "images", Preparation(16), steps=40, batch=16, folds=3, seed=1)
NAMES = ("flat", "spots", "stripes")


def image(kind, seed):
    rng = np.random.default_rng([NAMES.index(kind), seed])
    picture = 0.05 * rng.standard_normal((20, 20))
    if kind == "stripes":
        picture += np.sin(np.arange(20) * 1.6 + rng.uniform(0, 6))[:, None]
    elif kind == "spots":
        picture[tuple(rng.integers(0, 20, (2, 12)))] += 2.0
    return picture.astype(np.float32)


def examples(each=12, groups=6, kinds=NAMES):
    triples = [(kind, seed) for kind in kinds for seed in range(each)]
    return Examples.named(
        [image(kind, seed) for kind, seed in triples],
        [kind for kind, _ in triples],
        [f"{kind} {seed % groups}" for kind, seed in triples],
    )


@pytest.fixture(scope="module")
def trained():
    events = []
    result = drive(train_classifier(examples(), SMALL, device="cpu", every=20), events.append)
    return result, events


def test_classes_are_learned_and_scored_on_groups_that_were_held_out(trained):
    result, events = trained
    assert result.scores.accuracy > 0.8
    assert len(result.scores.labels) == 36
    assert result.scores.how == "each of 18 groups once, in 3 parts"
    assert sorted(result.scores.index) == list(range(36))
    np.testing.assert_array_equal(result.scores.labels, examples().labels[result.scores.index])
    assert result.figures["strategy"] == "full"  # nothing was pretrained
    assert result.stored.card.class_names == NAMES
    assert result.stored.card.scores == result.scores.to_dict()
    assert result.stored.card.unknown_distance > 0
    messages = Counter(event.message for event in events if isinstance(event, Progress))
    assert messages["training"] == messages["cross-validation 2 of 3"] == 40
    losses = [event.loss for event in events if isinstance(event, TrainingProgress)]
    assert losses[1] < losses[0]


def test_the_same_seed_gives_the_same_network_and_leaves_torchs_generator_alone(trained):
    torch.manual_seed(99)
    before = torch.get_rng_state()
    again = drive(train_classifier(examples(), replace(SMALL, folds=0), device="cpu"))
    assert torch.equal(before, torch.get_rng_state())
    for one, other in zip(
        again.stored.network.parameters(), trained[0].stored.network.parameters(), strict=True
    ):
        assert torch.equal(one, other)
    assert again.scores is None
    assert "left out" in again.why_not


def test_a_stop_keeps_what_was_learned():
    seen = []
    result = drive(train_classifier(examples(), SMALL, device="cpu"), seen.append, lambda: len(seen) == 10)
    assert result.figures["stopped"]
    assert 0 < result.figures["steps"] < 40
    assert (result.scores, result.why_not) == (None, "not estimated: the training was stopped")


def test_a_stop_in_the_cross_validation_keeps_the_finished_network():
    seen = []
    result = drive(train_classifier(examples(), SMALL, device="cpu"), seen.append, lambda: len(seen) == 60)
    assert not result.figures["stopped"]
    assert result.why_not == "not estimated: the cross-validation was stopped"


def test_one_group_of_a_class_is_too_few():
    lonely = replace(examples(4, 2), groups=("all",) * 12)
    events = []
    result = drive(train_classifier(lonely, replace(SMALL, steps=2), device="cpu"), events.append)
    assert result.scores is None
    assert result.why_not.startswith("not estimated: flat, spots, stripes come from a single group")
    assert [event.message for event in events if isinstance(event, Notice)] == [result.why_not]
    assert result.stored.card.unknown_distance is None
    assert result.stored.card.scores == {"held_out": result.why_not}


def test_given_examples_are_held_out_instead():
    others = Examples.named(
        [image(kind, 100 + k) for kind in NAMES for k in range(5)], sorted(NAMES * 5), ["other"] * 15
    )
    result = drive(train_classifier(examples(), SMALL, held_out=others, device="cpu"))
    assert len(result.scores.labels) == 15
    assert result.scores.by_example() is None
    assert result.scores.accuracy > 0.7
    with pytest.raises(InputError, match="other classes"):
        drive(train_classifier(examples(kinds=NAMES[:2]), SMALL, held_out=others, device="cpu"))


def test_what_is_far_from_every_class_is_unknown(trained, tmp_path):
    path = tmp_path / "known.safetensors"
    save_classifier(path, trained[0].stored)
    usual = np.stack([image(kind, 200 + k) for kind in NAMES for k in range(5)])
    strange = np.zeros((4, 20, 20), np.float32)
    strange[:, 10:] = 1.0  # one step
    found = drive(classify_arrays(images=np.concatenate([usual, strange]), model=str(path), device="cpu"))
    names = [answer["class"] for answer in found["answers"]]
    assert names.count("unknown") >= 3
    assert names[:15].count("unknown") <= 3
    assert np.mean(np.array(names[:15]) == np.repeat(NAMES, 5)) > 0.6
    first = found["answers"][0]
    assert sum(p for _, p in first["ranking"]) == pytest.approx(1)
    assert first["ranking"] == sorted(first["ranking"], key=lambda pair: -pair[1])


@pytest.mark.parametrize(
    ("smallest", "pretrained", "expected"),
    [
        (5, True, "frozen"),
        (20, True, "frozen"),
        (21, True, "last stage"),
        (201, True, "full"),
        (5, False, "full"),
    ],
)
def test_the_strategy_follows_from_the_number_of_labels(smallest, pretrained, expected):
    assert SMALL.strategy_for(smallest, pretrained=pretrained) == expected
    forced = replace(SMALL, strategy="last stage")
    assert forced.strategy_for(smallest, pretrained=pretrained) == Strategy.last_stage


def learner(strategy, batch=32, *, pretrained=True):
    torch.manual_seed(0)
    settings = replace(SMALL, batch=batch)
    plan = choose_device("cpu", precision="float32")
    return Learner(classifier(PATTERN, 3), strategy, settings, plan, torch.ones(3), pretrained=pretrained)


def changed(one, done=1.0):
    """Names of what a step changes."""
    before = {name: tensor.clone() for name, tensor in one.network.state_dict().items()}
    images = torch.randn(8, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    one.learn(images, torch.arange(8) % 3, 1.0, done, 0)
    after = one.network.state_dict()
    return {name for name, tensor in before.items() if not torch.equal(tensor, after[name])}


def test_a_frozen_encoder_keeps_weights_and_statistics():
    assert {name.partition(".")[0] for name in changed(learner(Strategy.frozen))} == {"head"}


def test_the_last_stage_learns_alone_and_after_the_head():
    stages = {name[:9] for name in changed(learner(Strategy.last_stage)) if name.startswith("encoder")}
    assert stages == {"encoder.4"}
    first = changed(learner(Strategy.last_stage), done=0.0)
    assert not {name for name in first if name.startswith("encoder") and name.endswith(("weight", "bias"))}


def test_small_batches_leave_batch_norm_statistics_alone():
    def statistics(names):
        return {name for name in names if "running" in name}

    assert not statistics(changed(learner(Strategy.full, batch=8)))
    assert statistics(changed(learner(Strategy.full, batch=32)))
    assert statistics(changed(learner(Strategy.full, batch=8, pretrained=False)))


def test_a_classifier_can_start_from_another(trained, tmp_path):
    path = tmp_path / "start.safetensors"
    save_classifier(path, trained[0].stored)
    settings = replace(SMALL, folds=0, steps=1, strategy="frozen")
    result = drive(train_classifier(examples(4, kinds=NAMES[:2]), settings, start=str(path), device="cpu"))
    for one, other in zip(
        result.stored.network.encoder.state_dict().values(),
        trained[0].stored.network.encoder.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(one, other)
    assert result.stored.card.class_names == NAMES[:2]
    with pytest.raises(InputError, match="start from one like"):
        drive(train_classifier(examples(4), replace(settings, network="unet"), start=str(path), device="cpu"))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8)), min_size=6, max_size=40), st.integers(2, 5))
def test_no_group_sits_on_both_sides(pairs, folds):
    labels = np.array([0, 1, 2] + [label for label, _ in pairs])
    groups = tuple(str(group) for group in [9, 10, 11] + [group for _, group in pairs])
    one = Examples([np.zeros((8, 8))] * len(labels), labels, groups, ("a", "b", "c"))
    splits = grouped_splits(one, folds, 0)
    assert bool(splits) == (why_not(one, folds) is None)
    held_out = [index for split in splits for index in split.held_out.tolist()]
    assert sorted(held_out) == (list(range(len(labels))) if splits else [])
    for split in splits:
        assert not {groups[k] for k in split.learned} & {groups[k] for k in split.held_out}
        assert set(labels[split.learned]) == {0, 1, 2}
    assert len(splits) <= min(folds, *groups_by_class(one).values())


def scores(probabilities, labels):
    return ClassificationScores(("a", "b", "c"), np.array(labels), np.array(probabilities), "by hand")


def test_scores_by_hand():
    given_ = [[0.9, 0.1, 0.0], [0.4, 0.6, 0.0], [0.3, 0.7, 0.0], [0.2, 0.45, 0.35]]
    one = scores(given_, [0, 0, 1, 2])
    np.testing.assert_array_equal(one.confusion, [[1, 1, 0], [0, 1, 0], [0, 1, 0]])
    assert one.accuracy == 0.5
    assert one.accuracy_within(2) == 1.0
    np.testing.assert_allclose(one.recall, [0.5, 1, 0])
    np.testing.assert_allclose(one.precision, [1, 1 / 3, np.nan])
    assert one.balanced_accuracy == pytest.approx(0.5)
    said, found, count = one.calibration(2)
    np.testing.assert_allclose((said[1], found[1], count[1]), ((0.9 + 0.6 + 0.7) / 3, 2 / 3, 3))
    assert one.calibration_error == pytest.approx((0.1 + 0.6 + 0.3 + 0.45) / 4)
    assert one.to_dict()["precision"] == [1.0, 0.3333, None]
    told = replace(one, index=np.array([3, 1, 0, 2])).by_example()
    assert told["index"] == [3, 1, 0, 2]
    assert told["ranking"][3] == [["b", 0.45], ["c", 0.35], ["a", 0.2]]


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_a_factor(factor):
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(4000, 3, generator=generator)
    labels = torch.multinomial(torch.softmax(logits, 1), 1, generator=generator)[:, 0]
    assert temperature_of(factor * logits, labels) == pytest.approx(factor, rel=0.1)


def test_a_temperature_is_found_where_all_is_right_or_nothing_said():
    sure = torch.eye(3) * 5
    assert 0.05 <= temperature_of(sure, torch.arange(3)) < 0.5
    assert 0.05 <= temperature_of(torch.zeros(3, 3), torch.arange(3)) <= 20


def test_views_turn_every_image_differently_and_repeatably():
    images = torch.arange(16.0).reshape(1, 1, 4, 4).repeat(12, 1, 1, 1)
    one = view(images, torch.Generator().manual_seed(0), -1.0, any_angle=False)
    assert torch.equal(one, view(images, torch.Generator().manual_seed(0), -1.0, any_angle=False))
    orders = {tuple(each.flatten().argsort().tolist()) for each in one}
    turns = [torch.rot90(images[0, 0], k) for k in range(4)]
    allowed = {tuple(t.flatten().argsort().tolist()) for a in turns for t in (a, a.flip(1))}
    assert 3 < len(orders) <= 8
    assert orders <= allowed


def test_patterns_turn_by_any_angle_within_their_disc():
    y, x = torch.meshgrid(torch.arange(32) - 15.5, torch.arange(32) - 15.5, indexing="ij")
    images = torch.where(y**2 + x**2 < 200, 1.0, -1.0)[None, None].repeat(6, 1, 1, 1)
    turned = view(images, torch.Generator().manual_seed(0), -1.0, any_angle=True)
    inside = y**2 + x**2 < 150
    outside = y**2 + x**2 > 256
    assert (turned[:, 0, outside] == -1).all()
    assert turned[:, 0, inside].std(dim=1).max() < 1e-5


def test_every_example_is_seen_before_any_is_again():
    seen = torch.cat(list(batches(10, 4, 5, 0)))
    assert sorted(seen[:10].tolist()) == sorted(seen[10:].tolist()) == list(range(10))
    assert [len(one) for one in batches(3, 8, 2, 0)] == [8, 8] or all(len(one) for one in batches(3, 8, 2, 0))


def test_weights_balance_the_classes():
    labels = torch.tensor([0, 0, 0, 1])
    weights = balanced(labels, 2)
    assert weights[0] * 3 == weights[1]
    assert weights[labels].mean() == pytest.approx(1)


@pytest.mark.parametrize(
    "change",
    [
        {"task": "dreams"},
        {"strategy": "guess"},
        {"steps": 0},
        {"folds": 1},
        {"unknown_share": 0.0},
        {"learning_rate": 0.0},
        {"batch": 0},
    ],
)
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(ValueError, match=r"\w"):
        replace(SMALL, **change)


def test_a_job_saves_the_classifier(tmp_path):
    one = examples(4, 2)
    options = {"steps": 2, "folds": 2, "network": PATTERN, "task": "patterns"}
    job = train_classifier_arrays(
        name="mine",
        output=str(tmp_path / "mine.safetensors"),
        images=np.stack(one.images),
        classes=[NAMES[k] for k in one.labels],
        groups=list(one.groups),
        device="cpu",
        **options,
    )
    result = drive(job)
    assert result["classes"] == list(NAMES)
    assert result["examples"] == dict.fromkeys(NAMES, 4)
    assert result["scores"]["examples"] == 12
    assert sorted(result["held_out_examples"]["index"]) == list(range(12))
    card = load_classifier(result["network"]).card
    assert card.task == "patterns"
    assert card.preparation.disc
    assert card.data == (one.fingerprint,)


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"images": None}, "as a folder or table"),
        ({"classes": ["a"] * 4}, "two classes"),
        ({"classes": ["a", "b"]}, "for every image"),
        ({"output": "x.pt"}, "x.safetensors"),
        ({"output": None, "name": "../x"}, "cannot be the name"),
        ({"folds": 1}, "do not go together"),
        ({"surprise": 1}, "do not go together"),
        ({"network": "nothing"}, "no classifier"),
        ({"start": "nobody"}, "no classifier .nobody."),
    ],
)
def test_wrong_jobs_are_refused_in_one_line(tmp_path, change, phrase):
    arguments = {
        "name": "x",
        "output": str(tmp_path / "x.safetensors"),
        "images": np.zeros((4, 8, 8), np.float32),
        "classes": ["a", "a", "b", "b"],
        "device": "cpu",
        "network": PATTERN,
    }
    with pytest.raises(InputError, match=phrase) as caught:
        drive(train_classifier_arrays(**arguments | change))
    assert "\n" not in str(caught.value)
