"""A tiny random network, small micrographs, and the command line in this process."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from napari_grains.cli import app
from napari_grains.images import PixelSize, write_tiff
from napari_grains.networks import NetworkCard, UNet, UNetConfig, save_network
from napari_grains.synthesis import Contrast, MicrographParameters, Structure, synthesize


@pytest.fixture(scope="session")
def network(tmp_path_factory) -> Path:
    """A network that has learned nothing: what it finds means nothing, but it goes all the way."""
    torch.manual_seed(0)
    config = UNetConfig(base_channels=4, depth=2)
    unet = UNet(config).eval()
    with torch.no_grad():  # a boundary in one pixel of six, so that there are grains
        logit = unet(torch.rand(1, 1, 64, 64) * 2 - 1)["boundary"]
        unet.heads["boundary"].weight *= 3 / logit.std()
        unet.heads["boundary"].bias -= torch.quantile(
            unet(torch.rand(1, 1, 64, 64) * 2 - 1)["boundary"], 5 / 6
        )
    path = tmp_path_factory.mktemp("network") / "default.safetensors"
    save_network(path, unet, NetworkCard("tiny", config))
    return path


@pytest.fixture(scope="session")
def pixels() -> np.ndarray:
    """(96, 128) uint8, dark lines around grains of about 24 px."""
    parameters = MicrographParameters("etched", Structure(24), Contrast(lines=-0.6, line_width=2.5))
    return np.rint(synthesize(parameters, (96, 128), 3).image * 255).astype(np.uint8)


@pytest.fixture
def micrograph(tmp_path, pixels):
    """Save micrographs: ``micrograph("name.tif")``, calibrated with 0.5 um unless told otherwise."""

    def save(name: str = "steel.tif", um: float | None = 0.5, array: np.ndarray = pixels) -> Path:
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_tiff(path, array, None if um is None else PixelSize(um * 1e-6, um * 1e-6))
        return path

    return save


@pytest.fixture
def output(tmp_path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def grains(monkeypatch):
    """Run the command line: ``grains("segment", path, ...)``."""

    def run(*arguments: object):
        result = CliRunner().invoke(app, [str(each) for each in arguments])
        events = []
        if "--json" in arguments:
            events = [json.loads(line) for line in result.stdout.splitlines()]
        return SimpleNamespace(
            code=result.exit_code,
            out=result.stdout,
            err=result.stderr,
            events=events,
            raised=result.exception,
        )

    return run


@pytest.fixture
def segment(grains, network, output):
    """Run ``segment`` with the tiny network at scale 1, by the threshold unless told otherwise."""

    def run(*arguments: object):
        method = () if "--method" in arguments else ("--method", "threshold")
        return grains("segment", *arguments, *method, "--output", output, "--model", network, "--scale", 1)

    return run


@pytest.fixture
def summary(output):
    """Read a summary: of the run, or of a stem."""

    def read(stem: str | None = None) -> dict:
        name = "summary.json" if stem is None else f"{stem}_summary.json"
        return json.loads((output / name).read_text("utf-8"))

    return read
