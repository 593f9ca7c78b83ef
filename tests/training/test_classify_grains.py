"""Grains in classes: learned from a few examples, applied, explained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_grains.errors import InputError
from napari_grains.events import STOP, Notice, drive
from napari_grains.images import write_tiff
from napari_grains.networks import PATTERN, Preparation, load_classifier
from napari_grains.training import (
    GrainExamples,
    classify_arrays,
    classify_grains_arrays,
    explain_arrays,
    filters_arrays,
    grain_examples_from,
    train_classifier_arrays,
)
from napari_grains.training._classify_views import QUARTERS, quarter

SIDE = 40
NAMES = ("bright", "rough")


def micrograph(seed, rows=3, columns=4):
    """Square grains with ids 1..N, of which odd ones are bright and even ones rough."""
    rng = np.random.default_rng(seed)
    grains = 1 + np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    grains = grains.repeat(SIDE, axis=0).repeat(SIDE, axis=1)
    image = 0.4 + 0.02 * rng.standard_normal(grains.shape)
    image[grains % 2 == 1] += 0.2
    rough = grains % 2 == 0
    image[rough] += 0.15 * rng.standard_normal(np.count_nonzero(rough))
    return image.astype(np.float32), grains


def name_of(grain):
    return NAMES[(int(grain) + 1) % 2]


def marked(seed, ids=(1, 2, 3, 4, 5, 6), **more):
    image, grains = micrograph(seed)
    return {"image": image, "grains": grains, "ids": list(ids), "classes": [name_of(k) for k in ids]} | more


def train(path, grain_examples, **options):
    settings = {"task": "grains", "network": "unet", "device": "cpu"} | options
    job = train_classifier_arrays(name=path.stem, output=str(path), grain_examples=grain_examples, **settings)
    events = []
    return drive(job, events.append), events


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("grains") / "mine.safetensors"
    return train(path, [marked(seed) for seed in range(3)])


def test_a_few_examples_teach_a_frozen_network(trained):
    result, _ = trained
    assert result["strategy"] == "frozen"
    assert result["examples"] == {"bright": 9, "rough": 9}
    assert result["scores"]["accuracy"] > 0.9
    assert result["scores"]["held_out"] == "each of 3 groups once, in 3 parts"
    card = load_classifier(result["network"]).card
    assert (card.task, card.class_names) == ("grains", NAMES)
    assert card.unknown_distance > 0


def test_every_grain_gets_its_class(trained):
    image, grains = micrograph(10)
    found = drive(classify_grains_arrays(image, grains, model=trained[0]["network"], device="cpu"))
    table = found["table"]
    assert table["label"].tolist() == list(range(1, 13))
    assert table["area_px"].tolist() == [SIDE**2] * 12
    assert [ranking[0][0] for ranking in table["ranking"]] == [name_of(k) for k in table["label"]]
    numbers = [0 if name == "unknown" else NAMES.index(name) + 1 for name in table["class"]]
    np.testing.assert_array_equal(found["phases"], np.array([0, *numbers])[grains])
    assert found["phases"].dtype == np.int32
    assert sum(one["fraction"] for one in found["fractions"]) == pytest.approx(1)
    assert sum(one["grains"] for one in found["number_fractions"]) == 12
    assert (table["probability"] > 0.5).all()


def test_a_stack_is_classified_slice_by_slice(trained):
    pairs = [micrograph(seed) for seed in (10, 11)]
    image, grains = (np.stack(each) for each in zip(*pairs, strict=True))
    grains[1][grains[1] == 3] = 0
    model = trained[0]["network"]
    found = drive(classify_grains_arrays(image, grains, model=model, device="cpu"))
    alone = drive(classify_grains_arrays(image[1], grains[1], model=model, device="cpu"))
    assert found["table"]["slice"].tolist() == [0] * 12 + [1] * 11
    np.testing.assert_array_equal(found["phases"][1], alone["phases"])
    assert not found["phases"][1][grains[1] == 0].any()


def test_what_is_like_no_class_is_unknown(trained):
    image, grains = micrograph(10)
    image[grains == 1] = np.where(np.indices((SIDE, SIDE)).sum(0) % 8 < 4, 0.0, 1.0).ravel()
    found = drive(classify_grains_arrays(image, grains, model=trained[0]["network"], device="cpu"))
    assert found["table"]["class"][0] == "unknown"
    assert found["table"]["distance"][0] > 1
    assert not found["phases"][grains == 1].any()


def test_an_image_without_grains_has_no_rows(trained):
    image, grains = micrograph(10)
    found = drive(
        classify_grains_arrays(image, np.zeros_like(grains), model=trained[0]["network"], device="cpu")
    )
    assert len(found["table"]["label"]) == 0
    assert found["fractions"][0]["fraction"] is None


def test_a_stop_keeps_what_was_classified(trained):
    image, grains = micrograph(10, 10, 12)
    job = classify_grains_arrays(image, grains, model=trained[0]["network"], device="cpu")
    next(job)
    with pytest.raises(StopIteration) as done:
        job.send(STOP)
    found = done.value.value
    known = found["table"]["label"][[name != "unknown" for name in found["table"]["class"]]]
    assert len(found["table"]["label"]) == 64
    np.testing.assert_array_equal(found["phases"] > 0, np.isin(grains, known))


def test_one_image_is_not_estimated(tmp_path):
    result, events = train(tmp_path / "one.safetensors", [marked(0)])
    assert result["scores"] is None
    assert "come from a single group" in result["why_not"]
    assert [event.message for event in events if isinstance(event, Notice)] == [result["why_not"]]


def test_the_same_examples_give_the_same_network(trained, tmp_path):
    again, _ = train(tmp_path / "again.safetensors", [marked(seed) for seed in range(3)], folds=0)
    one, other = (load_classifier(each["network"]).network.state_dict() for each in (again, trained[0]))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_more_of_the_network_can_learn(tmp_path):
    options = {"network": PATTERN, "strategy": "last stage", "steps": 3, "folds": 0}
    result, _ = train(tmp_path / "more.safetensors", [marked(0)], **options)
    assert (result["strategy"], result["steps"]) == ("last stage", 3)


def test_a_stop_while_it_looks_at_the_grains_still_gives_a_classifier(tmp_path):
    path = tmp_path / "stopped.safetensors"
    job = train_classifier_arrays(
        name="stopped", output=str(path), grain_examples=[marked(0)], task="grains", device="cpu"
    )
    result = drive(job, None, lambda: True)
    assert result["stopped"]
    image, grains = micrograph(10)
    found = drive(classify_grains_arrays(image, grains, model=str(path), device="cpu"))
    assert [one[0][0] for one in found["table"]["ranking"]] == [name_of(k) for k in found["table"]["label"]]


def test_views_turn_image_and_mask_together():
    examples = GrainExamples.of([marked(0)], Preparation(16))
    seen = {tuple(quarter(examples.inputs[:1], k).images.flatten().tolist()) for k in range(QUARTERS)}
    assert len(seen) == QUARTERS
    mask = examples.inputs[:1].images
    for number in range(QUARTERS):
        both = quarter(type(examples.inputs)(mask, mask, examples.inputs.measures[:1]), number)
        assert torch.equal(both.images, both.masks)


def test_a_map_shows_what_speaks_for_a_class(trained):
    image, grains = micrograph(10)
    options = {"model": trained[0]["network"], "grains": grains, "device": "cpu"}
    found = drive(explain_arrays(image, grain=6, **options))
    assert found["class"] == "rough"
    assert found["map"].shape == image.shape
    assert found["map"].max() == 1
    assert not found["map"][grains != 6].any()
    other = drive(explain_arrays(image, grain=6, class_name="bright", **options))
    assert other["probability"] == pytest.approx(1 - found["probability"], abs=1e-5)
    with pytest.raises(InputError, match="no class 'pink'"):
        drive(explain_arrays(image, grain=6, class_name="pink", **options))
    with pytest.raises(InputError, match="choose a grain"):
        drive(explain_arrays(image, **options))
    with pytest.raises(InputError, match="no grain 99"):
        drive(explain_arrays(image, grain=99, **options))


def test_the_map_of_an_image_lies_on_its_grid(tmp_path):
    generator = np.random.default_rng(0)
    pictures = generator.random((4, 20, 30), np.float32)
    job = train_classifier_arrays(
        name="p", output=str(tmp_path / "p.safetensors"), images=pictures, classes=["a", "a", "b", "b"],
        network=PATTERN, steps=2, folds=0, device="cpu",
    )  # fmt: skip
    model = drive(job)["network"]
    found = drive(explain_arrays(pictures[0], model=model, class_name="b", device="cpu"))
    assert found["map"].shape == (20, 30)
    assert not found["map"][:, :5].any()
    assert 0 <= found["map"].min() <= found["map"].max() <= 1
    filters = drive(filters_arrays(model=model))
    assert (filters["filters"].shape, filters["network"]) == ((32, 3, 3), "p")
    image, grains = micrograph(0)
    with pytest.raises(InputError, match="sorts images, not grains"):
        drive(classify_grains_arrays(image, grains, model=model, device="cpu"))


def test_filters_of_the_bundled_network():
    found = drive(filters_arrays(model="default"))
    assert found["filters"].shape == (16, 3, 3)
    assert found["filters"].dtype == np.float32


def test_a_classifier_of_grains_needs_grains(trained):
    with pytest.raises(InputError, match="give the grains"):
        drive(classify_arrays(images=np.zeros((1, 8, 8)), model=trained[0]["network"], device="cpu"))


@pytest.fixture
def table(tmp_path):
    image, grains = micrograph(0)
    write_tiff(tmp_path / "a.tif", np.rint(255 * image.clip(0, 1)).astype(np.uint8), None)
    write_tiff(tmp_path / "a_grains.tif", grains, None)

    def write(text):
        (tmp_path / "examples.csv").write_text(text)
        return tmp_path / "examples.csv"

    return write


def test_a_table_lists_grains(table):
    rows = "image,grains,label,class,group\n" + "".join(
        f"a.tif,a_grains.tif,{k},{name_of(k)},{'x' if k < 5 else 'y'}\n" for k in range(1, 9)
    )
    found = grain_examples_from(table(rows), Preparation(16))
    assert found.counts == {"bright": 4, "rough": 4}
    assert sorted(set(found.groups)) == ["x", "y"]
    assert found.inputs.images.shape == (8, 1, 16, 16)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("image,grains,label,class\na.tif,a_grains.tif,1,\n", "line 2 of examples.csv needs"),
        ("image,grains,label,class\na.tif,,1,x\n", "names no grains"),
        ("image,grains,label,class\na.tif,a_grains.tif,99,x\n", "no grain 99"),
        ("image,grains,label,class,frame\na.tif,a_grains.tif,1,x,3\n", "no slice 3"),
        ("image,grains,label,class\na.tif,a_grains.tif,one,x\n", "label 'one' is no number"),
        ("image,grains,label,class\nb.tif,a_grains.tif,1,x\n", "b.tif"),
        ("image,grains,label,class\na.tif,a_grains.tif,1,x\n", "two classes"),
    ],
)
def test_wrong_tables_are_refused_in_one_line(table, text, phrase):
    with pytest.raises(InputError, match=phrase) as caught:
        grain_examples_from(table(text), Preparation(16))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"classes": ["bright"]}, "a class for every grain"),
        ({"grains": np.ones((3, 3), np.int32)}, "must have one shape"),
        ({"ids": [], "classes": []}, "no grain has a class yet"),
    ],
)
def test_wrong_examples_are_refused(change, phrase):
    with pytest.raises(InputError, match=phrase):
        GrainExamples.of([marked(0) | change], Preparation(16))
