"""The jobs of this room in the form that crosses a process boundary: JSON values and arrays in and out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from napari_grains.events import STOP, Job, Progress, drive
from napari_grains.grains import number_through
from napari_grains.images import Box, PixelSize, calibrated
from napari_grains.networks import choose_device

from ._recent import recent_predictor
from ._segment import Segmentation, segment
from ._settings import SegmentationSettings, View
from ._uncertainty import uncertainty_of


def segment_arrays(
    image: NDArray[np.generic],
    *,
    name: str = "image",
    source: str | None = None,
    pixel_size_m: list[float] | None = None,
    pixel_size_source: str = "typed",
    rgb: bool | None = None,
    leave_out: Sequence[Sequence[int]] = (),
    region: NDArray[np.bool_] | None = None,
    focus: Sequence[float] | None = None,
    first_slice: int = 0,
    uncertainty: bool = False,
    **settings: Any,  # noqa: ANN401 - checked by SegmentationSettings
) -> Job[dict[str, Any]]:
    """Segment an array; the job "segment".

    Parameters
    ----------
    image : ndarray, (Y, X), (Z, Y, X) or with a last axis of 3 or 4 colours
        Any integer or float dtype.
    name, source : str
        For provenance.
    pixel_size_m : list of two floats, optional
        Metres per pixel along y and x, and where they come from in ``pixel_size_source``.
    rgb : bool, optional
        Whether the last axis holds colours; None decides by its length.
    leave_out : sequence of [top, bottom, left, right]
        Rows top..bottom-1 and columns left..right-1 that are no specimen, such as an info bar.
    region, focus, first_slice
        See `View`; the focus as [top, bottom, left, right].
    uncertainty : bool
        Whether to return how undecided the network is, see `uncertainty_of`.
    **settings
        Of `SegmentationSettings`.

    Returns
    -------
    dict
        "boundary" and "regions" as in `Segmentation`; "grains", in a stack with numbers that differ between
        slices; "table", column to array of values, of which "index" is the number in "grains"; "summary"; if
        asked for, "uncertainty", float32, of the image's shape. Empty if stopped before a slice was finished.

    Raises
    ------
    InputError
        See `segment`.
    """
    size = None
    if pixel_size_m is not None:
        size = PixelSize(y=pixel_size_m[0], x=pixel_size_m[1], source=pixel_size_source)
    micrograph = calibrated(image, name=name, source=source, pixel_size=size, rgb=rgb)
    micrograph = micrograph.leaving_out(*map(Box.from_sides, leave_out))
    view = View(region, focus, first_slice)
    result = yield from segment(micrograph, SegmentationSettings(**settings), view)
    if result is None:
        return {}
    grains, table = _labelled(result)
    arrays = {"boundary": result.boundary, "grains": grains, "regions": result.regions}
    if uncertainty:
        arrays["uncertainty"] = uncertainty_of(result.boundary)
    return {**arrays, "table": table, "summary": result.summary}


def _labelled(result: Segmentation) -> tuple[NDArray[np.int32], dict[str, NDArray[Any]]]:
    """Give every grain of a stack a number of its own, which the table's column "index" holds."""
    table = {str(column): values.to_numpy() for column, values in result.measurement.table.items()}
    if result.grains.ndim == 2:
        return result.grains, table | {"index": table["grain"]}
    grains, added = number_through(result.grains)
    return grains, table | {"index": table["grain"] + added[table["slice"]]}


def warm_up(*, device: str = "auto", model: str = "default") -> Job[dict[str, Any]]:
    """Import and load all that a first job would wait for; the job "warm_up".

    The first prediction lets the CPU kernels be chosen; the first optimizer imports torch's compiler, which
    only training needs, so that it comes last. A stop leaves out what is not done yet.

    Yields
    ------
    Progress

    Returns
    -------
    dict
        "device": the device in words; "seconds": how long it took.
    """
    began = time.perf_counter()
    plan = choose_device(device)
    steps = (lambda: _first_prediction(model, device), _first_optimizer)
    for done, step in enumerate(steps, 1):
        if (yield Progress(done, len(steps) + 1, "starting")) == STOP:
            break
        step()
    return {"device": str(plan), "seconds": round(time.perf_counter() - began, 3)}


def _first_prediction(model: str, device: str) -> None:
    predictor = recent_predictor(model, device)
    drive(predictor.predict(np.zeros((64, 64), np.float32)))
    predictor.rest()


def _first_optimizer() -> None:
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
