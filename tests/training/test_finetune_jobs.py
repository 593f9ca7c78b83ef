"""The jobs "finetune" and "diagnose" with arrays, and in a real engine process."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from strokes import QUICK, painted_image

from napari_grains.engine import Engine, TaskState
from napari_grains.errors import InputError
from napari_grains.events import Preview, TrainingProgress, drive
from napari_grains.networks import load_network, save_network
from napari_grains.training import diagnose_arrays, finetune_arrays
from napari_grains.weights import list_history, list_networks

PATIENCE = 300.0


@pytest.fixture(scope="module")
def start(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("start") / "start.safetensors"
    save_network(path, run[0].network, run[0].card)
    return str(path)


@pytest.fixture
def arrays():
    image = painted_image(size=128)
    return {"image": image.image.pixels, "labels": image.labels, "name": "steel", "scale": 1.0}


@pytest.fixture
def options(start):
    names = ("steps", "seconds", "layers", "batch", "rehearsal", "patch", "matched", "learning_rate", "ema")
    return {name: getattr(QUICK, name) for name in names} | {"start": start, "device": "cpu"}


def test_the_network_goes_to_its_file(arrays, options, tmp_path):
    path = tmp_path / "nets" / "mine.safetensors"
    result = drive(finetune_arrays([arrays], output=str(path), notes="by hand", **options))
    _, card = load_network(path)
    assert (result["network"], result["name"], card.name) == (str(path), "mine", "mine")
    assert result["steps"] == 6
    assert result["kept"] in ("trained", "start")
    assert "by hand" in card.notes


def test_without_a_file_it_goes_to_the_history_and_not_among_the_networks(
    arrays, options, monkeypatch, tmp_path
):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path))
    results = [drive(finetune_arrays([arrays], **options)) for _ in range(2)]
    files = [Path(result["network"]) for result in results]
    assert list_history() == files[::-1]
    assert not set(files) & set(list_networks().values())


def test_parts_that_are_left_out_are_not_learned_from(arrays, options, tmp_path):
    arrays["leave_out"] = [[0, 128, 0, 64]]
    path = tmp_path / "mine.safetensors"
    drive(finetune_arrays([arrays], output=str(path), **options))
    assert load_network(path)[1].recipe["finetuning"][0]["painted"]


@pytest.mark.parametrize(
    ("wrong", "phrase"),
    [
        ({"output": "mine.pt"}, "mine.safetensors"),
        ({"steps": 0}, "do not go together"),
        ({"stepz": 1}, "do not go together"),
        ({"watch": 4}, "no image 4"),
        ({"watch": 0, "watch_slice": 3}, "no slice 3"),
        ({"watch": 0, "focus": [1, 2]}, "no rectangle"),
    ],
)
def test_wrong_arguments_are_refused(arrays, options, wrong, phrase):
    with pytest.raises(InputError, match=phrase):
        drive(finetune_arrays([arrays], **options | wrong))


def test_the_diagnosis_is_made_of_plain_values(arrays, start):
    found = drive(diagnose_arrays([arrays], start=start, device="cpu"))
    assert set(found) == {"learned", "before", "after", "steps", "verdict"}


def test_strokes_reach_a_training_in_the_engine_process(arrays, options, tmp_path, monkeypatch):
    """Few strokes first; more of them while it runs; then a stop."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    few, news, events, results = arrays["labels"].copy(), threading.Condition(), [], []
    few[60:] = 0

    def hear(event):
        with news:
            events.append(event)
            news.notify_all()

    def until(condition):
        with news:
            assert news.wait_for(lambda: any(map(condition, events)), PATIENCE)

    engine = Engine(niceness=0, log_path=tmp_path / "engine.log")
    path = tmp_path / "mine.safetensors"
    live = options | {"steps": None, "live": True, "output": str(path), "watch": 0, "focus": [0, 64, 0, 64]}
    try:
        task = engine.submit(
            "finetune", {"images": [arrays | {"labels": few}], **live}, on_event=hear, on_done=results.append
        )
        until(lambda e: isinstance(e, TrainingProgress) and e.done >= 10)
        task.update({"labels 0": arrays["labels"]})
        task.update({"focus": [30.0, 90.0, 20.0, 100.0]})
        until(lambda e: isinstance(e, Preview) and e.offset == (30, 20))
        task.stop()
        assert task.wait(PATIENCE) is TaskState.DONE
    finally:
        engine.close()
    assert results[0]["stopped"]
    [run] = load_network(path)[1].recipe["finetuning"]
    assert run["painted"][0]["strokes"] == np.count_nonzero(arrays["labels"])
