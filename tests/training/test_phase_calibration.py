"""Networks for phases learn how often they are right."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_grains.events import drive
from napari_grains.images import calibrated
from napari_grains.inference import PhaseSettings, map_phases
from napari_grains.networks import NetworkCard, UNet, UNetConfig, load_network, save_network
from napari_grains.training import temperature_of
from napari_grains.training._aims._phase_calibration import PhaseCalibration

NAMES = ("soft", "hard")


def said(factor, patches=6, side=128, painted=1.0, seed=0):
    """Logits (P, 2, Y, X) that are a factor too large, and the patches that they are of."""
    generator = torch.Generator().manual_seed(seed)
    odds = 2 * torch.randn(patches, side, side, generator=generator)
    hard = torch.rand(patches, side, side, generator=generator) < odds.sigmoid()
    known = torch.rand(patches, side, side, generator=generator) < painted
    logits = factor * torch.stack([torch.zeros_like(odds), odds], dim=1)
    return logits, {"phases": torch.where(known, 1.0 + hard, 0.0)[:, None]}


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_who_says_too_much_or_too_little_is_told_by_how_much(factor):
    logits, held = said(factor)
    found = PhaseCalibration.of(NAMES, logits, held).figures()
    assert found["temperature"] == pytest.approx(factor, rel=0.1)  # a little nearer to 1
    assert found["calibration"]["places"] == 6 * 16
    assert found["calibration"]["error_after"] < 0.03 < 0.05 < found["calibration"]["error_before"]


def test_of_a_few_places_nothing_is_concluded():
    logits, held = said(3.0, patches=1)
    found = PhaseCalibration.of(NAMES, logits, held).figures()
    assert found["temperature"] == 1.0
    assert found["calibration"]["error_after"] is None
    assert found["calibration"]["error_before"] > 0.05


def test_who_is_always_right_gets_no_extreme_temperature_of_few_examples():
    labels = torch.arange(400) % 2
    logits = 2.0 * torch.nn.functional.one_hot(labels)
    few, many, free = (temperature_of(logits, labels, worth=worth) for worth in (10, 1000, None))
    assert free < many < few
    assert 0.4 < few < 0.9


@pytest.fixture
def network(tmp_path):
    torch.manual_seed(1)
    config = UNetConfig(base_channels=4, depth=2, heads={"phases": 2})
    path = tmp_path / "phases.safetensors"
    card = NetworkCard("phases", config, task="phases", class_names=NAMES)
    save_network(path, UNet(config).eval(), card)
    return path


def test_confidence_follows_the_temperature_and_phases_do_not(network, tmp_path):
    grey = np.random.default_rng(0).random((64, 64))
    cooler = tmp_path / "cooler.safetensors"
    stored, card = load_network(network)
    save_network(cooler, stored, replace(card, temperature=0.25))
    one, other = (
        drive(map_phases(calibrated(grey), PhaseSettings(str(path), device="cpu", mirrored=False)))
        for path in (network, cooler)
    )
    np.testing.assert_array_equal(one.phases, other.phases)
    odds = one.confidence / (1 - one.confidence)
    np.testing.assert_allclose(other.confidence / (1 - other.confidence), odds**4, rtol=1e-3)


def test_cards_keep_the_temperature_and_old_ones_have_none():
    card = NetworkCard("phases", temperature=1.5)
    assert NetworkCard.from_json(card.to_json()).temperature == 1.5
    old = card.to_json().replace('"temperature": 1.5, ', "")
    assert NetworkCard.from_json(old).temperature == 1.0
    with pytest.raises(ValueError, match="temperature"):
        NetworkCard("phases", temperature=0.0)
