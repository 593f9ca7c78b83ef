"""Make a boundary head's output the probability that it claims to be."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from napari_grains.networks import UNet


@torch.no_grad()
def calibrate(network: UNet, batches: list[dict[str, Tensor]]) -> tuple[float, float]:
    """Rescale the boundary logits, in place, so that of the pixels given 0.5 one half are boundary.

    A loss that weighs boundary pixels up, or rewards overlap, finds thin lines but makes them too probable.
    Slope and offset of the logits that minimise the plain cross-entropy on unseen images (Platt, 1999) are
    folded into the head.

    Parameters
    ----------
    network : UNet
        In ``eval`` mode, with a head "boundary".
    batches : list of dict
        Unseen samples, "image" and "boundary" (N, 1, Y, X), on the network's device.

    Returns
    -------
    (float, float)
        Slope and offset that were applied.
    """
    logits = torch.cat([network(batch["image"])["boundary"].float().ravel() for batch in batches])
    targets = torch.cat([batch["boundary"].float().ravel() for batch in batches])
    slope, offset = _fit(logits, targets)
    head = cast("nn.Conv2d", network.heads["boundary"])
    bias = cast("Tensor", head.bias)
    head.weight.mul_(slope)
    bias.mul_(slope).add_(offset)
    return slope, offset


def _fit(logits: Tensor, targets: Tensor) -> tuple[float, float]:
    """Logistic regression of the targets on the logits."""
    parameters = torch.tensor([1.0, 0.0], requires_grad=True)
    search = torch.optim.LBFGS([parameters], max_iter=50, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        value = F.binary_cross_entropy_with_logits(parameters[0] * logits + parameters[1], targets)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    with torch.enable_grad():
        search.step(loss)  # type: ignore[no-untyped-call]
    return float(parameters[0].detach()), float(parameters[1].detach())
