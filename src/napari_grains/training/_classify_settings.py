"""How a classifier is trained."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from napari_grains.errors import InputError
from napari_grains.networks import LATTICE, PATTERN, TASKS, Preparation


class Strategy(StrEnum):
    """Which parts of a network learn."""

    auto = "auto"
    """By the number of labels."""
    frozen = "frozen"
    """The head alone."""
    last_stage = "last stage"
    """The head, and the last stage of the encoder at a tenth of the rate."""
    full = "full"
    """Everything; the encoder at a tenth of the rate where it was pretrained."""


_FEW, _SOME = 20, 200
"""Examples of the smallest class up to which the encoder is frozen, and up to which its last stage learns."""
_LEAST_STEPS = 100


@dataclass(frozen=True)
class ClassifierTraining:
    """Settings of a training; the card of the classifier keeps them.

    Parameters
    ----------
    network : str
        See `classifier`.
    task : str
        One of `TASKS`; patterns are turned by any angle, all else is turned by quarters.
    preparation : Preparation, optional
        How images become input; None: what suits the network and the task.
    strategy : str
        One of `Strategy`.
    patch : int, optional
        Side of the patches that are learned, in px.
    epochs : int
        How often every example is seen, if that makes a hundred steps.
    steps : int, optional
        Optimizer steps instead.
    minutes : float, optional
        Time after which each training ends, if its steps are not done; the rate falls with the time then.
    batch : int
        Examples in a step.
    learning_rate, weight_decay : float
        Of the head: peak of the schedule, and AdamW's decay.
    folds : int
        Most parts of the grouped cross-validation; 0 leaves it out.
    unknown_share : float
        Share of held-out examples that may be taken for unknown.
    seed : int
        Of weights, order and augmentation.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    network: str = "unet"
    task: str = "images"
    preparation: Preparation | None = None
    strategy: str = Strategy.auto
    patch: int | None = None
    epochs: int = 30
    steps: int | None = None
    minutes: float | None = None
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    folds: int = 5
    unknown_share: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        if self.task not in TASKS or self.strategy not in set(Strategy):
            raise ValueError(
                f"the task is one of {', '.join(TASKS)}, the strategy one of {', '.join(Strategy)}; "
                f"got {self.task!r}, {self.strategy!r}"
            )
        counts = (self.epochs, self.batch, self.steps or 1, self.patch or 1)
        if min(counts) < 1 or self.steps == 0 or self.patch == 0 or self.folds < 0 or self.folds == 1:
            raise ValueError("epochs, steps, batch and patch must be positive, folds 0 or at least 2")
        if self.minutes is not None and not self.minutes > 0:
            raise ValueError(f"minutes must be positive, got {self.minutes}")
        if not (self.learning_rate > 0 and 0 < self.unknown_share < 1 and self.seed >= 0):
            raise ValueError(f"learning_rate, unknown_share or seed is out of range in {self}")

    @property
    def prepared(self) -> Preparation:
        """How images become input."""
        if self.preparation is not None:
            return self.preparation
        patterns = self.task == "patterns"
        size = 64 if self.network in (PATTERN, LATTICE) or self.task == "grains" else 128
        return Preparation(size, disc=patterns)  # corners would be cut off by a turn

    def strategy_for(self, smallest: int, *, pretrained: bool) -> Strategy:
        """Which parts learn, given the examples of the smallest class and whether the encoder knows anything.

        Random weights have nothing worth freezing.
        """
        if self.strategy != Strategy.auto:
            return Strategy(self.strategy)
        if not pretrained or smallest > _SOME:
            return Strategy.full
        return Strategy.frozen if smallest <= _FEW else Strategy.last_stage

    def steps_for(self, examples: int) -> int:
        """Count the steps for so many examples."""
        if self.steps is not None:
            return self.steps
        return max(_LEAST_STEPS, self.epochs * math.ceil(examples / self.batch))


def training_to_dict(settings: ClassifierTraining) -> dict[str, Any]:
    """Return settings as JSON values."""
    return asdict(settings) | {"preparation": asdict(settings.prepared)}


def training_from(values: Mapping[str, Any]) -> ClassifierTraining:
    """Make settings of what a user gave.

    Raises
    ------
    InputError
        If it does not fit.
    """
    try:
        return ClassifierTraining(**values)
    except (TypeError, ValueError) as error:
        raise InputError(f"these settings do not go together: {error}.") from None
