"""One slice: from grey levels to boundary probability and grains."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Event, Job, Preview, Progress
from napari_grains.grains import (
    merge_edges,
    partition,
    spread_numbers,
    threshold_boundary,
    untypical_threshold,
)
from napari_grains.images import CalibratedImage, stretch

from ._blocks import Block, common, corner, grown, placed, size, whole, within
from ._forwarding import forwarded
from ._frame import WorkingFrame, WorkingImage
from ._predictor import Prediction, Predictor
from ._settings import SegmentationSettings, View
from ._summary import Stopwatch

Float = NDArray[np.float32]
Labels = NDArray[np.int32]
UNITS = 100
"""Progress units of a slice; the network takes most of them."""
_NETWORK = 75
_SMALLEST_GRAIN = 16.0  # pixels of the working grid, or of the image where that is coarser


@dataclass(frozen=True, eq=False)
class SliceResult:
    """What is found in a slice.

    Parameters
    ----------
    boundary : ndarray of float32, shape (Y, X)
        Boundary probability.
    grains : ndarray of int32, shape (Y, X)
        Grains 1..N; 0 where none is wanted.
    regions : ndarray of int32, shape (Y, X)
        What the grains were joined from.
    threshold : float
        Mean boundary probability along an edge below which regions were joined.
    """

    boundary: Float
    grains: Labels
    regions: Labels
    threshold: float


def segment_slice(
    image: CalibratedImage,
    view: View,
    scale: float,
    predictor: Predictor,
    settings: SegmentationSettings,
    clock: Stopwatch,
) -> Job[SliceResult]:
    """Segment an image (Y, X).

    Yields
    ------
    Progress, Notice, Preview
        Progress counts to ``UNITS``.

    Returns
    -------
    SliceResult
        Of the rectangle ``view.block``.
    """
    wanted = _Wanted.of(image, view)
    with clock("network"):
        if settings.method == "threshold":
            drawing = yield from _by_threshold(image, scale, wanted)
        else:
            drawing = yield from _by_network(image, scale, wanted, predictor, mirrored=settings.mirrored)
        boundary = wanted.only(drawing.in_image(drawing.boundary).clip(0, 1), wanted.block)
    yield Progress(_NETWORK, UNITS, "dividing into grains")
    with clock("partition"):
        result = _partition(drawing, boundary, image, wanted, settings)
    yield Progress(UNITS, UNITS, "dividing into grains")
    return result


@dataclass(frozen=True, eq=False)
class _Wanted:
    """Where a result is wanted: a rectangle, pixels of it (None: all), and where somebody is looking."""

    block: Block
    mask: NDArray[np.bool_] | None
    focus: tuple[float, float] | None

    @classmethod
    def of(cls, image: CalibratedImage, view: View) -> _Wanted:
        block = view.block(image.shape)
        mask = view.wanted(image.specimen)
        return cls(block, None if mask is None else mask[block], view.centre(block))

    def only(self, values: Float, block: Block) -> Float:
        """Set values of a rectangle to 0 where none is wanted."""
        if self.mask is None:
            return values
        return np.where(self.mask[within(block, self.block)], values, np.float32(0))


@dataclass(frozen=True, eq=False)
class _Canvas:
    """The working grid of a part of the image, ``seen``, on which the rectangle ``wanted`` is drawn."""

    frame: WorkingFrame
    seen: Block
    wanted: Block

    @classmethod
    def of(cls, image: CalibratedImage, scale: float, wanted: Block, radius: int | None = None) -> _Canvas:
        """Make the canvas of what can be seen within a radius in working px; None: of the whole image."""
        frame = WorkingFrame(scale, size(whole(image.shape)), image.origin)
        seen = whole(image.shape) if radius is None else grown(wanted, frame.reach(radius), image.shape)
        return cls(frame.part(seen), seen, wanted)

    def on_grid(self, place: tuple[float, float] | None) -> tuple[float, float] | None:
        """Where a place in the image lies on the grid."""
        if place is None:
            return None
        row, column = (
            (at - part.start + o) * self.frame.scale - k
            for at, part, o, k in zip(place, self.seen, self.frame.origin, self.frame.first, strict=True)
        )
        return row, column

    def show(self, event: Event, wanted: _Wanted) -> Event | None:
        """Previews from working to image px, cut to what is wanted; progress as a share of the slice."""
        if isinstance(event, Progress):
            return replace(event, done=_NETWORK * event.done, total=UNITS * event.total)
        if not isinstance(event, Preview):
            return event
        ready = self.frame.block_in_image(placed(event.offset, event.array.shape))
        block = common(ready, within(self.wanted, self.seen))
        if block is None:
            return None
        array = self.frame.block_to_image(event.array.astype(np.float32, copy=False), block, event.offset)
        place = tuple(k + n for k, n in zip(corner(block), corner(self.seen), strict=True))
        return Preview(event.name, wanted.only(array, placed(place, array.shape)), place)


@dataclass(frozen=True, eq=False)
class _Drawing:
    """Boundaries, and distances from them if there are any, on the grid of a canvas."""

    canvas: _Canvas
    boundary: Float
    distance: Float | None = None

    def in_image(self, values: Float) -> Float:
        """Bring values on the grid to the pixels of the image that are wanted."""
        return self.canvas.frame.block_to_image(values, within(self.canvas.wanted, self.canvas.seen))


def _by_threshold(image: CalibratedImage, scale: float, wanted: _Wanted) -> Job[_Drawing]:
    """Dark lines; of the whole image, as a line counts by its length, which may lie outside the region."""
    yield Progress(0, UNITS, "finding boundaries")
    canvas = _Canvas.of(image, scale, wanted.block)
    boundary = threshold_boundary(canvas.frame.to_working(stretch(image.pixels, image.specimen)))
    event = canvas.show(Preview("boundary", boundary, (0, 0)), wanted)
    if event is not None:
        yield event
    return _Drawing(canvas, boundary)


def _by_network(
    image: CalibratedImage, scale: float, wanted: _Wanted, predictor: Predictor, *, mirrored: bool
) -> Job[_Drawing]:
    """Prediction for what is wanted, from all that the network can see around it.

    Grey levels are stretched over the whole image, so that a region looks as it does in the whole.
    """
    yield Progress(0, UNITS, "finding boundaries")
    canvas = _Canvas.of(image, scale, wanted.block, predictor.card.architecture.receptive_radius)
    grey = predictor.network_input(image.pixels, image.specimen)[canvas.seen]
    working, focus = WorkingImage(grey, canvas.frame), canvas.on_grid(wanted.focus)
    job = predictor.predict(working, canvas.frame.first, focus, mirrored=mirrored)
    prediction: Prediction = yield from forwarded(job, lambda event: canvas.show(event, wanted))
    return _Drawing(canvas, prediction.boundary, prediction.distance)


def _partition(
    drawing: _Drawing,
    boundary: Float,
    image: CalibratedImage,
    wanted: _Wanted,
    settings: SegmentationSettings,
) -> SliceResult:
    """Grains in image px, where a pixel of a coarser working grid is the smallest detail."""
    scale = drawing.canvas.frame.scale
    detail = max(1.0, 1 / scale)
    distance = None if drawing.distance is None else drawing.in_image(drawing.distance) / np.float32(scale)
    area = _SMALLEST_GRAIN * detail**2 if settings.smallest_area is None else settings.smallest_area
    regions = partition(boundary, distance, specimen=wanted.mask, min_area=area, detail=detail)
    grains = merge_edges(regions, boundary, settings.merge)
    threshold = settings.merge
    if settings.method != "threshold":  # whose edges are all as sure
        pixels = image.pixels[wanted.block]
        threshold = max(threshold, untypical_threshold(grains, boundary, pixels, settings.relative_merge))
    grains = merge_edges(grains, boundary, threshold)
    return SliceResult(boundary, spread_numbers(grains), regions, threshold)
