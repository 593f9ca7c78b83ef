"""The command `pretrain`."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from napari_grains.cli import _pretrain
from napari_grains.cli._training import BarTraining, LineTraining, figures
from napari_grains.events import Notice, Progress, TrainingProgress
from napari_grains.images import write_tiff
from napari_grains.synthesis import Recipe

RESULT = {
    "network": "nets/steel.safetensors",
    "name": "steel",
    "steps": 40,
    "steps_per_second": 2.0,
    "samples_per_second": 16.0,
    "validation": 0.5,
    "real": None,
    "seconds": 20.0,
    "device": "CPU",
    "stopped": False,
}


@pytest.fixture
def asked(monkeypatch):
    """What the job is asked for, in the place of a training."""
    calls = []

    def job(**arguments):
        calls.append(arguments)
        yield Progress(0, 40, "drawing the first micrographs")
        yield Notice("for your\ninformation")
        yield Progress(1, 40, "training")
        yield TrainingProgress(2, 40, "training", 0.75)
        yield TrainingProgress(40, 40, "training", 0.5, 0.625, 0.25)
        return RESULT

    monkeypatch.setattr(_pretrain, "pretrain_arrays", job)
    return calls


@pytest.fixture
def model(tmp_path):
    return tmp_path / "nets" / "steel.safetensors"


def test_arguments_reach_the_job(grains, asked, model, tmp_path):
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"noise": 2.0}))
    options = ("--steps", 40, "--minutes", 2.5, "--start", "default", "--seed", 3, "--device", "cpu")
    answer = grains("pretrain", "--output", model, "--recipe", recipe, *options)
    assert answer.code == 0, answer.err
    [given] = asked
    assert given == {
        "name": "steel",
        "output": str(model),
        "recipe": Recipe(noise=2.0).to_dict(),
        "steps": 40,
        "minutes": 2.5,
        "start": "default",
        "resume": False,
        "seed": 3,
        "device": "cpu",
        "validate": [],
    }
    assert "40 steps in 20 s on CPU (16.0 samples/s): validation loss 0.5000" in answer.out
    assert "for your information" in answer.err
    assert "step 40 of 40: loss 0.5000, validation 0.6250" in answer.err
    assert model.parent.is_dir()


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        ([], False),
        (["--resume"], True),
        (["--resume", "--seed", "3"], True),
        (["--seed", "3", "--resume"], True),
        (["--resume", "old.training.safetensors"], "old.training.safetensors"),
    ],
)
def test_resume_takes_a_file_or_none(grains, asked, model, arguments, meant):
    answer = grains("pretrain", *arguments, "--output", model)
    assert answer.code == 0, answer.err
    assert asked[0]["resume"] == meant
    assert asked[0]["recipe"] is None


def test_resume_at_the_end_of_the_line(grains, asked, model):
    assert grains("pretrain", "--output", model, "--resume").code == 0
    assert asked[0]["resume"] is True


def test_events_for_programs(grains, asked, model):
    answer = grains("pretrain", "--output", model, "--json")
    assert [event["event"] for event in answer.events] == [
        "progress",
        "notice",
        "progress",
        "progress",
        "summary",
    ]
    assert answer.events[0]["message"] == "drawing the first micrographs"
    assert answer.events[3] | {"event": "progress"} == {
        "event": "progress",
        "input": None,
        "done": 40,
        "total": 40,
        "message": "training",
        "loss": 0.5,
        "validation": 0.625,
        "real": 0.25,
    }
    assert answer.events[-1] == {"event": "summary", "input": None, "error": None} | RESULT


def test_pairs_are_read(grains, asked, model, micrograph, tmp_path):
    image, labels = micrograph("field.tif"), tmp_path / "labels.tif"
    write_tiff(labels, np.arange(96 * 128, dtype=np.int32).reshape(96, 128), None)
    answer = grains("pretrain", "--output", model, "--validate-image", image, "--validate-labels", labels)
    assert answer.code == 0, answer.err
    [pair] = asked[0]["validate"]
    assert pair["name"] == "field"
    assert pair["image"].shape == pair["labels"].shape == (96, 128)


def test_a_recipe_is_matched_to_an_image(grains, asked, model, micrograph, monkeypatch):
    def match(pixels, *, leave_out, device):
        assert pixels.shape == (96, 128)
        assert leave_out == []
        yield Progress(0, 0, "measuring")
        return {"recipe": {"noise": 3.0}, "notes": ["few grains"]}

    monkeypatch.setattr(_pretrain, "match_arrays", match)
    answer = grains("pretrain", "--output", model, "--match", micrograph())
    assert answer.code == 0, answer.err
    assert asked[0]["recipe"] == {"noise": 3.0}
    assert "few grains" in answer.err


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["--recipe", "nowhere.json"], "nowhere.json"),
        (["--recipe", "r.json", "--match", "i.tif"], "--match"),
        (["--match", "nowhere.tif"], "nowhere.tif"),
        (["--validate-image", "i.tif"], "--validate-labels"),
        (["--device", "abacus"], "abacus"),
        (["--start", "nobody"], "nobody"),
        (["--steps", "0"], "positive"),
        (["--resume"], "no training to go on with"),
    ],
)
def test_wrong_arguments_are_refused_before_any_work(grains, model, arguments, phrase):
    answer = grains("pretrain", "--output", model, *arguments)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert phrase in answer.err
    assert not list(model.parent.glob("*"))


def test_a_network_with_another_ending_is_refused(grains, tmp_path):
    answer = grains("pretrain", "--output", tmp_path / "model.pt")
    assert (answer.code, "model.safetensors" in answer.err) == (2, True)


def test_losses_in_words():
    assert figures(TrainingProgress(1, 2)) == ""
    assert figures(TrainingProgress(1, 2, "", 0.5, 0.25, 0.125)) == (
        "loss 0.5000, validation 0.2500, real images: adapted Rand error 0.125"
    )


def test_the_bar_shows_the_loss_and_keeps_validations():
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with BarTraining(console) as bar:
        bar.event(Progress(0, 0, "drawing the first micrographs"))
        bar.event(TrainingProgress(2, 40, "training", 0.75, 0.5))
        bar.event(Progress(3, 40, "training"))
        bar.event(Notice("something"))
        shown = bar._bar.tasks[0]
        assert (shown.description, shown.completed, shown.total) == ("training: loss 0.7500", 2, 40)
    text = console.file.getvalue()
    assert "step 2: loss 0.7500, validation 0.5000" in text
    assert "something" in text


def test_lines_in_a_pipe_come_now_and_then(capsys):
    lines = LineTraining()
    for step in range(5):
        lines.event(TrainingProgress(step, 9, "training", 0.5))
    lines.event(TrainingProgress(5, 9, "training", 0.5, 0.25))
    assert [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()] == [
        "step 0 of 9",
        "step 5 of 9",
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT between processes")
def test_ctrl_c_keeps_the_network_so_far(network, tmp_path):
    command = shutil.which("napari-grains", path=str(Path(sys.executable).parent))
    model, recipe = tmp_path / "steel.safetensors", tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"kinds": {"etched": 1.0}}))
    arguments = [command, "pretrain", "--output", model, "--recipe", recipe, "--start", network, "--json"]
    with subprocess.Popen(
        list(map(str, arguments)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if json.loads(line).get("loss"):
                process.send_signal(signal.SIGINT)
                break
        rest, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    summary = json.loads(rest.splitlines()[-1])
    assert summary["stopped"]
    assert 0 < summary["steps"] < 1200
    assert {path.name for path in tmp_path.glob("steel*")} == {
        "steel.safetensors",
        "steel.training.safetensors",
    }
