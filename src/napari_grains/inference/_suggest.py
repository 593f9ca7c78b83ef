"""Where a stroke would tell a network most, and whether further ones still help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from napari_grains.errors import InputError
from napari_grains.events import Job
from napari_grains.images import Box, CalibratedImage, PixelSize, calibrated

from ._doubt import doubt_about_boundaries, doubt_about_phases
from ._forwarding import StoppedError, stoppable
from ._phase_predictor import PhasePredictor
from ._predictor import Predictor
from ._recent import recent_predictor

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
        Mean there, in bits per pixel: 0..1 for boundaries, 0..log2 K for K phases.
    """

    place: tuple[float, float]
    extent: float
    uncertainty: float


def suggest_place(uncertainty: Float, painted: Mask, specimen: Mask | None, side: int) -> Suggestion | None:
    """Find the window with the most uncertainty that is away from all that is painted.

    Parameters
    ----------
    uncertainty : ndarray of float32, (Y, X)
        In bits, see `uncertainty_of` and `entropy_of`.
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
    paint: str | None = None,
    channels: Sequence[NDArray[np.generic]] = (),
    pixel_size_m: Sequence[float] | None = None,
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
    paint : {"boundary", "grains", "phases"}, optional
        What is painted: with "phases" the network tells phases apart, else it finds boundaries.
    channels : sequence of ndarray
        Further registered channels, like ``image``; for phases.
    pixel_size_m : sequence of two floats, optional
        Metres per pixel along y and x; for phases, whose scale depends on it.
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
        "uncertainty", float32 (Y, X), in bits: of the mean probabilities over the image, its mirror images
        and its half turn; "place", [row, column] in px, "extent" in px and "doubt" in bits per pixel, None if
        no place is left; "mean", over the specimen; "helps" (bool) and "verdict". Empty if stopped.

    Raises
    ------
    InputError
        If labels or channels do not fit, or network or device do not exist.
    """
    size = None if pixel_size_m is None else PixelSize(y=pixel_size_m[0], x=pixel_size_m[1], source="typed")
    micrograph = calibrated(image, pixel_size=size, rgb=rgb).leaving_out(*map(Box.from_sides, leave_out))
    if micrograph.is_stack or labels.shape != micrograph.shape:
        raise InputError(
            f"the labels have the shape {labels.shape}, the image {micrograph.shape}; give one plane of each."
        )
    predictor: Predictor | PhasePredictor
    if paint == "phases":
        predictor, others = PhasePredictor.load(model, device), [calibrated(one) for one in channels]
        job = doubt_about_phases(micrograph, others, predictor, scale)
    else:
        predictor = recent_predictor(model, device)
        job = doubt_about_boundaries(micrograph, predictor, scale)
    try:
        return (yield from stoppable(suggested(micrograph, labels, job, errors)))
    except StoppedError:
        return {}
    finally:
        predictor.rest()


def suggested(
    micrograph: CalibratedImage,
    labels: NDArray[Any],
    doubt: Job[tuple[float, Float]],
    errors: Sequence[float] = (),
) -> Job[dict[str, Any]]:
    """Say where to paint next on a plane (Y, X), once it is known how undecided a network is about it.

    Parameters
    ----------
    micrograph : CalibratedImage, (Y, X)
    labels : ndarray of int, (Y, X)
        What is painted, 0 where nothing is.
    doubt : generator
        A job that has not been started, see `doubt_about_boundaries` and `doubt_about_phases`.
    errors : sequence of float
        See `still_helps`.

    Returns
    -------
    dict
        See `suggest_arrays`.
    """
    found, uncertainty = yield from doubt
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
