"""A network for phases that learns from strokes."""

from __future__ import annotations

import torch
from torch import Tensor

from napari_grains.networks import UNet

from .._finetuning import Layers
from .._learner import Learner, forward
from .._stream import Batch
from ._phase_loss import phase_error, phase_loss
from ._phase_network import HEAD


class PhaseLearner(Learner):
    """A network for phases, the moving average of its weights, and its optimizer; see `Learner`.

    Where all layers learn the statistics of the batch norms do, too: what tells phases apart is often another
    kind of contrast than that of the boundaries which the features were made for.
    """

    head = HEAD

    def choose(self, layers: Layers) -> None:
        """Let some layers learn and keep the others as they are."""
        super().choose(layers)
        self.network.train(layers == "all")

    def expect(self, patches: Batch) -> None:
        """Expect nothing: how much of each phase there is, the painted area tells."""

    @torch.no_grad()
    def judge(self, patches: Batch, network: UNet) -> float:
        """Error of a network on held-out strokes; see `phase_error`."""
        logits = self.logits(patches, network)
        return float(phase_error(logits, patches[HEAD].to(self.plan.device), self.settings.balance))

    def _loss(self, strokes: Batch, synthetic: Batch) -> tuple[Tensor, Tensor]:  # noqa: ARG002 - there are none
        images, phases = (strokes[name].to(self.plan.device) for name in ("image", HEAD))
        loss = phase_loss(forward(self.network, self.plan, images)[HEAD], phases, self.settings.balance)
        return loss, loss
