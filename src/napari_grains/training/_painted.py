"""Micrographs with strokes, and each painted slice at the working scale of the network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.images import CalibratedImage, PixelSize, stretch
from napari_grains.inference import BY_HAND, WorkingFrame
from napari_grains.networks import NetworkCard

from ._targets import Marks, Paint, targets_of

Float = NDArray[np.float32]
_PAINTS: Final = get_args(Paint)


@dataclass(frozen=True, eq=False)
class PaintedImage:
    """A micrograph or stack, some of which is painted.

    Parameters
    ----------
    image : CalibratedImage
        (Y, X) or (Z, Y, X).
    labels : ndarray of int, same shape
        0 is not painted; see `targets_of`.
    scale : float, optional
        Working pixels per image pixel; None: found by the network.
    paint : {"boundary", "grains", "phases"}, optional
        See `targets_of`; "phases": class k of K is k.
    channels : sequence of CalibratedImage
        What else was measured at the same pixels (back-scattered electrons, maps); for phases.
    scale_chosen : {"auto", "by hand"}
        How the scale was chosen: with one that was chosen by hand the network learns to find scales, too.

    Raises
    ------
    InputError
        If shapes differ or the labels are no whole numbers.
    """

    image: CalibratedImage
    labels: NDArray[Any]
    scale: float | None = None
    paint: Paint | None = None
    channels: Sequence[CalibratedImage] = ()
    scale_chosen: str = BY_HAND

    def __post_init__(self) -> None:
        name = self.image.name
        if self.labels.shape != self.image.shape:
            raise InputError(
                f"the labels of {name} have the shape {self.labels.shape}, the image {self.image.shape}; "
                "give labels of the same rows and columns."
            )
        if self.labels.dtype.kind not in "bui":
            raise InputError(f"the labels of {name} are {self.labels.dtype}; give whole numbers.")
        if self.paint not in (None, *_PAINTS):
            raise InputError(f"paint {self.paint!r} is unknown; use {', '.join(_PAINTS)}.")
        for channel in self.channels:
            if channel.shape != self.image.shape:
                raise InputError(
                    f"the channel {channel.name} has the shape {channel.shape}, the image "
                    f"{self.image.shape}; give registered channels of the same rows and columns."
                )

    @property
    def painted(self) -> list[int]:
        """Indices of the slices on which something is painted; an image is slice 0."""
        return [index for index, labels in enumerate(self._labels) if labels.any()]

    def middle(self) -> CalibratedImage:
        """Painted slice in the middle, on which the scale is found."""
        painted = self.painted or [0]
        return list(self.image.slices())[painted[len(painted) // 2]]

    def with_labels(self, labels: NDArray[Any]) -> PaintedImage:
        """Give the same image other labels."""
        return replace(self, labels=labels)

    def slices(self) -> list[tuple[int, CalibratedImage, NDArray[Any]]]:
        """Index, image (Y, X) and labels (Y, X) of every painted slice."""
        images = list(self.image.slices())
        return [(index, images[index], self._labels[index]) for index in self.painted]

    def plane(self, index: int) -> tuple[CalibratedImage, NDArray[Any]]:
        """Image (Y, X) and labels (Y, X) of a slice, painted or not.

        Raises
        ------
        InputError
            If there is no such slice.
        """
        images = list(self.image.slices())
        if not 0 <= index < len(images):
            raise InputError(f"there is no slice {index}; choose one from 0 to {len(images) - 1}.")
        return images[index], self._labels[index]

    @property
    def _labels(self) -> NDArray[Any]:
        return self.labels.reshape(-1, *self.labels.shape[-2:])


@dataclass(frozen=True, eq=False)
class Field:
    """A painted slice as the network sees it.

    Parameters
    ----------
    name : str
        Of the slice.
    fingerprint : str
        SHA-256 of its pixels.
    grey : ndarray of float32, (Y, X) or (C, Y, X)
        Network input on the working grid.
    frame : WorkingFrame
        The grid.
    targets : Marks
        What is known, on the grid.
    strokes : int
        Painted pixels of the image.
    pixel_size : PixelSize, optional
        Of the image.
    scale_chosen : {"auto", "by hand"}
        As in `PaintedImage`.
    """

    name: str
    fingerprint: str
    grey: Float
    frame: WorkingFrame
    targets: Marks
    strokes: int
    pixel_size: PixelSize | None = None
    scale_chosen: str = BY_HAND


@dataclass
class Painted:
    """All painted slices of some images; those whose labels did not change are not prepared again.

    Parameters
    ----------
    images : list of PaintedImage
        With their scales.
    card : NetworkCard
        Says how grey levels become network input.
    """

    images: list[PaintedImage]
    card: NetworkCard
    _inputs: dict[tuple[int, int], tuple[str, Float, WorkingFrame]] = field(default_factory=dict)

    def fields(self) -> dict[tuple[int, int], Field]:
        """Give each painted slice, by the number of its image and its index there.

        Raises
        ------
        InputError
            If the labels of an image do not fit its way of painting.
        """
        return {
            (number, index): self._field(number, index, image, labels)
            for number, painted in enumerate(self.images)
            for index, image, labels in painted.slices()
        }

    def image(self, number: int) -> PaintedImage:
        """One of them.

        Raises
        ------
        InputError
            If there is no such image.
        """
        if not 0 <= number < len(self.images):
            raise InputError(f"there is no image {number} in this training.")
        return self.images[number]

    def repaint(self, number: int, labels: NDArray[Any]) -> None:
        """Replace the labels of an image.

        Raises
        ------
        InputError
            If there is no such image or they do not fit it.
        """
        self.images[number] = self.image(number).with_labels(labels)

    def _field(self, number: int, index: int, image: CalibratedImage, labels: NDArray[Any]) -> Field:
        fingerprint, grey, frame = self._input(number, index, image)
        targets = self._targets(number, labels, frame, image)
        strokes, chosen = int(np.count_nonzero(labels)), self.images[number].scale_chosen
        return Field(image.name, fingerprint, grey, frame, targets, strokes, image.pixel_size, chosen)

    def _targets(
        self, number: int, labels: NDArray[Any], frame: WorkingFrame, image: CalibratedImage
    ) -> Marks:
        return targets_of(labels, frame, self.images[number].paint, image.specimen)

    def _input(self, number: int, index: int, image: CalibratedImage) -> tuple[str, Float, WorkingFrame]:
        if (number, index) not in self._inputs:
            scale = self.images[number].scale
            if scale is None:
                raise ValueError("the scale of each image has to be found first")
            rows, columns = image.shape
            frame = WorkingFrame(scale, (rows, columns), image.origin)
            grey = self._grey(number, index, image, frame)
            fingerprint = hashlib.sha256(np.ascontiguousarray(image.pixels).data).hexdigest()
            self._inputs[number, index] = (fingerprint, grey, frame)
        return self._inputs[number, index]

    def _grey(self, number: int, index: int, image: CalibratedImage, frame: WorkingFrame) -> Float:  # noqa: ARG002 - which other channels there are
        return frame.to_working(network_input(image, self.card))


def network_input(image: CalibratedImage, card: NetworkCard) -> Float:
    """Grey levels (Y, X) as a network expects them: the card's percentiles are stretched to -1..1."""
    grey = stretch(image.pixels, image.specimen, card.normalisation["low"], card.normalisation["high"])
    return 2 * grey - 1
