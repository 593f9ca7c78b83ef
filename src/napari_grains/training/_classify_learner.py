"""A classifier that learns from one batch after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from napari_grains.networks import Classifier, DevicePlan, Inputs

from ._classify_settings import ClassifierTraining, Strategy
from ._classify_views import view, views_of_grains

SMALL_BATCH = 16
"""Below so many examples in a step, a pretrained encoder keeps its batch-norm statistics."""
_ENCODER_RATE = 0.1
_HEAD_FIRST = 0.2
"""Share of the run in which the head alone learns, where the encoder is pretrained."""


class Learner:
    """A classifier and its optimizer.

    Parameters
    ----------
    network : Classifier
        It is changed.
    strategy : Strategy
        Which parts learn.
    settings : ClassifierTraining
        How.
    plan : DevicePlan
        Where.
    pretrained : bool
        Whether the encoder knows something already.
    weights : Tensor, (K,)
        Of the classes in the loss.
    """

    def __init__(
        self,
        network: Classifier,
        strategy: Strategy,
        settings: ClassifierTraining,
        plan: DevicePlan,
        weights: Tensor,
        *,
        pretrained: bool,
    ) -> None:
        self.network: Classifier = network.to(memory_format=torch.channels_last).to(plan.device)
        self.settings, self.strategy, self.plan = settings, strategy, plan
        self._weights = weights.to(plan.device)
        self._pretrained = pretrained
        self._learning = self._parts()
        self._optimizer = self._optimizer_of()

    def learn(self, inputs: Inputs | Tensor, labels: Tensor, rate: float, done: float, step: int) -> Tensor:
        """Take one step.

        Parameters
        ----------
        inputs : Inputs or Tensor, (N, C, S, S)
            Prepared.
        labels : Tensor, (N,), int64
            Their classes.
        rate : float
            Learning rate as a share of its peak.
        done : float
            Share of the run that is done.
        step : int
            Number of the step, which its randomness depends on.

        Returns
        -------
        Tensor, scalar
            Loss before the step.
        """
        self._set_modes()
        self._set_rates(rate, done)
        generator = torch.Generator().manual_seed(1_000_003 * self.settings.seed + step)
        seen = self._seen(inputs if isinstance(inputs, Inputs) else Inputs(inputs), generator)
        self._optimizer.zero_grad(set_to_none=True)
        with repeatable(self.plan, int(torch.randint(2**31, (), generator=generator))):
            with self._precision():
                features = self.network.features_of(seen)
            logits = self.network.head(features)
        loss = F.cross_entropy(logits, labels.to(self.plan.device), weight=self._weights)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        return loss.detach()

    def _seen(self, inputs: Inputs, generator: torch.Generator) -> Inputs:
        """Turn and mirror the examples, on the device."""
        if inputs.masks is not None:
            return views_of_grains(inputs, generator).to(self.plan.device)
        preparation = self.settings.prepared
        any_angle = self.settings.task == "patterns" and preparation.disc
        seen = view(inputs.images.float(), generator, preparation.black, any_angle=any_angle)
        return Inputs(seen.to(self.plan.device).contiguous(memory_format=torch.channels_last))

    def _precision(self) -> torch.autocast:
        """Convolve in bfloat16 where the hardware multiplies it; float16 would need its loss scaled."""
        half = self.plan.dtype == torch.bfloat16
        return torch.autocast(self.plan.device.type, torch.bfloat16, enabled=half)

    def _parts(self) -> list[nn.Module]:
        """Parts of the encoder that learn."""
        if self.strategy == Strategy.full:
            return [self.network.encoder]
        return [] if self.strategy == Strategy.frozen else self.network.last_stage()

    def _optimizer_of(self) -> torch.optim.Optimizer:
        self.network.encoder.requires_grad_(False)
        for part in self._learning:
            part.requires_grad_(True)
        groups = [{"params": list(self.network.head.parameters())}]
        encoder = [one for part in self._learning for one in part.parameters()]
        if encoder:
            groups.append({"params": encoder})
        return torch.optim.AdamW(groups, self.settings.learning_rate, weight_decay=self.settings.weight_decay)

    def _set_rates(self, rate: float, done: float) -> None:
        head, *encoder = self._optimizer.param_groups
        head["lr"] = self.settings.learning_rate * rate
        share = 1.0 if not self._pretrained else _ENCODER_RATE if done >= _HEAD_FIRST else 0.0
        for group in encoder:
            group["lr"] = self.settings.learning_rate * rate * share

    def _set_modes(self) -> None:
        """Let only what learns take statistics, and that only of batches that are worth it."""
        self.network.train()
        self.network.encoder.eval()
        for part in self._learning:
            part.train()
        if self._pretrained and self.settings.batch < SMALL_BATCH:
            for norm in self.network.batch_norms():
                norm.eval()


def batches(examples: int, batch: int, steps: int, seed: int) -> Iterator[Tensor]:
    """Yield the indices of each step: all examples in an order of its own, again and again."""
    generator = torch.Generator().manual_seed(seed)
    waiting = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        while len(waiting) < min(batch, examples):
            waiting = torch.cat([waiting, torch.randperm(examples, generator=generator)])
        yield waiting[:batch]
        waiting = waiting[batch:]


def balanced(labels: Tensor, classes: int) -> Tensor:
    """Weights (K,) that let every class count alike, 1 on average over the examples."""
    counts = torch.bincount(labels, minlength=classes).clamp_min(1)
    weights = len(labels) / (classes * counts)
    return weights.float()


@contextmanager
def repeatable(plan: DevicePlan, seed: int) -> Iterator[None]:
    """Let torch draw from a seed, and go on as before afterwards."""
    devices = [plan.device] if plan.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
