"""What a classifier reads of its examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Inputs:
    """Prepared images; of grains also where each lies in its crop and what was measured of it.

    Parameters
    ----------
    images : Tensor, (N, C, S, S)
        See `Preparation`.
    masks : Tensor, (N, 1, S, S), optional
        Share of each pixel that is the grain's, 0 to 1.
    measures : Tensor, (N, M), optional
        Numbers that tell of its shape and grey, as measured.
    """

    images: Tensor
    masks: Tensor | None = None
    measures: Tensor | None = None

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, which: Any) -> Inputs:  # noqa: ANN401 - whatever indexes the first axis of a tensor
        return Inputs(self.images[which], *(None if one is None else one[which] for one in self._beside()))

    def batches(self, size: int) -> Iterator[Inputs]:
        """Parts of at most so many examples, one after the other."""
        for start in range(0, len(self), size):
            yield self[start : start + size]

    def to(self, device: torch.device) -> Inputs:
        """All of it in single precision on a device."""
        beside = (None if one is None else one.to(device, torch.float32) for one in self._beside())
        return Inputs(self.images.to(device, torch.float32), *beside)

    @classmethod
    def joined(cls, parts: list[Inputs]) -> Inputs:
        """One after the other; all have the same kinds of parts."""
        masks = [one.masks for one in parts if one.masks is not None]
        measures = [one.measures for one in parts if one.measures is not None]
        return cls(
            torch.cat([one.images for one in parts]),
            torch.cat(masks) if masks else None,
            torch.cat(measures) if measures else None,
        )

    def _beside(self) -> tuple[Tensor | None, Tensor | None]:
        return self.masks, self.measures
