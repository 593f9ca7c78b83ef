"""The commands that make networks and what they learn from."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from ._answering import answering
from ._options import AsJson, Device, Output, RecipeFile

_BESIDE = "beside --output"
"""What --resume means where no file follows it."""


class Paint(StrEnum):
    """What the labels of a painted image are."""

    boundary = "boundary"
    grains = "grains"
    phases = "phases"


class Learning(StrEnum):
    """Which layers of a network learn."""

    auto = "auto"
    head = "head"
    last = "last"
    all = "all"


class TrainingCommand(TyperCommand):
    """A command with an option --resume that a file may follow or not."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - click's, or typer's own
        """Complete ``--resume`` before the arguments are read."""
        given: list[str] = []
        for argument, following in zip(args, [*args[1:], "-"], strict=True):
            alone = argument == "--resume" and following.startswith("-")
            given += [argument, _BESIDE] if alone else [argument]
        return super().parse_args(ctx, given)


def pretrain(
    output: Annotated[
        Path, typer.Option(metavar="MODEL.safetensors", help="File for the network; its folder is made.")
    ],
    recipe: RecipeFile = None,
    match: Annotated[
        Path | None,
        typer.Option(metavar="IMAGE", help="Take the recipe from a micrograph, for ones that look like it."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(metavar="N", help="Optimizer steps; 1200 unless --minutes is given.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="M", help="Time for the steps; with --steps, whichever ends first."),
    ] = None,
    *,
    start: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Network to start from; without, from random weights."),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="[FILE]",
            help="Go on with a run that was interrupted, from the state beside --output or from FILE.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Of weights and micrographs; 0 if not given.")
    ] = None,
    device: Device = "auto",
    validate_image: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Real micrograph to validate on; can be given several times."),
    ] = None,
    validate_labels: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Its labels: a number per grain, or an image of boundaries."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network on synthetic micrographs.

    The run is kept about once a minute in MODEL.training.safetensors, so that it can go on with --resume
    after it was interrupted. Ctrl+C ends it and keeps the network so far. Nothing is learned from real
    micrographs.
    """
    with answering(as_json=as_json):
        from ._pretrain import pretrain_network

        code = pretrain_network(
            output,
            recipe=recipe,
            match=match,
            pairs=(validate_image or [], validate_labels or []),
            device=device,
            as_json=as_json,
            steps=steps,
            minutes=minutes,
            start=start,
            resume=resume == _BESIDE or resume or False,
            seed=seed,
        )
        raise typer.Exit(code)


def finetune(
    image: Annotated[
        list[Path], typer.Option(metavar="PATH", help="Micrograph to learn from; can be given several times.")
    ],
    labels: Annotated[
        list[Path],
        typer.Option(metavar="PATH", help="What is painted on it, 0 where nothing is; one for each image."),
    ],
    output: Annotated[
        Path, typer.Option(metavar="MODEL.safetensors", help="File for the network; its folder is made.")
    ],
    paint: Annotated[
        Paint,
        typer.Option(
            help="Labels are 1 in grains and 2 on boundaries, a number for each grain, or for each phase."
        ),
    ] = Paint.boundary,
    *,
    start: Annotated[
        str, typer.Option("--model", "--start", metavar="NAME|FILE", help="Network to start from.")
    ] = "default",
    validate_image: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Micrograph to judge by alone; can be given several times."),
    ] = None,
    validate_labels: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="What is painted on it, as in --labels.")
    ] = None,
    channel: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="Registered channel of a micrograph, for --paint phases; as many for each, in the order of "
            "--image and then --validate-image.",
        ),
    ] = None,
    class_names: Annotated[
        str | None, typer.Option(metavar="A,B,C", help="Names of the phases 1, 2, 3, for --paint phases.")
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(
            metavar="FLOAT",
            help="Factor by which images are resized; without, it is found for each, and 1 for phases.",
        ),
    ] = None,
    layers: Annotated[
        Learning, typer.Option(help="What learns; auto chooses by how much is painted.")
    ] = Learning.auto,
    steps: Annotated[
        int | None, typer.Option(metavar="N", help="Optimizer steps, instead of --seconds or with it.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(metavar="S", help="Time to learn; 60 unless --steps is given.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of patches and synthetic micrographs.")] = 0,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Fine-tune a network on a few strokes.

    What is not painted is ignored. A part of the strokes is held out, those of another image if there are
    several, and the network is saved that is best on them: the one before the training if no other is.
    """
    with answering(as_json=as_json):
        from ._finetune import finetune_network

        limits = {"steps": steps, "seconds": 60.0 if steps is None and seconds is None else seconds}
        code = finetune_network(
            output,
            images=(image, labels),
            validation=(validate_image or [], validate_labels or []),
            channels=channel or [],
            paint=paint.value,
            class_names=[] if class_names is None else [name.strip() for name in class_names.split(",")],
            scale=scale,
            as_json=as_json,
            start=start,
            layers=None if layers is Learning.auto else layers.value,
            seed=seed,
            device=device,
            **limits,
        )
        raise typer.Exit(code)


def synthesize(
    output: Output,
    number: Annotated[int, typer.Option(metavar="N", help="How many micrographs.")] = 10,
    seed: Annotated[int, typer.Option(metavar="S", help="Which series of micrographs.")] = 0,
    recipe: RecipeFile = None,
    size: Annotated[int, typer.Option(metavar="PX", help="Side of each micrograph.")] = 256,
    *,
    as_json: AsJson = False,
) -> None:
    """Write synthetic micrographs with all that is true about them.

    Each gives 00000_image.tif, 00000_grains.tif (a number for every grain), 00000_boundary.tif,
    00000_distance.tif (in px) and 00000_phases.tif (1 matrix, 2 particle, 3 pore); parameters.jsonl has a
    line for each, recipe.json the recipe. The same recipe, seed and number give the same pixels.
    """
    with answering(as_json=as_json):
        from ._synthesize import synthesize_images

        raise typer.Exit(synthesize_images(number, seed, output, recipe=recipe, size=size, as_json=as_json))
