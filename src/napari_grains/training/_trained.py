"""A finished network and its card."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from napari_grains.networks import NetworkCard, UNet

from ._settings import Pretraining, settings_to_dict


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network in ``eval`` mode on the CPU, its card, and how its training went.

    Parameters
    ----------
    network : UNet
        The moving average of the weights, its boundary probability calibrated.
    card : NetworkCard
        Its card.
    figures : mapping
        "steps", "seconds", "steps_per_second", "samples_per_second", "waiting" (share of the time in which no
        batch was ready), "device", "validation", "real" (None without real pairs) and "stopped".
    """

    network: UNet
    card: NetworkCard
    figures: Mapping[str, Any] = field(default_factory=dict)


def unfinished_card(settings: Pretraining, name: str) -> NetworkCard:
    """Say what a network in training needs to be used."""
    return NetworkCard(name, settings.architecture, grain_diameter=settings.recipe.grain_diameter)


def finished_card(
    settings: Pretraining,
    name: str,
    figures: Mapping[str, Any],
    scores: Mapping[str, float],
    start: str | None,
    notes: str,
) -> NetworkCard:
    """Say all that is known about a trained network.

    Parameters
    ----------
    settings : Pretraining
        Of its training.
    name, notes : str
        Name and further text.
    figures : mapping
        See `TrainedNetwork`.
    scores : mapping of str to float
        On synthetic and on real micrographs.
    start : str, optional
        SHA-256 of the network that the training started from.
    """
    told = {
        "steps done": figures["steps"],
        "seconds": round(figures["seconds"]),
        "samples per second": round(figures["samples_per_second"], 1),
        "waiting for samples": round(figures["waiting"], 3),
        "device": figures["device"],
        "machine": machine(),
        "start": start,
    }
    return NetworkCard(
        name=name,
        architecture=settings.architecture,
        grain_diameter=settings.recipe.grain_diameter,
        recipe=settings_to_dict(settings) | told,
        scores=dict(scores),
        versions={package: version(package) for package in ("napari-grains", "torch", "numpy", "scipy")},
        created=datetime.now(UTC).date().isoformat(),
        notes=f"Trained on synthetic micrographs only. {notes}".strip(),
    )


def machine() -> str:
    """Name of the processor, as far as the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
