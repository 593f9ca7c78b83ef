"""The jobs on strokes in the form that crosses a process boundary: JSON values and arrays in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from napari_grains.errors import InputError
from napari_grains.events import Job
from napari_grains.images import Box, PixelSize, calibrated
from napari_grains.inference import BY_HAND
from napari_grains.networks import save_network
from napari_grains.weights import SUFFIX, history_folder

from ._diagnose import diagnose
from ._finetune import finetune
from ._finetuning import Finetuning
from ._painted import PaintedImage


def finetune_arrays(
    images: Sequence[Mapping[str, Any]],
    *,
    validation: Sequence[Mapping[str, Any]] = (),
    start: str = "default",
    output: str | None = None,
    name: str | None = None,
    notes: str = "",
    state: str | None = None,
    resume: bool = False,
    watch: int | None = None,
    watch_slice: int = 0,
    focus: Sequence[float] | None = None,
    device: str = "auto",
    class_names: Sequence[str] = (),
    **settings: Any,  # noqa: ANN401 - checked by Finetuning
) -> Job[dict[str, Any]]:
    """Fine-tune a network on strokes and save it; the job "finetune".

    Parameters
    ----------
    images : sequence of mappings
        "image", (Y, X), (Z, Y, X) or with a last axis of 3 or 4 colours, and "labels", of the same rows,
        columns and slices, 0 where nothing is painted; there may be "name", "scale" (working pixels per
        image pixel) and "scale_chosen" (see `PaintedImage`), "paint" ("boundary" or "grains", see
        `targets_of`, or "phases"), "channels", a list of registered arrays like "image" for phases,
        "pixel_size_m", [y, x] in metres, "rgb" and "leave_out", a sequence of [top, bottom, left, right].
    validation : sequence of mappings
        The same, to judge by alone.
    start : str
        Name or file of the network to start from.
    output : str, optional
        File of the network, which is replaced; None: a new one in the history, see `weights.list_history`.
    name, notes : str, optional
        Of the network, on its card; without a name that of the file.
    state : str, optional
        Folder for the case of a crash, see `finetune`.
    resume : bool
        Whether to go on from there.
    watch, watch_slice, focus
        What is looked at, see `finetune`.
    device : str
        "auto", "cpu", "cuda" or "cuda:N".
    class_names : sequence of str
        Of painted phases, see `finetune`.
    **settings
        Of `Finetuning`.

    Yields
    ------
    Progress, TrainingProgress, Preview, Notice
        See `finetune`, also for what can be sent back.

    Returns
    -------
    dict
        "network" (its file), "name", and the figures of `Finetuned`.

    Raises
    ------
    InputError
        See `finetune`; also if the settings do not go together or the network cannot be written.
    """
    path = _output(output)
    name = path.stem if name is None else name
    finetuned = yield from finetune(
        _painted(images),
        _settings(settings),
        validation=_painted(validation),
        start=start,
        state=None if state is None else Path(state),
        resume=resume,
        watch=watch,
        watch_slice=watch_slice,
        focus=focus,
        device=device,
        name=name,
        notes=notes,
        class_names=class_names,
    )
    save_network(path, finetuned.network, finetuned.card)
    return {"network": str(path), "name": name} | dict(finetuned.figures)


def diagnose_arrays(
    images: Sequence[Mapping[str, Any]], *, start: str = "default", device: str = "auto", seed: int = 0
) -> Job[dict[str, Any]]:
    """Find out whether strokes can be learned at all; the job "diagnose".

    Parameters
    ----------
    images, start, device
        As in `finetune_arrays`.
    seed : int
        Which strokes.

    Yields
    ------
    TrainingProgress, Notice

    Returns
    -------
    dict
        "learned" (bool), "before", "after" (loss on the strokes of one batch), "steps", "verdict"; empty if
        stopped.

    Raises
    ------
    InputError
        See `finetune`.
    """
    return (yield from diagnose(_painted(images), start=start, device=device, seed=seed))


def _painted(images: Sequence[Mapping[str, Any]]) -> list[PaintedImage]:
    return [_one(values, f"image {number + 1}") for number, values in enumerate(images)]


def _one(values: Mapping[str, Any], name: str) -> PaintedImage:
    name, rgb = str(values.get("name", name)), values.get("rgb")
    size = values.get("pixel_size_m")
    pixel_size = None if size is None else PixelSize(y=size[0], x=size[1], source="typed")
    image = calibrated(values["image"], name=name, pixel_size=pixel_size, rgb=rgb)
    image = image.leaving_out(*map(Box.from_sides, values.get("leave_out", ())))
    channels = [
        calibrated(channel, name=f"{name}, channel {number}", rgb=rgb)
        for number, channel in enumerate(values.get("channels", ()), 2)
    ]
    labels, chosen = np.asarray(values["labels"]), str(values.get("scale_chosen", BY_HAND))
    return PaintedImage(image, labels, values.get("scale"), values.get("paint"), channels, chosen)


def _settings(values: Mapping[str, Any]) -> Finetuning:
    try:
        return Finetuning(**values)
    except (TypeError, ValueError) as error:
        raise InputError(f"these settings do not go together: {error}.") from None


def _output(output: str | None) -> Path:
    if output is None:
        return history_folder() / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}{SUFFIX}"
    path = Path(output)
    if path.suffix != SUFFIX:
        raise InputError(f"a network is saved as {SUFFIX}; name it {path.stem}{SUFFIX}.")
    return path
