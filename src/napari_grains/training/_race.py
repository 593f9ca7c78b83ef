"""Which network is kept: the best on held-out strokes, the one before the training included."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from napari_grains.networks import UNet

from ._learner import Learner, on_processor
from ._stream import Batch

MARGIN: Final = 0.03
"""Share of its error by which a network has to be better than the one before the training."""


class Race:
    """Networks that are compared on the same held-out strokes.

    Without held-out strokes nothing can be said of any: the latest network is then kept, unvalidated.

    Parameters
    ----------
    learner : Learner
        What learns; at first it is the network before the training.
    held : dict of str to Tensor, optional
        See `held_patches`.

    Attributes
    ----------
    before, score : float or None
        Error of the network before the training and of the best one; None without held-out strokes.
    since : int
        How many networks were judged since there was progress.
    """

    def __init__(self, learner: Learner, held: Batch | None) -> None:
        self._learner, self._held = learner, held
        self._first = deepcopy(learner.average)
        self._best = self._first
        self.before = self.score = None if held is None else learner.judge(held)
        self.since = 0

    @property
    def validated(self) -> bool:
        """Whether networks can be compared."""
        return self._held is not None

    @property
    def won(self) -> bool:
        """Whether the training gave a better network, or one that cannot be judged."""
        return self._best is not self._first

    def enter(self) -> float | None:
        """Judge the averaged network as it is now; return its error."""
        if self._held is None:
            self._best = deepcopy(self._learner.average)
            return None
        error = self._learner.judge(self._held)
        self.since += 1
        if self._is_better(error):
            self._best, self.score, self.since = deepcopy(self._learner.average), error, 0
        return error

    def change(self, held: Batch | None) -> None:
        """Judge the networks anew by other strokes; the one before the training may win again."""
        best, self._held, self.since = self._best, held, 0
        if held is None:
            return
        self._best = self._first
        self.before = self.score = self._learner.judge(held, self._first)
        error = self._learner.judge(held, best)
        if self._is_better(error):
            self._best, self.score = best, error

    def best(self) -> UNet:
        """Copy the best network, on the processor and in ``eval`` mode."""
        return on_processor(self._best)

    def _is_better(self, error: float) -> bool:
        if self.score is None or self.before is None:
            return True
        return error < (self.score if self.won else (1 - MARGIN) * self.before)
