"""Training from scratch, in small."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from napari_grains.events import drive
from napari_grains.networks import NetworkCard, UNetConfig, load_network, save_network
from napari_grains.synthesis import Recipe
from napari_grains.training import Pretraining, TrainingProgress, pretrain
from napari_grains.training._pretrain import _schedule

SMALL = Pretraining(
    recipe=Recipe(kinds={"etched": 1.0}, grain_diameter=(14, 24), noise=0.5),
    architecture=UNetConfig(base_channels=4, depth=2),
    steps=30,
    batch=4,
    size=64,
    ema=0.9,
    workers=0,
    seed=1,
)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """A tiny network gains nothing from threads, and loses much on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def train(settings=SMALL, every=5, stop_at=None):
    events = []
    should_stop = None if stop_at is None else lambda: events[-1].done >= stop_at
    trained = drive(pretrain(settings, device="cpu", name="small", every=every), events.append, should_stop)
    return trained, events


@pytest.fixture(scope="module")
def run():
    return train()


def test_loss_falls(run):
    _, events = run
    assert np.mean([e.loss for e in events[-2:]]) < 0.9 * np.mean([e.loss for e in events[:2]])


def test_network_is_better_than_an_untrained_one(run):
    trained, _ = run
    untrained, _ = train(replace(SMALL, steps=1))
    score = "synthetic validation loss"
    assert trained.card.scores[score] < untrained.card.scores[score]


def test_events_count_to_the_end(run):
    _, events = run
    assert all(isinstance(e, TrainingProgress) for e in events)
    assert [e.done for e in events] == [5, 10, 15, 20, 25, 30]
    assert {e.total for e in events} == {30}
    assert all(np.isfinite(e.loss) for e in events)


def test_loss_is_the_mean_since_the_last_event():
    _, one_by_one = train(replace(SMALL, steps=7), every=1)
    _, in_fours = train(replace(SMALL, steps=7), every=4)
    losses = [e.loss for e in one_by_one]
    assert [e.done for e in in_fours] == [4, 7]
    assert in_fours[0].loss == pytest.approx(np.mean(losses[:4]))
    assert in_fours[1].loss == pytest.approx(np.mean(losses[4:]))  # the last three, not over four


def test_validation_comes_every_tenth_event():
    _, events = train(replace(SMALL, steps=12), every=1)
    assert [e.validation is not None for e in events] == [False] * 9 + [True] + [False] * 2


def test_same_seed_same_weights_bit_for_bit(run):
    again, _ = train()
    for name, tensor in run[0].network.state_dict().items():
        assert torch.equal(tensor, again.network.state_dict()[name]), name
    other, _ = train(replace(SMALL, seed=2, steps=1))
    assert not torch.equal(
        other.network.state_dict()["heads.boundary.weight"],
        run[0].network.state_dict()["heads.boundary.weight"],
    )


def test_stop_gives_a_usable_network(tmp_path):
    trained, events = train(stop_at=10)
    assert events[-1].done == 10
    assert trained.card.recipe["steps done"] == 10
    assert trained.card.recipe["steps"] == 30
    assert not trained.network.training
    with torch.inference_mode():
        outputs = trained.network(torch.zeros(1, 1, 32, 32))
    assert torch.isfinite(outputs["boundary"]).all()
    save_network(tmp_path / "n.safetensors", trained.network, trained.card)
    network, _ = load_network(tmp_path / "n.safetensors")
    with torch.inference_mode():
        assert torch.equal(network(torch.zeros(1, 1, 32, 32))["boundary"], outputs["boundary"])


def test_card_holds_the_whole_recipe(run):
    card = run[0].card
    assert card.name == "small"
    assert card.architecture == SMALL.architecture
    assert card.grain_diameter == (14, 24)
    assert card.data == ()
    assert {"napari-grains", "torch", "numpy"} <= set(card.versions)
    recipe = json.loads(json.dumps(card.recipe))
    assert recipe["device"].startswith("CPU")
    expected = json.loads(json.dumps(asdict(SMALL)))
    assert {key: recipe[key] for key in expected} == expected


def test_settings_can_be_had_back_from_a_saved_card(run, tmp_path):
    save_network(tmp_path / "n.safetensors", run[0].network, run[0].card)
    _, card = load_network(tmp_path / "n.safetensors")
    values = {
        key: value for key, value in card.recipe.items() if key not in ("device", "seconds", "steps done")
    }
    values["recipe"] = Recipe(**values["recipe"])
    values["architecture"] = UNetConfig(**values["architecture"])
    again, _ = train(Pretraining(**values))
    for name, tensor in run[0].network.state_dict().items():
        assert torch.equal(tensor, again.network.state_dict()[name]), name


def test_default_recipe_keeps_its_order_on_the_card():
    card = NetworkCard("x", recipe=asdict(Pretraining()))
    kinds = NetworkCard.from_json(card.to_json()).recipe["recipe"]["kinds"]
    assert list(kinds) == list(Recipe().kinds)


def test_average_lags_behind_the_weights():
    fast, slow = (train(replace(SMALL, steps=6, ema=e))[0].network.state_dict() for e in (0.0, 0.999))
    start, _ = train(replace(SMALL, steps=1, ema=0.0))
    name = "decoder.1.0.weight"
    moved = [float((s[name] - start.network.state_dict()[name]).norm()) for s in (fast, slow)]
    assert moved[1] < 0.05 * moved[0]


def test_schedule_warms_up_and_ends_at_zero():
    rates = [_schedule(step, 1000) for step in range(1001)]
    assert rates[0] == pytest.approx(1 / 50)
    assert max(rates) == pytest.approx(1, abs=0.01)
    assert rates.index(max(rates)) == pytest.approx(49, abs=2)
    assert rates[500] == pytest.approx(0.5)
    assert rates[1000] == pytest.approx(0)
    assert all(a >= b for a, b in pairwise(rates[60:]))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_training_on_cuda():
    events = []
    trained = drive(pretrain(replace(SMALL, steps=60), device="cuda", every=5), events.append)
    assert events[-1].loss < 0.9 * events[0].loss
    assert next(trained.network.parameters()).device.type == "cpu"
