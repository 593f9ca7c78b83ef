"""Where the phases lie among the features of a network, and how far from all of them nothing is known."""

from __future__ import annotations

from typing import Any, Final

import torch

from napari_grains.networks import FeatureSpace, UNet

from .._stream import Batch
from ._phase_network import HEAD

_QUANTILE: Final = 0.99
"""Of the distances of held-out painted pixels; what is farther from every phase is unknown."""
_FEWEST: Final = 50
"""Held-out pixels of each phase from which its spread can be told."""


@torch.no_grad()
def limits_of_the_known(network: UNet, held: Batch, number: int) -> dict[str, Any] | None:
    """Fit the features of held-out painted pixels, on which the network was not trained.

    Parameters
    ----------
    network : UNet
        On the CPU, in ``eval`` mode.
    held : dict of str to Tensor
        See `held_patches`.
    number : int
        Of phases.

    Returns
    -------
    dict or None
        JSON-able: "space", the tensors of a `FeatureSpace`, and "limit", the distance in it beyond which a
        pixel is unknown. None if too little of a phase was held out.
    """
    features = torch.cat([network.features(image[None]) for image in held["image"]]).movedim(1, -1)
    known = held[HEAD][:, 0] > 0
    points, labels = features[known], held[HEAD][:, 0][known].long() - 1
    if int(torch.bincount(labels, minlength=number).min()) < _FEWEST:
        return None
    space = FeatureSpace.fit(points, labels, number)
    distances = space.distance(points).sort().values
    tensors = {name: tensor.tolist() for name, tensor in space.tensors().items()}
    return {"space": tensors, "limit": float(distances[_rank(len(distances))])}


def _rank(number: int) -> int:
    """Rank of the quantile among so many sorted values."""
    return min(number - 1, int(_QUANTILE * number))
