"""The job on phases in the form that crosses a process boundary: JSON values and arrays in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Job
from napari_grains.images import Box, PixelSize, calibrated

from ._map_phases import PhaseMap, map_phases
from ._phase_settings import PhaseSettings


def map_phases_arrays(
    image: NDArray[np.generic],
    *,
    model: str,
    channels: Sequence[NDArray[np.generic]] = (),
    name: str = "image",
    pixel_size_m: Sequence[float] | None = None,
    rgb: bool | None = None,
    leave_out: Sequence[Sequence[int]] = (),
    **settings: Any,  # noqa: ANN401 - checked by PhaseSettings
) -> Job[dict[str, Any]]:
    """Say which phase each pixel of an array is; the job "map_phases".

    Parameters
    ----------
    image : ndarray, (Y, X), (Z, Y, X) or with a last axis of 3 or 4 colours
        Any integer or float dtype.
    model : str
        Name or file of the network.
    channels : sequence of ndarray
        Further registered channels, like ``image``.
    name : str
        Of the image.
    pixel_size_m : sequence of two floats, optional
        Metres per pixel along y and x.
    rgb : bool, optional
        Whether the last axis holds colours; None decides by its length.
    leave_out : sequence of [top, bottom, left, right]
        Rows top..bottom-1 and columns left..right-1 that are no specimen, such as an info bar.
    **settings
        Of `PhaseSettings`: "scale", "unknown", "mirrored", "device", "precision".

    Returns
    -------
    dict
        "phases" (int32) and "confidence" (float32) of the image's shape; "class_names"; "fractions", a list
        with "class", "fraction", "ci95", "indicative95" and "pixels" of each phase; "by_field", the same for
        each slice by itself with its number as "field"; "model", "model_sha256", "scale", "device",
        "seconds", "warnings". Empty if stopped before a slice was finished.

    Raises
    ------
    InputError
        See `map_phases`.
    """
    size = None
    if pixel_size_m is not None:
        size = PixelSize(y=pixel_size_m[0], x=pixel_size_m[1], source="typed")
    micrograph = calibrated(image, name=name, pixel_size=size, rgb=rgb)
    micrograph = micrograph.leaving_out(*map(Box.from_sides, leave_out))
    others = [
        calibrated(channel, name=f"{name}, channel {number}", rgb=rgb)
        for number, channel in enumerate(channels, 2)
    ]
    result = yield from map_phases(micrograph, PhaseSettings(model, **settings), others)
    if result is None:
        return {}
    return phase_map_to_dict(result)


def phase_map_to_dict(result: PhaseMap) -> dict[str, Any]:
    """Return a map as JSON values and arrays; see `map_phases_arrays`."""
    return {
        "phases": result.phases,
        "confidence": result.confidence,
        "class_names": list(result.class_names),
        "fractions": [fraction.to_dict() for fraction in result.fractions],
        "by_field": _by_field(result),
        "warnings": list(result.warnings),
    } | result.provenance


def _by_field(result: PhaseMap) -> list[dict[str, Any]]:
    return [
        {"field": index} | fraction.to_dict()
        for index, field in zip(result.reached, result.by_field, strict=True)
        for fraction in field
    ]
