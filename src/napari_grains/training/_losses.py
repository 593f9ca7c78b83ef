"""What training minimises."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def boundary_loss(logit: Tensor, target: Tensor, *, weight: float = 1.0) -> Tensor:
    """Class-weighted cross-entropy plus soft Dice.

    Parameters
    ----------
    logit : Tensor, (N, 1, Y, X)
        Boundary logits.
    target : Tensor, (N, 1, Y, X)
        1 on boundaries, 0 inside grains.
    weight : float
        Weight of a boundary pixel relative to one inside a grain.

    Returns
    -------
    Tensor, scalar
    """
    logit = logit.float()
    balanced = F.binary_cross_entropy_with_logits(logit, target, pos_weight=logit.new_tensor(weight))
    probability = logit.sigmoid()
    overlap = 2 * (probability * target).sum((1, 2, 3)) + 1
    dice = 1 - overlap / (probability.sum((1, 2, 3)) + target.sum((1, 2, 3)) + 1)
    return balanced + 0.5 * dice.mean()


def distance_loss(prediction: Tensor, target: Tensor, *, farthest: float = 3.0) -> Tensor:
    """Huber loss on the distance to the boundary, both cut off at ``farthest``.

    Parameters
    ----------
    prediction, target : Tensor, (N, 1, Y, X)
        Distances in units of `DISTANCE_UNIT` px.
    farthest : float
        Beyond this a pixel is simply "deep inside": the field of view of the network ends somewhere.

    Returns
    -------
    Tensor, scalar
    """
    target = target.clamp(max=farthest)
    prediction = torch.where((target >= farthest) & (prediction > farthest), target, prediction.float())
    return F.smooth_l1_loss(prediction, target, beta=0.2)
