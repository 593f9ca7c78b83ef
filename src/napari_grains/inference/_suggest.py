"""Where a stroke would tell a network most, and whether further ones still help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from napari_grains.errors import InputError
from napari_grains.events import Event, Job, Notice, Progress
from napari_grains.images import Box, CalibratedImage, calibrated

from ._forwarding import StoppedError, forwarded, stoppable
from ._frame import WorkingFrame
from ._predictor import Predictor
from ._recent import recent_predictor, recent_scale
from ._uncertainty import uncertainty_of

Float = NDArray[np.float32]
Mask = NDArray[np.bool_]
WINDOW: Final = 16
"""Side in working px of the place that is suggested: about what one looks at while painting a stroke."""
_SURE: Final = 0.15
"""Bits per pixel below which the most doubtful place is no longer worth a stroke."""
_STALLED: Final = 3
"""Trainings in a row without progress after which further strokes of the kind do not help."""
_PROGRESS: Final = 0.03
"""Share of the error by which it has to fall to count as progress."""


@dataclass(frozen=True)
class Suggestion:
    """The most useful place to paint next.

    Parameters
    ----------
    place : (float, float)
        Row and column of its middle in px of the image.
    extent : float
        Its side in px.
    uncertainty : float
        Mean there, in bits per pixel, 0..1.
    """

    place: tuple[float, float]
    extent: float
    uncertainty: float


def suggest_place(uncertainty: Float, painted: Mask, specimen: Mask | None, side: int) -> Suggestion | None:
    """Find the window with the most uncertainty that is away from all that is painted.

    Parameters
    ----------
    uncertainty : ndarray of float32, (Y, X)
        In bits, see `uncertainty_of`.
    painted : ndarray of bool, (Y, X)
        What was painted already; no window touches it.
    specimen : ndarray of bool, (Y, X), optional
        Where something is to be seen; windows lie within.
    side : int
        Side of the window in px.

    Returns
    -------
    Suggestion or None
        None if there is no place left.
    """
    side = max(1, min(side, *uncertainty.shape))
    free = ~painted if specimen is None else specimen & ~painted
    # A window holds only free pixels where the minimum over it is free; beyond the image nothing is.
    whole = ndi.minimum_filter(free.view(np.uint8), side, mode="constant", cval=0) > 0
    if not whole.any():
        return None
    mean = ndi.uniform_filter(uncertainty, side, mode="nearest")
    row, column = np.unravel_index(np.argmax(np.where(whole, mean, -1)), mean.shape)
    return Suggestion((float(row), float(column)), float(side), float(mean[row, column]))


def still_helps(suggestion: Suggestion | None, errors: Sequence[float] = ()) -> tuple[bool, str]:
    """Judge whether further strokes are worth painting.

    Parameters
    ----------
    suggestion : Suggestion or None
        The best place left.
    errors : sequence of float
        On held-out strokes, after each training so far, the first one before any.

    Returns
    -------
    (bool, str)
        With the reason in one line.
    """
    if suggestion is None:
        return False, "all of the image is painted: there is no place left."
    if suggestion.uncertainty < _SURE:
        return False, "the network is sure everywhere: more strokes here will hardly change anything."
    before, latest = errors[:-_STALLED], errors[-_STALLED:]
    if before and min(latest) > (1 - _PROGRESS) * min(before):
        return False, (
            f"the error on held-out strokes has not fallen in the last {_STALLED} trainings: "
            "more strokes of this kind hardly help; paint another image, or let more layers learn."
        )
    return True, f"the network is most in doubt here ({suggestion.uncertainty:.2f} bits per pixel)."


def suggest_arrays(
    image: NDArray[np.generic],
    labels: NDArray[Any],
    *,
    model: str = "default",
    scale: float | None = None,
    errors: Sequence[float] = (),
    rgb: bool | None = None,
    leave_out: Sequence[Sequence[int]] = (),
    device: str = "auto",
) -> Job[dict[str, Any]]:
    """Say where to paint next; the job "suggest".

    Parameters
    ----------
    image : ndarray, (Y, X) or with a last axis of 3 or 4 colours
        A plane.
    labels : ndarray of int, (Y, X)
        What is painted, 0 where nothing is.
    model : str
        Name or file of the network.
    scale : float, optional
        Working pixels per image pixel; None finds it.
    errors : sequence of float
        See `still_helps`.
    rgb, leave_out, device
        As in `segment_arrays`.

    Yields
    ------
    Progress, Notice

    Returns
    -------
    dict
        "uncertainty", float32 (Y, X), in bits: of the mean probability over the image, its mirror images and
        its half turn; "place", [row, column] in px, "extent" in px and "doubt" in bits per pixel, None if no
        place is left; "mean", over the specimen; "helps" (bool) and "verdict". Empty if stopped.

    Raises
    ------
    InputError
        If the labels do not fit the image, or network or device do not exist.
    """
    micrograph = calibrated(image, rgb=rgb).leaving_out(*map(Box.from_sides, leave_out))
    if micrograph.is_stack or labels.shape != micrograph.shape:
        raise InputError(
            f"the labels have the shape {labels.shape}, the image {micrograph.shape}; give one plane of each."
        )
    predictor = recent_predictor(model, device)
    try:
        return (yield from stoppable(suggested(micrograph, labels, predictor, scale, errors)))
    except StoppedError:
        return {}
    finally:
        predictor.rest()


def suggested(
    micrograph: CalibratedImage,
    labels: NDArray[Any],
    predictor: Predictor,
    scale: float | None,
    errors: Sequence[float] = (),
) -> Job[dict[str, Any]]:
    """Say where to paint next on a plane (Y, X); as `suggest_arrays`, with a network at hand."""
    found, uncertainty = yield from _uncertainty(micrograph, predictor, scale)
    suggestion = suggest_place(uncertainty, labels > 0, micrograph.specimen, round(WINDOW / found))
    helps, verdict = still_helps(suggestion, errors)
    return {
        "uncertainty": uncertainty,
        "place": None if suggestion is None else list(suggestion.place),
        "extent": None if suggestion is None else suggestion.extent,
        "doubt": None if suggestion is None else suggestion.uncertainty,
        "mean": float(uncertainty.mean(where=True if micrograph.specimen is None else micrograph.specimen)),
        "helps": helps,
        "verdict": verdict,
    }


def _uncertainty(
    image: CalibratedImage, predictor: Predictor, scale: float | None
) -> Job[tuple[float, Float]]:
    """Scale, and uncertainty in px of the image."""
    if scale is None:
        scale = yield from recent_scale(image.pixels, predictor, image.specimen)
    rows, columns = image.shape
    frame = WorkingFrame(scale, (rows, columns), image.origin)
    grey = frame.to_working(predictor.network_input(image.pixels, image.specimen))
    job = predictor.predict(grey, frame.first, mirrored=True)
    prediction = yield from forwarded(job, _said)
    uncertainty = uncertainty_of(frame.to_image(prediction.boundary).clip(0, 1))
    return scale, uncertainty if image.specimen is None else np.where(
        image.specimen, uncertainty, np.float32(0)
    )


def _said(event: Event) -> Event | None:
    """Say what is done: a change for `forwarded`."""
    if isinstance(event, Progress):
        return replace(event, message="looking for doubtful places")
    return event if isinstance(event, Notice) else None
