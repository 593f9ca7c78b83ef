"""A synthetic micrograph as a training sample."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_grains.networks import DISTANCE_UNIT
from napari_grains.synthesis import SyntheticMicrograph

FARTHEST = 30.0
"""Distances to the boundary are cut off here, in px."""
UNSEEN = 0.05
"""Edges that are less visible than this nobody could see."""
BAND = 3.0
"""Distance in px up to which the weight of an edge reaches."""


def training_weight(micrograph: SyntheticMicrograph, invisible_weight: float) -> NDArray[np.float32]:
    """How much each pixel counts: labels of edges that cannot be seen teach to invent some.

    Parameters
    ----------
    micrograph : SyntheticMicrograph
        With its visibility.
    invisible_weight : float
        Weight of the pixels along edges that cannot be seen; the others have 1.

    Returns
    -------
    ndarray of float32, (Y, X)
    """
    unseen = (micrograph.visibility < UNSEEN) & (micrograph.distance <= BAND)
    return np.where(unseen, np.float32(invisible_weight), np.float32(1))


def training_sample(
    micrograph: SyntheticMicrograph, rng: np.random.Generator, invisible_weight: float = 1.0
) -> dict[str, Tensor]:
    """One view of a micrograph as network input and targets.

    Parameters
    ----------
    micrograph : SyntheticMicrograph
        Square.
    rng : numpy.random.Generator
        Draws flips, quarter turns and the grey scale.
    invisible_weight : float
        See `training_weight`.

    Returns
    -------
    dict of str to Tensor, (1, Y, X) float32
        "image" about -1..1, "boundary" 0 or 1, "distance" in units of `DISTANCE_UNIT` px, "weight".
    """
    turns, flip = int(rng.integers(4)), bool(rng.integers(2))

    def view(array: NDArray[np.generic]) -> Tensor:
        turned = np.rot90(array[:, ::-1] if flip else array, turns)
        return torch.from_numpy(np.ascontiguousarray(turned, np.float32))[None]

    gain, offset = rng.uniform(1.1, 2.2), rng.uniform(-0.2, 0.2)
    return {
        "image": (view(micrograph.image) - 0.5) * gain + offset,
        "boundary": view(micrograph.boundary),
        "distance": view(np.minimum(micrograph.distance, FARTHEST)) / DISTANCE_UNIT,
        "weight": view(training_weight(micrograph, invisible_weight)),
    }
