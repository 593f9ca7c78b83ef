"""What moves the weights of a network that learns from strokes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import nn

from ._muon import Muon

_MUON_RATE: Final = 7.0
"""Share of their norm by which weights change in a step, per learning rate of the others."""
_MOST_ROWS: Final = 64
_PEAK: Final = "peak"


def optimizers_for(
    parameters: Sequence[nn.Parameter], rate: float, decay: float, *, fast: bool
) -> list[torch.optim.Optimizer]:
    """Choose what moves which weights: AdamW, and for the convolutions of a training that is fast `Muon`.

    Parameters
    ----------
    parameters : sequence of Parameter
        What learns.
    rate : float
        Peak of AdamW's learning rate.
    decay : float
        AdamW's weight decay.
    fast : bool
        Whether a network may go far from what it was.
    """
    matrices = [one for one in parameters if fast and _is_matrix(one)]
    others = [one for one in parameters if not (fast and _is_matrix(one))]
    found: list[torch.optim.Optimizer] = [torch.optim.AdamW(others, rate, weight_decay=decay, fused=True)]
    if matrices:
        found.append(Muon(matrices, _MUON_RATE * rate))
    for optimizer in found:
        for group in optimizer.param_groups:
            group[_PEAK] = group["lr"]
    return found


def set_rate(optimizer: torch.optim.Optimizer, share: float) -> None:
    """Set the learning rate of one of these optimizers to a share of its peak."""
    for group in optimizer.param_groups:
        group["lr"] = share * group[_PEAK]


def _is_matrix(parameter: nn.Parameter) -> bool:
    """Whether these are weights between channels and channels, and not too many: of no norm, input or output.

    The time grows with the cube of the rows, and the deeper levels learn as well without.
    """
    return parameter.ndim > 1 and min(parameter.shape[:2]) > 1 and len(parameter) <= _MOST_ROWS
