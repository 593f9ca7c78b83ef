"""From a micrograph to boundary probability, grains and grain size: the job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.events import Event, Job, Notice, Preview, Progress
from napari_grains.grains import Measurement, measure
from napari_grains.images import CalibratedImage

from ._blocks import around, whole
from ._forwarding import StoppedError, forwarded, stoppable
from ._predictor import Predictor
from ._recent import recent_predictor, recent_scale
from ._scale import scale_for_diameter
from ._settings import SCALES, SegmentationSettings, View
from ._slice import UNITS, segment_slice
from ._summary import Stopwatch, provenance, summary

Float = NDArray[np.float32]
Labels = NDArray[np.int32]
_MEASURING = UNITS // 10
"""Progress units of the measurement."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Result of `segment`; the arrays have the image's shape.

    Parameters
    ----------
    boundary : ndarray of float32, (Y, X) or (Z, Y, X)
        Probability of a grain boundary, 0 outside the specimen and the region.
    grains : ndarray of int32, (Y, X) or (Z, Y, X)
        Grain of every pixel of the specimen, 1 to N in each slice; 0 outside and in slices not reached.
        Numbers of neighbours differ modulo `napari_grains.grains.COLOURS` wherever they can.
    regions : ndarray of int32, (Y, X) or (Z, Y, X)
        What the grains were joined from, 1 to R in each slice; 0 where there is no grain. See
        `napari_grains.grains.Proofreading`.
    measurement : Measurement
        Grains and grain size.
    summary : dict
        JSON-able: the measurement's numbers and the provenance.
    """

    boundary: Float
    grains: Labels
    regions: Labels
    measurement: Measurement
    summary: dict[str, Any]


def segment(
    image: CalibratedImage, settings: SegmentationSettings | None = None, view: View | None = None
) -> Job[Segmentation | None]:
    """Segment a micrograph or stack into grains and measure their size.

    Parameters
    ----------
    image : CalibratedImage
        The micrograph; a stack is segmented slice by slice at one scale.
    settings : SegmentationSettings, optional
        How.
    view : View, optional
        Which part, and what of it first; None: all, from the top.

    Yields
    ------
    Progress, Notice, Preview
        Previews "boundary" hold blocks of the result in image px; a later one may cover an earlier one.

    Returns
    -------
    Segmentation or None
        After a stop, the slices finished so far; None if there is none.

    Raises
    ------
    InputError
        If network or device do not exist, the view does not fit the image, or memory runs out.
    """
    settings, view = settings or SegmentationSettings(), view or View()
    view.check(image)
    clock = Stopwatch()
    run = _Run(image, settings, view, clock)
    try:
        yield from stoppable(run.slices())
    except StoppedError:
        if not run.grains.any():
            return None
    finally:
        run.predictor.rest()
    yield Progress(run.total - _MEASURING, run.total, "measuring the grains")
    with clock("measure"):
        measurement = run.measured()
    yield Progress(run.total, run.total, "measured")
    return Segmentation(run.boundary, run.grains, run.regions, measurement, run.summary(measurement))


class _Run:
    """A segmentation on its way, slice by slice."""

    def __init__(
        self, image: CalibratedImage, settings: SegmentationSettings, view: View, clock: Stopwatch
    ) -> None:
        self.predictor = recent_predictor(settings.model, settings.device, settings.precision)
        self.boundary, self.grains = np.zeros(image.shape, np.float32), np.zeros(image.shape, np.int32)
        self.regions, self.thresholds = np.zeros(image.shape, np.int32), [0.0] * _number(image)
        self.total = UNITS * _number(image) + _MEASURING
        self._image, self._settings, self._view, self._clock = image, settings, view, clock
        self._wanted = view.wanted(image.specimen)
        self._scale = 1.0
        self._finished: list[int] = []

    def slices(self) -> Job[None]:
        """Find the scale, then segment slice after slice."""
        for note in self._image.notes:
            yield Notice(note)
        with self._clock("scale"):
            job = _scale(self._image, self.predictor, self._settings, self._view.region)
            self._scale = yield from forwarded(job, lambda event: self._placed(event, None))
        slices = list(self._image.slices())
        for index in self._view.order(len(slices)):
            yield from self._slice(slices[index], index)

    def _slice(self, image: CalibratedImage, index: int) -> Job[None]:
        job = segment_slice(image, self._view, self._scale, self.predictor, self._settings, self._clock)
        found = yield from forwarded(job, lambda event: self._placed(event, index))
        here: tuple[int | slice, ...] = self._view.block(image.shape)
        if self._image.is_stack:
            here = (index, *here)
        self.boundary[here], self.grains[here] = found.boundary, found.grains
        self.regions[here], self.thresholds[index] = found.regions, found.threshold
        self._finished.append(index)

    def _placed(self, event: Event, index: int | None) -> Event:
        """Progress in units of the whole work; previews get the index of their slice."""
        if isinstance(event, Progress):
            done = UNITS * len(self._finished)
            if index is not None:
                done += UNITS * event.done // max(event.total, 1)
            return Progress(done, self.total, self._said(event.message, index))
        if isinstance(event, Preview) and self._image.is_stack and index is not None:
            return Preview(event.name, event.array[None], (index, *event.offset))
        return event

    def _said(self, message: str, index: int | None) -> str:
        number = _number(self._image)
        if index is None or number == 1:
            return message
        return f"slice {len(self._finished) + 1} of {number}: {message}"

    def measured(self) -> Measurement:
        """Measure the finished slices, in the rectangle around what is wanted: that is the field."""
        block = whole(self.grains.shape[-2:]) if self._wanted is None else around(self._wanted)
        finished = np.sort(self._finished)
        index = slice(None) if len(finished) == _number(self._image) else finished
        part = (index, *block) if self._image.is_stack else block
        wanted = None if self._wanted is None else np.broadcast_to(self._wanted, self.grains.shape)[part]
        result = measure(self.grains[part], self._image.pixel_size, specimen=wanted)
        table = result.table.assign(
            centroid_y=result.table["centroid_y"] + block[0].start,
            centroid_x=result.table["centroid_x"] + block[1].start,
        )
        if self._image.is_stack:
            table["slice"] = finished[table["slice"]]
        return replace(result, table=table)

    def summary(self, measurement: Measurement) -> dict[str, Any]:
        """All that is told of the result."""
        return (
            summary(measurement, self._image, self._view)
            | provenance(self._settings, self._scale, self.predictor)
            | {
                "merge_threshold": self.thresholds,
                "seconds": self._clock.report(),
                "slices_not_reached": _number(self._image) - len(self._finished),
            }
        )


def _number(image: CalibratedImage) -> int:
    return image.shape[0] if image.is_stack else 1


def _scale(
    image: CalibratedImage,
    predictor: Predictor,
    settings: SegmentationSettings,
    region: NDArray[np.bool_] | None,
) -> Job[float]:
    """Scale as asked for, else found on the slice in the middle, wherever somebody is looking."""
    if settings.grain_diameter is not None:
        scale = scale_for_diameter(settings.grain_diameter, predictor)
        if not SCALES[0] <= scale <= SCALES[1]:
            low, high = (scale * settings.grain_diameter / limit for limit in reversed(SCALES))
            raise InputError(
                f"grain diameter {settings.grain_diameter:g} is out of range; give {low:.2g} to {high:.4g}."
            )
        return scale
    if settings.scale is not None:
        return settings.scale
    slices = list(image.slices())
    middle = slices[len(slices) // 2]
    return (yield from recent_scale(middle.pixels, predictor, middle.specimen, region))
