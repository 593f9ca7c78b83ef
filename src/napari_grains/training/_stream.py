"""Batches of synthetic micrographs without end, drawn ahead of the training in processes of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing.util import Finalize

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from napari_grains.synthesis import Recipe

from ._sample import training_sample

Batch = dict[str, Tensor]
_AHEAD = 4
"""Batches that each process draws in advance."""
_LAST = -1000
"""Priority after all that multiprocessing itself finalizes."""


@dataclass(frozen=True)
class SyntheticStream(Dataset[Batch]):
    """Batches of training samples, each a function of seed and number alone.

    Batch number n holds float32 tensors (N, 1, Y, X) under "image", "boundary", "distance" and "weight"; see
    `training_sample`.

    Parameters
    ----------
    recipe : Recipe
        What is drawn.
    seed : int
        Which endless series.
    batch : int
        Samples in a batch.
    size : int
        Side of the square samples in px.
    views : int
        How often each micrograph is used, flipped, turned and regraded differently; the views of one are
        neighbours in a batch.
    invisible_weight : float
        See `training_weight`.
    """

    recipe: Recipe
    seed: int
    batch: int = 8
    size: int = 192
    views: int = 1
    invisible_weight: float = 1.0

    def __getitem__(self, number: int) -> Batch:
        """Batch number ``number``, from 0."""
        each = -(-self.batch // self.views)
        indices = range(number * each, (number + 1) * each)
        samples = list(islice((one for index in indices for one in self._views(index)), self.batch))
        return {name: torch.stack([one[name] for one in samples]) for name in samples[0]}

    def _views(self, index: int) -> Iterator[Batch]:
        micrograph = self.recipe.micrograph(self.seed, index, (self.size, self.size))
        rng = np.random.default_rng([self.seed, index, 1])
        for _ in range(self.views):
            yield training_sample(micrograph, rng, self.invisible_weight)

    def loader(self, workers: int = 0, *, first: int = 0, pinned: bool = False) -> DataLoader[Batch]:
        """All batches from number ``first`` on, in order, whatever the number of workers.

        Parameters
        ----------
        workers : int
            Processes that draw them ahead; 0 draws them where they are asked for.
        first : int
            Number of the first batch.
        pinned : bool
            Whether they lie in memory from where CUDA fetches them without waiting.
        """
        numbers = _From(first)
        # A generator of its own, for the loader would take a number from the one that all share.
        common = {
            "batch_size": None,
            "sampler": numbers,
            "generator": torch.Generator(),
            "pin_memory": pinned,
        }
        if not workers:
            return DataLoader(self, **common)  # type: ignore[arg-type]
        # Spawned, not forked: a fork copies the locks that other threads of this process hold.
        return DataLoader(
            self,
            num_workers=workers,
            prefetch_factor=_AHEAD,
            worker_init_fn=_begin_worker,
            multiprocessing_context="spawn",
            **common,  # type: ignore[arg-type]
        )


class _From(Sampler[int]):
    """All whole numbers from one on."""

    def __init__(self, first: int) -> None:
        self._first = first

    def __iter__(self) -> Iterator[int]:
        return count(self._first)


def _begin_worker(_: int) -> None:
    """Keep small matrix products from competing with the training for the cores, and see to a quiet end.

    A spawned process ends by taking the interpreter down, in which a thread of torch that still runs aborts
    it now and then. Instead it ends at once after multiprocessing's own clean-up, as a forked one does.
    Ctrl+C in a terminal is for the training to answer.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(1)
    Finalize(None, os._exit, args=(0,), exitpriority=_LAST)
