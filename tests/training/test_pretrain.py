"""Training from scratch and from a network, in small."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_grains.errors import InputError
from napari_grains.events import Progress, TrainingProgress, drive
from napari_grains.networks import (
    NetworkCard,
    UNet,
    UNetConfig,
    choose_device,
    file_hash,
    load_network,
    save_network,
)
from napari_grains.synthesis import Recipe
from napari_grains.training import Loss, Pretraining, pretrain
from napari_grains.training._settings import settings_from_dict, settings_to_dict
from napari_grains.training._trainer import Trainer

SCORE = "synthetic validation loss"


def test_loss_falls(run):
    _, events = run
    assert np.mean([e.loss for e in events[-2:]]) < 0.9 * np.mean([e.loss for e in events[:2]])


def test_network_is_better_than_an_untrained_one(run, train, small):
    untrained, _ = train(replace(small, steps=1))
    assert run[0].card.scores[SCORE] < untrained.card.scores[SCORE]


def test_events_count_to_the_end(run):
    _, events = run
    assert [e.done for e in events] == [5, 10, 15, 20, 25, 30]
    assert {e.total for e in events} == {30}
    assert all(np.isfinite(e.loss) for e in events)


def test_a_stop_is_asked_for_after_every_step(small):
    events = []
    drive(pretrain(replace(small, steps=8), device="cpu", every=4), events.append)
    assert [e.done for e in events if isinstance(e, Progress)] == list(range(9))
    assert [e.done for e in events if isinstance(e, TrainingProgress)] == [4, 8]


def test_without_a_number_of_steps_the_last_event_has_the_losses(small):
    events = []
    drive(pretrain(replace(small, steps=3), device="cpu"), events.append)
    assert isinstance(events[-1], TrainingProgress)
    assert events[-1].done == 3


def test_loss_is_the_mean_since_the_last_event(train, small):
    _, one_by_one = train(replace(small, steps=7), every=1)
    _, in_fours = train(replace(small, steps=7), every=4)
    losses = [e.loss for e in one_by_one]
    assert [e.done for e in in_fours] == [4, 7]
    assert in_fours[0].loss == pytest.approx(np.mean(losses[:4]))
    assert in_fours[1].loss == pytest.approx(np.mean(losses[4:]))  # the last three, not over four


def test_validation_comes_after_every_tenth_of_the_run(train, small):
    trained, events = train(replace(small, steps=20), every=1)
    assert [e.done for e in events if e.validation is not None] == list(range(2, 21, 2))
    assert {e.real for e in events} == {None}
    assert trained.figures["validation"] == events[-1].validation
    assert trained.card.scores[SCORE] == pytest.approx(events[-1].validation, abs=1e-4)


def test_same_seed_same_weights_bit_for_bit(run, train, small, same):
    assert same(run[0], train()[0])
    assert not same(run[0], train(replace(small, seed=2))[0])


def test_workers_do_not_change_the_result(train, small, same):
    alone, helped = (train(replace(small, steps=6, workers=n))[0] for n in (0, 2))
    assert same(alone, helped)


def test_the_generator_that_all_share_is_left_alone(train, small):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train(replace(small, steps=2))
    assert torch.equal(torch.rand(3), expected)


def test_stop_gives_a_usable_network(train, tmp_path):
    trained, events = train(stop_at=12)
    assert events[-1].done == 10  # the last one with losses
    assert trained.figures["stopped"]
    assert trained.card.recipe["steps done"] == trained.figures["steps"] == 12
    assert trained.card.recipe["steps"] == 30
    assert not trained.network.training
    with torch.inference_mode():
        outputs = trained.network(torch.zeros(1, 1, 32, 32))
    assert torch.isfinite(outputs["boundary"]).all()
    save_network(tmp_path / "n.safetensors", trained.network, trained.card)
    network, _ = load_network(tmp_path / "n.safetensors")
    with torch.inference_mode():
        assert torch.equal(network(torch.zeros(1, 1, 32, 32))["boundary"], outputs["boundary"])


def test_card_holds_the_whole_recipe(run, small):
    card = run[0].card
    assert card.name == "small"
    assert card.architecture == small.architecture
    assert card.grain_diameter == (14, 24)
    assert card.data == ()
    assert {"napari-grains", "torch", "numpy"} <= set(card.versions)
    recipe = json.loads(json.dumps(card.recipe))
    assert recipe["device"].startswith("CPU")
    assert recipe["machine"]
    assert recipe["samples per second"] > 0
    assert recipe["start"] is None
    expected = json.loads(json.dumps(settings_to_dict(small)))
    assert {key: recipe[key] for key in expected} == expected


def test_settings_can_be_had_back_from_a_saved_card(run, train, tmp_path, same, small):
    save_network(tmp_path / "n.safetensors", run[0].network, run[0].card)
    _, card = load_network(tmp_path / "n.safetensors")
    names = settings_to_dict(small)
    settings = settings_from_dict({name: card.recipe[name] for name in names})
    assert same(run[0], train(settings)[0])


def test_default_recipe_keeps_its_order_on_the_card():
    card = NetworkCard("x", recipe=settings_to_dict(Pretraining()))
    kinds = NetworkCard.from_json(card.to_json()).recipe["recipe"]["kinds"]
    assert list(kinds) == list(Recipe().kinds)


def test_average_lags_behind_the_weights_but_not_at_first(small):
    trainer = Trainer(replace(small, ema=0.98), choose_device("cpu", precision="float32"))
    name = "decoder.1.0.weight"
    weight, average = trainer.network.state_dict()[name], trainer.average.state_dict()[name]
    generator = torch.Generator().manual_seed(0)
    expected = average.clone()
    for step in range(1, 700):
        with torch.no_grad():
            weight.copy_(torch.rand(weight.shape, generator=generator))
        trainer.steps = step
        trainer._follow()
        decay = min(0.98, step / (step + 9))
        expected = decay * expected + (1 - decay) * weight
        if step == 1:
            assert float((average - weight).abs().max()) < 0.15
    torch.testing.assert_close(average, expected)
    assert float((average - 0.5).abs().max()) < 0.5 * float((weight - 0.5).abs().max())


def test_a_network_to_start_from_keeps_its_architecture(run, train, small, tmp_path):
    path = tmp_path / "first.safetensors"
    save_network(path, run[0].network, run[0].card)
    gentle = replace(small, architecture=UNetConfig(base_channels=8, depth=3), steps=4, learning_rate=1e-5)
    trained, _ = train(gentle, start=path)
    assert trained.network.config == small.architecture
    assert trained.card.recipe["start"] == file_hash(path)
    assert trained.card.recipe["architecture"]["base_channels"] == 4
    assert trained.card.scores[SCORE] == pytest.approx(run[0].card.scores[SCORE], rel=0.1)


def test_a_network_for_something_else_is_no_start(small, tmp_path):
    architecture = UNetConfig(base_channels=4, depth=2, heads={"phases": 3})
    path = tmp_path / "phases.safetensors"
    save_network(path, UNet(architecture), NetworkCard("p", architecture, task="phases"))
    with pytest.raises(InputError, match=r"phases\.safetensors was made for phases"):
        drive(pretrain(small, start=path, device="cpu"))


@pytest.mark.parametrize(
    "wrong", [{"steps": None}, {"steps": 0}, {"minutes": 0.0}, {"size": 50}, {"ema": 1.0}, {"views": 0}]
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must be|needs|out of range"):
        Pretraining(**wrong)


def test_other_losses_train_too(train, small):
    loss = Loss(boundary_weight=2.0, skeleton_recall=0.5, cldice=0.5)
    _, events = train(replace(small, steps=10, loss=loss))
    assert events[-1].loss < events[0].loss


@pytest.mark.parametrize("wanted", [True, False, None])
def test_the_network_is_compiled_where_that_is_asked_for(small, monkeypatch, wanted):
    """None: not on a processor."""
    compiled = []

    def stub(network):
        compiled.append(network)
        return network

    monkeypatch.setattr(torch, "compile", stub)
    trainer = Trainer(replace(small, compile=wanted), choose_device("cpu"))
    assert compiled == ([trainer.network] if wanted else [])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_training_on_cuda(small):
    events = []
    trained = drive(pretrain(replace(small, steps=60), device="cuda", every=5), events.append)
    losses = [event.loss for event in events if isinstance(event, TrainingProgress)]
    assert losses[-1] < 0.9 * losses[0]
    assert next(trained.network.parameters()).device.type == "cpu"
