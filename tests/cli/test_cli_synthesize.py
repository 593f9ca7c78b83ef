"""The command `synthesize`."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tifffile

from napari_grains.images import read_image, read_labels, read_provenance
from napari_grains.synthesis import Recipe, read_recipe

NAMES = ("image", "grains", "boundary", "distance", "phases")


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipe") / "recipe.json"
    path.write_text(json.dumps({"kinds": {"etched": 1.0, "grain steps": 1.0}, "grain_diameter": [14, 30]}))
    return path


@pytest.fixture
def synthesize(grains, recipe, tmp_path):
    def run(folder="set", *arguments):
        options = ("--number", 2, "--seed", 5, "--size", 96, "--recipe", recipe)
        return grains("synthesize", "--output", tmp_path / folder, *options, *arguments)

    return run


def test_files_hold_the_micrograph_and_its_truth(synthesize, recipe, tmp_path):
    answer = synthesize()
    assert answer.code == 0, answer.err
    folder = tmp_path / "set"
    expected = {f"{k:05d}_{name}.tif" for k in range(2) for name in NAMES}
    assert {path.name for path in folder.iterdir()} == expected | {"parameters.jsonl", "recipe.json"}
    assert read_recipe(folder / "recipe.json") == read_recipe(recipe)
    for index in range(2):
        micrograph = read_recipe(recipe).micrograph(5, index, (96, 96))
        files = {name: folder / f"{index:05d}_{name}.tif" for name in NAMES}
        stored = {name: tifffile.imread(path) for name, path in files.items()}
        assert stored["image"].dtype == np.uint8
        np.testing.assert_allclose(stored["image"] / 255, micrograph.image, atol=0.5 / 255 + 1e-6)
        grains, size = read_labels(files["grains"])
        assert np.array_equal(grains, micrograph.grains)
        assert size.um == pytest.approx(micrograph.pixel_size.um)
        assert np.array_equal(stored["boundary"] > 0, micrograph.boundary)
        assert set(np.unique(stored["boundary"])) <= {0, 255}
        assert np.array_equal(stored["distance"], micrograph.distance)
        assert np.array_equal(stored["phases"], micrograph.phases)
        assert read_image(files["image"]).pixel_size.um == pytest.approx(micrograph.pixel_size.um)
        assert read_provenance(files["image"])["index"] == index


def test_the_list_of_parameters_has_a_line_for_each(synthesize, recipe, tmp_path):
    synthesize()
    lines = (tmp_path / "set" / "parameters.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert [entry["name"] for entry in entries] == ["00000", "00001"]
    micrograph = read_recipe(recipe).micrograph(5, 1, (96, 96))
    assert entries[1]["grains"] == micrograph.grains.max()
    assert (entries[1]["seed"], entries[1]["index"]) == (5, 1)
    structure = entries[1]["parameters"]["structure"]
    assert structure["grain_diameter"] == pytest.approx(micrograph.parameters.structure.grain_diameter)


def test_a_set_repeats_itself_bit_for_bit(synthesize, tmp_path):
    for folder in ("one", "other"):
        assert synthesize(folder).code == 0
    for path in (tmp_path / "one").iterdir():
        other = tmp_path / "other" / path.name
        if path.suffix == ".tif":
            assert np.array_equal(tifffile.imread(path), tifffile.imread(other))
            assert read_provenance(path) == read_provenance(other)
        else:
            assert path.read_bytes() == other.read_bytes()


def test_events_for_programs(synthesize):
    events = synthesize("set", "--json").events
    assert [event["event"] for event in events] == ["begin", "progress", "progress", "summary"]
    assert (events[-2]["done"], events[-2]["total"]) == (2, 2)
    assert events[-1]["number"] == 2
    assert events[-1]["grains"] > 10


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["--number", "0"], "number"),
        (["--size", "8"], "size"),
        (["--seed", "-1"], "seed"),
        (["--recipe", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_wrong_arguments_are_refused(grains, tmp_path, arguments, phrase):
    answer = grains("synthesize", "--output", tmp_path / "set", *arguments)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert phrase in answer.err
    assert not (tmp_path / "set").exists()


def test_without_a_recipe_the_usual_one_is_drawn_from(grains, tmp_path):
    assert grains("synthesize", "--output", tmp_path, "--number", 1, "--size", 64).code == 0
    assert read_recipe(tmp_path / "recipe.json") == Recipe()
    assert tifffile.imread(tmp_path / "00000_image.tif").shape == (64, 64)
