"""Batches of synthetic micrographs without end, drawn ahead of the training in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.util import Finalize

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from napari_grains.networks import DISTANCE_UNIT
from napari_grains.synthesis import Recipe, SyntheticMicrograph

FARTHEST = 30.0
"""Distances to the boundary are cut off here, in px."""
_LAST = -1000
"""Priority after all that multiprocessing itself finalizes."""


@dataclass(frozen=True)
class SyntheticStream(IterableDataset[dict[str, Tensor]]):
    """Training samples, each a function of (seed, index) alone.

    Parameters
    ----------
    recipe : Recipe
        What is drawn.
    seed : int
        Which endless series.
    first : int
        Index of the first sample, to go on where a run ended.
    size : int
        Side of the square samples in px.
    views : int
        How often each micrograph is used, flipped, turned and regraded differently.
    """

    recipe: Recipe
    seed: int
    first: int = 0
    size: int = 256
    views: int = 1

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        info = get_worker_info()
        number, step = (info.id, info.num_workers) if info else (0, 1)
        index = self.first + number
        while True:
            micrograph = self.recipe.micrograph(self.seed, index, (self.size, self.size))
            rng = np.random.default_rng([self.seed, index, 1])
            for _ in range(self.views):
                yield training_sample(micrograph, rng)
            index += step

    def batches(self, batch: int, workers: int) -> DataLoader[dict[str, Tensor]]:
        """Loader of batches: float32 tensors (N, 1, Y, X) under "image", "boundary" and "distance"."""
        if not workers:
            return DataLoader(self, batch)
        # Spawned, not forked: a fork copies the locks that other threads of this process hold.
        return DataLoader(
            self,
            batch,
            num_workers=workers,
            prefetch_factor=4,
            worker_init_fn=_begin_worker,
            multiprocessing_context="spawn",
        )


def _begin_worker(_: int) -> None:
    """Keep small matrix products from competing with the training for the cores, and see to a quiet end.

    A spawned process ends by taking the interpreter down, in which a thread of torch that still runs aborts
    it now and then. Instead it ends at once after multiprocessing's own clean-up, as a forked one does.
    """
    threadpool_limits(1)
    Finalize(None, os._exit, args=(0,), exitpriority=_LAST)


def training_sample(micrograph: SyntheticMicrograph, rng: np.random.Generator) -> dict[str, Tensor]:
    """One view of a micrograph as network input and targets.

    Parameters
    ----------
    micrograph : SyntheticMicrograph
        Square.
    rng : numpy.random.Generator
        Draws flips, quarter turns and the grey scale.

    Returns
    -------
    dict of str to Tensor, (1, Y, X) float32
        "image" about -1..1, "boundary" 0 or 1, "distance" in units of `DISTANCE_UNIT` px.
    """
    turns, flip = int(rng.integers(4)), bool(rng.integers(2))

    def view(array: NDArray[np.generic]) -> Tensor:
        turned = np.rot90(array[:, ::-1] if flip else array, turns)
        return torch.from_numpy(np.ascontiguousarray(turned, np.float32))[None]

    gain, offset = rng.uniform(1.1, 2.2), rng.uniform(-0.2, 0.2)
    return {
        "image": (view(micrograph.image) - 0.5) * gain + offset,
        "boundary": view(micrograph.boundary),
        "distance": view(np.minimum(micrograph.distance, FARTHEST)) / DISTANCE_UNIT,
    }
