"""The U-Net: shapes, size, field of view, folding."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_grains.networks import UNet, UNetConfig


def number_of_parameters(in_channels, base, depth, heads):
    """Count by hand: 3x3 convolutions have no bias, batch norms two numbers, all else a bias."""

    def double(a, b):
        return 9 * a * b + 2 * b + 9 * b * b + 2 * b

    widths = [base * 2**k for k in range(depth + 1)]
    count = double(in_channels, widths[0]) + sum(double(w, 2 * w) for w in widths[:-1])
    count += sum(4 * (2 * w) * w + w + double(2 * w, w) for w in widths[:-1])
    return count + sum((base + 1) * n for n in heads.values())


def randomised(config, seed=0):
    """Network with batch-norm statistics and gains as after a training."""
    torch.manual_seed(seed)
    network = UNet(config)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.5)
            module.running_var.uniform_(0.3, 3)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.3)
    return network.eval()


@settings(max_examples=12)
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 6), st.integers(1, 3), st.integers(1, 3))
def test_outputs_have_the_inputs_size(in_channels, depth, base, rows, columns):
    config = UNetConfig(in_channels, base, depth, {"boundary": 1, "phases": 4})
    shape = rows * config.stride, columns * config.stride
    outputs = UNet(config).eval()(torch.zeros(2, in_channels, *shape))
    assert {name: tuple(t.shape) for name, t in outputs.items()} == {
        "boundary": (2, 1, *shape),
        "phases": (2, 4, *shape),
    }


@pytest.mark.parametrize(
    ("in_channels", "base", "depth", "heads"),
    [(1, 16, 4, {"boundary": 1, "distance": 1}), (3, 5, 2, {"phases": 7}), (1, 4, 1, {"a": 1})],
)
def test_number_of_parameters(in_channels, base, depth, heads):
    network = UNet(UNetConfig(in_channels, base, depth, heads))
    counted = sum(p.numel() for p in network.parameters())
    assert counted == number_of_parameters(in_channels, base, depth, heads)


def test_default_network_has_1_94_million_parameters():
    assert sum(p.numel() for p in UNet().parameters()) == 1_942_306
    assert UNet().config == UNetConfig(1, 16, 4, {"boundary": 1, "distance": 1})


def measured_radius(config):
    """Farthest input column with a gradient from one output pixel, over all phases of the max-pools.

    With positive weights no path is switched off by a ReLU; which of four pixels passes a max-pool depends on
    the input, so that several inputs are tried.
    """
    generator = torch.Generator().manual_seed(0)
    network = UNet(config).double().eval()
    for parameter in network.parameters():
        parameter.data = 0.05 + 0.1 * torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
    side = (2 * (config.receptive_radius + 4) // config.stride + 3) * config.stride
    middle = side // 2 // config.stride * config.stride
    farthest = 0
    for phase in range(config.stride):
        reached = torch.zeros(side, dtype=torch.bool)
        for _ in range(6):
            image = torch.rand(1, 1, side, side, dtype=torch.float64, generator=generator).requires_grad_()
            output = network(image)["boundary"][0, 0, middle + phase, middle + phase]
            reached |= (torch.autograd.grad(output, image)[0][0, 0] != 0).any(0)
        columns = torch.nonzero(reached).ravel() - (middle + phase)
        farthest = max(farthest, int(columns.abs().max()))
        assert int(columns.min()) + middle + phase > 0  # the input was wide enough to tell
        assert int(columns.max()) + middle + phase < side - 1
    return farthest


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_receptive_radius_is_exact(depth):
    config = UNetConfig(1, 2, depth)
    assert measured_radius(config) == config.receptive_radius


def test_receptive_radius_of_the_default():
    assert UNetConfig().receptive_radius == 107  # measured once in the same way; it takes a minute
    assert UNetConfig().stride == 16


@pytest.mark.parametrize("depth", [1, 3])
def test_folding_batch_norm_changes_nothing(depth):
    config = UNetConfig(2, 6, depth)
    image = torch.randn(2, 2, 40, 48, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        before = randomised(config)(image)
        folded = randomised(config).fold_batch_norm()
        after = folded(image)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules())
    for name in before:
        assert before[name].std() > 1e-3
        np.testing.assert_allclose(after[name], before[name], atol=1e-5 * float(before[name].abs().max()))


def test_folding_twice_is_folding_once():
    image = torch.randn(1, 1, 16, 16)
    network = randomised(UNetConfig(1, 4, 2)).fold_batch_norm()
    with torch.no_grad():
        once = network(image)["boundary"]
        twice = network.fold_batch_norm()(image)["boundary"]
    torch.testing.assert_close(once, twice, rtol=0, atol=0)


def test_a_network_in_training_is_not_folded():
    with pytest.raises(RuntimeError, match="eval"):
        UNet(UNetConfig(1, 2, 1)).fold_batch_norm()


def test_features_are_what_the_heads_read():
    network = randomised(UNetConfig(1, 3, 2, {"one": 2}))
    image = torch.randn(1, 1, 8, 12)
    with torch.no_grad():
        features = network.features(image)
        assert features.shape == (1, 3, 8, 12)
        torch.testing.assert_close(network.heads["one"](features), network(image)["one"])


@pytest.mark.parametrize(
    "wrong",
    [{"in_channels": 0}, {"base_channels": 0}, {"depth": 0}, {"heads": {}}, {"heads": {"boundary": 0}}],
)
def test_impossible_architectures_are_rejected(wrong):
    with pytest.raises(ValueError, match="at least"):
        UNetConfig(**wrong)
