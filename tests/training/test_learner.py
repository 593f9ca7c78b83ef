"""How far a network goes for strokes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
import torch

from napari_grains.networks import UNet, UNetConfig, choose_device
from napari_grains.training import Finetuning
from napari_grains.training._learner import Learner
from napari_grains.training._restraint import keeping_weight, kept_change, restrained

SETTINGS = Finetuning(steps=1, rehearsal=0, keeping=0.0, consistency=0.0, ema=0.0)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return UNet(UNetConfig(base_channels=4, depth=2)).eval()


@pytest.fixture
def batch():
    column = torch.zeros(2, 1, 32, 32)
    column[..., 8] = 1
    return {
        "image": torch.randn(2, 1, 32, 32),
        "boundary": column,
        "grain": 1 - column,
        "lenient": 0 * column,
    }


def learned(network, batch, change):
    """Take one step; weights that were judged, and all weights that were learned."""
    plan = choose_device("cpu", precision="float32")
    learner = Learner(replace(SETTINGS, change=change), plan, network)
    learner.choose("all")
    learner.learn(batch, {}, 1.0)
    return learner, learner.average.state_dict(), learner.network.state_dict()


@pytest.mark.parametrize(("error", "share"), [(0.0, 0.5), (0.02, 0.5), (0.04, 0.8), (0.05, 1.0), (0.4, 1.0)])
def test_the_less_a_network_was_wrong_the_less_of_the_change_is_kept(error, share):
    assert kept_change(error) == pytest.approx(share)


@pytest.mark.parametrize(("error", "weight"), [(0.0, 0.0), (0.1, 0.0), (0.175, 3.0), (0.25, 6.0), (0.6, 6.0)])
def test_the_more_strokes_are_corrections_the_more_is_kept_elsewhere(error, weight):
    assert keeping_weight(error) == pytest.approx(weight)


@pytest.mark.parametrize(
    ("error", "expected"), [(0.0, True), (0.049, True), (0.051, False), (0.099, False), (0.101, True)]
)
def test_what_was_nearly_right_and_what_is_corrected_is_held_back(error, expected):
    assert restrained(error) is expected


def test_a_training_that_comes_to_be_held_back_or_let_go_changes_what_moves_it(network, batch):
    learner = Learner(SETTINGS, choose_device("cpu", precision="float32"), network)
    seen = []
    for learner.restrained in (True, False, False, True):
        learner.choose("all")
        learner.learn(batch, {}, 1.0)
        seen.append(learner._optimizers)
    assert [[type(one).__name__ for one in each] for each in seen] == [
        ["AdamW"],
        ["AdamW", "Muon"],
        ["AdamW", "Muon"],
        ["AdamW"],
    ]
    assert seen[1] is seen[2]


def test_half_of_the_change_is_half_way_between_before_and_after(network, batch):
    before = deepcopy(network.state_dict())
    _, judged, learned_weights = learned(network, batch, 0.5)
    moved = [name for name, value in before.items() if not torch.equal(value, learned_weights[name])]
    assert len(moved) > 10
    for name in moved:
        torch.testing.assert_close(judged[name], (before[name] + learned_weights[name]) / 2)


def test_going_on_from_what_was_kept_goes_on_from_all_that_was_learned(network, batch):
    learner, judged, learned_weights = learned(network, batch, 0.5)
    kept = deepcopy(network)
    kept.load_state_dict(judged)
    learner.go_on_from(kept)
    for name, value in learner.network.state_dict().items():
        torch.testing.assert_close(value, learned_weights[name])
    for name, value in learner.average.state_dict().items():
        torch.testing.assert_close(value, judged[name])


def test_how_wrong_it_was_is_what_it_was_before_the_training(network, batch):
    plan = choose_device("cpu", precision="float32")
    learner = Learner(SETTINGS, plan, network)
    learner.expect(batch)
    error = learner._error(learner.logits(batch, network), batch)
    assert learner.change == kept_change(error) == 1.0
    assert learner.keeping == 0.0  # as told
    learner = Learner(replace(SETTINGS, keeping=None), plan, network)
    assert learner.keeping == keeping_weight(0.0)
    learner.expect(batch)
    assert learner.keeping == keeping_weight(error) > keeping_weight(0.0)
    with torch.no_grad():
        right = deepcopy(network)
        right.heads["boundary"].weight.zero_()
        right.heads["boundary"].bias.fill_(-9)
    learner = Learner(SETTINGS, plan, right)
    learner.expect(batch | {"boundary": 0 * batch["boundary"]})
    assert learner.change == 0.5


def test_elsewhere_the_network_before_teaches_first_and_the_moving_average_afterwards(
    network, batch, monkeypatch
):
    monkeypatch.setattr("napari_grains.training._learner._TRUSTED", 2)
    plan = choose_device("cpu", precision="float32")
    learner = Learner(replace(SETTINGS, consistency=1.0), plan, network)
    learner.choose("all")
    asked = []
    learner._before.register_forward_hook(lambda *_: asked.append("before"))
    learner._followed.register_forward_hook(lambda *_: asked.append("average"))
    for _ in range(4):
        learner.learn(batch, {}, 1.0)
    assert asked == ["before", "before", "average", "average"]


def test_a_network_that_goes_on_is_its_own_teacher_at_once(network, batch):
    learner = Learner(replace(SETTINGS, consistency=1.0), choose_device("cpu", precision="float32"), network)
    learner.choose("all")
    learner.go_on_from(network)
    asked = []
    learner._followed.register_forward_hook(lambda *_: asked.append("average"))
    learner.learn(batch, {}, 1.0)
    assert asked == ["average"]


def test_the_teacher_sees_the_mirror_image_and_answers_for_the_image(network, batch):
    """With an unbiased teacher an image that is its own mirror image is told the same on both sides."""
    learner = Learner(replace(SETTINGS, consistency=1.0), choose_device("cpu", precision="float32"), network)
    half = torch.rand(2, 1, 32, 16)
    image = torch.cat([half, half.flip(-1)], -1)
    logit = torch.zeros(2, 1, 32, 32, requires_grad=True)
    outputs = {"boundary": logit, "distance": torch.zeros(2, 1, 32, 32)}
    learner._loss_elsewhere(outputs, image, torch.ones_like(image)).backward()
    with torch.no_grad():
        answer = network(image)["boundary"].flip(-1).sigmoid()
    assert torch.equal(logit.grad < 0, answer > 0.5)


def test_what_was_learned_counts_though_the_network_became_surer_where_it_had_been_wrong(
    network, monkeypatch
):
    """Half of what was undecided is right now; what was wrong is more so."""
    learner = Learner(SETTINGS, choose_device("cpu", precision="float32"), network)
    boundary = torch.zeros(1, 1, 40, 40)
    boundary[..., ::4, :] = 1
    patches = {"image": boundary, "boundary": boundary, "grain": 0 * boundary, "lenient": 0 * boundary}
    right = torch.arange(40.0).reshape(-1, 1).expand(1, 1, 40, 40) < 20
    judged, plain = [], []
    for undecided, wrong in ((0.0, -1.0), (6.0, -6.0)):
        logit = torch.where(right, undecided, wrong)
        monkeypatch.setattr(learner, "logits", lambda *_, logit=logit: logit)
        judged.append(learner.judge(patches, learner.average))
        plain.append(learner._error(logit, patches))
    assert judged[1] < 0.6 * judged[0]
    assert plain[1] > plain[0]
