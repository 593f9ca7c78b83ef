"""The command `phases train`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from napari_grains.errors import InputError
from napari_grains.events import drive
from napari_grains.training import train_classifier_arrays

from ._folder import ResultFolder
from ._reporters import say_json
from ._run import INTERRUPTED
from ._stopping import ctrl_c
from ._table import show_table
from ._training import training_reporter


def train_from_files(
    examples: Path,
    output: Path,
    *,
    stack: Path | None,
    held_out: Path | None,
    start: str | None,
    device: str,
    as_json: bool,
    **settings: Any,  # noqa: ANN401 - of `ClassifierTraining`
) -> int:
    """Train a classifier from files and show how good it is.

    Parameters
    ----------
    examples, stack, held_out : Path
        See `train_classifier_arrays`.
    output : Path
        File of the classifier.
    start : str, optional
        What it starts from.
    device : str
        Where it is trained.
    as_json : bool
        Report as one JSON event per line.
    **settings
        Of `ClassifierTraining`.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        If an argument is wrong; nothing was done.
    """
    if settings["task"] == "grains" and stack is not None:
        raise InputError("the table of grains names their images itself; leave out --stack.")
    if settings["task"] == "patches" and settings["patch"] is None:
        raise InputError("--kind patches needs the side of the patches; give --patch PX.")
    ResultFolder.make(output.parent)
    job = train_classifier_arrays(
        name=output.stem,
        output=str(output),
        examples=str(examples),
        stack=None if stack is None else str(stack),
        held_out=None if held_out is None else str(held_out),
        start=start,
        device=device,
        **settings,
    )
    with training_reporter(as_json=as_json) as reporter, ctrl_c() as interrupted:
        result = drive(job, reporter.event, interrupted.is_set)
    _show(result, as_json=as_json)
    return INTERRUPTED if interrupted.is_set() else 0


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json({"event": "summary", "input": None, "error": None} | result)
        return
    scores = result["scores"]
    if scores is None:
        typer.echo(result["why_not"])
    else:
        typer.echo(f"held out: {scores['held_out']}")
        typer.echo(
            f"accuracy {scores['accuracy']:.3f}, among the first two {scores['accuracy_within_2']:.3f}, "
            f"mean recall {scores['balanced_accuracy']:.3f}, "
            f"calibration error {scores['calibration_error']:.3f}"
        )
        show_table(("true class", "examples", "precision", "recall", *_taken_for(scores)), _rows(scores))
    typer.echo(f"the classifier is in {result['network']}", err=True)


def _taken_for(scores: dict[str, Any]) -> list[str]:
    return [f"as {name}" for name in scores["classes"]]


def _rows(scores: dict[str, Any]) -> list[list[str]]:
    columns = (scores[key] for key in ("classes", "confusion", "precision", "recall"))
    return [
        [name, str(sum(row)), _share(precision), _share(recall), *map(str, row)]
        for name, row, precision, recall in zip(*columns, strict=True)
    ]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
