"""Answers of a classifier."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_grains.errors import InputError
from napari_grains.events import Progress, drive
from napari_grains.inference import UNKNOWN, ImageClassifier, classify
from napari_grains.networks import (
    PATTERN,
    ClassifierCard,
    FeatureSpace,
    Preparation,
    StoredClassifier,
    choose_device,
    classifier,
    save_classifier,
)

PLAN = choose_device("cpu", precision="float32")


def stored(**change):
    torch.manual_seed(0)
    network = classifier(PATTERN, 3).eval()
    card = ClassifierCard("x", network.config, ("a", "b", "c"), preparation=Preparation(16))
    return StoredClassifier(network, replace(card, **change))


def images(number):
    return np.random.default_rng(0).random((number, 20, 20), np.float32)


def test_classes_come_in_the_order_of_their_probability():
    one = stored()
    answers = drive(classify(images(70), 70, ImageClassifier(one, PLAN)))
    assert len(answers) == 70
    with torch.no_grad():
        logits = one.network(torch.stack([one.card.preparation(image) for image in images(70)]))
    for answer, row in zip(answers, torch.softmax(logits, 1), strict=True):
        assert answer.probabilities == tuple(sorted(answer.probabilities, reverse=True))
        named = dict(zip(answer.ranking, answer.probabilities, strict=True))
        assert [named[name] for name in "abc"] == pytest.approx(row.tolist(), abs=1e-5)
        assert answer.name == answer.ranking[0]
        assert not answer.is_unknown


def test_a_temperature_changes_probabilities_and_no_order():
    cold, hot = (
        drive(classify(images(5), 5, ImageClassifier(stored(temperature=t), PLAN))) for t in (0.5, 5.0)
    )
    for one, other in zip(cold, hot, strict=True):
        assert one.ranking == other.ranking
        assert one.probabilities[0] > other.probabilities[0]


def test_what_lies_beyond_the_limit_is_unknown():
    one = stored(unknown_distance=3.0)
    space = FeatureSpace(torch.zeros(3, 128), torch.eye(2, 128), torch.ones(2), torch.tensor(1.0))
    worker = ImageClassifier(replace(one, space=space), PLAN)
    features = worker.outputs(torch.stack([worker.prepare(image) for image in images(4)]))[1]
    answers = drive(classify(images(4), 4, worker))
    for answer, length in zip(answers, features.norm(dim=1).tolist(), strict=True):
        assert answer.distance == pytest.approx(length / 3, rel=1e-4)
        assert answer.name == (UNKNOWN if length > 3 else answer.ranking[0])


def test_a_stop_keeps_the_answers_so_far():
    events = []
    answers = drive(classify(images(130), 130, ImageClassifier(stored(), PLAN)), events.append, lambda: True)
    assert len(answers) == 64
    assert events == [Progress(64, 130, "classifying")]
    assert drive(classify([], 0, ImageClassifier(stored(), PLAN))) == []


def test_the_number_of_channels_has_to_fit(tmp_path):
    path = tmp_path / "x.safetensors"
    save_classifier(path, stored())
    worker = ImageClassifier.load(str(path), "cpu")
    assert len(worker.sha256) == 64
    with pytest.raises(InputError, match="reads 1 channels, not 2"):
        worker.prepare(np.zeros((2, 20, 20)))
