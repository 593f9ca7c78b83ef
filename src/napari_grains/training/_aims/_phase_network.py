"""The network that learning phases begins with: one for phases, or the features of one for boundaries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import torch

from napari_grains.errors import InputError
from napari_grains.networks import NetworkCard, UNet, load_network
from napari_grains.weights import PHASES

HEAD: Final = "phases"
_FIRST: Final = "encoder.0.0.weight"


def phase_network(path: Path, names: tuple[str, ...], channels: int) -> tuple[UNet, NetworkCard]:
    """Load a network and give it an output for each phase.

    A network for the same phases and channels goes on. Any other keeps its features: its output layer is a
    new one that says every phase is as likely, and its first layer is shared among the channels so that the
    sum over them is what it was.

    Parameters
    ----------
    path : Path
        Of a network of this package.
    names : tuple of str
        Of the phases.
    channels : int
        Of the images.

    Raises
    ------
    InputError
        If the network reads several other channels.
    """
    network, card = load_network(path)
    if card.task == PHASES and card.class_names == names and network.config.in_channels == channels:
        return network, card
    if network.config.in_channels not in (1, channels):
        raise InputError(
            f"the network {path.name} reads {network.config.in_channels} channels, the images have "
            f"{channels}; start from another one."
        )
    config = replace(network.config, in_channels=channels, heads={HEAD: len(names)})
    adapted = replace(card, architecture=config, task=PHASES, class_names=names, scores={})
    return _with_head(network, UNet(config)), adapted


def _with_head(network: UNet, phases: UNet) -> UNet:
    state = {name: value for name, value in network.state_dict().items() if not name.startswith("heads.")}
    shared = phases.config.in_channels // network.config.in_channels
    state[_FIRST] = state[_FIRST].repeat(1, shared, 1, 1) / shared
    phases.load_state_dict(state, strict=False)
    head = phases.heads[HEAD]
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.zero_()
    return phases.eval()
