"""How a network is pretrained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from napari_grains.errors import InputError
from napari_grains.networks import UNetConfig
from napari_grains.synthesis import Recipe

_SAME_RESULT = ("compile", "workers")
"""Settings that change how fast a run is, not what it learns."""


@dataclass(frozen=True)
class Loss:
    """What training minimises: a weighted sum.

    Parameters
    ----------
    boundary_weight : float
        Weight of a boundary pixel relative to one inside a grain in the cross-entropy, whose own weight is 1.
    dice : float
        Weight of the soft Dice loss.
    skeleton_recall : float
        Weight of the skeleton recall loss (Kirchhoff et al., ECCV 2024): centrelines missed.
    cldice : float
        Weight of the soft clDice loss (Shit et al., CVPR 2021): centrelines missed and centrelines invented.
    distance : float
        Weight of the Huber loss of the distance to the boundary.

    Raises
    ------
    ValueError
        If a weight is negative, or that of boundary pixels not positive.
    """

    boundary_weight: float = 1.0
    dice: float = 0.5
    skeleton_recall: float = 0.0
    cldice: float = 0.0
    distance: float = 1.0

    def __post_init__(self) -> None:
        if not (self.boundary_weight > 0 and all(value >= 0 for value in asdict(self).values())):
            raise ValueError(f"weights of a loss must not be negative, nor 0 for boundary pixels: {self}")


@dataclass(frozen=True)
class Pretraining:
    """Settings of a pretraining run; the card of the network keeps them.

    Parameters
    ----------
    recipe : Recipe
        What the synthetic micrographs look like.
    architecture : UNetConfig
        The network; one that the training starts from brings its own.
    loss : Loss
        What is minimised.
    invisible_weight : float
        Weight of boundary pixels of edges that nobody could see; the others have 1.
    steps : int, optional
        Optimizer steps; None: as many as the minutes allow.
    minutes : float, optional
        Time for the steps. The schedule ends with the steps or with the time, whichever comes first.
    batch, size : int
        Samples per step, side of a sample in px.
    learning_rate, weight_decay : float
        Peak of the schedule (warm-up, then half a cosine), and AdamW's decay.
    final_rate : float
        Learning rate at the end as a share of its peak, 0 to 1.
    ema : float
        Decay of the moving average of the weights, which is what is saved.
    views : int
        Uses of each micrograph, each flipped, turned and regraded.
    workers : int, optional
        Processes that draw samples; None: one for a network on the processor, as many as there are cores for
        one on CUDA.
    compile : bool, optional
        Whether to compile the network; None: on CUDA, where it can be done.
    seed : int
        Of weights and samples.

    Raises
    ------
    ValueError
        If a number is out of range, or neither steps nor minutes end the run.
    """

    recipe: Recipe = field(default_factory=Recipe)
    architecture: UNetConfig = field(default_factory=UNetConfig)
    loss: Loss = field(default_factory=Loss)
    invisible_weight: float = 0.2
    steps: int | None = 1200
    minutes: float | None = None
    batch: int = 8
    size: int = 192
    learning_rate: float = 2e-3
    final_rate: float = 0.0
    weight_decay: float = 1e-4
    ema: float = 0.998
    views: int = 2
    workers: int | None = None
    compile: bool | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps is None and self.minutes is None:
            raise ValueError("a training needs a number of steps or of minutes")
        counts = (self.batch, self.views, 1 if self.steps is None else self.steps)
        if min(counts) < 1 or (self.minutes is not None and not self.minutes > 0):
            raise ValueError(f"steps, minutes, batch and views must be positive, got {self}")
        if self.size < 16 or self.size % self.architecture.stride:
            raise ValueError(f"the size must be a multiple of {self.architecture.stride}, got {self.size}")
        shares = (self.invisible_weight, self.final_rate)
        if not (0 <= self.ema < 1 and all(0 <= share <= 1 for share in shares) and self.seed >= 0):
            raise ValueError(f"ema, invisible_weight, final_rate or seed is out of range in {self}")


def settings_to_dict(settings: Pretraining) -> dict[str, Any]:
    """Return settings as JSON values."""
    return asdict(settings) | {"recipe": settings.recipe.to_dict()}


def settings_from_dict(values: Mapping[str, Any]) -> Pretraining:
    """Read what `settings_to_dict` wrote.

    Raises
    ------
    InputError
        If the values are no settings of this version.
    """
    try:
        return Pretraining(
            **dict(values)
            | {
                "recipe": Recipe.from_dict(values["recipe"]),
                "architecture": UNetConfig(**values["architecture"]),
                "loss": Loss(**values["loss"]),
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"these are no settings of this version of napari-grains ({error}).") from None


def differences(one: Pretraining, other: Pretraining) -> list[str]:
    """Name the settings in which two runs differ that ought to learn the same, with both values.

    Returns
    -------
    list of str
        Such as ``"steps (100, not 200)"``.
    """
    first, second = _flat(settings_to_dict(one)), _flat(settings_to_dict(other))
    names = [name for name in first | second if name not in _SAME_RESULT]
    return [
        f"{name} ({first.get(name)}, not {second.get(name)})"
        for name in names
        if first.get(name) != second.get(name)
    ]


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted names of all values that are no mappings; an empty mapping is a value."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = list(value) if isinstance(value, tuple) else value
    return flat
