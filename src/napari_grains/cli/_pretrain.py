"""The command `pretrain`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from napari_grains.errors import InputError
from napari_grains.events import Job, Notice, drive
from napari_grains.images import info_bar_of, read_image, read_labels
from napari_grains.synthesis import read_recipe
from napari_grains.training import match_arrays, pretrain_arrays

from ._folder import ResultFolder
from ._reporters import say_json
from ._run import INTERRUPTED
from ._stopping import ctrl_c
from ._training import training_reporter


def pretrain_network(
    output: Path,
    *,
    recipe: Path | None,
    match: Path | None,
    pairs: tuple[Sequence[Path], Sequence[Path]],
    device: str,
    as_json: bool,
    **settings: Any,  # noqa: ANN401 - of `pretrain_arrays`
) -> int:
    """Pretrain a network and save it.

    Parameters
    ----------
    output : Path
        File of the network.
    recipe : Path, optional
        Recipe file.
    match : Path, optional
        Image that the recipe is taken from.
    pairs : (sequence of Path, sequence of Path)
        Images and labels to validate on.
    device : str
        Where the network runs.
    as_json : bool
        Report as one JSON event per line.
    **settings
        Of `pretrain_arrays`.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        If an argument is wrong; nothing was done.
    """
    if recipe is not None and match is not None:
        raise InputError("--recipe and --match exclude each other; give one of them.")
    ResultFolder.make(output.parent)
    chosen = None if recipe is None else read_recipe(recipe).to_dict()
    validate = _pairs(*pairs)
    reporter = training_reporter(as_json=as_json)

    def work() -> Job[dict[str, Any]]:
        found = chosen if match is None else (yield from _matched(match, device))
        if match is not None and found is None:
            return {}
        options: dict[str, Any] = {"output": str(output), "recipe": found, "device": device}
        return (yield from pretrain_arrays(name=output.stem, validate=validate, **options, **settings))

    with reporter, ctrl_c() as interrupted:
        result = drive(work(), reporter.event, interrupted.is_set)
    _show(result, as_json=as_json)
    return INTERRUPTED if interrupted.is_set() else 0


def _pairs(images: Sequence[Path], labels: Sequence[Path]) -> list[dict[str, Any]]:
    if len(images) != len(labels):
        raise InputError(
            f"there are {len(images)} --validate-image and {len(labels)} --validate-labels; "
            "give the labels of each image, in the same order."
        )
    return [
        {"image": read_image(image).pixels, "labels": read_labels(label)[0], "name": image.stem}
        for image, label in zip(images, labels, strict=True)
    ]


def _matched(path: Path, device: str) -> Job[dict[str, Any] | None]:
    """Recipe for micrographs like an image, without its info bar; None if stopped."""
    image = next(iter(read_image(path).slices()))
    bar = info_bar_of(image)
    box = [] if bar is None else [bar.box.sides]
    result = yield from match_arrays(image.pixels, leave_out=box, device=device)
    for note in result.get("notes", ()):
        yield Notice(note)
    return result.get("recipe")


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json({"event": "summary", "input": None, "error": None} | result)
    elif not result:
        typer.echo("interrupted before anything was learned", err=True)
    else:
        typer.echo(_in_words(result))
        if result["stopped"]:
            typer.echo("interrupted: the network so far is kept; --resume goes on with it", err=True)
        typer.echo(f"the network is in {result['network']}", err=True)


def _in_words(result: dict[str, Any]) -> str:
    real = "" if result["real"] is None else f", adapted Rand error on real images {result['real']:.3f}"
    return (
        f"{result['steps']} steps in {result['seconds']:.0f} s on {result['device']} "
        f"({result['samples_per_second']:.1f} samples/s): validation loss {result['validation']:.4f}{real}"
    )
