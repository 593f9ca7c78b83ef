"""Network files: what goes in comes out, and nothing else is let in."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pickle
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from napari_grains.errors import InputError
from napari_grains.networks import (
    NetworkCard,
    UNet,
    UNetConfig,
    file_hash,
    find_network,
    list_networks,
    load_network,
    read_card,
    save_network,
    user_folder,
)

SMALL = UNetConfig(1, 3, 2)
CARD = NetworkCard(
    "Söller µm",
    SMALL,
    grain_diameter=(12.5, 60.0),
    class_names=("ferrite", "pearlite"),
    recipe={"kinds": {"grooves": 0.1, "etched": 0.9}, "steps": 3},
    data=("ab12",),
    scores={"loss": 0.25},
    versions={"torch": "2.6"},
    created="2026-01-31",
    notes='quotes " and\nlines',
)


def small_network(seed=0, config=SMALL):
    torch.manual_seed(seed)
    return UNet(config).eval()


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "small.safetensors"
    save_network(path, small_network(), CARD)
    return path


def one_line(caught):
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


def test_round_trip_is_exact(saved):
    network, card = load_network(saved)
    assert card == CARD
    assert read_card(saved) == CARD
    assert not network.training
    expected = small_network().state_dict()
    assert list(network.state_dict()) == list(expected)
    for name, tensor in network.state_dict().items():
        assert tensor.dtype == expected[name].dtype
        assert torch.equal(tensor, expected[name])


def test_network_on_channels_last_is_saved_alike(saved, tmp_path):
    other = tmp_path / "other.safetensors"
    save_network(other, small_network().to(memory_format=torch.channels_last), CARD)
    assert other.read_bytes() == saved.read_bytes()
    assert file_hash(other) == hashlib.sha256(saved.read_bytes()).hexdigest()


def test_file_is_plain_safetensors_with_the_card_as_json(saved):
    with safe_open(saved, "pt") as file:
        card = json.loads(file.metadata()["napari_grains"])
        assert set(file.keys()) == set(small_network().state_dict())
    assert card["name"] == "Söller µm"
    assert list(card["recipe"]["kinds"]) == ["grooves", "etched"]  # order counts when a recipe draws


def test_file_is_readable_by_whom_the_umask_allows(tmp_path):
    before = os.umask(0o022)
    try:
        save_network(tmp_path / "a.safetensors", small_network(), CARD)
    finally:
        os.umask(before)
    if os.name == "posix":
        assert (tmp_path / "a.safetensors").stat().st_mode & 0o777 == 0o644


def test_folder_is_made_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "new" / "folder" / "a.safetensors"
    save_network(path, small_network(), CARD)
    assert [p.name for p in path.parent.iterdir()] == ["a.safetensors"]


@pytest.mark.parametrize("failing", ["write_bytes", "replace"])
def test_failure_in_the_middle_leaves_the_old_file(saved, monkeypatch, failing):
    before = saved.read_bytes()

    def fail(path, *args):
        if failing == "write_bytes":
            with path.open("wb") as file:
                file.write(args[0][:1000])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, failing, fail)
    with pytest.raises(InputError) as caught:
        save_network(saved, small_network(1), CARD)
    assert "No space left" in one_line(caught)
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_interrupted_saving_leaves_the_old_file(saved, monkeypatch):
    def interrupt(path, data):
        raise KeyboardInterrupt

    before = saved.read_bytes()
    monkeypatch.setattr(Path, "write_bytes", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_network(saved, small_network(1), CARD)
    monkeypatch.undo()
    assert saved.read_bytes() == before


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        save_network(tmp_path / "file" / "a.safetensors", small_network(), CARD)
    assert "another folder" in one_line(caught)


def test_card_of_another_architecture_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="card"):
        save_network(tmp_path / "a.safetensors", small_network(), NetworkCard("x", UNetConfig(1, 4, 2)))
    assert not list(tmp_path.iterdir())


class Bomb:
    """Unpickling it would make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_pickle_files_are_not_even_opened(tmp_path):
    path, trace = tmp_path / "model.pt", tmp_path / "trace"
    torch.save(small_network().state_dict(), path)
    with pytest.raises(InputError) as caught:
        load_network(path)
    assert "safetensors" in one_line(caught)
    path.write_bytes(pickle.dumps(Bomb(trace)))
    for file in (path, path.rename(tmp_path / "model.safetensors")):
        with pytest.raises(InputError):
            load_network(file)
    assert not trace.exists()


@pytest.mark.parametrize("length", [0, 5, 8, 200, -1])
def test_truncated_files(saved, length):
    saved.write_bytes(saved.read_bytes()[:length])
    with pytest.raises(InputError) as caught:
        load_network(saved)
    assert "damaged" in one_line(caught)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="there is no network file"):
        load_network(tmp_path / "none.safetensors")
    with pytest.raises(InputError) as caught:
        load_network(tmp_path)
    one_line(caught)


def test_foreign_safetensors_file(tmp_path):
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(InputError, match="holds no napari-grains network"):
        load_network(path)


def rewritten(path, change, tensors=None):
    """Save the small network again with another card text."""
    values = json.loads(CARD.to_json())
    change(values)
    save_file(tensors or small_network().state_dict(), path, {"napari_grains": json.dumps(values)})


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(surprise=1),
        lambda v: v.update(format=2),
        lambda v: v.pop("name"),
        lambda v: v.pop("architecture"),
        lambda v: v.update(architecture=3),
        lambda v: v["architecture"].update(depth=0),
        lambda v: v["architecture"].update(depth="2"),
        lambda v: v["architecture"].update(heads=["boundary"]),
        lambda v: v["architecture"].update(base_channels=2.5),
        lambda v: v["architecture"].update(base_channels=4),
        lambda v: v["architecture"].update(depth=60),
        lambda v: v.update(data=None),
    ],
)
def test_cards_that_do_not_fit(saved, change):
    rewritten(saved, change)
    with pytest.raises(InputError) as caught:
        load_network(saved)
    assert saved.name in one_line(caught)


def test_card_that_is_no_json(saved):
    save_file(small_network().state_dict(), saved, {"napari_grains": "{nonsense"})
    with pytest.raises(InputError):
        load_network(saved)


def test_tensor_missing(saved):
    tensors = small_network().state_dict()
    tensors.pop("heads.boundary.bias")
    rewritten(saved, lambda v: None, tensors)
    with pytest.raises(InputError) as caught:
        load_network(saved)
    assert "do not fit" in one_line(caught)


def test_card_is_frozen_and_compares_by_value():
    assert dataclasses.replace(CARD) == CARD
    assert NetworkCard.from_json(CARD.to_json()) == CARD
    with pytest.raises(dataclasses.FrozenInstanceError):
        CARD.name = "other"


def test_networks_are_found_by_name_and_by_file(tmp_path, monkeypatch):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path / "mine"))
    assert user_folder() == tmp_path / "mine"
    save_network(user_folder() / "steel.safetensors", small_network(), CARD)
    (user_folder() / ".x.safetensors.12.part").write_bytes(b"")
    assert list_networks()["steel"] == user_folder() / "steel.safetensors"
    assert find_network("steel") == find_network(user_folder() / "steel.safetensors")
    with pytest.raises(InputError, match=r"no network 'iron'.*steel"):
        find_network("iron")
    with pytest.raises(InputError):
        find_network("")


def test_own_network_wins_over_a_bundled_one(tmp_path, monkeypatch):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path))
    save_network(tmp_path / "default.safetensors", small_network(), CARD)
    assert find_network() == tmp_path / "default.safetensors"
