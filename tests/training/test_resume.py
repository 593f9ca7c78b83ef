"""Runs that were stopped or killed and go on."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from napari_grains.errors import InputError
from napari_grains.events import drive
from napari_grains.networks import NetworkCard, UNet, save_network
from napari_grains.training import Loss, pretrain, read_state, state_path

KILLED = """
import sys, torch
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import SMALL
from napari_grains.events import drive
from napari_grains.training import _pretrain
torch.set_num_threads(1)
_pretrain.STATE_SECONDS = 0.0
job = _pretrain.pretrain(SMALL, state=Path(sys.argv[2]), device="cpu", every=5)
drive(job, lambda event: print(event.done, flush=True))
"""


@pytest.fixture
def state(tmp_path):
    return tmp_path / "small.training.safetensors"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_goes_on_to_the_same_network_bit_for_bit(run, train, state, same):
    arguments = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(state)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if int(line) >= 13:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    kept = read_state(state)
    assert 12 <= kept.step < 30
    again, events = train(resume=kept)
    assert events[0].done > kept.step
    assert events[-1].done == 30
    assert same(run[0], again)
    assert again.card.scores == run[0].card.scores


def test_a_stopped_run_goes_on_to_the_same_network(run, train, state, same):
    stopped, _ = train(stop_at=11, state=state)
    assert stopped.figures["stopped"]
    again, _ = train(resume=read_state(state), state=state)
    assert same(run[0], again)
    assert again.figures["steps"] == 30
    assert again.figures["seconds"] > stopped.figures["seconds"]
    assert not again.figures["stopped"]


def test_a_run_that_was_complete_only_has_to_be_calibrated(run, train, state, same, monkeypatch):
    monkeypatch.setattr("napari_grains.training._pretrain.STATE_SECONDS", 0.0)
    train(state=state)
    assert read_state(state).step == 30
    again, events = train(resume=read_state(state))
    assert events == []
    assert same(run[0], again)


def test_best_scores_are_remembered(train, state):
    _, events = train(stop_at=12, every=1, state=state)
    kept = read_state(state)
    assert kept.best["validation"] == min(e.validation for e in events if e.validation is not None)


def test_other_settings_are_refused_and_named(train, small, state):
    train(stop_at=3, state=state)
    kept = read_state(state)
    other = replace(small, steps=40, loss=Loss(dice=0.75), recipe=replace(small.recipe, noise=1.0))
    with pytest.raises(InputError) as error:
        drive(pretrain(other, resume=kept, device="cpu"))
    for phrase in ("steps (40, not 30)", "loss.dice (0.75, not 0.5)", "recipe.noise (1.0, not 0.5)"):
        assert phrase in str(error.value)
    assert "seed" not in str(error.value)
    train(replace(small, workers=1, compile=False), resume=kept, stop_at=4)  # these may differ


def test_another_starting_network_is_refused(train, small, state, tmp_path):
    paths = [tmp_path / f"{seed}.safetensors" for seed in range(2)]
    for path in paths:
        save_network(path, UNet(small.architecture), NetworkCard(path.stem, small.architecture))
    train(start=paths[0], stop_at=2, state=state)
    kept = read_state(state)
    train(start=paths[0], resume=kept, stop_at=3)
    train(resume=kept, stop_at=3)
    with pytest.raises(InputError, match="the starting network"):
        drive(pretrain(small, start=paths[1], resume=kept, device="cpu"))


def test_what_is_no_state_is_refused(state, run):
    with pytest.raises(InputError, match="no training to go on with"):
        read_state(state)
    state.write_bytes(b"nonsense")
    with pytest.raises(InputError, match="train anew"):
        read_state(state)
    save_network(state, run[0].network, run[0].card)
    with pytest.raises(InputError, match="train anew"):
        read_state(state)


def test_the_old_state_stays_where_the_new_one_cannot_be_written(train, small, tmp_path):
    taken = tmp_path / "file"
    taken.write_text("mine")
    with pytest.raises(InputError, match="cannot keep the training"):
        train(stop_at=2, state=taken / "below.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_file_of_a_state_lies_beside_its_network():
    assert state_path(Path("nets/steel.safetensors")) == Path("nets/steel.training.safetensors")
