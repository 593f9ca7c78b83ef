"""Networks on disk: one .safetensors file each, all about them as JSON inside. Nothing is unpickled."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from napari_grains.errors import InputError
from napari_grains.weights import CLASSIFIER, card_text, kind_of

from ._tensors import write_tensors
from ._unet import UNet, UNetConfig

_FORMAT = 1


@dataclass(frozen=True)
class NetworkCard:
    """What a network is, where it comes from and what it may be used for.

    Parameters
    ----------
    name : str
        Name shown to the user.
    architecture : UNetConfig
        What the tensors fit into.
    task : str
        "boundary" or "phases".
    grain_diameter : tuple of float
        Range of mean grain diameters in px that it was trained on; images are brought to this scale.
    normalisation : mapping
        How grey levels become network input: ``low`` and ``high`` percentiles that are stretched to -1..1.
    class_names : tuple of str
        Names of the classes, if any.
    temperature : float
        What the logits of classes are divided by, so that probabilities are as often right as they say; 1 if
        not estimated.
    recipe : mapping
        How it was trained: generator, steps, seed, loss.
    data : tuple of str
        Fingerprints of the images it was trained on; empty for synthetic ones.
    scores : mapping
        Validation figures.
    versions : mapping
        Of the packages that trained it.
    licence, created, notes : str
        SPDX licence of the weights, ISO date, free text.

    Raises
    ------
    ValueError
        If the temperature is not positive.
    """

    name: str
    architecture: UNetConfig = field(default_factory=UNetConfig)
    task: str = "boundary"
    grain_diameter: tuple[float, float] = (13.0, 70.0)
    normalisation: Mapping[str, float] = field(default_factory=lambda: {"low": 0.5, "high": 99.5})
    class_names: tuple[str, ...] = ()
    temperature: float = 1.0
    recipe: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    licence: str = "BSD-3-Clause"
    created: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ValueError(f"temperature {self.temperature}")

    def to_json(self) -> str:
        """Return the card as JSON text.

        Mappings keep their order: a recipe draws its kinds by position.
        """
        return json.dumps({"format": _FORMAT} | asdict(self))

    @classmethod
    def from_json(cls, text: str) -> NetworkCard:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError, AttributeError
            If the text is not a card.
        """
        values = json.loads(text)
        if (found := values.pop("format", _FORMAT)) != _FORMAT:
            raise ValueError(f"format {found}")
        values["architecture"] = UNetConfig(**values["architecture"])
        for name in ("grain_diameter", "class_names", "data"):
            values[name] = tuple(values[name])
        return cls(**values)


def save_network(path: str | os.PathLike[str], network: UNet, card: NetworkCard) -> None:
    """Write a network and its card to one .safetensors file, whole or not at all.

    Parameters
    ----------
    path : path-like
        File to write; its folder is made.
    network : UNet
        Not folded.
    card : NetworkCard
        Its ``architecture`` must be the network's.

    Raises
    ------
    ValueError
        If card and network disagree.
    InputError
        If the file cannot be written.
    """
    if asdict(card.architecture) != asdict(network.config):
        raise ValueError(f"the card says {card.architecture}, the network is {network.config}")
    write_tensors(path, network.state_dict(), card.to_json())


def read_card(path: str | os.PathLike[str]) -> NetworkCard:
    """Read the card of a network file, without its tensors.

    Raises
    ------
    InputError
        If the file is missing, damaged, or no network of this package.
    """
    text = card_text(path)
    if kind_of(text) == CLASSIFIER:
        raise InputError(
            f"{path} is a classifier, which finds neither boundaries nor phases of pixels; "
            "choose another network."
        )
    try:
        return NetworkCard.from_json(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} was saved by another version of napari-grains ({error}); update napari-grains."
        ) from None


def load_network(path: str | os.PathLike[str]) -> tuple[UNet, NetworkCard]:
    """Read a network in ``eval`` mode on the CPU, float32, and its card.

    Raises
    ------
    InputError
        If the file is missing, damaged, no network of this package, or its tensors do not fit its card.
    """
    card = read_card(path)
    try:
        with torch.device("meta"):  # nothing is allocated for a card that does not fit
            network = UNet(card.architecture)
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
        network.load_state_dict(tensors, assign=True)
    except (OSError, SafetensorError, RuntimeError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"the tensors in {path} do not fit its card ({reason}); the file is damaged."
        ) from None
    return network.float().eval(), card


def file_hash(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
