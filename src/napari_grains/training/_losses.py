"""What training minimises."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from napari_grains.networks import DISTANCE_UNIT

from ._settings import Loss

CENTRELINE = 0.75 / DISTANCE_UNIT
"""Pixels nearer to a boundary than this, in units of the distance head, are its centreline."""
_THINNINGS = 3
"""Steps of the soft skeleton: boundaries are four pixels wide."""


def total_loss(outputs: Mapping[str, Tensor], batch: Mapping[str, Tensor], loss: Loss) -> Tensor:
    """Weighted sum of the losses.

    Parameters
    ----------
    outputs : mapping of str to Tensor, (N, 1, Y, X)
        Logits "boundary" and "distance" of a network.
    batch : mapping of str to Tensor, (N, 1, Y, X)
        Targets "boundary" and "distance", and "weight" of every pixel.
    loss : Loss
        Weights of the parts.

    Returns
    -------
    Tensor, scalar
    """
    logit, target, pixels = outputs["boundary"].float(), batch["boundary"], batch["weight"]
    total = boundary_loss(logit, target, weight=loss.boundary_weight, dice=loss.dice, pixels=pixels)
    if loss.distance:
        total = total + loss.distance * distance_loss(outputs["distance"], batch["distance"], pixels=pixels)
    if loss.skeleton_recall or loss.cldice:
        centreline = (batch["distance"] < CENTRELINE).float()
        recall = skeleton_recall(logit.sigmoid(), centreline * pixels)
        total = total + loss.skeleton_recall * (1 - recall).mean()
        if loss.cldice:
            precision = skeleton_precision(logit.sigmoid(), target, pixels)
            total = total + loss.cldice * (1 - _harmonic_mean(precision, recall)).mean()
    return total


def boundary_loss(
    logit: Tensor, target: Tensor, *, weight: float = 1.0, dice: float = 0.5, pixels: Tensor | None = None
) -> Tensor:
    """Class-weighted cross-entropy plus soft Dice.

    Parameters
    ----------
    logit : Tensor, (N, 1, Y, X)
        Boundary logits.
    target : Tensor, (N, 1, Y, X)
        1 on boundaries, 0 inside grains.
    weight : float
        Weight of a boundary pixel relative to one inside a grain.
    dice : float
        Weight of the Dice loss.
    pixels : Tensor, (N, 1, Y, X), optional
        Weight of every pixel; None: 1.

    Returns
    -------
    Tensor, scalar
    """
    logit = logit.float()
    pixels = torch.ones_like(target) if pixels is None else pixels
    balanced = F.binary_cross_entropy_with_logits(logit, target, pixels, pos_weight=logit.new_tensor(weight))
    if not dice:
        return balanced
    probability = logit.sigmoid() * pixels
    overlap = 2 * _sum(probability * target) + 1
    overlap = overlap / (_sum(probability) + _sum(target * pixels) + 1)
    return balanced + dice * (1 - overlap).mean()


def distance_loss(
    prediction: Tensor, target: Tensor, *, farthest: float = 3.0, pixels: Tensor | None = None
) -> Tensor:
    """Huber loss on the distance to the boundary, both cut off at ``farthest``.

    Parameters
    ----------
    prediction, target : Tensor, (N, 1, Y, X)
        Distances in units of `DISTANCE_UNIT` px.
    farthest : float
        Beyond this a pixel is simply "deep inside": the field of view of the network ends somewhere.
    pixels : Tensor, (N, 1, Y, X), optional
        Weight of every pixel; None: 1.

    Returns
    -------
    Tensor, scalar
    """
    target = target.clamp(max=farthest)
    prediction = torch.where((target >= farthest) & (prediction > farthest), target, prediction.float())
    if pixels is None:
        return F.smooth_l1_loss(prediction, target, beta=0.2)
    return (pixels * F.smooth_l1_loss(prediction, target, beta=0.2, reduction="none")).mean()


def skeleton_recall(probability: Tensor, centreline: Tensor) -> Tensor:
    """Share of the true centrelines that was found, softly (Kirchhoff et al., ECCV 2024, eq. 3).

    Parameters
    ----------
    probability : Tensor, (N, 1, Y, X)
        Of a boundary.
    centreline : Tensor, (N, 1, Y, X)
        Above 0 on the centrelines of the true boundaries, by how much a pixel counts. The synthetic truth
        knows them: they need no thinning.

    Returns
    -------
    Tensor, (N,)
        0 to 1.
    """
    return (_sum(probability * centreline) + 1) / (_sum(centreline) + 1)


def skeleton_precision(probability: Tensor, target: Tensor, pixels: Tensor) -> Tensor:
    """Share of the predicted centrelines that lies on true boundaries, softly (Shit et al., CVPR 2021).

    Parameters
    ----------
    probability : Tensor, (N, 1, Y, X)
        Of a boundary.
    target : Tensor, (N, 1, Y, X)
        1 on boundaries, 0 inside grains.
    pixels : Tensor, (N, 1, Y, X)
        Weight of every pixel.

    Returns
    -------
    Tensor, (N,)
        0 to 1.
    """
    skeleton = soft_skeleton(probability) * pixels
    return (_sum(skeleton * target) + 1) / (_sum(skeleton) + 1)


def soft_skeleton(probability: Tensor, thinnings: int = _THINNINGS) -> Tensor:
    """Thin bright lines to their centres by repeated minima and maxima (Shit et al., 2021, algorithm 1).

    Parameters
    ----------
    probability : Tensor, (N, 1, Y, X)
        0 to 1.
    thinnings : int
        How often; half the width of the widest line.

    Returns
    -------
    Tensor, (N, 1, Y, X)
    """
    skeleton = F.relu(probability - _opened(probability))
    for _ in range(thinnings):
        probability = _eroded(probability)
        ridge = F.relu(probability - _opened(probability))
        skeleton = skeleton + F.relu(ridge - skeleton * ridge)
    return skeleton


def _eroded(image: Tensor) -> Tensor:
    """Smallest value among a pixel and its four neighbours."""
    along_y = -F.max_pool2d(-image, (3, 1), 1, (1, 0))
    along_x = -F.max_pool2d(-image, (1, 3), 1, (0, 1))
    return torch.minimum(along_y, along_x)


def _opened(image: Tensor) -> Tensor:
    return F.max_pool2d(_eroded(image), 3, 1, 1)


def _harmonic_mean(one: Tensor, other: Tensor) -> Tensor:
    return 2 * one * other / (one + other)


def _sum(image: Tensor) -> Tensor:
    """Sum over each image of a batch, (N,)."""
    return image.sum((1, 2, 3))
