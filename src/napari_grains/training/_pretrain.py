"""Training from scratch on synthetic micrographs."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from statistics import fmean
from typing import cast

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from napari_grains.events import STOP, Job, Progress
from napari_grains.networks import DevicePlan, NetworkCard, UNet, UNetConfig, choose_device
from napari_grains.synthesis import Recipe

from ._calibration import calibrate
from ._losses import boundary_loss, distance_loss
from ._stream import SyntheticStream

VALIDATION_SEED = 2**31 - 1
Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Pretraining:
    """Settings of a pretraining run; the card of the network keeps them.

    Parameters
    ----------
    recipe : Recipe
        What the synthetic micrographs look like.
    architecture : UNetConfig
        The network.
    steps, batch, size : int
        Optimizer steps, samples per step, side of a sample in px.
    learning_rate, weight_decay : float
        Peak of the schedule (warm-up, then cosine to zero), and AdamW's decay.
    ema : float
        Decay of the moving average of the weights, which is what is saved.
    views : int
        Uses of each micrograph, each flipped, turned and regraded.
    workers : int
        Processes that draw samples.
    seed : int
        Of weights and samples.
    """

    recipe: Recipe = field(default_factory=Recipe)
    architecture: UNetConfig = field(default_factory=UNetConfig)
    steps: int = 1800
    batch: int = 8
    size: int = 192
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    ema: float = 0.998
    views: int = 2
    workers: int = 1
    seed: int = 0


@dataclass(frozen=True)
class TrainingProgress(Progress):
    """Progress with the mean loss since the last event, and the validation loss when it was measured."""

    loss: float = math.nan
    validation: float | None = None


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network in ``eval`` mode on the CPU, and its card."""

    network: UNet
    card: NetworkCard


def pretrain(
    settings: Pretraining, *, device: str = "auto", name: str = "pretrained", every: int = 100
) -> Job[TrainedNetwork]:
    """Train a network on synthetic micrographs.

    Parameters
    ----------
    settings : Pretraining
        What and how.
    device : str
        As in `choose_device`.
    name : str
        Name of the network on its card.
    every : int
        Steps between events; ten times as many between validations.

    Yields
    ------
    TrainingProgress

    Returns
    -------
    TrainedNetwork
        The moving average of the weights, its boundary probability calibrated.
    """
    plan = choose_device(device)
    torch.manual_seed(settings.seed)
    network = UNet(settings.architecture).to(memory_format=torch.channels_last).to(plan.device)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(settings.ema), use_buffers=True)  # type: ignore[no-untyped-call]
    trained = cast("UNet", average.module)
    optimizer = torch.optim.AdamW(
        network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _schedule(step, settings.steps))
    validation = list(islice(_stream(settings, VALIDATION_SEED), 6))
    began, losses, done = time.monotonic(), list[float](), 0
    for batch in islice(_stream(settings, settings.seed), settings.steps):
        losses.append(_step(network, batch, optimizer, plan))
        schedule.step()
        average.update_parameters(network)
        done += 1
        if done % every == 0 or done == settings.steps:
            score = _validate(trained, validation, plan) if done % (10 * every) == 0 else None
            command = yield TrainingProgress(done, settings.steps, "training", fmean(losses), score)
            losses.clear()
            if command == STOP:
                break
    trained = trained.cpu().to(memory_format=torch.contiguous_format).eval()
    score = _validate(trained, validation, choose_device("cpu"))
    calibrate(trained, validation)
    return TrainedNetwork(trained, _card(settings, name, plan, done, time.monotonic() - began, score))


def _stream(settings: Pretraining, seed: int) -> Iterator[Batch]:
    unseen = seed == VALIDATION_SEED
    stream = SyntheticStream(settings.recipe, seed, size=settings.size, views=1 if unseen else settings.views)
    return iter(stream.batches(settings.batch, 0 if unseen else settings.workers))


def _schedule(step: int, steps: int) -> float:
    warm = min(200, max(1, steps // 20))
    return min((step + 1) / warm, 0.5 * (1 + math.cos(math.pi * min(step / steps, 1.0))))


def _loss(network: UNet, batch: Batch, plan: DevicePlan) -> Tensor:
    images = batch["image"].to(plan.device, memory_format=torch.channels_last, non_blocking=True)
    # Gradients underflow in float16 where the loss is not scaled: only bfloat16 trains safely as it is.
    with torch.autocast(plan.device.type, plan.dtype, enabled=plan.dtype == torch.bfloat16):
        outputs = network(images)
    return boundary_loss(outputs["boundary"], batch["boundary"].to(plan.device)) + distance_loss(
        outputs["distance"], batch["distance"].to(plan.device)
    )


def _step(network: UNet, batch: Batch, optimizer: torch.optim.Optimizer, plan: DevicePlan) -> float:
    network.train()
    optimizer.zero_grad(set_to_none=True)
    loss = _loss(network, batch, plan)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


@torch.no_grad()
def _validate(network: UNet, batches: list[Batch], plan: DevicePlan) -> float:
    """Mean loss on unseen synthetic micrographs."""
    network.eval()
    return sum(float(_loss(network, batch, plan)) for batch in batches) / len(batches)


def _card(
    settings: Pretraining, name: str, plan: DevicePlan, steps: int, seconds: float, score: float
) -> NetworkCard:
    recipe = asdict(settings) | {"steps done": steps, "device": str(plan), "seconds": round(seconds)}
    return NetworkCard(
        name=name,
        architecture=settings.architecture,
        grain_diameter=settings.recipe.grain_diameter,
        recipe=recipe,
        scores={"synthetic validation loss": round(score, 4)},
        versions={package: version(package) for package in ("napari-grains", "torch", "numpy", "scipy")},
        created=datetime.now(UTC).date().isoformat(),
        notes="Trained on synthetic micrographs only.",
    )
