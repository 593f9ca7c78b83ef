"""The commands `phases train` and `phases classify`."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import torch

from napari_grains.images import read_labels, write_tiff
from napari_grains.networks import (
    PATTERN,
    ClassifierCard,
    ClassifierConfig,
    Preparation,
    StoredClassifier,
    classifier,
    read_classifier_card,
    save_classifier,
)
from napari_grains.synthesis import CRYSTAL_SYSTEMS, PatternRecipe


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tiff(path, np.rint(255 * array).astype(np.uint8), None)
    return path


@pytest.fixture
def folder(tmp_path):
    """Bright and dark halves in two classes, three images each."""
    rng = np.random.default_rng(0)
    for number in range(3):
        noise = 0.1 * rng.random((24, 24))
        save(tmp_path / "examples" / "noise" / f"{number}.tif", noise)
        save(tmp_path / "examples" / "stripes" / f"{number}.tif", noise + 0.8 * (np.arange(24) % 4 < 2))
    return tmp_path / "examples"


@pytest.fixture
def model(tmp_path):
    torch.manual_seed(0)
    network = classifier(PATTERN, 2).eval()
    card = ClassifierCard("tiny", network.config, ("noise", "stripes"), preparation=Preparation(16))
    path = tmp_path / "tiny.safetensors"
    save_classifier(path, StoredClassifier(network, card))
    return path


def rows_of(output):
    with (output / "classes.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_train_and_classify_from_beginning_to_end(grains, folder, tmp_path, output):
    network = tmp_path / "new" / "mine.safetensors"
    options = ["--network", "pattern", "--steps", 20, "--folds", 2, "--device", "cpu"]
    answer = grains("phases", "train", folder, "--output", network, *options)
    assert answer.code == 0, answer.err
    assert "held out: each of 6 groups once, in 2 parts" in answer.out
    assert "as stripes" in answer.out
    card = read_classifier_card(network)
    assert (card.name, card.task, card.class_names) == ("mine", "images", ("noise", "stripes"))
    answer = grains("phases", "classify", folder / "noise", folder / "stripes" / "0.tif", "--output", output,
                    "--model", network, "--device", "cpu")  # fmt: skip
    assert answer.code == 0, answer.err
    rows = rows_of(output)
    assert [row["name"] for row in rows] == ["noise_0", "1", "2", "stripes_0"]
    assert all(row["class"] in ("noise", "stripes", "unknown") for row in rows)
    for row in rows:
        assert float(row["probability_1"]) + float(row["probability_2"]) == pytest.approx(1, abs=1e-5)
        assert float(row["probability_1"]) >= float(row["probability_2"])
    summary = json.loads((output / "summary.json").read_text())
    assert (summary["status"], summary["done"], summary["images"]) == ("done", 4, 4)
    assert sum(summary["counts"].values()) == 4
    assert len(summary["model_sha256"]) == 64


def test_frames_and_events_for_programs(grains, model, tmp_path, output):
    stack = save(tmp_path / "stack.tif", np.random.default_rng(0).random((3, 20, 20)))
    answer = grains("phases", "classify", stack, "--output", output, "--model", model, "--json")
    assert answer.code == 0, answer.err
    assert [event["event"] for event in answer.events] == [
        "begin",
        "progress",
        "progress",
        "result",
        "summary",
    ]
    assert answer.events[3]["images"] == 3
    assert answer.events[-1]["kind"] == "images"
    assert [row["frame"] for row in rows_of(output)] == ["0", "1", "2"]


def test_patches_of_an_image(grains, tmp_path, output):
    torch.manual_seed(0)
    network = classifier(PATTERN, 2).eval()
    config = ClassifierConfig(PATTERN, 2)
    card = ClassifierCard("p", config, ("a", "b"), "patches", Preparation(16), patch=16)
    path = tmp_path / "p.safetensors"
    save_classifier(path, StoredClassifier(network, card))
    image = save(tmp_path / "large.tif", np.random.default_rng(0).random((40, 50)))
    answer = grains("phases", "classify", image, "--output", output, "--model", path)
    assert answer.code == 0, answer.err
    assert [(row["row"], row["column"]) for row in rows_of(output)] == [
        ("8", "8"), ("8", "24"), ("8", "40"), ("24", "8"), ("24", "24"), ("24", "40"),
    ]  # fmt: skip


def test_one_bad_input_does_not_stop_the_others(grains, model, folder, tmp_path, output):
    bad = tmp_path / "bad.tif"
    bad.write_bytes(b"nothing")
    good = folder / "noise" / "0.tif"
    answer = grains("phases", "classify", bad, good, "--output", output, "--model", model)
    assert answer.code == 1
    summary = json.loads((output / "summary.json").read_text())
    assert (summary["status"], summary["done"], summary["failed"]) == ("failed", 1, 1)
    assert "cannot be read" in summary["inputs"][0]["error"]
    assert len(rows_of(output)) == 1


def test_too_few_groups_are_not_estimated(grains, tmp_path):
    for name in ("a", "b"):
        save(tmp_path / "one" / name / "0.tif", np.random.default_rng(0).random((16, 16)))
    options = ["--network", "pattern", "--steps", 1, "--device", "cpu", "--json"]
    answer = grains("phases", "train", tmp_path / "one", "--output", tmp_path / "m.safetensors", *options)
    assert answer.code == 0, answer.err
    summary = answer.events[-1]
    assert summary["scores"] is None
    assert summary["why_not"].startswith("not estimated")
    assert [e["message"] for e in answer.events if e["event"] == "notice"] == [summary["why_not"]]


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["train", "nowhere", "--output", "m.safetensors"], "nowhere"),
        (["train", "{folder}", "--output", "m.pt"], "m.safetensors"),
        (["train", "{folder}", "--output", "m.safetensors", "--kind", "patches"], "--patch"),
        (["train", "{folder}", "--output", "m.safetensors", "--folds", "1"], "folds"),
        (["train", "{folder}", "--output", "m.safetensors", "--network", "nothing"], "nothing"),
        (["train", "{folder}", "--output", "m.safetensors", "--device", "abacus"], "abacus"),
        (["train", "{folder}", "--output", "m.safetensors", "--kind", "grains"], ".csv table"),
        (["classify", "{folder}", "--output", "out"], "give --model FILE"),
        (
            ["classify", "{folder}/noise", "--output", "out", "--model", "{model}", "--grains", "x.tif"],
            "not grains",
        ),
        (["classify", "{folder}", "--output", "out", "--kind", "frames"], "give --model FILE"),
        (
            ["classify", "{folder}", "--output", "out", "--model", "patterns", "--kind", "frames"],
            "is for patterns",
        ),
        (["classify", "{folder}", "--output", "out", "--model", "nobody"], "no classifier 'nobody'"),
        (["classify", "{folder}", "--output", "out", "--model", "default"], "no classifier"),
        (["classify", "{folder}", "--output", "out", "--model", "{model}"], "no images"),
    ],
)
def test_wrong_arguments_are_refused_in_one_line(
    grains, folder, model, arguments, phrase, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    answer = grains("phases", *[one.format(folder=folder, model=model) for one in arguments])
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert phrase in answer.err
    assert not list(tmp_path.glob("m.*"))
    assert not (tmp_path / "out").exists()


@pytest.fixture
def grain_files(tmp_path):
    """Two micrographs of eight square grains, of which every other one is bright, and a table of them."""
    numbers = np.arange(1, 9, dtype=np.int32).reshape(2, 4).repeat(24, axis=0).repeat(24, axis=1)
    lines = ["image,grains,label,class"]
    for name in ("a", "b"):
        noise = 0.1 * np.random.default_rng(ord(name)).random(numbers.shape)
        save(tmp_path / f"{name}.tif", noise + 0.3 + 0.4 * (numbers % 2))
        write_tiff(tmp_path / f"{name}_grains.tif", numbers, None)
        lines += [f"{name}.tif,{name}_grains.tif,{k},{('dark', 'bright')[k % 2]}" for k in range(1, 7)]
    table = tmp_path / "examples.csv"
    table.write_text("\n".join(lines) + "\n")
    return table


def test_grains_from_beginning_to_end(grains, grain_files, tmp_path, output):
    network = tmp_path / "grains.safetensors"
    answer = grains(
        "phases", "train", grain_files, "--kind", "grains", "--output", network, "--device", "cpu"
    )
    assert answer.code == 0, answer.err
    assert "held out: each of 2 groups once, in 2 parts" in answer.out
    images = [tmp_path / "a.tif", tmp_path / "b.tif"]
    labels = ["--grains", tmp_path / "a_grains.tif", "--grains", tmp_path / "b_grains.tif"]
    answer = grains("phases", "classify", *images, *labels, "--output", output, "--model", network)
    assert answer.code == 0, answer.err
    rows = rows_of(output)
    assert [row["grain"] for row in rows] == [str(k) for k in range(1, 9)] * 2
    assert all(row["class_1"] == ("dark", "bright")[int(row["grain"]) % 2] for row in rows)
    summary = json.loads((output / "summary.json").read_text())
    assert (summary["kind"], summary["done"], summary["images"]) == ("grains", 2, 16)
    phases, _ = read_labels(output / "a_phases.tif")
    numbers, _ = read_labels(tmp_path / "a_grains.tif")
    known = phases > 0
    np.testing.assert_array_equal(phases[known], 2 - numbers[known] % 2)
    shares = [one["fraction"] for one in summary["inputs"][0]["fractions"]]
    assert sum(shares) == pytest.approx(1)
    numbers = {one["class"]: one for one in summary["number_fractions"]}
    assert sum(one["grains"] for one in numbers.values()) == 16
    assert numbers["dark"]["ci95"] is not None  # over the two images
    assert summary["inputs"][0]["number_fractions"][0]["ci95"] is None
    assert "(" in answer.out
    answer = grains("phases", "classify", *images, *labels[:2], "--output", output, "--model", network)
    assert (answer.code, "2 images and 1 label images" in answer.err) == (2, True)
    answer = grains("phases", "classify", *images, "--output", output, "--model", network)
    assert (answer.code, "give their label images with --grains" in answer.err) == (2, True)


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [
        ["segment", "{image}", "--output", "out", "--model"],
        ["pretrain", "--output", "out/m.safetensors", "--steps", "1", "--start"],
        ["finetune", "--image", "{image}", "--labels", "{image}", "--output", "out/m.safetensors", "--model"],
    ],
)
def test_what_needs_boundaries_refuses_a_classifier(
    grains, model, folder, arguments, named, tmp_path, monkeypatch
):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(model.parent))
    monkeypatch.chdir(tmp_path)
    image = folder / "noise" / "0.tif"
    answer = grains(*[one.format(image=image) for one in arguments], "tiny" if named else model)
    assert answer.code == 2
    assert (
        "is a classifier, which finds neither boundaries nor phases of pixels; choose another network"
        in answer.err
    )
    assert answer.err.count("\n") == 1
    assert not list(tmp_path.glob("out/*"))


def test_patterns_have_a_classifier_without_being_given_one(grains, tmp_path, output):
    pattern = PatternRecipe(zones=0, orientations=0, rings=1, systems={"cubic": 1}).pattern(0, 0)
    image = save(tmp_path / "ring.tif", pattern.image)
    answer = grains("phases", "classify", image, "--kind", "patterns", "--output", output)
    assert answer.code == 0, answer.err
    summary = json.loads((output / "summary.json").read_text())
    assert (summary["model"], summary["kind"]) == ("patterns", "patterns")
    assert tuple(summary["classes"]) == CRYSTAL_SYSTEMS
    assert "simulated" in summary["model_notes"]
    assert rows_of(output)[0]["class_1"] in CRYSTAL_SYSTEMS


def test_classifiers_are_found_by_name(grains, model, folder, tmp_path, output, monkeypatch):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(model.parent))
    image = folder / "noise" / "0.tif"
    answer = grains("phases", "classify", image, "--output", output, "--model", "tiny", "--device", "cpu")
    assert answer.code == 0, answer.err
    assert json.loads((output / "summary.json").read_text())["model"] == "tiny"
    options = ["--network", "pattern", "--start", "tiny", "--steps", 1, "--folds", 0, "--device", "cpu"]
    again = tmp_path / "again.safetensors"
    answer = grains("phases", "train", folder, "--output", again, *options)
    assert answer.code == 0, answer.err
    assert read_classifier_card(again).recipe["start"] == "tiny"
