"""Which network is kept: the latest that is clearly better on held-out strokes than before the training."""

from __future__ import annotations

import math
from typing import Final

from napari_grains.networks import UNet

from ._learner import Learner, on_processor
from ._stream import Batch

MARGIN: Final = 0.03
"""Share of its error by which a network has to be better than the one before the training."""
LEAST: Final = 0.004
"""Error by which it has to be better at least: less is chance where a few strokes judge."""
RETAINED: Final = 0.5
"""Share of the best network's gain that a later one has to have to be kept instead. A few strokes can tell
whether a network is better than the one before the training, but hardly which of two better ones is, while
more steps go on to help where nothing is painted."""

_FALL: Final = 1e-3
"""Share of the least error so far by which one has to be less to be progress, if not enough to be kept:
the smallest steps lead down for ever where nothing is rounded."""


class Race:
    """Networks that are compared on the same held-out strokes.

    Without held-out strokes nothing can be said of any: the latest network is then kept, unvalidated.

    Parameters
    ----------
    learner : Learner
        What learns; at first it is the network before the training.
    held : dict of str to Tensor, optional
        See `held_patches`.
    retained : float
        See `RETAINED`.

    Attributes
    ----------
    before, score : float or None
        Error of the network before the training and of the best one; None without held-out strokes.
    since : int
        How many networks were judged since one was kept, or was better than the first and all that were.
    """

    def __init__(self, learner: Learner, held: Batch | None, retained: float = RETAINED) -> None:
        self._learner, self._held, self._retained = learner, held, retained
        self._first = learner.average
        self._best = self._first
        self.before = self.score = None if held is None else learner.judge(held, self._first)
        self.since, self._least = 0, math.inf

    @property
    def validated(self) -> bool:
        """Whether networks can be compared."""
        return self._held is not None

    @property
    def open(self) -> bool:
        """Whether another network could win; not if the first is right on all held-out strokes."""
        return self.before is None or self.before > LEAST

    @property
    def won(self) -> bool:
        """Whether the training gave a better network, or one that cannot be judged."""
        return self._best is not self._first

    def enter(self) -> float | None:
        """Judge the averaged network as it is now; return its error."""
        network = self._learner.average
        if self._held is None:
            self._best = network
            return None
        error = self._learner.judge(self._held, network)
        better = self._is_better(error)
        falls = self.before is not None and error < (1 - _FALL) * min(self.before, self._least)
        self.since = 0 if better or falls else self.since + 1
        if better:
            self._best, self.score = network, error
            self._least = min(self._least, error)
        return error

    def change(self, held: Batch | None) -> None:
        """Judge the networks anew by other strokes; the one before the training may win again."""
        best, self._held, self.since, self._least = self._best, held, 0, math.inf
        if held is None:
            return
        self._best = self._first
        self.before = self.score = self._learner.judge(held, self._first)
        error = self._learner.judge(held, best)
        if self._is_better(error):
            self._best, self.score, self._least = best, error, error

    def best(self) -> UNet:
        """Copy the best network, on the processor and in ``eval`` mode."""
        return on_processor(self._best)

    def _is_better(self, error: float) -> bool:
        if self.before is None:
            return True
        wanted = min((1 - MARGIN) * self.before, self.before - LEAST)
        least = min(error, self._least)
        return error < wanted and error <= self.before - self._retained * (self.before - least)
