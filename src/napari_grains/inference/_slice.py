"""One slice: from grey levels to boundary probability and grains."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Event, Job, Progress
from napari_grains.grains import merge_edges, partition, spread_numbers, untypical_threshold
from napari_grains.images import CalibratedImage

from ._canvas import Wanted
from ._drawing import Drawing, drawn_by_network, drawn_by_threshold
from ._forwarding import forwarded
from ._predictor import Predictor
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
    wanted = Wanted.of(image, view)
    with clock("network"):
        if settings.method == "threshold":
            job = drawn_by_threshold(image, scale, wanted)
        else:
            job = drawn_by_network(image, scale, wanted, predictor, averaged=settings.averaged)
        drawing = yield from forwarded(job, _share)
        drawing = replace(drawing, boundary=wanted.only(drawing.boundary, wanted.block))
    yield Progress(_NETWORK, UNITS, "dividing into grains")
    with clock("partition"):
        result = _partition(drawing, scale, image, wanted, settings)
    yield Progress(UNITS, UNITS, "dividing into grains")
    return result


def _share(event: Event) -> Event:
    """Progress of the network as a share of the slice."""
    if isinstance(event, Progress):
        return replace(event, done=_NETWORK * event.done, total=UNITS * event.total)
    return event


def _partition(
    drawing: Drawing,
    scale: float,
    image: CalibratedImage,
    wanted: Wanted,
    settings: SegmentationSettings,
) -> SliceResult:
    """Grains in image px, where a pixel of a coarser working grid is the smallest detail."""
    boundary, detail = drawing.boundary, max(1.0, 1 / scale)
    area = _SMALLEST_GRAIN * detail**2 if settings.smallest_area is None else settings.smallest_area
    regions = partition(boundary, drawing.distance, specimen=wanted.mask, min_area=area, detail=detail)
    grains = merge_edges(regions, boundary, settings.merge)
    threshold = settings.merge
    if settings.method != "threshold":  # whose edges are all as sure
        pixels = image.pixels[wanted.block]
        threshold = max(threshold, untypical_threshold(grains, boundary, pixels, settings.relative_merge))
    grains = merge_edges(grains, boundary, threshold)
    return SliceResult(boundary, spread_numbers(grains), regions, threshold)
