"""Small networks and micrographs for the tests of inference."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_grains.inference import Predictor, SegmentationSettings, _recent
from napari_grains.networks import NetworkCard, UNet, UNetConfig, choose_device, save_network
from napari_grains.synthesis import Contrast, Imaging, MicrographParameters, Structure, synthesize

TINY = UNetConfig(base_channels=4, depth=2)


def tiny_network(seed=0, config=TINY):
    """Random network whose boundary logits spread over both sides of zero and depend on the surroundings."""
    torch.manual_seed(seed)
    network = UNet(config)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.02, 0.1)
    network.heads["boundary"].weight.data.mul_(4)
    network.heads["distance"].bias.data.fill_(0.5)
    return network.eval()


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Small networks gain nothing from threads, and lose much on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    """Each test starts like a new process."""
    monkeypatch.setattr(_recent, "_predictors", _recent.Recent(3))
    monkeypatch.setattr(_recent, "_scales", _recent.Recent(64))


@pytest.fixture
def make_predictor():
    def make(tile=1024, config=TINY, dtype="float32"):
        plan = choose_device("cpu", precision=dtype)
        predictor = Predictor(tiny_network(config=config), NetworkCard("tiny", config), plan)
        predictor.tile = tile
        return predictor

    return make


@pytest.fixture(scope="session")
def tiny_file(tmp_path_factory):
    """Path of a random network in a file."""
    path = tmp_path_factory.mktemp("networks") / "tiny.safetensors"
    save_network(path, tiny_network(), NetworkCard("tiny", TINY))
    return str(path)


@pytest.fixture
def settings(tiny_file):
    """Function that makes settings for the random network in single precision, at scale 1."""

    def make(**values):
        return SegmentationSettings(
            **{"model": tiny_file, "device": "cpu", "precision": "float32", "scale": 1.0} | values
        )

    return make


@pytest.fixture(scope="session")
def etched():
    """Synthetic micrograph (120, 150) with dark lines around grains of 24 px, float32 0..1."""
    parameters = MicrographParameters(
        structure=Structure(grain_diameter=24), contrast=Contrast(lines=-0.5), imaging=Imaging(noise=0.02)
    )
    return synthesize(parameters, (120, 150), 3).image


@pytest.fixture
def blurred_noise():
    """Function of a shape: smooth random image, -1..1."""

    def make(shape, seed=0):
        rng = np.random.default_rng(seed)
        image = rng.standard_normal(shape)
        return np.tanh(image).astype(np.float32)

    return make
