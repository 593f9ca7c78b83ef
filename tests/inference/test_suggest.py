"""Where to paint next."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_grains.errors import InputError
from napari_grains.events import STOP, Progress, drive
from napari_grains.inference import Suggestion, still_helps, suggest_arrays, suggest_place
from napari_grains.inference._uncertainty import entropy_of, uncertainty_of
from napari_grains.networks import NetworkCard, UNet, UNetConfig, save_network


@pytest.fixture
def doubtful():
    """Two doubtful places, the second of which is more so."""
    uncertainty = np.full((60, 80), 0.1, np.float32)
    uncertainty[10:20, 10:20] = 0.6
    uncertainty[40:50, 60:70] = 0.9
    return uncertainty


def nothing():
    return np.zeros((60, 80), np.bool_)


def test_the_most_doubtful_place_is_suggested(doubtful):
    found = suggest_place(doubtful, nothing(), None, 9)
    assert found.uncertainty == pytest.approx(0.9)
    assert 44 <= found.place[0] <= 45
    assert 64 <= found.place[1] <= 65
    assert found.extent == 9


def test_a_single_doubtful_pixel_is_no_place():
    uncertainty = np.zeros((60, 80), np.float32)
    uncertainty[5, 5] = 1
    uncertainty[30:42, 30:42] = 0.5
    row, column = suggest_place(uncertainty, nothing(), None, 9).place
    assert 33 <= row <= 38
    assert 33 <= column <= 38


def test_it_is_away_from_what_was_painted(doubtful):
    painted = nothing()
    painted[45, 65] = True
    found = suggest_place(doubtful, painted, None, 9)
    assert found.uncertainty == pytest.approx(0.6)
    assert max(abs(found.place[0] - 45), abs(found.place[1] - 65)) > 4


def test_it_lies_within_the_specimen_and_the_image(doubtful):
    specimen = ~nothing()
    specimen[:, 50:] = False
    assert suggest_place(doubtful, nothing(), specimen, 9).place[1] < 46
    corner = np.zeros((60, 80), np.float32)
    corner[0, 0] = 1
    assert min(suggest_place(corner, nothing(), None, 9).place) >= 4


def test_where_all_is_painted_there_is_no_place(doubtful):
    assert suggest_place(doubtful, ~nothing(), None, 9) is None
    assert still_helps(None) == (False, "all of the image is painted: there is no place left.")


@pytest.mark.parametrize(
    ("uncertainty", "errors", "helps"),
    [
        (0.5, (), True),
        (0.5, (0.3,), True),
        (0.05, (), False),
        (0.5, (0.3, 0.2, 0.15, 0.1), True),
        (0.5, (0.3, 0.3, 0.31, 0.3), False),
        (0.5, (0.3, 0.2, 0.2, 0.199, 0.21), False),
    ],
)
def test_it_says_when_more_strokes_no_longer_help(uncertainty, errors, helps):
    found, said = still_helps(Suggestion((1, 1), 9, uncertainty), errors)
    assert found is helps
    assert said.endswith((".", "bits per pixel)."))


def test_the_job_gives_a_plane_and_a_place(tiny_file, etched):
    image = etched
    labels = np.zeros(image.shape, np.int32)
    events = []
    found = drive(suggest_arrays(image, labels, model=tiny_file, scale=1.0, device="cpu"), events.append)
    assert found["uncertainty"].shape == image.shape
    assert found["uncertainty"].dtype == np.float32
    assert 0 <= found["uncertainty"].min() <= found["uncertainty"].max() <= 1
    row, column = (round(at) for at in found["place"])
    labels[row, column] = 1
    again = drive(suggest_arrays(image, labels, model=tiny_file, scale=1.0, device="cpu"))
    assert again["place"] != found["place"]
    assert {event.message for event in events if isinstance(event, Progress)} == {
        "looking for doubtful places"
    }


def test_labels_that_do_not_fit_are_refused(tiny_file, etched):
    with pytest.raises(InputError, match="one plane of each"):
        drive(suggest_arrays(etched, np.zeros((3, 3), np.int32), model=tiny_file, scale=1.0))


def test_a_stop_gives_nothing(tiny_file, etched):
    job = suggest_arrays(etched, np.zeros(etched.shape, np.int32), model=tiny_file, scale=1.0)
    next(job)
    with pytest.raises(StopIteration) as end:
        job.send(STOP)
    assert end.value.value == {}


@pytest.mark.parametrize(
    ("shares", "bits"), [((1, 0, 0), 0), ((0.5, 0.5, 0), 1), ((0.25,) * 4, 2), ((0.9, 0.1), 0.469)]
)
def test_entropy_counts_the_answers_between_which_a_network_is_undecided(shares, bits):
    found = entropy_of(np.full((2, 3), share, np.float32) for share in shares)
    assert found == pytest.approx(np.full((2, 3), bits), abs=1e-3)


def test_doubt_about_a_boundary_is_the_entropy_of_two_answers():
    boundary = np.linspace(0, 1, 11, dtype=np.float32)
    np.testing.assert_allclose(uncertainty_of(boundary), entropy_of((boundary, 1 - boundary)), atol=1e-6)
    with pytest.raises(ValueError, match="needs the probability"):
        entropy_of([])


@pytest.fixture
def phase_file(tmp_path):
    """Path of a random network that tells three phases apart in two channels, at half the scale."""
    config = UNetConfig(base_channels=4, depth=2, in_channels=2, heads={"phases": 3})
    card = NetworkCard(
        "phases",
        config,
        task="phases",
        class_names=("a", "b", "c"),
        recipe={"finetuning": [{"painted": [{"scale": 0.5, "pixel_size_m": [1e-6, 1e-6]}]}]},
    )
    torch.manual_seed(0)
    network = UNet(config).eval()
    network.heads["phases"].weight.data.mul_(20)
    save_network(tmp_path / "phases.safetensors", network, card)
    return str(tmp_path / "phases.safetensors")


def test_the_next_place_to_paint_phases(phase_file, etched):
    labels = np.zeros(etched.shape, np.int32)
    asked = {"model": phase_file, "paint": "phases", "channels": [etched[::-1].copy()], "device": "cpu"}
    found = drive(suggest_arrays(etched, labels, **asked))
    assert found["uncertainty"].shape == etched.shape
    assert 0 <= found["uncertainty"].min() < found["uncertainty"].max() <= np.log2(3) + 1e-3
    assert found["extent"] == 32  # a window of 16 px at the scale at which the network learned
    labels[tuple(round(at) for at in found["place"])] = 2
    again = drive(suggest_arrays(etched, labels, **asked))
    assert again["place"] != found["place"]
    coarser = drive(suggest_arrays(etched, labels, **asked, pixel_size_m=[2e-6, 2e-6]))
    assert coarser["extent"] == 16


def test_a_missing_channel_is_named(phase_file, etched):
    with pytest.raises(InputError, match="reads 2 channels, not 1"):
        drive(suggest_arrays(etched, np.zeros(etched.shape, np.int32), model=phase_file, paint="phases"))


def test_a_network_for_boundaries_finds_no_place_for_phases(tiny_file, etched):
    labels = np.zeros(etched.shape, np.int32)
    with pytest.raises(InputError, match="not for phases"):
        drive(suggest_arrays(etched, labels, model=tiny_file, paint="phases"))
