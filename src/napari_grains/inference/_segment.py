"""From a micrograph to boundary probability, grains and grain size."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from napari_grains import __version__
from napari_grains.errors import InputError
from napari_grains.events import STOP, Event, Job, Notice, Preview, Progress
from napari_grains.grains import Measurement, measure, partition, threshold_boundary, upsample_partition
from napari_grains.images import CalibratedImage, stretch

from ._frame import WorkingFrame
from ._predictor import Prediction, Predictor
from ._scale import choose_scale, scale_for_diameter

Result = TypeVar("Result")
Float = NDArray[np.float32]
Labels = NDArray[np.int32]
_SLICE = 100
"""Progress units per slice; the network takes most of them."""
_NETWORK = 75
SCALES = (0.01, 8.0)
"""Working pixels per image pixel, from and to."""


@dataclass(frozen=True)
class SegmentationSettings:
    """How to segment.

    Parameters
    ----------
    model : str
        Name or file of the network.
    scale : float, optional
        Working pixels per image pixel; None finds it.
    grain_diameter : float, optional
        Mean grain diameter in image px, from which the scale follows; overrides ``scale``.
    device : str
        "auto", "cpu", "cuda" or "cuda:N".
    merge : float
        Grains are joined where the mean boundary probability between them is below this; 0 joins none.
    method : {"network", "threshold"}
        Boundaries from the network, or from an adaptive threshold for dark etched lines (the scale is the
        network's).
    precision : {"auto", "float32"}
        See `choose_device`.

    Raises
    ------
    InputError
        If a value is out of range.
    """

    model: str = "default"
    scale: float | None = None
    grain_diameter: float | None = None
    device: str = "auto"
    merge: float = 0.0
    method: Literal["network", "threshold"] = "network"
    precision: Literal["auto", "float32"] = "auto"

    def __post_init__(self) -> None:
        if self.scale is not None and not SCALES[0] <= self.scale <= SCALES[1]:
            raise InputError(
                f"scale {self.scale} is out of range; give a factor from {SCALES[0]} to {SCALES[1]}, or auto."
            )
        if self.grain_diameter is not None and not (
            math.isfinite(self.grain_diameter) and self.grain_diameter >= 2
        ):
            raise InputError(
                f"grain diameter {self.grain_diameter} is too small; give the mean in px, at least 2."
            )
        if not 0 <= self.merge <= 1:
            raise InputError(f"merge {self.merge} is out of range; give a probability between 0 and 1.")
        if self.method not in ("network", "threshold"):
            raise InputError(f"method {self.method!r} is unknown; use network or threshold.")


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Result of `segment`; the arrays have the image's shape.

    Parameters
    ----------
    boundary : ndarray of float32, (Y, X) or (Z, Y, X)
        Probability of a grain boundary, 0 outside the specimen.
    grains : ndarray of int32, (Y, X) or (Z, Y, X)
        Grain of every pixel of the specimen, 1 to N in each slice; 0 outside and in slices not reached.
    measurement : Measurement
        Grains and grain size.
    summary : dict
        JSON-able: the measurement's numbers and the provenance.
    """

    boundary: Float
    grains: Labels
    measurement: Measurement
    summary: dict[str, Any]


@dataclass
class _Stopwatch:
    """Seconds spent on each part of the work."""

    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - start

    def report(self) -> dict[str, float]:
        total = {"total": time.perf_counter() - self.began}
        return {part: round(seconds, 3) for part, seconds in (self.seconds | total).items()}


def segment(image: CalibratedImage, settings: SegmentationSettings | None = None) -> Job[Segmentation | None]:
    """Segment a micrograph or stack into grains and measure their size.

    Parameters
    ----------
    image : CalibratedImage
        The micrograph; a stack is segmented slice by slice at one scale.
    settings : SegmentationSettings, optional
        How.

    Yields
    ------
    Progress, Notice, Preview
        Previews "boundary" hold blocks of the result in image px.

    Returns
    -------
    Segmentation or None
        After a stop, the slices finished so far; None if there is none.

    Raises
    ------
    InputError
        If network or device do not exist, or memory runs out.
    """
    settings = settings or SegmentationSettings()
    clock = _Stopwatch()
    predictor = Predictor.load(settings.model, settings.device, precision=settings.precision)
    for note in image.notes:
        if (yield Notice(note)) == STOP:
            return None
    boundary, grains = np.zeros(image.shape, np.float32), np.zeros(image.shape, np.int32)
    slices = list(image.slices())
    total, finished = _SLICE * len(slices) + _SLICE // 10, 0
    try:
        with clock("scale"):
            scale = yield from _forward(_scale(image, predictor, settings), 0, 0, total)
        for number, part in enumerate(slices):
            index = number if image.is_stack else ...
            job = _segment_slice(part, scale, predictor, settings, clock)
            boundary[index], grains[index] = yield from _forward(
                job, _SLICE * number, _SLICE, total, (number,) if image.is_stack else ()
            )
            finished = number + 1
    except _StoppedError:
        if not finished:
            return None
    with clock("measure"):
        done = slice(finished) if image.is_stack else ...
        measurement = measure(
            grains[done], image.pixel_size, specimen=None if image.specimen is None else image.specimen[done]
        )
    yield Progress(total, total, "measured")
    summary = _summary(image, measurement, predictor, settings, scale, clock)
    summary["slices_not_reached"] = len(slices) - finished
    return Segmentation(boundary, grains, measurement, summary)


class _StoppedError(Exception):
    """The driver asked for the best result so far."""


def _forward(
    job: Job[Result], start: int, share: int, total: int, index: tuple[int, ...] = ()
) -> Job[Result]:
    """Run a part of the work; its progress counts ``share`` units from ``start``, previews get an index."""
    try:
        event = next(job)
        while True:
            if (yield _placed(event, start, share, total, index)) == STOP:
                job.close()
                raise _StoppedError
            event = next(job)
    except StopIteration as end:
        result: Result = end.value
        return result


def _placed(event: Event, start: int, share: int, total: int, index: tuple[int, ...]) -> Event:
    if isinstance(event, Progress):
        return replace(event, done=start + share * event.done // max(event.total, 1), total=total)
    if isinstance(event, Preview) and index:
        return Preview(event.name, event.array[None], index + event.offset)
    return event


def _scale(image: CalibratedImage, predictor: Predictor, settings: SegmentationSettings) -> Job[float]:
    """Scale as asked for, else found on the slice in the middle."""
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
    choice = yield from choose_scale(middle.pixels, predictor, middle.specimen)
    return choice.scale


def _segment_slice(
    image: CalibratedImage,
    scale: float,
    predictor: Predictor,
    settings: SegmentationSettings,
    clock: _Stopwatch,
) -> Job[tuple[Float, Labels]]:
    frame = WorkingFrame(scale, (image.shape[0], image.shape[1]), image.origin)
    with clock("network"):
        prediction = yield from _predict(image, frame, predictor, settings)
        boundary = frame.to_image(prediction.boundary).clip(0, 1)
    if image.specimen is not None:
        boundary[~image.specimen] = 0
    yield Progress(_NETWORK, _SLICE, "grains")
    with clock("partition"):
        grains = _partition(prediction, boundary, frame, image.specimen, settings.merge)
    yield Progress(_SLICE, _SLICE, "grains")
    return boundary, grains


def _predict(
    image: CalibratedImage, frame: WorkingFrame, predictor: Predictor, settings: SegmentationSettings
) -> Job[Prediction]:
    """Prediction on the working grid; previews are brought to the image's pixels."""
    if settings.method == "threshold":
        boundary = threshold_boundary(frame.to_working(stretch(image.pixels, image.specimen)))
        return Prediction(boundary, np.zeros(0, np.float32))
    working = frame.to_working(predictor.network_input(image.pixels, image.specimen))
    job = predictor.predict(working, frame.first)
    try:
        event = next(job)
        while True:
            yield _in_image(event, frame)
            event = next(job)
    except StopIteration as end:
        prediction: Prediction = end.value
        return prediction


def _in_image(event: Event, frame: WorkingFrame) -> Event:
    """Previews from working to image pixels; progress as a share of the slice."""
    if isinstance(event, Progress):
        return replace(event, done=_NETWORK * event.done, total=_SLICE * event.total)
    if not isinstance(event, Preview):
        return event
    top, left = (slice(k, k + n) for k, n in zip(event.offset, event.array.shape, strict=True))
    block = frame.block_in_image((top, left))
    array = frame.block_to_image(event.array.astype(np.float32, copy=False), block, event.offset)
    return Preview(event.name, array, (block[0].start, block[1].start))


def _partition(
    prediction: Prediction,
    boundary: Float,
    frame: WorkingFrame,
    specimen: NDArray[np.bool_] | None,
    merge: float,
) -> Labels:
    """Grains in image px: found on the working grid where that is coarser, then refined in the image."""
    distance = prediction.distance if prediction.distance.size else None
    if frame.scale >= 1:
        in_image = None if distance is None else frame.to_image(distance) / np.float32(frame.scale)
        return partition(boundary, in_image, specimen=specimen, merge=merge)
    coarse_specimen = None if specimen is None else frame.to_working(specimen.astype(np.float32)) > 0.5
    coarse = partition(prediction.boundary, distance, specimen=coarse_specimen, merge=merge)
    return upsample_partition(coarse, boundary, places=frame.places(), specimen=specimen)


def _summary(
    image: CalibratedImage,
    measurement: Measurement,
    predictor: Predictor,
    settings: SegmentationSettings,
    scale: float,
    clock: _Stopwatch,
) -> dict[str, Any]:
    size = image.pixel_size
    return dict(measurement.summary) | {
        "source": image.source,
        "shape": list(image.shape),
        "pixel_size_um": None if size is None else [size.y_um, size.x_um],
        "pixel_size_source": None if size is None else size.source,
        "scale": scale,
        "scale_chosen": "auto" if settings.scale is None and settings.grain_diameter is None else "by hand",
        "method": settings.method,
        "merge": settings.merge,
        "model": settings.model,
        "model_sha256": predictor.sha256,
        "device": predictor.plan.name,
        "precision": str(predictor.plan.dtype).removeprefix("torch."),
        "seconds": clock.report(),
        "warnings": list(measurement.warnings),
        "notes": list(image.notes),
        "version": __version__,
    }
