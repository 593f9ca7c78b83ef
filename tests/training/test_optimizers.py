"""What moves the weights of a network that learns from strokes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from napari_grains.networks import UNet, UNetConfig
from napari_grains.training._muon import Muon, orthogonalised
from napari_grains.training._optimizers import optimizers_for, set_rate


@pytest.mark.parametrize("shape", [(16, 8, 3, 3), (64, 8, 2, 2), (24, 24)])
def test_all_directions_of_a_matrix_count_nearly_alike(shape):
    torch.manual_seed(0)
    rows, columns = shape[0], torch.Size(shape[1:]).numel()
    left, values, right = torch.linalg.svd(torch.randn(rows, columns), full_matrices=False)
    uneven = left * torch.logspace(0, -1.5, len(values)) @ right  # one direction is 30 times another
    found = orthogonalised(uneven.reshape(shape)).reshape(rows, columns)
    singular = torch.linalg.svdvals(found)
    assert singular.min() > 0.6
    assert singular.max() < 1.25
    # the directions themselves stay: in them the matrix is diagonal, and positive
    inner = left.T @ found @ right.T
    torch.testing.assert_close(inner, torch.diag(inner.diagonal()), atol=1e-3, rtol=0)
    assert (inner.diagonal() > 0).all()


def test_nothing_stays_nothing():
    assert not orthogonalised(torch.zeros(4, 4, 3, 3)).any()


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e4])
def test_a_step_is_a_share_of_the_weights_whatever_the_size_of_the_gradient(size):
    torch.manual_seed(0)
    weight = nn.Parameter(torch.randn(8, 4, 3, 3))
    before = weight.detach().clone()
    weight.grad = size * torch.randn(8, 4, 3, 3)
    Muon([weight], lr=0.01).step()
    step = weight.detach() - before
    assert float(step.norm()) == pytest.approx(0.01 * float(before.norm()), rel=1e-4)
    assert (step * weight.grad).sum() < 0


def test_what_got_no_gradient_or_one_of_zero_stays():
    still, zero = (nn.Parameter(torch.ones(4, 4)) for _ in range(2))
    zero.grad = torch.zeros(4, 4)
    Muon([still, zero], lr=0.01).step()
    assert torch.equal(still, torch.ones(4, 4))
    assert torch.equal(zero, torch.ones(4, 4))


def test_the_momentum_goes_on_where_the_gradient_ends():
    weight = nn.Parameter(torch.ones(2, 2))
    muon = Muon([weight], lr=0.01)
    weight.grad = torch.eye(2)
    muon.step()
    after = weight.detach().clone()
    weight.grad = torch.zeros(2, 2)
    muon.step()
    assert (weight.diagonal() < after.diagonal()).all()


def test_muon_takes_no_closure():
    with pytest.raises(ValueError, match="closure"):
        Muon([nn.Parameter(torch.ones(2, 2))], lr=0.01).step(lambda: 0.0)


@pytest.mark.parametrize("fast", [True, False])
def test_each_weight_is_moved_by_one_optimizer(fast):
    network = UNet(UNetConfig(base_channels=4, depth=2))
    parameters = list(network.parameters())
    optimizers = optimizers_for(parameters, 1e-3, 1e-4, fast=fast)
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    moved = [id(one) for group in groups for one in group["params"]]
    assert sorted(moved) == sorted(map(id, parameters))
    assert [type(one).__name__ for one in optimizers] == ["AdamW", "Muon"][: 1 + fast]


def test_muon_moves_the_weights_between_channels_alone():
    network = UNet(UNetConfig(base_channels=4, depth=2))
    _, muon = optimizers_for(list(network.parameters()), 1e-3, 1e-4, fast=True)
    ids = {id(one) for group in muon.param_groups for one in group["params"]}
    moved = {name for name, one in network.named_parameters() if id(one) in ids}
    assert "encoder.1.0.weight" in moved
    assert "up.0.weight" in moved
    assert not {"encoder.0.0.weight", "encoder.0.1.weight", "up.0.bias", "heads.boundary.weight"} & moved


def test_rates_are_shares_of_the_peak_however_often_they_are_set():
    for optimizer in optimizers_for([nn.Parameter(torch.ones(4, 4, 3, 3))], 1e-3, 0.0, fast=False):
        set_rate(optimizer, 0.1)
        set_rate(optimizer, 0.5)
        assert optimizer.param_groups[0]["lr"] == pytest.approx(5e-4)
