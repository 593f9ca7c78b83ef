"""The jobs "pretrain" and "match" as the engine runs them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.events import STOP, Notice, Preview, Progress, TrainingProgress, drive
from napari_grains.images import calibrated
from napari_grains.jobs import JOBS
from napari_grains.networks import choose_device, load_network, read_card
from napari_grains.synthesis import Recipe
from napari_grains.training import Watch, match_arrays, pretrain_arrays, read_state, state_path
from napari_grains.training import _jobs as jobs
from napari_grains.training._settings import Pretraining
from napari_grains.training._trained import unfinished_card
from napari_grains.training._trainer import Trainer

MATCH = "napari_grains.training._match"
RECIPE = Recipe(kinds={"etched": 1.0}, grain_diameter=(14, 24)).to_dict()


@pytest.fixture(autouse=True)
def _in_small(small, monkeypatch):
    """Networks of the usual settings are large."""

    class Small(Pretraining):
        def __init__(self, **values):
            usual = {"architecture": small.architecture, "batch": 4, "size": 64, "workers": 0, "steps": 12}
            super().__init__(**usual | values)

    monkeypatch.setattr(jobs, "Pretraining", Small)


def pretrain_small(output, stop_at=None, **options):
    events = []
    should_stop = None if stop_at is None else lambda: events[-1].done >= stop_at
    job = pretrain_arrays(name="steel", output=str(output), device="cpu", **options)
    return drive(job, events.append, should_stop), events


def test_both_are_in_the_table():
    assert JOBS["pretrain"] == "napari_grains.training:pretrain_arrays"
    assert JOBS["match"] == "napari_grains.training:match_arrays"


def test_a_network_is_trained_and_saved(tmp_path):
    path = tmp_path / "nets" / "steel.safetensors"
    result, events = pretrain_small(path, recipe=RECIPE, seed=3, notes="For steel.")
    assert json.loads(json.dumps(result)) == result
    assert {key: result[key] for key in ("network", "name", "steps", "real", "stopped")} == {
        "network": str(path),
        "name": "steel",
        "steps": 12,
        "real": None,
        "stopped": False,
    }
    assert result["samples_per_second"] == pytest.approx(4 * result["steps_per_second"])
    assert result["validation"] == next(e.validation for e in reversed(events) if e.validation is not None)
    assert isinstance(events[-1], TrainingProgress)
    card = read_card(path)
    assert card.name == "steel"
    assert card.recipe["seed"] == 3
    assert card.grain_diameter == (14, 24)
    assert "For steel." in card.notes
    assert [each.name for each in path.parent.iterdir()] == ["steel.safetensors"]  # no state is left


def test_a_network_without_a_file_goes_into_the_users_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path))
    result = drive(pretrain_arrays(name="steel", recipe=RECIPE, steps=2, device="cpu"))
    assert result["network"] == str(tmp_path / "steel.safetensors")
    for name in ("", "a/b", "../a", ".hidden"):
        with pytest.raises(InputError, match="name of a network"):
            drive(pretrain_arrays(name=name, steps=2))


def test_a_stopped_run_keeps_network_and_state_and_goes_on(tmp_path):
    path, alone = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    result, _ = pretrain_small(path, stop_at=5, recipe=RECIPE, seed=3)
    assert result["stopped"]
    assert result["steps"] == 5
    load_network(path)
    assert read_state(state_path(path)).step == 5
    result, events = pretrain_small(path, resume=True)  # all else as it was
    assert events[0].done == 5
    assert (result["steps"], result["stopped"]) == (12, False)
    assert not state_path(path).exists()
    pretrain_small(alone, recipe=RECIPE, seed=3)
    assert path.read_bytes() != b""
    one, other = (load_network(each)[0].state_dict() for each in (path, alone))
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_state_can_be_named(tmp_path):
    pretrain_small(tmp_path / "a.safetensors", stop_at=3, recipe=RECIPE)
    state = state_path(tmp_path / "a.safetensors")
    result, _ = pretrain_small(tmp_path / "b.safetensors", resume=str(state))
    assert result["steps"] == 12
    with pytest.raises(InputError, match="no training to go on with"):
        pretrain_small(tmp_path / "c.safetensors", resume=True)
    with pytest.raises(InputError, match=r"seed \(9, not 0\)"):
        pretrain_small(tmp_path / "b.safetensors", resume=str(state), seed=9)


def test_minutes_end_a_run(tmp_path):
    result, events = pretrain_small(tmp_path / "a.safetensors", recipe=RECIPE, minutes=0.01)
    assert 0.6 <= result["seconds"] < 20
    assert events[-1].done == events[-1].total == result["steps"]
    assert read_card(result["network"]).recipe["steps"] is None


@pytest.mark.parametrize(
    ("wrong", "phrase"),
    [
        ({"recipe": {"colour": 1}}, "colour"),
        ({"steps": 0}, "positive"),
        ({"start": "nobody"}, "nobody"),
        ({"output": "model.pt"}, "model.safetensors"),
        ({"validate": [{"image": np.eye(32), "labels": np.ones((3, 3), int)}]}, "pair 1"),
    ],
)
def test_wrong_arguments_are_refused(tmp_path, monkeypatch, wrong, phrase):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=phrase):
        drive(pretrain_arrays(**{"name": "x", "output": "x.safetensors", "device": "cpu"} | wrong))
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def pixels():
    return Recipe(kinds={"etched": 1.0}).micrograph(1, 0, (96, 128)).image


def test_the_network_is_shown_on_the_users_image(tmp_path, pixels, monkeypatch):
    monkeypatch.setattr("napari_grains.training._watch._PAUSE", 0.0)
    monkeypatch.setattr("napari_grains.training._watch._SHARE", 0.0)
    _, events = pretrain_small(
        tmp_path / "a.safetensors",
        recipe=RECIPE,
        steps=2,
        watch=(pixels * 255).astype(np.uint8),
        watch_scale=0.75,
        watch_leave_out=[[80, 96, 0, 128]],
    )
    previews = [event for event in events if isinstance(event, Preview)]
    assert [preview.name for preview in previews] == ["prediction"] * 2
    for preview in previews:
        assert preview.array.shape == pixels.shape
        assert preview.array.dtype == np.float32
        assert preview.offset == (0, 0)
        assert preview.array.min() >= 0
        assert preview.array.max() <= 1
        assert not preview.array[80:].any()
        assert preview.array[:80].any()


def test_watching_does_not_change_what_is_learned(tmp_path, pixels, monkeypatch):
    monkeypatch.setattr("napari_grains.training._watch._PAUSE", 0.0)
    monkeypatch.setattr("napari_grains.training._watch._SHARE", 0.0)
    paths = [tmp_path / name for name in ("a.safetensors", "b.safetensors")]
    pretrain_small(paths[0], recipe=RECIPE, steps=3)
    pretrain_small(paths[1], recipe=RECIPE, steps=3, watch=pixels, watch_scale=1.0)
    one, other = (load_network(each)[0].state_dict() for each in paths)
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_looks_take_a_tenth_of_the_time(small, pixels):
    now = [100.0]
    watch = Watch(calibrated(pixels), 1.0, clock=lambda: now[0])
    assert not watch.due
    now[0] += 5
    assert watch.due

    def look(seconds):
        before = now[0]
        trainer = Trainer(small, choose_device("cpu"))
        card = unfinished_card(small, "x")
        for event in watch.look(trainer.averaged(), card, trainer.plan, Progress(1, 2)):
            if isinstance(event, Progress):  # while it is at work
                now[0] = before + seconds

    look(0.1)
    now[0] += 4.9
    assert not watch.due
    now[0] += 0.1
    assert watch.due
    look(2.0)
    now[0] += 19.9
    assert not watch.due
    now[0] += 0.1
    assert watch.due


def test_a_scale_for_the_watched_image_is_found_with_the_starting_network(tmp_path, pixels):
    start = tmp_path / "start.safetensors"
    pretrain_small(start, recipe=RECIPE, steps=2)
    job = jobs._watched(pixels, None, (), str(start), "cpu")
    watch = drive(job)
    assert 0.05 < watch.scale < 4
    job = jobs._watched(pixels[::-1].copy(), None, (), str(start), "cpu")
    next(job)
    with pytest.raises(StopIteration) as end:
        job.send(STOP)
    assert end.value.value is None


def test_without_a_network_that_finds_a_scale_nothing_is_watched(pixels, monkeypatch):
    monkeypatch.setattr(jobs, "list_networks", dict)
    events = []
    assert drive(jobs._watched(pixels, None, (), None, "cpu"), events.append) is None
    assert isinstance(events[0], Notice)


def test_match_measures_the_image_at_the_working_scale(tmp_path, pixels, monkeypatch):
    """With a network of two steps what is found means nothing: its form is looked at."""
    start = tmp_path / "start.safetensors"
    pretrain_small(start, recipe=RECIPE, steps=2)
    seen = []

    class Found:
        def to_dict(self):
            return {"grains": 7}

    def appearance(sample, grains):
        seen.append((sample, grains))
        return Found()

    def matching(found):
        assert isinstance(found, Found)
        yield Progress(0, 0, "finding a recipe")
        return Recipe(noise=2.0)

    monkeypatch.setattr(f"{MATCH}.appearance_of", appearance)
    monkeypatch.setattr(f"{MATCH}.matching", matching)
    monkeypatch.setattr(f"{MATCH}.FEWEST", 0)
    region = np.zeros(pixels.shape, bool)
    region[10:90, 20:120] = True
    options = {"model": str(start), "scale": 0.5, "device": "cpu"}
    result = drive(match_arrays(np.stack([pixels] * 2), region=region, **options))
    assert result["recipe"] == Recipe(noise=2.0).to_dict()
    assert result["appearance"] == {"grains": 7}
    assert result["scale"] == 0.5
    sample, grains = seen[0]
    assert result["sample"] is sample
    assert sample.dtype == np.float32
    assert sample.shape == grains.shape == (40, 50)
    assert 0 <= sample.min() < sample.max() <= 1
    assert drive(match_arrays(pixels, **options), None, lambda: True) == {}


def test_a_micrograph_is_matched_by_one_with_grains_as_large():
    """All of it with the bundled network."""
    true = Recipe(kinds={"etched": 1.0}, grain_diameter=(24, 26), twins=0, particles=0)
    result = drive(match_arrays(true.micrograph(4, 0, (256, 256)).image, scale=1.0, device="cpu"))
    found = Recipe.from_dict(result["recipe"])
    assert found.grain_diameter[0] < 25 < found.grain_diameter[1]
    assert json.loads(json.dumps(result["appearance"]))["lines"] < 0
    assert result["sample"].shape == (256, 256)
    assert all(isinstance(note, str) for note in result["notes"])


def test_too_few_grains_say_nothing(pixels):
    with pytest.raises(InputError, match="too few"):
        drive(match_arrays(np.where(pixels > 2, pixels, np.eye(96, 128)), scale=0.125, device="cpu"))
