"""The commands that sort images into classes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from napari_grains.errors import InputError

from ._answering import answering
from ._options import AsJson, Device, Output, PixelSizeText

phases = typer.Typer(
    name="phases",
    help="Phases of pixels; classes of grains, images, patches, frames of a stack, diffraction patterns.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Kind(StrEnum):
    """What has a class."""

    images = "images"
    patches = "patches"
    frames = "frames"
    patterns = "patterns"
    grains = "grains"


class Parts(StrEnum):
    """Parts of a network that learn."""

    auto = "auto"
    frozen = "frozen"
    last_stage = "last-stage"
    full = "full"


@phases.command()
def train(
    examples: Annotated[
        Path,
        typer.Argument(
            metavar="EXAMPLES",
            help="A folder with a folder of images per class, or a .csv table: path, class, group; "
            "of grains: image, grains, label, class, group.",
        ),
    ],
    output: Annotated[
        Path, typer.Option(metavar="MODEL.safetensors", help="File for the classifier; its folder is made.")
    ],
    kind: Annotated[
        Kind, typer.Option(help="What has a class; patterns are the same at any angle.")
    ] = Kind.images,
    stack: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Stack whose frames the table is about, in its column frame."),
    ] = None,
    patch: Annotated[
        int | None,
        typer.Option(metavar="PX", help="Side of the patches, for --kind patches.", min=8),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="unet, pattern (the choice for patterns), or one of torchvision such as resnet18.",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="random|pretrained|NAME|FILE",
            help="Weights to start from; pretrained ones of torchvision are downloaded once.",
        ),
    ] = None,
    strategy: Annotated[
        Parts, typer.Option(help="Parts of the network that learn; auto goes by the number of examples.")
    ] = Parts.auto,
    held_out: Annotated[
        Path | None,
        typer.Option(
            metavar="EXAMPLES", help="Further examples, to measure on instead of cross-validating groups."
        ),
    ] = None,
    *,
    folds: Annotated[
        int, typer.Option(metavar="N", help="Most parts of the cross-validation by group; 0 leaves it out.")
    ] = 5,
    steps: Annotated[
        int | None, typer.Option(metavar="N", help="Optimizer steps; by the number of examples if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of weights, order and augmentation.")] = 0,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Train a classifier from examples.

    It learns from all examples. How good it is shows on examples that were held out: whole groups (specimens,
    sessions or files), one after the other, never parts of them. With too few groups the score is "not
    estimated". Ctrl+C ends the training and keeps the classifier so far.
    """
    with answering(as_json=as_json):
        from ._phases_train import train_from_files

        code = train_from_files(
            examples,
            output,
            stack=stack,
            held_out=held_out,
            start=start,
            device=device,
            as_json=as_json,
            network=network or ("pattern" if kind is Kind.patterns else "unet"),
            task=kind.value,
            patch=patch,
            strategy=strategy.value.replace("-", " "),
            folds=folds,
            steps=steps,
            seed=seed,
        )
        raise typer.Exit(code)


@phases.command("map")
def map_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Micrographs or stacks.")],
    output: Output,
    model: Annotated[
        str,
        typer.Option(metavar="NAME|FILE", help="A network for phases, from `finetune --paint phases`."),
    ],
    channel: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="Further channel of the one micrograph; can be given several times."
        ),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(
            metavar="FLOAT", help="Factor by which images are resized; without, as the network learned."
        ),
    ] = None,
    *,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Give no phase to what looks like nothing that was learned.")
    ] = False,
    mirrored: Annotated[
        bool,
        typer.Option("--mirrored/--fast", help="Mean over four mirror images, or a quarter of the time."),
    ] = True,
    pixel_size: PixelSizeText = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Say which phase each pixel is, and how much there is of each.

    Each micrograph gives NAME_phases.tif (1, 2, ... in the order of the classes), NAME_confidence.tif and
    NAME_phases.csv with the area fractions; summary.json and summary.csv have those of all.
    """
    with answering(as_json=as_json):
        from ._phases_map import map_files

        settings = {"model": model, "scale": scale, "unknown": unknown, "mirrored": mirrored}
        code = map_files(
            paths,
            output,
            settings | {"device": device},
            channels=channel or [],
            pixel_size=pixel_size,
            as_json=as_json,
        )
        raise typer.Exit(code)


@phases.command()
def classify(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Images, stacks, or folders of images.")
    ],
    output: Output,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="A classifier from `phases train`: a .safetensors file or a name. Required.",
        ),
    ] = None,
    grains: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="LABELS", help="Label image of the grains of each image, in their order; repeat it."
        ),
    ] = None,
    device: Device = "auto",
    *,
    as_json: AsJson = False,
) -> None:
    """Classify images, every frame of a stack, every patch of an image, or every grain.

    classes.csv has a row for each with all classes in the order of their probability, or "unknown" for what
    is far from every class; summary.json has the counts. Of grains there is also a map of their classes.
    """
    with answering(as_json=as_json):
        if model is None:
            raise InputError(
                "phases classify needs a classifier; give --model FILE, which phases train writes."
            )
        from ._phases_classify import classify_files

        raise typer.Exit(classify_files(paths, output, model, device, grains=grains or (), as_json=as_json))
