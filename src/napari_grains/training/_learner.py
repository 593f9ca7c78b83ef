"""A network that learns from strokes, and what it was before."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import ClassVar

import torch
from torch import Tensor, nn

from napari_grains.networks import DevicePlan, UNet

from ._finetuning import Finetuning, Layers, trainable
from ._losses import total_loss
from ._optimizers import optimizers_for, set_rate
from ._restraint import keeping_weight, kept_change, restrained
from ._settings import Loss
from ._stream import Batch
from ._stroke_loss import (
    PLANES,
    TOLERANCE,
    UNDECIDED,
    consistency_loss,
    kept_loss,
    stroke_error,
    stroke_loss,
)

_STEEPEST = 1.0
"""Gradients are clipped to this norm."""
_AT_ONCE = 4
"""Patches that are judged together."""
_SHARES = (0.15, 0.5)
"""Bounds of what is expected: a network that sees no boundary at all shall learn of them, too."""
_TRUSTED = 60
"""Steps from which on the moving average teaches; until then the network before the training does."""
_LOSS = Loss()
"""Of the synthetic micrographs, as in pretraining."""


class Learner:
    """A network, the moving average of its weights, and its optimizers.

    Statistics of the batch norms stay as they are: a few patches of one micrograph say nothing about those
    of all. Momentum starts anew when other layers are chosen, or where strokes come to ask for a restraint.

    Parameters
    ----------
    settings : Finetuning
        How it learns.
    plan : DevicePlan
        Where.
    network : UNet
        What it starts from, in ``eval`` mode; it is copied.
    tolerance : int
        Working px by which strokes may be off.

    Attributes
    ----------
    prior : float
        Share of boundary pixels that is expected.
    change : float
        Share of the change of the weights that is kept; see `kept_change`.
    keeping : float
        Weight of what the network said before where nothing was painted; see `keeping_weight`.
    restrained : bool
        Whether strokes ask for a restraint; see `restrained`.
    """

    head: ClassVar[str] = "boundary"
    """Output by which networks are judged."""

    def __init__(
        self, settings: Finetuning, plan: DevicePlan, network: UNet, tolerance: int = TOLERANCE
    ) -> None:
        self.settings, self.plan, self.prior = settings, plan, 0.5
        self.change = 1.0 if settings.change is None else settings.change
        self.keeping = keeping_weight(0.0) if settings.keeping is None else settings.keeping
        self.restrained = True
        self.network = deepcopy(network).eval().to(memory_format=torch.channels_last).to(plan.device)
        self._before: UNet = deepcopy(self.network).requires_grad_(False)
        self._followed: UNet = deepcopy(self.network).requires_grad_(False)
        self._chosen: tuple[Layers, bool] | None = None
        self._tolerance = tolerance
        self.steps = 0
        self._resumed = False

    def choose(self, layers: Layers) -> None:
        """Let some layers learn and keep the others as they are."""
        if (layers, self.restrained) == self._chosen:
            return
        self._chosen = layers, self.restrained
        self._parameters = trainable(self.network, layers)
        fast = layers == "all" and not self.restrained
        rate, decay = self.settings.rate(layers), self.settings.weight_decay
        self._optimizers = optimizers_for(self._parameters, rate, decay, fast=fast)
        self._scaler = torch.amp.GradScaler(self.plan.device.type, enabled=self.plan.dtype == torch.float16)

    def learn(self, strokes: Batch, synthetic: Batch, rate: float) -> Tensor:
        """Take one step.

        Parameters
        ----------
        strokes : dict of str to Tensor
            See `Patches.draw`.
        synthetic : dict of str to Tensor
            See `SyntheticStream`; may be empty.
        rate : float
            Learning rate as a share of its peak.

        Returns
        -------
        Tensor, scalar
            The loss on the strokes before the step.
        """
        self.network.zero_grad(set_to_none=True)
        loss, of_strokes = self._loss(strokes, synthetic)
        self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        for optimizer in self._optimizers:
            self._scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(self._parameters, _STEEPEST)
        for optimizer in self._optimizers:
            set_rate(optimizer, rate)
            self._scaler.step(optimizer)
        self._scaler.update()
        self.steps += 1
        self._follow()
        return of_strokes.detach()

    @property
    def average(self) -> UNet:
        """Copy of the network that is judged, shown and saved: the moving average, as far as it is kept."""
        return self._towards(self._followed, self.change)

    def go_on_from(self, network: UNet) -> None:
        """Take over the weights of another network of this architecture, an `average` of an earlier run."""
        weights = self._towards(network, 1 / self.change).state_dict()
        for own in (self.network, self._followed):
            own.load_state_dict(weights)
        self._resumed = True

    @torch.no_grad()
    def expect(self, patches: Batch) -> None:
        """Take from patches what the network said before: how many boundary pixels, and how often wrong."""
        logit = self.logits(patches, self._before)
        self.prior = min(max(float(logit.sigmoid().mean()), _SHARES[0]), _SHARES[1])
        error = self._error(logit, patches)
        if self.settings.change is None:
            self.change = kept_change(error)
        if self.settings.keeping is None:
            self.keeping = keeping_weight(error)
        self.restrained = restrained(error)

    @torch.no_grad()
    def judge(self, patches: Batch, network: UNet) -> float:
        """Error of a network on held-out strokes; see `held_patches`.

        Every training makes a network more decided. Where it is wrong before and after, that counts no more
        than being undecided: else the few strokes that it gets wrong outweigh all that it has learned.
        """
        return self._error(self.logits(patches, network), patches, UNDECIDED)

    @torch.no_grad()
    def logits(self, patches: Batch, network: UNet) -> Tensor:
        """Logits (N, K, Y, X), float32, of a network's `head` on patches."""
        images = patches["image"].to(self.plan.device).split(_AT_ONCE)  # type: ignore[no-untyped-call]
        return torch.cat([forward(network, self.plan, image)[self.head].float() for image in images])

    def _error(self, logit: Tensor, patches: Batch, most: float = 1.0) -> float:
        boundary, grain, lenient = (patches[name].to(self.plan.device) for name in PLANES)
        return float(stroke_error(logit, boundary, grain, lenient, self.prior, most))

    def _loss(self, strokes: Batch, synthetic: Batch) -> tuple[Tensor, Tensor]:
        strokes = {name: value.to(self.plan.device) for name, value in strokes.items()}
        synthetic = {name: value.to(self.plan.device) for name, value in synthetic.items()}
        image = torch.cat([strokes["image"], *([synthetic["image"]] if synthetic else [])])
        outputs = forward(self.network, self.plan, image)
        number = len(strokes["image"])
        mine = {name: value[:number] for name, value in outputs.items()}
        boundary, grain, lenient = (strokes[name] for name in PLANES)
        of_strokes = stroke_loss(mine["boundary"], boundary, grain, lenient, self.prior, self._tolerance)
        loss = of_strokes + self._loss_elsewhere(mine, strokes["image"], 1 - (boundary + grain).clamp(max=1))
        if synthetic:
            others = {name: value[number:] for name, value in outputs.items()}
            loss = loss + total_loss(others, synthetic, _LOSS)
        return loss, of_strokes

    def _loss_elsewhere(self, outputs: Mapping[str, Tensor], image: Tensor, ignored: Tensor) -> Tensor:
        """Loss where nothing was painted: staying with what was said before, agreeing with the average."""
        loss = ignored.new_zeros(())
        if self.keeping:
            with torch.no_grad():
                before = forward(self._before, self.plan, image)
            loss = loss + self.keeping * kept_loss(outputs, before, ignored)
        if self.settings.consistency:
            teacher = self._followed if self._resumed or self.steps >= _TRUSTED else self._before
            with torch.no_grad():
                mirrored = forward(teacher, self.plan, image.flip(-1))
            said = {name: value.flip(-1) for name, value in mirrored.items()}
            loss = loss + self.settings.consistency * consistency_loss(outputs, said, ignored)
        return loss

    @torch.no_grad()
    def _follow(self) -> None:
        """Let the average follow the weights: quickly at first."""
        _move(self._followed, self.network, 1 - min(self.settings.ema, self.steps / (self.steps + 9)))

    def _towards(self, network: UNet, share: float) -> UNet:
        """Copy the network before the training, its weights moved by a share of the way to another's."""
        moved: UNet = deepcopy(self._before)
        _move(moved, network, share)
        return moved


@torch.no_grad()
def _move(network: UNet, other: UNet, share: float) -> None:
    """Move the weights of a network by a share of the way to those of another."""
    values = other.state_dict().values()
    for weight, value in zip(network.state_dict().values(), values, strict=True):
        if weight.is_floating_point():
            weight.lerp_(value.to(weight.device), share)


def on_processor(network: UNet) -> UNet:
    """Copy a network to the CPU, in ``eval`` mode."""
    return deepcopy(network).eval().cpu().to(memory_format=torch.contiguous_format)


def forward(network: UNet, plan: DevicePlan, image: Tensor) -> dict[str, Tensor]:
    """Run a network in the precision of a device.

    Parameters
    ----------
    network : UNet
        On the device.
    plan : DevicePlan
        The device.
    image : Tensor, (N, 1, Y, X)
        Y and X multiples of the network's stride.

    Returns
    -------
    dict of str to Tensor, (N, 1, Y, X)
    """
    fast = plan.dtype != torch.float32 and (plan.dtype == torch.bfloat16 or plan.device.type == "cuda")
    with torch.autocast(plan.device.type, plan.dtype, enabled=fast):
        outputs: dict[str, Tensor] = network(image.contiguous(memory_format=torch.channels_last))
    return outputs
