"""A network that learns from one batch after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from importlib.util import find_spec
from typing import Any, cast

import torch
from torch import Tensor, nn

from napari_grains.networks import DevicePlan, UNet

from ._losses import total_loss
from ._settings import Pretraining
from ._stream import Batch

_STEEPEST = 1.0
"""Gradients are clipped to this norm."""
Forward = Callable[[Tensor], dict[str, Tensor]]


class Trainer:
    """A network, the moving average of its weights, and its optimizer.

    Parameters
    ----------
    settings : Pretraining
        How it learns.
    plan : DevicePlan
        Where.
    network : UNet, optional
        To start from; None: random weights, drawn from the seed.
    """

    def __init__(self, settings: Pretraining, plan: DevicePlan, network: UNet | None = None) -> None:
        network = network or _random_network(settings)
        self.plan, self.settings = plan, settings
        self.network = network.to(memory_format=torch.channels_last).to(plan.device)
        self.average: UNet = deepcopy(self.network).requires_grad_(False)
        self.steps = 0
        self._forward = _forward(self.network, settings, plan)
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        # Gradients underflow in float16 where the loss is not scaled.
        self._scaler = torch.amp.GradScaler(plan.device.type, enabled=_is_half(plan))

    def learn(self, batch: Batch, rate: float) -> Tensor:
        """Take one step.

        Parameters
        ----------
        batch : dict of str to Tensor
            See `SyntheticStream`.
        rate : float
            Learning rate as a share of its peak.

        Returns
        -------
        Tensor, scalar
            The loss before the step, on the device.
        """
        self.network.train()
        for group in self._optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * rate
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._loss(self._forward, batch)
        self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self._scaler.unscale_(self._optimizer)
        nn.utils.clip_grad_norm_(self.network.parameters(), _STEEPEST)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self.steps += 1
        self._follow()
        return loss.detach()

    @torch.no_grad()
    def validate(self, batches: list[Batch]) -> float:
        """Mean loss of the averaged network on batches that it did not learn from."""
        self.average.eval()
        return sum(float(self._loss(self.average, batch)) for batch in batches) / len(batches)

    def averaged(self) -> UNet:
        """Copy the averaged network in ``eval`` mode."""
        return deepcopy(self.average).eval()

    def tensors(self) -> dict[str, Tensor]:
        """All that another trainer needs to go on, by name."""
        state = self._optimizer.state_dict()["state"]
        return (
            {f"network.{name}": value for name, value in self.network.state_dict().items()}
            | {f"average.{name}": value for name, value in self.average.state_dict().items()}
            | {f"optimizer.{i}.{name}": value for i, one in state.items() for name, value in one.items()}
        )

    def scaling(self) -> dict[str, Any]:
        """Factor of the loss and what it depends on; JSON-able, empty where it is not scaled."""
        return self._scaler.state_dict()

    def take_over(self, tensors: Mapping[str, Tensor], scaling: Mapping[str, Any], steps: int) -> None:
        """Go on from what `tensors` and `scaling` gave, bit for bit.

        Raises
        ------
        KeyError, RuntimeError
            If the tensors are those of another network.
        """
        for name, network in (("network", self.network), ("average", self.average)):
            network.load_state_dict(_below(tensors, f"{name}."))
        state = {
            i: {
                name: _laid_out_as(parameter, value)
                for name, value in _below(tensors, f"optimizer.{i}.").items()
            }
            for i, parameter in enumerate(self.network.parameters())
        }
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": state, "param_groups": groups})
        if scaling:
            self._scaler.load_state_dict(dict(scaling))
        self.steps = steps

    def _loss(self, forward: Forward, batch: Batch) -> Tensor:
        plan = self.plan
        batch = {name: value.to(plan.device, non_blocking=True) for name, value in batch.items()}
        with torch.autocast(plan.device.type, plan.dtype, enabled=_is_fast(plan)):
            outputs = forward(batch["image"].contiguous(memory_format=torch.channels_last))
        return total_loss(outputs, batch, self.settings.loss)

    @torch.no_grad()
    def _follow(self) -> None:
        """Let the average follow the weights: quickly at first, so that it soon is a network, too."""
        share = 1 - min(self.settings.ema, self.steps / (self.steps + 9))
        values = self.network.state_dict().values()
        for average, value in zip(self.average.state_dict().values(), values, strict=True):
            if average.is_floating_point():
                average.lerp_(value, share)
            else:
                average.copy_(value)


def _random_network(settings: Pretraining) -> UNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return UNet(settings.architecture)


def _is_half(plan: DevicePlan) -> bool:
    return plan.dtype == torch.float16


def _is_fast(plan: DevicePlan) -> bool:
    """Whether the convolutions run in less than single precision; float16 only where the loss is scaled."""
    return plan.dtype == torch.bfloat16 or (_is_half(plan) and plan.device.type == "cuda")


def _forward(network: UNet, settings: Pretraining, plan: DevicePlan) -> Forward:
    """Compile the network if asked to, or where nothing was said and it can be done."""
    wanted = settings.compile
    if wanted is None:
        wanted = plan.device.type == "cuda" and find_spec("triton") is not None and _can_compile(plan)
    return cast("Forward", torch.compile(network) if wanted else network)


def _can_compile(plan: DevicePlan) -> bool:
    """Try the compiler, which needs more than Triton, on next to nothing."""
    try:
        torch.compile(torch.sin)(torch.zeros(8, device=plan.device))
    except Exception:  # noqa: BLE001 - whatever is missing, training goes on without it
        return False
    return True


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Tensors whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _laid_out_as(parameter: Tensor, value: Tensor) -> Tensor:
    """Give a value of the optimizer the memory layout of its parameter: sums round as they did before."""
    if value.shape != parameter.shape:
        return value
    return torch.empty_like(parameter.detach()).copy_(value)
