"""How undecided a network is about each pixel of a micrograph: the mean over it and its mirror images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Event, Job, Notice, Progress
from napari_grains.images import CalibratedImage

from ._channels import Channels, channel_slices, check_channels
from ._forwarding import forwarded
from ._frame import WorkingFrame, WorkingImage
from ._phase_predictor import PhasePredictor
from ._phase_scale import phase_scale
from ._predictor import Predictor
from ._recent import recent_scale
from ._tiled import MIRRORS
from ._uncertainty import entropy_of, uncertainty_of

Float = NDArray[np.float32]


def doubt_about_boundaries(
    image: CalibratedImage, predictor: Predictor, scale: float | None
) -> Job[tuple[float, Float]]:
    """Say how undecided a network is between boundary and grain.

    Parameters
    ----------
    image : CalibratedImage
        (Y, X).
    predictor : Predictor
    scale : float, optional
        Working pixels per image pixel; None finds it.

    Yields
    ------
    Progress, Notice

    Returns
    -------
    (float, ndarray of float32 (Y, X))
        The scale, and `uncertainty_of` the mean probability; 0 outside the specimen.
    """
    if scale is None:
        scale = yield from recent_scale(image.pixels, predictor, image.specimen)
    rows, columns = image.shape
    frame = WorkingFrame(scale, (rows, columns), image.origin)
    grey = frame.to_working(predictor.network_input(image.pixels, image.specimen))
    job = predictor.predict(grey, frame.first, mirrors=MIRRORS)
    prediction = yield from forwarded(job, _said)
    return scale, _within(image, uncertainty_of(frame.to_image(prediction.boundary).clip(0, 1)))


def doubt_about_phases(
    image: CalibratedImage,
    channels: Sequence[CalibratedImage],
    predictor: PhasePredictor,
    scale: float | None,
) -> Job[tuple[float, Float]]:
    """Say how undecided a network is between phases.

    Parameters
    ----------
    image : CalibratedImage
        (Y, X).
    channels : sequence of CalibratedImage
        What else was measured there, see `map_phases`.
    predictor : PhasePredictor
    scale : float, optional
        Working pixels per image pixel; None: that at which it learned, see `phase_scale`.

    Yields
    ------
    Progress, Notice

    Returns
    -------
    (float, ndarray of float32 (Y, X))
        The scale, and `entropy_of` the mean probabilities; 0 outside the specimen.

    Raises
    ------
    InputError
        If the channels are not those that the network reads.
    """
    check_channels(predictor.card, image, channels)
    scale = phase_scale(predictor.card, image.pixel_size) if scale is None else scale
    rows, columns = image.shape
    frame = WorkingFrame(scale, (rows, columns), image.origin)
    greys = [
        predictor.network_input(each.pixels, each.specimen) for each in channel_slices(image, channels, 0)
    ]
    working = Channels([WorkingImage(grey, frame) for grey in greys])
    found = yield from forwarded(predictor.predict(working, frame.first, mirrors=MIRRORS), _said)
    return scale, _within(image, entropy_of(frame.to_image(share).clip(0, 1) for share in found))


def _within(image: CalibratedImage, uncertainty: Float) -> Float:
    """Leave out what is no specimen."""
    return uncertainty if image.specimen is None else np.where(image.specimen, uncertainty, np.float32(0))


def _said(event: Event) -> Event | None:
    """Say what is done: a change for `forwarded`."""
    if isinstance(event, Progress):
        return replace(event, message="looking for doubtful places")
    return event if isinstance(event, Notice) else None
