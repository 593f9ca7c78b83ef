"""The command `finetune`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from napari_grains.errors import InputError
from napari_grains.events import drive
from napari_grains.images import info_bar_of, read_image, read_labels
from napari_grains.training import finetune_arrays

from ._folder import ResultFolder
from ._reporters import say_json
from ._run import INTERRUPTED
from ._stopping import ctrl_c
from ._training import training_reporter

Paths = Sequence[Path]


def finetune_network(
    output: Path,
    *,
    images: tuple[Paths, Paths],
    validation: tuple[Paths, Paths],
    channels: Paths = (),
    paint: str,
    scale: float | None,
    as_json: bool,
    **settings: Any,  # noqa: ANN401 - of `finetune_arrays`
) -> int:
    """Fine-tune a network on painted images and save it.

    Parameters
    ----------
    output : Path
        File of the network.
    images, validation : (sequence of Path, sequence of Path)
        Images and labels to learn from and to judge by.
    channels : sequence of Path
        What else was measured at the pixels of each image, as many for each: first those of the images to
        learn from, in their order, then of those to judge by. For phases.
    paint : str
        "boundary", "grains" or "phases".
    scale : float, optional
        Working pixels per image pixel of all images; None finds it for each.
    as_json : bool
        Report as one JSON event per line.
    **settings
        Of `finetune_arrays`.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        If an argument is wrong; nothing was done.
    """
    common = {"paint": paint, "scale": scale}
    learned = _pairs(*images, ("--image", "--labels"))
    judging = _pairs(*validation, ("--validate-image", "--validate-labels"))
    of_each = _channels(channels, len(learned) + len(judging), paint)
    ResultFolder.make(output.parent)
    pairs = zip([*learned, *judging], of_each, strict=True)
    painted = [_painted(*pair, others) | common for pair, others in pairs]
    mine, yours = painted[: len(learned)], painted[len(learned) :]
    job = finetune_arrays(mine, validation=yours, output=str(output), **settings)
    reporter = training_reporter(as_json=as_json)
    with reporter, ctrl_c() as interrupted:
        result = drive(job, reporter.event, interrupted.is_set)
    _show(result, as_json=as_json)
    return INTERRUPTED if interrupted.is_set() else 0


def _pairs(images: Paths, labels: Paths, options: tuple[str, str]) -> list[tuple[Path, Path]]:
    if len(images) != len(labels):
        raise InputError(
            f"there are {len(images)} {options[0]} and {len(labels)} {options[1]}; "
            "give the labels of each image, in the same order."
        )
    return list(zip(images, labels, strict=True))


def _channels(channels: Paths, images: int, paint: str) -> list[Paths]:
    """Deal the channels out to the images, as many to each."""
    if channels and paint != "phases":
        raise InputError("further channels are for phases; add --paint phases.")
    if len(channels) % max(images, 1):
        raise InputError(
            f"there are {len(channels)} --channel for {images} images; give as many for each, in their order."
        )
    number = len(channels) // max(images, 1)
    return [channels[k * number : (k + 1) * number] for k in range(images)]


def _painted(image: Path, labels: Path, channels: Paths) -> dict[str, Any]:
    """Pixels, labels and further channels of files; the banner of a microscope is left out."""
    micrograph = read_image(image)
    first = next(iter(micrograph.slices()))
    bar = info_bar_of(first)
    return {
        "image": micrograph.pixels,
        "labels": read_labels(labels)[0],
        "name": image.stem,
        "rgb": False,
        "leave_out": [] if bar is None else [bar.box.sides],
        "channels": [read_image(channel).pixels for channel in channels],
    }


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json({"event": "summary", "input": None, "error": None} | result)
        return
    typer.echo(
        f"{result['steps']} steps in {result['seconds']:.0f} s on {result['device']}: {result['verdict']}"
    )
    if (said := _calibration(result)) is not None:
        typer.echo(said)
    if result["stopped"]:
        typer.echo("interrupted: the best network so far is kept", err=True)
    typer.echo(f"the network is in {result['network']}", err=True)


def _calibration(result: Mapping[str, Any]) -> str | None:
    """Say how well the network for phases knows what it knows, if that was estimated."""
    found = result.get("calibration")
    if found is None or found["error_after"] is None:
        return None
    return (
        f"confidence was off by {found['error_before']:.3f} in the mean on held-out strokes, and is by "
        f"{found['error_after']:.3f} with the temperature {result['temperature']:.2f}"
    )
