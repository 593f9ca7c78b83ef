"""Phases painted in images, learned, and mapped by the command `phases map`."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import torch

from napari_grains.images import PixelSize, read_image, read_labels, write_tiff
from napari_grains.networks import NetworkCard, UNet, UNetConfig, read_card, save_network

NAMES = ("matrix", "carbide")


@pytest.fixture
def phase_network(tmp_path):
    """A network that calls everything bright carbide."""
    torch.manual_seed(0)
    config = UNetConfig(base_channels=4, depth=2, heads={"phases": 2})
    network = UNet(config).eval()
    with torch.no_grad():
        image = 2 * torch.rand(1, 1, 64, 64) - 1
        difference = network(image)["phases"].diff(dim=1)
        network.heads["phases"].bias[0] += difference.median()
    card = NetworkCard("two phases", config, task="phases", class_names=NAMES)
    path = tmp_path / "two phases.safetensors"
    save_network(path, network, card)
    return path


def test_files_of_an_image_and_of_a_stack(grains, micrograph, phase_network, pixels, output):
    single, stack = micrograph("steel.tif"), micrograph("stack.tif", array=np.stack([pixels] * 2))
    answer = grains(
        "phases", "map", single, stack, "--output", output, "--model", phase_network, "--device", "cpu"
    )
    assert answer.code == 0, answer.err
    phases, _ = read_labels(output / "steel_phases.tif")
    assert phases.shape == pixels.shape
    assert set(np.unique(phases)) == {1, 2}
    confidence = read_image(output / "steel_confidence.tif")
    assert confidence.pixels.min() >= 0.5
    assert confidence.pixel_size is not None
    assert confidence.pixel_size.y_um == pytest.approx(0.5)
    with (output / "steel_phases.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == list(NAMES)
    assert float(rows[0]["indicative95_low"]) < float(rows[0]["fraction"])
    assert [int(row["pixels"]) for row in rows] == [np.count_nonzero(phases == k) for k in (1, 2)]
    stacked, _ = read_labels(output / "stack_phases.tif")
    np.testing.assert_array_equal(stacked, [phases, phases])
    summary = json.loads((output / "summary.json").read_text())
    assert (summary["status"], summary["done"]) == ("done", 2)
    assert [one["class"] for one in summary["inputs"][0]["fractions"]] == list(NAMES)
    pooled = summary["pooled"]
    assert (pooled["fields"], pooled["fractions"][0]["pixels"]) == (3, 3 * np.count_nonzero(phases == 1))
    assert pooled["fractions"][0]["ci95"] is not None
    assert "all 3 fields" in answer.out


def test_one_bad_image_does_not_stop_the_others(grains, micrograph, phase_network, output):
    bad = micrograph("bad.tif")
    bad.write_bytes(b"no micrograph")
    arguments = ("--output", output, "--model", phase_network, "--device", "cpu")
    answer = grains("phases", "map", bad, micrograph("good.tif"), *arguments)
    assert answer.code == 1
    assert (output / "good_phases.tif").is_file()
    assert "bad.tif" in answer.err


def test_a_network_for_boundaries_is_refused_in_one_line(grains, micrograph, network, output):
    answer = grains("phases", "map", micrograph(), "--output", output, "--model", network)
    assert answer.code == 2
    assert "phases" in answer.err
    assert "Traceback" not in answer.err
    assert not (output / "steel_phases.tif").exists()


def test_painted_phases_are_learned_and_keep_their_names(grains, micrograph, network, pixels, tmp_path):
    labels = np.zeros(pixels.shape, np.uint8)
    labels[::6], labels[3::6] = 1, 2
    painted = tmp_path / "painted.tif"
    write_tiff(painted, labels, PixelSize(5e-7, 5e-7))
    learned = tmp_path / "learned.safetensors"
    answer = grains(
        "finetune", "--image", micrograph(), "--labels", painted, "--output", learned, "--paint", "phases",
        "--class-names", "matrix,carbide", "--model", network, "--steps", "2", "--device", "cpu",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    card = read_card(learned)
    assert (card.task, card.class_names) == ("phases", NAMES)
    assert dict(card.architecture.heads) == {"phases": 2}


def test_registered_channels_are_learned_and_mapped(grains, micrograph, network, pixels, output, tmp_path):
    labels = np.zeros(pixels.shape, np.uint8)
    labels[::6], labels[3::6] = 1, 2
    painted, learned = tmp_path / "painted.tif", tmp_path / "learned.safetensors"
    write_tiff(painted, labels, PixelSize(5e-7, 5e-7))
    image, other = micrograph("se.tif"), micrograph("bse.tif", array=pixels[::-1])
    command = (
        "finetune", "--image", image, "--labels", painted, "--output", learned, "--model", network,
        "--steps", "2", "--device", "cpu", "--channel", other,
    )  # fmt: skip
    answer = grains(*command, "--paint", "phases")
    assert answer.code == 0, answer.err
    assert read_card(learned).architecture.in_channels == 2
    arguments = ("--output", output, "--model", learned, "--device", "cpu")
    assert grains("phases", "map", image, *arguments, "--channel", other).code == 0
    assert "reads 2 channels, not 1" in grains("phases", "map", image, *arguments).err
    answer = grains(*command)
    assert (answer.code, "add --paint phases" in answer.err) == (2, True)
    pair = ("--validate-image", image, "--validate-labels", painted)
    answer = grains(*command, *pair, "--paint", "phases")
    assert (answer.code, "1 --channel for 2 images" in answer.err) == (2, True)
