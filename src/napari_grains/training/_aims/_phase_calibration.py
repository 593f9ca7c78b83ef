"""How often a network for phases is right where it says how probable a phase is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from .._classify_scores import ClassificationScores, temperature_of
from .._stream import Batch
from ._phase_network import HEAD

_PLACE: Final = 32
"""Side in working px of a place: pixels of one place are right and wrong together, and count as one."""
_FEWEST: Final = 24
"""Places from which a temperature is estimated: fewer made probabilities worse as often as better."""
_MOST: Final = 20_000
"""Pixels that are looked at, evenly drawn: their neighbours say the same."""


@dataclass(frozen=True, eq=False)
class PhaseCalibration:
    """What a network says of held-out painted pixels.

    Parameters
    ----------
    class_names : tuple of str
        Of the phases.
    logits : Tensor, (N, K)
        Of the pixels.
    labels : Tensor of int64, (N,)
        Their phases, 0..K-1.
    patches : Tensor of int64, (N,)
        Which held-out patch each is in, in ascending order.
    places : int
        How many places of 32 x 32 px have such pixels.
    """

    class_names: tuple[str, ...]
    logits: Tensor
    labels: Tensor
    patches: Tensor
    places: int

    @classmethod
    def of(cls, class_names: tuple[str, ...], logits: Tensor, held: Batch) -> PhaseCalibration:
        """Take the painted pixels of patches.

        Parameters
        ----------
        class_names : tuple of str
            Of the phases.
        logits : Tensor, (P, K, Y, X)
            Of the patches.
        held : dict of str to Tensor
            See `held_patches`.
        """
        phases = held[HEAD][:, 0].long().cpu()
        known = phases > 0
        places = F.max_pool2d(known[:, None].float(), _PLACE, ceil_mode=True)
        where = known.nonzero()
        where = where[:: 1 + len(where) // _MOST]
        patch, row, column = where.unbind(1)
        points, labels = logits.cpu()[patch, :, row, column], phases[patch, row, column] - 1
        return cls(class_names, points, labels, patch, int(places.sum()))

    @property
    def temperature(self) -> float:
        """What logits are to be divided by; 1 if there are too few places to tell."""
        return self._fitted(torch.ones_like(self.labels, dtype=torch.bool)) if self._enough else 1.0

    def figures(self) -> dict[str, Any]:
        """Tell the temperature, and the calibration without and with one, as JSON values.

        Returns
        -------
        dict
            "temperature"; "calibration": "places", "error_before" and "error_after" (expected calibration
            errors, see `ClassificationScores.calibration_error`; the latter of each half of the patches
            with the temperature of the other half, None without a temperature).
        """
        before, crossed = torch.ones(len(self.labels)), self._crossed()
        errors = {
            "error_before": self._error(before),
            "error_after": None if crossed is None else self._error(crossed),
        }
        return {"temperature": self.temperature, "calibration": {"places": self.places} | errors}

    @property
    def _enough(self) -> bool:
        return self.places >= _FEWEST

    def _fitted(self, part: Tensor) -> float:
        """Temperature of a part of the pixels."""
        worth = self.places * float(part.float().mean())
        return temperature_of(self.logits[part], self.labels[part], worth=worth)

    def _crossed(self) -> Tensor | None:
        """Temperature of the other half of the patches, for each pixel; None if there is no other."""
        numbers = np.unique(self.patches.numpy())
        if not self._enough or len(numbers) == 1:
            return None
        first = self.patches < int(numbers[len(numbers) // 2])
        here, there = self._fitted(first), self._fitted(~first)
        return torch.where(first, there, here)

    def _error(self, temperatures: Tensor) -> float:
        probabilities = torch.softmax(self.logits.double() / temperatures[:, None], dim=1).numpy()
        scores = ClassificationScores(self.class_names, self.labels.numpy(), probabilities, "")
        return round(scores.calibration_error, 4)
