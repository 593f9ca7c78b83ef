"""What fine-tuning on phases minimises, and what networks for phases are compared by."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

BALANCE: Final = 0.25
"""Classes count by their painted area to this power."""
_DICE: Final = 0.5
"""Weight of the Dice loss, which asks for the whole of each class."""


def phase_loss(logits: Tensor, phases: Tensor, balance: float = BALANCE) -> Tensor:
    """Cross-entropy, moderately balanced by the painted area of each class, and soft Dice of painted pixels.

    Parameters
    ----------
    logits : Tensor, (N, K, Y, X)
        Of the classes.
    phases : Tensor, (N, 1, Y, X)
        1..K; 0 is ignored.
    balance : float
        Classes count by their painted area to this power: 1 drowns rare ones, 0 sees them everywhere.

    Returns
    -------
    Tensor, scalar
    """
    wanted, logits = phases[:, 0].long() - 1, logits.float()
    each = F.cross_entropy(logits, wanted, ignore_index=-1, reduction="none")
    return _balanced(each, wanted, logits.shape[1], balance) + _DICE * _dice(logits, wanted)


def _dice(logits: Tensor, wanted: Tensor) -> Tensor:
    """One minus the soft Dice coefficient over the painted pixels of a batch, mean over the classes in it."""
    known = wanted >= 0
    probability = logits.softmax(1).movedim(1, -1)[known]
    truth = F.one_hot(wanted[known], logits.shape[1]).to(probability)
    areas = truth.sum(0)
    overlap = (2 * (probability * truth).sum(0) + 1) / (probability.sum(0) + areas + 1)
    return ((1 - overlap) * (areas > 0)).sum() / (areas > 0).sum().clamp(min=1)


def phase_error(logits: Tensor, phases: Tensor, balance: float = BALANCE) -> Tensor:
    """Half the squared error of all probabilities on painted pixels (Brier, 1950), as balanced.

    Parameters
    ----------
    logits, phases, balance
        As in `phase_loss`.

    Returns
    -------
    Tensor, scalar
        0 to 1; (1 - 1/K) / 2 of a network that knows nothing.
    """
    wanted = phases[:, 0].long() - 1
    probability = logits.float().softmax(1)
    truth = F.one_hot(wanted.clamp(min=0), logits.shape[1]).movedim(-1, 1)
    return _balanced((probability - truth).square().sum(1) / 2, wanted, logits.shape[1], balance)


def _balanced(values: Tensor, wanted: Tensor, number: int, balance: float) -> Tensor:
    """Mean over the pixels of each class, weighed by its area to a power; 0 if nothing is painted."""
    known = wanted >= 0
    values, wanted = values[known], wanted[known]
    counts = torch.bincount(wanted, minlength=number).to(values)
    weights = counts.clamp(min=1) ** (balance - 1)
    share = (counts * weights).sum().clamp(min=1)
    return (values * weights[wanted]).sum() / share
