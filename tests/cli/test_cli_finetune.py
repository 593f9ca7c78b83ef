"""The command `finetune`."""

from __future__ import annotations

import json

import numpy as np
import pytest

from napari_grains.cli import _finetune
from napari_grains.events import TrainingProgress
from napari_grains.images import write_tiff
from napari_grains.networks import file_hash, load_network

RESULT = {
    "network": "nets/steel.safetensors",
    "name": "steel",
    "steps": 40,
    "seconds": 20.0,
    "device": "CPU",
    "stopped": False,
    "verdict": "the error on held-out strokes fell from 0.200 to 0.100.",
}


@pytest.fixture
def asked(monkeypatch):
    """What the job is asked for, in the place of a training."""
    calls = []

    def job(images, **arguments):
        calls.append({"images": images} | arguments)
        yield TrainingProgress(40, 40, "training", 0.5, 0.25)
        return RESULT

    monkeypatch.setattr(_finetune, "finetune_arrays", job)
    return calls


@pytest.fixture
def model(tmp_path):
    return tmp_path / "nets" / "steel.safetensors"


@pytest.fixture
def strokes(tmp_path):
    """Save strokes: ``strokes("name.tif")``, or labels of one's own."""

    def save(name="strokes.tif", array=None):
        if array is None:
            array = np.zeros((96, 128), np.int32)
            array[10:80:6, 10:110] = 1
            array[13:80:6, 10:110] = 2
        write_tiff(tmp_path / name, array, None)
        return tmp_path / name

    return save


def test_arguments_reach_the_job(grains, asked, model, micrograph, strokes):
    pairs = ("--image", micrograph(), "--labels", strokes())
    judges = ("--validate-image", micrograph("other.tif"), "--validate-labels", strokes("other_strokes.tif"))
    options = ("--steps", 40, "--model", "default", "--seed", 3, "--device", "cpu", "--layers", "last")
    answer = grains("finetune", *pairs, *judges, "--output", model, "--scale", 0.5, *options)
    assert answer.code == 0, answer.err
    [given] = asked
    [image], [judge] = given.pop("images"), given.pop("validation")
    assert image["image"].shape == image["labels"].shape == (96, 128)
    assert (image["name"], judge["name"]) == ("steel", "other")
    assert (image["paint"], image["scale"], image["leave_out"]) == ("boundary", 0.5, [])
    assert given == {
        "output": str(model),
        "start": "default",
        "class_names": [],
        "layers": "last",
        "seed": 3,
        "device": "cpu",
        "steps": 40,
        "seconds": None,
    }
    assert "40 steps in 20 s on CPU: the error on held-out strokes fell" in answer.out
    assert "step 40 of 40: loss 0.5000, validation 0.2500" in answer.err


def test_a_minute_is_usual_and_other_names_do(grains, asked, model, micrograph, strokes):
    pairs = ("--image", micrograph(), "--labels", strokes())
    assert grains("finetune", *pairs, "--output", model, "--start", "steel", "--paint", "grains").code == 0
    assert (asked[0]["seconds"], asked[0]["steps"], asked[0]["layers"]) == (60.0, None, None)
    assert asked[0]["start"] == "steel"
    assert asked[0]["images"][0]["paint"] == "grains"


def test_events_for_programs(grains, asked, model, micrograph, strokes):
    pairs = ("--image", micrograph(), "--labels", strokes())
    answer = grains("finetune", *pairs, "--output", model, "--json")
    assert [event["event"] for event in answer.events] == ["progress", "summary"]
    assert answer.events[-1] == {"event": "summary", "input": None, "error": None} | RESULT


def test_from_strokes_to_a_network_that_segments(grains, network, model, micrograph, strokes, output):
    image = micrograph()
    pairs = ("--image", image, "--labels", strokes(), "--scale", 1)
    answer = grains(
        "finetune", *pairs, "--output", model, "--model", network, "--steps", 3, "--device", "cpu"
    )
    assert answer.code == 0, answer.err
    assert "the network is in" in answer.err
    _, card = load_network(model)
    [run] = card.recipe["finetuning"]
    assert run["start"] == file_hash(network)
    assert run["painted"][0]["image"] == "steel"
    assert (card.name, len(card.data)) == ("steel", 1)
    answer = grains("segment", image, "--output", output, "--model", model, "--scale", 1)
    assert answer.code == 0, answer.err
    assert json.loads((output / "summary.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["--image", "again"], "2 --image and 1 --labels"),
        (["--validate-image", "again"], "1 --validate-image and 0 --validate-labels"),
        (["--model", "nobody"], "nobody"),
        (["--device", "abacus"], "abacus"),
        (["--steps", "0"], "positive"),
    ],
)
def test_wrong_arguments_are_refused_before_any_work(grains, model, micrograph, strokes, arguments, phrase):
    image = micrograph()
    arguments = [str(image) if each == "again" else each for each in arguments]
    pairs = ("--image", image, "--labels", strokes(), "--scale", 1)
    answer = grains("finetune", *pairs, "--output", model, *arguments)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert phrase in answer.err
    assert not list(model.parent.glob("*"))


@pytest.mark.parametrize(
    ("labels", "phrase"),
    [
        (np.zeros((96, 128), np.int32), "nothing is painted"),
        (np.zeros((90, 128), np.int32), "the same rows and columns"),
        (np.full((96, 128), 7, np.int32), "grains are painted"),
    ],
)
def test_labels_that_teach_nothing_are_refused(grains, network, model, micrograph, strokes, labels, phrase):
    pairs = ("--image", micrograph(), "--labels", strokes(array=labels), "--scale", 1, "--model", network)
    answer = grains("finetune", *pairs, "--output", model)
    assert answer.code == 2
    assert phrase in answer.err


def test_phases_are_painted_with_their_names(grains, asked, model, micrograph, strokes):
    pairs = ("--image", micrograph(), "--labels", strokes())
    named = ("--paint", "phases", "--class-names", "ferrite, carbide")
    assert grains("finetune", *pairs, "--output", model, *named).code == 0
    assert asked[0]["images"][0]["paint"] == "phases"
    assert asked[0]["class_names"] == ["ferrite", "carbide"]
