"""What fine-tuning minimises where strokes are: as many as there are, wherever they are a little off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

PLANES: Final = ("boundary", "grain", "lenient")
"""What is known of patches, in the order in which it is asked for here."""
TOLERANCE: Final = 1
"""Working px by which a stroke may be off."""
UNDECIDED: Final = 0.25
"""Squared error of a network that is undecided."""
_SHARPNESS: Final = 2.0
"""Factor of the logits that are to be agreed with: what is nearly decided shall be decided."""
_OF_DISTANCE: Final = 0.2
"""Weight of agreeing about distances."""


def stroke_loss(
    logit: Tensor,
    boundary: Tensor,
    grain: Tensor,
    lenient: Tensor | float,
    prior: float = 0.5,
    tolerance: int = TOLERANCE,
) -> Tensor:
    """Cross-entropy on painted pixels alone, balanced over the classes, lenient about places.

    A boundary pixel asks for a boundary somewhere within a pixel of it: strokes are painted a little off. A
    grain pixel asks for the inside of a grain, where that is lenient within a pixel, too: on a coarse grid
    the inside next to a line lies within the line's width. Each class counts by its expected share of all
    pixels and not by how much was painted, so that undecided pixels stay undecided.

    Parameters
    ----------
    logit : Tensor, (N, 1, Y, X)
        Boundary logits.
    boundary, grain : Tensor, (N, 1, Y, X)
        1 where that was painted; where both are 0 the pixel is ignored: its gradient is 0 unless it is next
        to a painted one.
    lenient : Tensor, (N, 1, Y, X), or float
        How far a pixel next to a grain pixel counts for it, 0 to 1; see `lenience_at`.
    prior : float
        Expected share of boundary pixels.
    tolerance : int
        Working px by which a stroke may be off.

    Returns
    -------
    Tensor, scalar
    """
    highest, inside = _around(logit.float(), lenient, tolerance)
    return 2 * prior * _mean(F.softplus(-highest), boundary) + 2 * (1 - prior) * _mean(
        F.softplus(inside), grain
    )


def stroke_error(
    logit: Tensor,
    boundary: Tensor,
    grain: Tensor,
    lenient: Tensor | float,
    prior: float = 0.5,
    most: float = 1.0,
) -> Tensor:
    """Mean squared error of the probability on painted pixels (Brier, 1950), as lenient and balanced.

    A single stroke of which a network is sure, and wrong, outweighs no other, as it would in a cross-entropy.

    Parameters
    ----------
    logit, boundary, grain, lenient, prior
        As in `stroke_loss`.
    most : float
        What a pixel counts at most; see `UNDECIDED`.

    Returns
    -------
    Tensor, scalar
        0 to ``most``.
    """
    highest, inside = _around(logit.float(), lenient)
    missed, invented = ((p**2).clamp(max=most) for p in ((-highest).sigmoid(), inside.sigmoid()))
    return prior * _mean(missed, boundary) + (1 - prior) * _mean(invented, grain)


def kept_loss(outputs: Mapping[str, Tensor], before: Mapping[str, Tensor], ignored: Tensor) -> Tensor:
    """How far a network has moved from what it said before where nothing was painted.

    Parameters
    ----------
    outputs, before : mapping of str to Tensor, (N, 1, Y, X)
        "boundary" (logits) and "distance" of the network now and before the training.
    ignored : Tensor, (N, 1, Y, X)
        1 where nothing was painted.

    Returns
    -------
    Tensor, scalar
        Cross-entropy and Huber loss.
    """
    boundary, distance = _apart(outputs, before["boundary"].float().sigmoid(), ignored, before["distance"])
    return boundary + distance


def consistency_loss(outputs: Mapping[str, Tensor], said: Mapping[str, Tensor], ignored: Tensor) -> Tensor:
    """How far a network is from agreeing with another, its teacher, where nothing was painted.

    What the teacher says is made more decided, and counts by how decided it is: pixels near strokes are
    decided first, and those beyond follow (A. Tarvainen and H. Valpola, *Mean teachers are better role
    models*, NIPS 2017; the sharpening is that of D. Berthelot et al., *MixMatch*, NeurIPS 2019, eq. 7, at a
    temperature of 1/2).

    Parameters
    ----------
    outputs, said : mapping of str to Tensor, (N, 1, Y, X)
        "boundary" (logits) and "distance" of the network and of the teacher.
    ignored : Tensor, (N, 1, Y, X)
        1 where nothing was painted.

    Returns
    -------
    Tensor, scalar
        Cross-entropy and Huber loss.
    """
    sharp = (_SHARPNESS * said["boundary"].float()).sigmoid()
    decided = ignored * (2 * sharp - 1).abs()
    boundary, distance = _apart(outputs, sharp, decided, said["distance"])
    return boundary + _OF_DISTANCE * distance


def _apart(
    outputs: Mapping[str, Tensor], probability: Tensor, pixels: Tensor, distance: Tensor
) -> tuple[Tensor, Tensor]:
    """Cross-entropy from a boundary probability, by the weight of each pixel, and Huber loss of distances."""
    boundary = F.binary_cross_entropy_with_logits(outputs["boundary"].float(), probability, pixels)
    return boundary, F.smooth_l1_loss(outputs["distance"].float(), distance.float(), beta=0.2)


def _around(logit: Tensor, lenient: Tensor | float, tolerance: int = TOLERANCE) -> tuple[Tensor, Tensor]:
    """Highest value within the tolerance of each pixel, and the lowest as far as that is lenient."""
    side = 2 * tolerance + 1
    lowest = -F.max_pool2d(-logit, side, 1, tolerance)
    return F.max_pool2d(logit, side, 1, tolerance), logit + lenient * (lowest - logit)


def _mean(values: Tensor, where: Tensor) -> Tensor:
    return (values * where).sum() / where.sum().clamp(min=1)
