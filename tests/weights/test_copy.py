"""Networks that are copied under another name."""

from __future__ import annotations

import pytest
import torch

from napari_grains.errors import InputError
from napari_grains.networks import load_network
from napari_grains.weights import bundled_folder, copy_network, describe_network

SOURCE = bundled_folder() / "default.safetensors"


def test_a_copy_has_the_same_weights_and_another_name(tmp_path):
    target = tmp_path / "new" / "mine.safetensors"
    assert copy_network(SOURCE, target, name="mine", notes="Etched 316L, µm.") == target
    network, card = load_network(target)
    original, before = load_network(SOURCE)
    assert card.name == "mine"
    assert card.notes == f"{before.notes} Etched 316L, µm.".strip()
    assert card.recipe == before.recipe
    for one, other in zip(network.state_dict().values(), original.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_without_a_name_the_card_stays(tmp_path):
    copy = copy_network(SOURCE, tmp_path / "copy.safetensors")
    assert describe_network(copy) == describe_network(SOURCE)


def test_what_is_no_network_is_not_copied(tmp_path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"nothing")
    with pytest.raises(InputError, match="not a readable"):
        copy_network(broken, tmp_path / "copy.safetensors")
    assert list(tmp_path.iterdir()) == [broken]


def test_where_nothing_can_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another place"):
        copy_network(SOURCE, tmp_path / "file" / "copy.safetensors")
