"""The scale for a fine-tuned network is found by the one that it was before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from napari_grains.events import drive
from napari_grains.inference import choose_scale, recent_predictor, recent_scale
from napari_grains.inference._guide import guide_file, guide_hash
from napari_grains.networks import file_hash, load_network, save_network


@pytest.fixture
def pretrained(tiny_file, tmp_path, monkeypatch):
    """Network in the user's folder, whose distances and boundaries are those of the tiny one."""
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path))
    network, card = load_network(tiny_file)
    path = tmp_path / "pretrained.safetensors"
    save_network(path, network, card)
    return path


def tuned(pretrained, path, *runs):
    """Save a network that sees things otherwise, with the card of one that was fine-tuned."""
    network, card = load_network(pretrained)
    network.heads["boundary"].bias.data -= 3
    finetuning = [{"start": start, "painted": [{"scale_chosen": chosen}]} for start, chosen in runs]
    save_network(path, network, replace(card, recipe={"finetuning": finetuning}))
    return str(path)


def test_it_is_the_network_before_the_first_fine_tuning(pretrained, tmp_path):
    path = tuned(pretrained, tmp_path / "t.safetensors", (file_hash(pretrained), "auto"), ("other", "auto"))
    assert guide_file(load_network(path)[1]) == pretrained


def test_a_pretrained_network_needs_none(pretrained):
    assert guide_hash(load_network(pretrained)[1]) is None


def test_a_scale_chosen_by_hand_is_learned(pretrained, tmp_path):
    runs = (file_hash(pretrained), "auto"), ("other", "by hand")
    assert guide_file(load_network(tuned(pretrained, tmp_path / "t.safetensors", *runs))[1]) is None


def test_a_network_that_is_not_here_finds_nothing(pretrained, tmp_path):
    path = tuned(pretrained, tmp_path / "t.safetensors", ("0" * 64, "auto"))
    assert guide_hash(load_network(path)[1]) == "0" * 64
    assert guide_file(load_network(path)[1]) is None


def test_the_fine_tuned_network_is_not_asked(pretrained, tmp_path, etched, monkeypatch):
    guided = tuned(pretrained, tmp_path / "t.safetensors", (file_hash(pretrained), "auto"))
    alone = tuned(pretrained, tmp_path / "alone.safetensors", (file_hash(pretrained), "by hand"))
    before, after, by_itself = (
        recent_predictor(str(path), "cpu", "float32") for path in (pretrained, guided, alone)
    )
    asked = []
    for name, predictor in (("after", after), ("by itself", by_itself)):
        predict = predictor.predict
        monkeypatch.setattr(predictor, "predict", lambda *a, n=name, p=predict: asked.append(n) or p(*a))
    assert drive(recent_scale(etched, after)) == drive(choose_scale(etched, before)).scale
    assert asked == []
    drive(recent_scale(etched, by_itself))
    assert set(asked) == {"by itself"}
