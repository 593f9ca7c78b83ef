"""A network made ready to run tile by tile on images of any size."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_grains.errors import InputError
from napari_grains.events import Job, Notice, Preview, Progress
from napari_grains.images import stretch
from napari_grains.networks import DevicePlan, NetworkCard, UNet, choose_device, file_hash, load_network

from ._memory import hold_freed_memory, release_freed_memory
from ._padding import PaddedImage, Readable
from ._shortage import OutOfMemoryError, free_cuda_cache, memory_errors
from ._tiles import Span, grid, in_order, smallest_tile, tile_around

Float = NDArray[np.float32]
TILE = {"cpu": 2048, "cuda": 2048}
"""Largest tile side in px by device: large ones lose less to margins. 16 bfloat16 channels take 1 GB."""
FIRST_LOOK = 256
"""Side in px of what is computed in advance where somebody is looking."""
MIRRORS = ((1, 1), (-1, -1), (1, -1), (-1, 1))
"""Steps along rows and columns through an image and its mirror images; the first is the image itself."""
PLAIN = MIRRORS[:1]
"""The image itself alone."""
_WORTH_A_LOOK = 4.0
"""How many times as large the first tile must be for that to be worth its time."""


class TiledNetwork(ABC):
    """A network with its batch norms folded, on its device, in its precision.

    Parameters
    ----------
    network : UNet
        In ``eval`` mode; it is changed and must not be used elsewhere afterwards.
    card : NetworkCard
        Its card.
    plan : DevicePlan
        Where it runs.
    sha256 : str
        Hash of its file, for provenance.
    """

    doing: ClassVar[str]
    """What progress says."""
    heads: ClassVar[Set[str]]
    """Outputs that the network must have."""
    purpose: ClassVar[str]
    """What it must have been made for, in words."""

    def __init__(self, network: UNet, card: NetworkCard, plan: DevicePlan, sha256: str = "") -> None:
        self.card = card
        self.plan = plan
        self.sha256 = sha256
        self.tile = TILE[plan.device.type]
        self._network = network.fold_batch_norm()
        plan.place(self._network)

    @classmethod
    def _of_file(cls, path: Path, model: str, device: str, precision: str) -> Self:
        """Load the network that a user asked for by name or file.

        Raises
        ------
        InputError
            If it was made for something else, or there is no such device.
        """
        network, card = load_network(path)
        if not cls.heads <= set(card.architecture.heads):
            task = "boundaries" if card.task == "boundary" else card.task
            raise InputError(
                f"the network {model!r} was made for {task}, not for {cls.purpose}; choose another."
            )
        return cls(network, card, choose_device(device, precision=precision), file_hash(path))

    def network_input(self, image: Float, specimen: NDArray[np.bool_] | None = None) -> Float:
        """Grey levels as the network expects them.

        Parameters
        ----------
        image : ndarray of float32, (Y, X)
            Any grey levels.
        specimen : ndarray of bool, (Y, X), optional
            Pixels to take the percentiles from.

        Returns
        -------
        ndarray of float32, (Y, X)
            The card's percentiles are stretched to -1..1.
        """
        percentiles = self.card.normalisation
        grey = stretch(image, specimen, percentiles["low"], percentiles["high"])
        grey *= 2
        grey -= 1
        return grey

    @abstractmethod
    def _outputs(self, image: Tensor) -> dict[str, Tensor]:
        """Run the network on (1, C, Y, X); float32 (..., Y, X) by name, of which means can be taken."""

    @property
    @abstractmethod
    def _layers(self) -> Mapping[str, tuple[int, ...]]:
        """Names of the outputs, and the axes before rows and columns of each."""

    @abstractmethod
    def _shown(self, outputs: Mapping[str, Float]) -> tuple[str, Float]:
        """Name and array (Y, X) of what a preview shows of outputs."""

    def _predict(
        self,
        image: Readable,
        phase: tuple[int, int],
        focus: tuple[float, float] | None,
        mirrors: Sequence[tuple[int, int]],
    ) -> Job[dict[str, Float]]:
        """All outputs for an image; see `Predictor.predict`."""
        if self.plan.device.type == "cpu":
            hold_freed_memory(self)
        stride, radius = self.card.architecture.stride, self.card.architecture.receptive_radius
        padded = PaddedImage(image, phase, stride)
        while True:
            try:
                result = yield from self._predict_tiles(padded, mirrors, focus)
                return {name: whole[(..., *padded.inside)] for name, whole in result.items()}
            except OutOfMemoryError:
                self._shrink_tiles(max(padded.shape), smallest_tile(radius, stride))
                yield Notice(f"memory is short: going on with tiles of {self.tile} px")

    def rest(self) -> None:
        """Give memory back until the next prediction, which starts with tiles of the usual size again."""
        self.tile = TILE[self.plan.device.type]
        release_freed_memory(self)
        if self.plan.device.type == "cuda":
            free_cuda_cache()

    def _tiles(self, shape: tuple[int, int]) -> list[tuple[Span, Span]]:
        architecture = self.card.architecture
        return grid(shape, self.tile, architecture.receptive_radius, architecture.stride)

    def _predict_tiles(
        self, padded: PaddedImage, mirrors: Sequence[tuple[int, int]], focus: tuple[float, float] | None
    ) -> Job[dict[str, Float]]:
        tiles = self._tiles(padded.shape)
        if focus is not None:
            place = (focus[0] + padded.before[0], focus[1] + padded.before[1])
            tiles = in_order(tiles, place)
            yield from self._first_look(padded, place, tiles[0])
        result = {name: np.zeros((*axes, *padded.shape), np.float32) for name, axes in self._layers.items()}
        done, total = 0, len(tiles) * len(mirrors)
        for row, column in tiles:
            tile = padded.read(row, column)
            weights = row.weights()[:, None] * column.weights() / np.float32(len(mirrors))
            here = slice(*row.write), slice(*column.write)
            there = _within(row, row.write), _within(column, column.write)
            for mirror in mirrors:
                outputs = self._run(tile, mirror)
                for name, whole in result.items():
                    whole[(..., *here)] += weights * outputs[name][(..., *there)]
                done += 1
                yield Progress(done, total, self.doing)
                if mirror == mirrors[0]:
                    yield self._preview(outputs, padded, row, column)
        return result

    def _first_look(
        self, padded: PaddedImage, place: tuple[float, float], nearest: tuple[Span, Span]
    ) -> Job[None]:
        """Show a small tile first where the nearest one takes long."""
        architecture = self.card.architecture
        row, column = tile_around(
            place, padded.shape, FIRST_LOOK, architecture.receptive_radius, architecture.stride
        )
        if self.plan.device.type == "cpu" and _area(nearest) > _WORTH_A_LOOK * _area((row, column)):
            yield self._preview(self._run(padded.read(row, column)), padded, row, column)

    def _run(self, tile: Float, mirror: tuple[int, int] = MIRRORS[0]) -> dict[str, Float]:
        steps = ..., slice(None, None, mirror[0]), slice(None, None, mirror[1])
        with memory_errors(), torch.inference_mode():
            channels = tile.reshape(1, -1, *tile.shape[-2:])
            inputs = torch.from_numpy(np.ascontiguousarray(channels[steps])).to(
                self.plan.device, self.plan.dtype
            )
            outputs = self._outputs(inputs.contiguous(memory_format=torch.channels_last))
            return {name: output.cpu().numpy()[steps] for name, output in outputs.items()}

    def _shrink_tiles(self, used: int, smallest: int) -> None:
        """Halve what was used: the tile, or the whole image where that is smaller."""
        used = min(self.tile, used)
        if used <= smallest:
            raise InputError(
                "there is not enough memory for a single tile; close other programs or use the CPU."
            )
        self.tile = max(used // 2, smallest)

    def _preview(self, outputs: Mapping[str, Float], padded: PaddedImage, row: Span, column: Span) -> Preview:
        name, shown = self._shown(outputs)
        core = shown[_within(row, row.core), _within(column, column.core)]
        return Preview(name, core, (row.core[0] - padded.before[0], column.core[0] - padded.before[1]))


def _area(tile: tuple[Span, Span]) -> int:
    """Pixels that a tile reads."""
    return math.prod(span.read[1] - span.read[0] for span in tile)


def _within(span: Span, part: tuple[int, int]) -> slice:
    """Where a part of a tile lies within what the tile reads."""
    return slice(part[0] - span.read[0], part[1] - span.read[0])
