"""How far a run is, by its steps and by the clock, and what follows from that."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from napari_grains.events import Progress, TrainingProgress

_WARM_UP = (200, 0.05)
"""The learning rate rises over this many steps, or this share of the run where that is less."""
_REPORT_SECONDS = 1.0
_TENTHS = 10
"""A run is validated this many times."""

Clock = Callable[[], float]


@dataclass
class Pace:
    """How far a run is.

    Parameters
    ----------
    steps : int, optional
        When it ends.
    seconds : float, optional
        When it ends, too.
    step : int
        Steps done.
    before : float
        Seconds that the run took before it was interrupted.
    clock : callable
        Seconds.
    final_rate : float
        Learning rate at the end as a share of its peak.

    Attributes
    ----------
    elapsed : float
        Seconds of training up to the last step.
    """

    steps: int | None
    seconds: float | None = None
    step: int = 0
    before: float = 0.0
    clock: Clock = time.monotonic
    final_rate: float = 0.0
    elapsed: float = field(init=False)
    _began: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.elapsed = self.before

    def begin(self) -> None:
        """Let the time run: the first batch is there."""
        self._began = self.clock()

    def advance(self) -> None:
        """Count a step and read the clock, which stands still until the next one."""
        self.step += 1
        if self._began is not None:
            self.elapsed = self.before + self.clock() - self._began

    @property
    def fraction(self) -> float:
        """Share of the run that is done, by steps or by time, whichever is more; at most 1."""
        return self._share(self.step)

    @property
    def finished(self) -> bool:
        """Whether steps or time are used up."""
        return self.fraction >= 1

    @property
    def total(self) -> int:
        """Steps that the run will have in the end, at the speed it had so far."""
        fraction = self.fraction
        estimate = math.ceil(self.step / fraction) if fraction > 0 else 0
        return estimate if self.steps is None else min(self.steps, estimate or self.steps)

    @property
    def rate(self) -> float:
        """Learning rate of the next step as a share of its peak: a linear rise, then half a cosine."""
        steps, share = _WARM_UP
        rise = max((self.step + 1) / steps, self._share(self.step + 1) / share)
        fall = 0.5 * (1 + math.cos(math.pi * self.fraction))
        return min(rise, self.final_rate + (1 - self.final_rate) * fall)

    def _share(self, step: int) -> float:
        by_steps = 0.0 if self.steps is None else step / self.steps
        by_time = 0.0 if self.seconds is None else self.elapsed / self.seconds
        return min(1.0, max(by_steps, by_time))


@dataclass
class Every:
    """Say when it is time again.

    Parameters
    ----------
    seconds : float
        From one time to the next.
    clock : callable
        Seconds.
    """

    seconds: float
    clock: Clock = time.monotonic
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        self._last = self.clock()

    @property
    def due(self) -> bool:
        """Whether it is time."""
        return self.clock() - self._last >= self.seconds

    def done(self) -> None:
        """Count from now."""
        self._last = self.clock()


class TrainingReport:
    """Turns steps into events: after each one, and about once a second one with the losses.

    Parameters
    ----------
    pace : Pace
        Of the run.
    every : int, optional
        Steps between events with losses; None: about a second.
    """

    def __init__(self, pace: Pace, every: int | None = None) -> None:
        self._pace, self._every = pace, every
        self._second = Every(_REPORT_SECONDS, pace.clock)
        self._losses: list[Tensor] = []
        self._scores: dict[str, float] = {}
        self._tenth = self._tenths()

    def learned(self, loss: Tensor) -> None:
        """Take the loss of a step, a scalar that may still be on its device."""
        self._losses.append(loss.detach())

    def validated(self, scores: dict[str, float]) -> None:
        """Take scores, "validation" and "real", for the next event."""
        self._scores |= scores

    def validation_is_due(self) -> bool:
        """Whether another tenth of the run is done since this was last the answer."""
        before, self._tenth = self._tenth, self._tenths()
        return self._tenth > before

    def event(self) -> Progress:
        """Say what happened after a step."""
        done, total = self._pace.step, self._pace.total
        if not self._due():
            return Progress(done, total, "training")
        loss = float(torch.stack(self._losses).mean()) if self._losses else math.nan
        scores = self._scores
        self._losses, self._scores = [], {}
        self._second.done()
        return TrainingProgress(done, total, "training", loss, scores.get("validation"), scores.get("real"))

    def _tenths(self) -> int:
        return int(_TENTHS * self._pace.fraction + 1e-9)

    def _due(self) -> bool:
        if self._pace.finished:
            return True
        return self._second.due if self._every is None else self._pace.step % self._every == 0
