"""From a micrograph to the phase of every pixel: the job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains import __version__
from napari_grains.events import Event, Job, Notice, Preview, Progress
from napari_grains.grains import PhaseFraction, phase_fractions
from napari_grains.images import CalibratedImage

from ._channels import Channels, channel_slices, check_channels
from ._forwarding import StoppedError, forwarded, stoppable
from ._frame import WorkingFrame, WorkingImage
from ._phase_predictor import PhasePredictor
from ._phase_scale import phase_scale
from ._phase_settings import PhaseSettings
from ._summary import Stopwatch
from ._tiled import MIRRORS, PLAIN

Float = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class PhaseMap:
    """Result of `map_phases`; the arrays have the image's shape.

    Parameters
    ----------
    phases : ndarray of int32, (Y, X) or (Z, Y, X)
        1..K; 0 outside the specimen, where nothing is known, and in slices not reached.
    confidence : ndarray of float32, (Y, X) or (Z, Y, X)
        Probability of the phase that won, 0 outside the specimen.
    class_names : tuple of str
        Of the phases 1..K.
    fractions : tuple of PhaseFraction
        Share of the area of each phase, see `grains.phase_fractions`.
    scale : float
        Working pixels per image pixel.
    provenance : dict
        JSON-able: how it was made.
    reached : tuple of int
        Slices that were finished; an image is slice 0.
    by_field : tuple of tuple of PhaseFraction
        The same shares in each of them by itself.
    warnings : tuple of str
        What to keep in mind.
    """

    phases: Labels
    confidence: Float
    class_names: tuple[str, ...]
    fractions: tuple[PhaseFraction, ...]
    scale: float
    provenance: dict[str, Any]
    reached: tuple[int, ...] = (0,)
    by_field: tuple[tuple[PhaseFraction, ...], ...] = ()
    warnings: tuple[str, ...] = ()


def map_phases(
    image: CalibratedImage, settings: PhaseSettings, channels: Sequence[CalibratedImage] = ()
) -> Job[PhaseMap | None]:
    """Say which phase each pixel of a micrograph or stack is, and how much there is of each.

    Parameters
    ----------
    image : CalibratedImage
        The micrograph; a stack is mapped slice by slice.
    settings : PhaseSettings
        How.
    channels : sequence of CalibratedImage
        What else was measured at the same pixels, in the order in which the network learned it.

    Yields
    ------
    Progress, Notice, Preview
        Previews "phases" hold blocks of the result in image px, int32.

    Returns
    -------
    PhaseMap or None
        After a stop, the slices finished so far; None if there is none.

    Raises
    ------
    InputError
        If network or device do not exist, the channels do not fit, or memory runs out.
    """
    run = _Run(image, settings, channels)
    for note in image.notes:
        yield Notice(note)
    try:
        yield from stoppable(run.slices())
    except StoppedError:
        if not run.finished:
            return None
    finally:
        run.predictor.rest()
    return run.result()


class _Run:
    """A mapping on its way, slice by slice."""

    def __init__(
        self, image: CalibratedImage, settings: PhaseSettings, channels: Sequence[CalibratedImage]
    ) -> None:
        self.predictor = PhasePredictor.load(settings.model, settings.device, precision=settings.precision)
        self.predictor.measure(distance=settings.unknown)
        self._image, self._settings, self._channels = image, settings, channels
        card = self.predictor.card
        check_channels(card, image, channels)
        self._scale = phase_scale(card, image.pixel_size) if settings.scale is None else settings.scale
        self._phases, self._confidence = np.zeros(image.shape, np.int32), np.zeros(image.shape, np.float32)
        self._clock = Stopwatch()
        self.finished: list[int] = []

    def slices(self) -> Job[None]:
        """Map slice after slice."""
        slices = list(self._image.slices())
        for index, each in enumerate(slices):
            job = self._slice(each, index)
            yield from forwarded(job, lambda event: self._placed(event, len(slices)))
            self.finished.append(index)

    def result(self) -> PhaseMap:
        """Put together what was found in the finished slices."""
        names = self.predictor.card.class_names
        specimen = self._image.specimen
        planes = self._phases[self.finished] if self._image.is_stack else self._phases[None]
        fractions = phase_fractions(planes, names, specimen)
        return PhaseMap(
            self._phases,
            self._confidence,
            names,
            tuple(fractions),
            self._scale,
            self._provenance(),
            tuple(self.finished),
            tuple(tuple(phase_fractions(plane, names, specimen)) for plane in planes),
        )

    def _slice(self, image: CalibratedImage, index: int) -> Job[None]:
        rows, columns = image.shape
        frame = WorkingFrame(self._scale, (rows, columns), image.origin)
        greys = [
            self.predictor.network_input(each.pixels, each.specimen)
            for each in channel_slices(image, self._channels, index)
        ]
        working = Channels([WorkingImage(grey, frame) for grey in greys])
        with self._clock("network"):
            mirrors = MIRRORS if self._settings.mirrored else PLAIN
            job = self.predictor.predict(working, frame.first, mirrors=mirrors)
            found = yield from forwarded(job, lambda event: None if isinstance(event, Preview) else event)
        number = len(self.predictor.card.class_names)
        phases, confidence = _winners(found[:number], frame)
        if self._settings.unknown:
            phases = np.where(frame.to_image(found[number]) > 1, np.int32(0), phases)
        if image.specimen is not None:
            phases, confidence = phases * image.specimen, confidence * image.specimen
        here = (index, ...) if self._image.is_stack else (...,)
        self._phases[here], self._confidence[here] = phases, confidence
        yield Preview("phases", phases, (0, 0))

    def _placed(self, event: Event, number: int) -> Event:
        """Progress in units of the whole work; previews get the index of their slice."""
        index = len(self.finished)
        if isinstance(event, Progress):
            done, total = event.done + index * event.total, event.total * number
            said = event.message if number == 1 else f"slice {index + 1} of {number}: {event.message}"
            return Progress(done, total, said)
        if isinstance(event, Preview) and self._image.is_stack:
            return replace(event, array=event.array[None], offset=(index, *event.offset))
        return event

    def _provenance(self) -> dict[str, Any]:
        settings, predictor = self._settings, self.predictor
        return {
            "scale": self._scale,
            "scale_chosen": "auto" if settings.scale is None else "by hand",
            "unknown": settings.unknown,
            "mirrored": settings.mirrored,
            "model": settings.model,
            "model_sha256": predictor.sha256,
            "device": predictor.plan.name,
            "precision": str(predictor.plan.dtype).removeprefix("torch."),
            "version": __version__,
            "seconds": self._clock.report()["total"],
            "slices_not_reached": (self._image.shape[0] if self._image.is_stack else 1) - len(self.finished),
        }


def _winners(probabilities: Float, frame: WorkingFrame) -> tuple[Labels, Float]:
    """Phase of every pixel of the image, and its probability; one phase after the other, to save memory."""
    phases = np.ones(frame.image_shape, np.int32)
    confidence = frame.to_image(probabilities[0]).clip(0, 1)
    for number, one in enumerate(probabilities[1:], 2):
        here = frame.to_image(one).clip(0, 1)
        more = here > confidence
        phases[more], confidence[more] = number, here[more]
    return phases, confidence
