"""The job "match": a recipe for synthetic micrographs that look like the user's image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.events import Job, Progress
from napari_grains.images import Box, CalibratedImage, calibrated, stretch
from napari_grains.inference import Segmentation, SegmentationSettings, View, WorkingFrame, segment
from napari_grains.synthesis import appearance_of, matching

from ._sampling import nearest

FEWEST: Final = 8
"""Grains below which an appearance says little."""
_MANY = 25


def match_arrays(
    image: NDArray[np.generic],
    *,
    rgb: bool | None = None,
    leave_out: Sequence[Sequence[int]] = (),
    region: NDArray[np.bool_] | None = None,
    model: str = "default",
    scale: float | None = None,
    device: str = "auto",
) -> Job[dict[str, Any]]:
    """Find a recipe for micrographs that look like an image; the job "match".

    Parameters
    ----------
    image : ndarray, (Y, X), (Z, Y, X) or with a last axis of 3 or 4 colours
        Any integer or float dtype; of a stack the first slice is taken.
    rgb : bool, optional
        Whether the last axis holds colours; None decides by its length.
    leave_out : sequence of [top, bottom, left, right]
        Rows top..bottom-1 and columns left..right-1 that are no specimen, such as an info bar.
    region : ndarray of bool, (Y, X), optional
        What to look at; None: all.
    model : str
        Name or file of the network that divides the image into grains.
    scale : float, optional
        Working pixels per image pixel; None finds it.
    device : str
        "auto", "cpu", "cuda" or "cuda:N".

    Yields
    ------
    Progress, Notice, Preview
        As `napari_grains.inference.segment`.

    Returns
    -------
    dict
        "recipe" and "appearance", see `Recipe.to_dict` and `Appearance.to_dict`, at the working scale;
        "scale", working pixels per image pixel; "sample", float32 (Y, X), 0..1, the image as the network sees
        it; "notes", list of str. Empty if stopped.

    Raises
    ------
    InputError
        See `segment`; also if fewer than eight grains are found.
    """
    micrograph = calibrated(image, rgb=rgb).leaving_out(*map(Box.from_sides, leave_out))
    micrograph = next(iter(micrograph.slices()))
    settings = SegmentationSettings(model, scale, device=device, averaged=False)
    result = yield from segment(micrograph, settings, View(region))
    if result is None:
        return {}
    notes, found = _notes(result.grains), float(result.summary["scale"])
    sample, grains = _at_working_scale(micrograph, result, found)
    yield Progress(0, 0, "measuring what the image looks like")
    appearance = appearance_of(sample, grains)
    recipe = yield from matching(appearance)
    return {
        "recipe": recipe.to_dict(),
        "appearance": appearance.to_dict(),
        "scale": found,
        "sample": sample,
        "notes": notes,
    }


def _at_working_scale(
    image: CalibratedImage, result: Segmentation, scale: float
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Bring grey levels and grains of the rectangle that was segmented to the network's pixels."""
    rows, columns = (np.flatnonzero(result.grains.any(axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    frame = WorkingFrame(scale, result.grains[box].shape, (int(rows[0]), int(columns[0])))
    grey = stretch(image.pixels, image.specimen)[box]
    return frame.to_working(grey).clip(0, 1), nearest(result.grains[box], frame)


def _notes(grains: NDArray[np.int32]) -> list[str]:
    number = len(np.unique(grains[grains > 0]))
    if number < FEWEST:
        raise InputError(
            f"only {number} grains were found, too few to say what they look like; "
            "give a larger image or region."
        )
    return [f"only {number} grains were found: the recipe is a rough one"] if number < _MANY else []
