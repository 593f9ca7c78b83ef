"""How a network is fine-tuned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from torch import nn

from napari_grains.networks import UNet

Layers: TypeAlias = Literal["head", "last", "all"]
LAYERS: Final = ("head", "last", "all")
RATES: Final[Mapping[str, float]] = MappingProxyType({"head": 2e-3, "last": 5e-4, "all": 1e-3})
"""Learning rates: the more layers, the more careful."""
_ENOUGH: Final = MappingProxyType({"last": 10, "all": 250})
"""Painted working px of the rarer class from which on more layers than the head learn."""
_LARGEST_ZOOM: Final = 4.0
_SMALL: Final = 1
_LARGE: Final = 4
"""Patches of strokes, and as many synthetic micrographs, per step."""


@dataclass(frozen=True)
class Finetuning:
    """Settings of a fine-tuning run; the card of the network keeps them.

    Parameters
    ----------
    steps : int, optional
        Optimizer steps; None: as many as the seconds allow.
    seconds : float, optional
        Time for the steps; whichever ends first.
    live : bool
        Whether to wait for further strokes instead of ending when steps, seconds or progress are at their
        end; only a stop ends it.
    layers : {"head", "last", "all"}, optional
        What learns: the output layer, the last stage of the decoder with it, or all; None: by the number of
        painted pixels.
    batch, rehearsal : int, optional
        Patches of the strokes and synthetic micrographs per step; None: by the device, and by how wrong the
        network was before.
    matched : bool
        Whether half of the synthetic micrographs are made to look like the image.
    patch : int
        Side of both in working px.
    zoom : float
        Patches on which phases are painted are drawn up to so many times as large or as small and brought to
        this side: for images of several magnifications.
    learning_rate : float, optional
        Peak of AdamW's, which the steps of `Muon` follow; None: by the layers.
    balance : float
        Phases count by their painted area to this power: 1 drowns rare ones, 0 sees them everywhere.
    weight_decay : float
        AdamW's decay.
    ema : float
        Decay of the moving average of the weights, which is what is judged and saved.
    keeping : float, optional
        Weight of what the network said before where nothing was painted; None: by how wrong it was before.
    consistency : float
        Weight of what the moving average says, of the mirror image, where nothing was painted.
    change : float, optional
        Share of the change of the weights that is kept; None: by how wrong the network was before.
    patience : int
        The run ends when the held-out strokes were judged so many times without progress.
    seed : int
        Of patches and synthetic micrographs.

    Raises
    ------
    ValueError
        If a number is out of range, or nothing ends the run.
    """

    steps: int | None = None
    seconds: float | None = 60.0
    live: bool = False
    layers: Layers | None = None
    batch: int | None = None
    rehearsal: int | None = None
    matched: bool = True
    patch: int = 128
    zoom: float = 1.0
    learning_rate: float | None = None
    balance: float = 0.25
    weight_decay: float = 1e-4
    ema: float = 0.97
    keeping: float | None = None
    consistency: float = 2.0
    change: float | None = None
    patience: int = 12
    seed: int = 0
    rates: Mapping[str, float] = field(default_factory=lambda: dict(RATES))

    def __post_init__(self) -> None:
        if self.steps is None and self.seconds is None and not self.live:
            raise ValueError("a training needs a number of steps or of seconds")
        batch, rehearsal = self.sizes()
        counts = (batch, self.patience, 1 if self.steps is None else self.steps)
        if min(counts) < 1 or rehearsal < 0 or (self.seconds is not None and not self.seconds > 0):
            raise ValueError(f"steps, seconds, batch and patience must be positive, got {self}")
        if self.layers not in (None, *LAYERS):
            raise ValueError(f"layers must be one of {', '.join(LAYERS)}, got {self.layers!r}")
        if self.patch < 32 or self.patch % 16:
            raise ValueError(f"the patch must be a multiple of 16 from 32 on, got {self.patch}")
        if not 1 <= self.zoom <= _LARGEST_ZOOM:
            raise ValueError(f"the zoom must be from 1 to {_LARGEST_ZOOM}, got {self.zoom}")
        if self.change is not None and not 0 < self.change <= 1:
            raise ValueError(f"the kept share of the change must be above 0 and at most 1, got {self.change}")
        keeping = 0.0 if self.keeping is None else self.keeping
        weights = min(keeping, self.consistency)
        if not (0 <= self.ema < 1 and 0 <= self.balance <= 1 and weights >= 0 and self.seed >= 0):
            raise ValueError(f"ema, balance, keeping, consistency or seed is out of range in {self}")

    def sizes(self, *, small: bool = False) -> tuple[int, int]:
        """Patches of strokes and synthetic micrographs per step, for small or large steps if not given."""
        size = _SMALL if small else _LARGE
        return size if self.batch is None else self.batch, size if self.rehearsal is None else self.rehearsal

    def rate(self, layers: Layers) -> float:
        """Peak of the learning rate."""
        return self.rates[layers] if self.learning_rate is None else self.learning_rate

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)


def layers_for(boundary: int, grain: int) -> Layers:
    """Choose what learns from a number of painted working pixels of each class."""
    fewer = min(boundary, grain)
    if fewer >= _ENOUGH["all"]:
        return "all"
    return "last" if fewer >= _ENOUGH["last"] else "head"


def trainable(network: UNet, layers: Layers) -> list[nn.Parameter]:
    """Let a part of a network learn and freeze the rest; return the parameters that learn."""
    network.requires_grad_(False)
    parts: list[nn.Module] = [network] if layers == "all" else [network.heads]
    if layers == "last":
        parts += [network.up[-1], network.decoder[-1]]
    parameters = [parameter for part in parts for parameter in part.parameters()]
    for parameter in parameters:
        parameter.requires_grad_(True)
    return parameters
