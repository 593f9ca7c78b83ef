"""What fine-tuning on phases minimises, and what networks for phases are compared by."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

_BALANCE: Final = 0.5
"""Classes count by their painted area to this power: 1 would drown the rare ones, 0 see them everywhere."""


def phase_loss(logits: Tensor, phases: Tensor) -> Tensor:
    """Cross-entropy on painted pixels alone, moderately balanced by the painted area of each class.

    Parameters
    ----------
    logits : Tensor, (N, K, Y, X)
        Of the classes.
    phases : Tensor, (N, 1, Y, X)
        1..K; 0 is ignored.

    Returns
    -------
    Tensor, scalar
    """
    wanted = phases[:, 0].long() - 1
    each = F.cross_entropy(logits.float(), wanted, ignore_index=-1, reduction="none")
    return _balanced(each, wanted, logits.shape[1])


def phase_error(logits: Tensor, phases: Tensor) -> Tensor:
    """Half the squared error of all probabilities on painted pixels (Brier, 1950), as balanced.

    Parameters
    ----------
    logits, phases
        As in `phase_loss`.

    Returns
    -------
    Tensor, scalar
        0 to 1; (1 - 1/K) / 2 of a network that knows nothing.
    """
    wanted = phases[:, 0].long() - 1
    probability = logits.float().softmax(1)
    truth = F.one_hot(wanted.clamp(min=0), logits.shape[1]).movedim(-1, 1)
    return _balanced((probability - truth).square().sum(1) / 2, wanted, logits.shape[1])


def _balanced(values: Tensor, wanted: Tensor, number: int) -> Tensor:
    """Mean over the pixels of each class, weighed by its area to a power; 0 if nothing is painted."""
    known = wanted >= 0
    values, wanted = values[known], wanted[known]
    counts = torch.bincount(wanted, minlength=number).to(values)
    weights = counts.clamp(min=1) ** (_BALANCE - 1)
    share = (counts * weights).sum().clamp(min=1)
    return (values * weights[wanted]).sum() / share
