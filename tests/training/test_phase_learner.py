"""How phases are learned: what is minimised, and which statistics learn along."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from napari_grains.networks import UNet, UNetConfig, choose_device
from napari_grains.training import Finetuning
from napari_grains.training._aims._phase_learner import PhaseLearner
from napari_grains.training._aims._phase_loss import phase_loss
from napari_grains.training._aims._phase_patches import PhasePatches
from napari_grains.training._aims._phase_targets import PhaseTargets
from napari_grains.training._finetuning import Layers


def phases(rare: int) -> torch.Tensor:
    """A column of a rare second phase in a first one; the third is not there."""
    wanted = torch.ones(1, 1, 8, 8, dtype=torch.long)
    wanted[..., :rare, 0] = 2
    return wanted


def certain(found: torch.Tensor) -> torch.Tensor:
    return 40.0 * torch.nn.functional.one_hot(found[:, 0] - 1, 3).movedim(-1, 1).float()


def test_the_right_phase_costs_nothing() -> None:
    assert float(phase_loss(certain(phases(4)), phases(4))) == pytest.approx(0, abs=1e-5)


def test_what_is_not_painted_costs_nothing() -> None:
    painted, logits = phases(4), certain(phases(4))
    painted[..., 4:, :] = 0
    logits[..., 4:, :] *= -1
    assert float(phase_loss(logits, painted)) == pytest.approx(0, abs=1e-5)


def test_a_rare_phase_counts_more_than_its_area() -> None:
    unsure = torch.zeros(1, 3, 8, 8, requires_grad=True)
    (weights,) = torch.autograd.grad(phase_loss(unsure, phases(4)), unsure)
    assert weights[0, 1, 0, 0].abs() > 4 * weights[0, 0, 7, 7].abs()


@pytest.mark.parametrize(("layers", "learn"), [("all", True), ("head", False)])
def test_statistics_learn_where_all_layers_do(layers: Layers, learn: bool) -> None:
    network = UNet(UNetConfig(base_channels=4, depth=2, heads={"phases": 3})).eval()
    learner = PhaseLearner(Finetuning(steps=1), choose_device("cpu", precision="float32"), network)
    learner.choose(layers)
    before = learner.network.encoder[0][1].running_mean.clone()
    batch = {"image": torch.randn(2, 1, 32, 32), "phases": torch.randint(1, 4, (2, 1, 32, 32))}
    learner.learn(batch, {}, 1.0)
    assert torch.equal(before, learner.network.encoder[0][1].running_mean) is not learn
    assert not learner.average.training


def test_a_patch_is_drawn_at_several_magnifications() -> None:
    lamellae = np.where(np.arange(256) // 8 % 2, 2, 1).astype(np.uint8)[None].repeat(256, 0)
    field = SimpleNamespace(grey=lamellae.astype(np.float32))
    rng = np.random.default_rng(0)
    patches = PhasePatches({(0, 0): field}, {(0, 0): PhaseTargets(lamellae, 2)}, rng, zoom=2.0)
    drawn = patches.draw(16, 64)
    assert drawn["image"].shape == drawn["phases"].shape == (16, 1, 64, 64)
    assert set(drawn["phases"].unique().tolist()) == {1, 2}
    changes = [int((one.diff(dim=d) != 0).any(1 - d).sum()) for one in drawn["phases"][:, 0] for d in (0, 1)]
    number = [max(pair) for pair in zip(changes[::2], changes[1::2], strict=True)]
    assert min(number) < 7  # of 8 edges at the magnification of the image
    assert max(number) > 9
