"""Commands, options and their help; nothing heavy is imported until a command runs."""

from __future__ import annotations

import sys
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from napari_grains import __version__

from ._answering import answering
from ._app_phases import phases
from ._app_training import TrainingCommand, finetune, pretrain, synthesize
from ._options import AsJson, Device, Output, PixelSizeText

app = typer.Typer(
    name="napari-grains",
    help="Grain boundaries, grains and grain size from micrographs of polycrystals.",
    epilog="COMMAND -h explains a command. Exit codes: 0 all done, 1 an input failed, 2 bad arguments.",
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Method(StrEnum):
    """Where the boundaries come from."""

    network = "network"
    threshold = "threshold"


class InfoBarChoice(StrEnum):
    """What happens to the banner that a microscope writes into a picture."""

    keep = "keep"
    exclude = "exclude"


class TwinBoundaries(StrEnum):
    """What twin boundaries are taken for."""

    counted = "counted"
    ignored = "ignored"


def main() -> None:
    """Run the command line; the entry point of `napari-grains`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # a name or unit that the terminal cannot show must not end the run
            stream.reconfigure(errors="replace")
    app(prog_name="napari-grains")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"napari-grains {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    pass


@app.command()
def segment(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Micrographs: TIFF (also stacks), PNG, JPEG, BMP.")
    ],
    output: Output,
    model: Annotated[
        str,
        typer.Option(metavar="NAME|FILE", help="A bundled or saved network by name, or a .safetensors file."),
    ] = "default",
    scale: Annotated[
        str,
        typer.Option(
            metavar="auto|FLOAT", help="Factor by which the image is resized for the network; auto finds it."
        ),
    ] = "auto",
    grain_diameter: Annotated[
        float | None,
        typer.Option(
            metavar="PX", help="Diameter of a typical grain in px of the image, instead of --scale."
        ),
    ] = None,
    pixel_size: PixelSizeText = None,
    device: Device = "auto",
    merge: Annotated[
        float,
        typer.Option(
            metavar="FLOAT",
            help="Join grains with a mean boundary probability between them below this; 0 to 1.",
        ),
    ] = 0.0,
    relative_merge: Annotated[
        float,
        typer.Option(
            metavar="FLOAT",
            help="The same as a share of the micrograph's median edge, where lines show the grains; 0 to 1.",
        ),
    ] = 0.65,
    method: Annotated[
        Method, typer.Option(help="Boundaries from the network, or by a threshold for dark etched lines.")
    ] = Method.network,
    *,
    min_grain: Annotated[
        float | None,
        typer.Option(metavar="PX", help="Diameter in px of the smallest grain; smaller ones are joined."),
    ] = None,
    average: Annotated[
        bool,
        typer.Option(help="Average over mirror images and scales; without, the network is 6 times as fast."),
    ] = True,
    info_bar: Annotated[
        InfoBarChoice,
        typer.Option(
            help="Banner of the microscope with text and scale bar: exclude leaves it out of everything."
        ),
    ] = InfoBarChoice.keep,
    as_json: AsJson = False,
) -> None:
    """Find the grain boundaries and grains of micrographs, and measure the grain size.

    Each image gives <stem>_boundary.tif (probability of a boundary), <stem>_grains.tif (a number for every
    grain), <stem>_grains.csv (a row for every grain) and <stem>_summary.json; the run gives summary.json and
    summary.csv. A stack gives stacks. Without a pixel size all lengths are in pixels.
    """
    with answering(as_json=as_json):
        from ._segment import chosen_scale, segment_files

        choice = {
            "scale": chosen_scale(scale, grain_diameter),
            "grain_diameter": grain_diameter,
            "method": method.value,
        }
        merging = {"merge": merge, "relative_merge": relative_merge, "min_grain_diameter": min_grain}
        settings = choice | merging | {"model": model, "device": device, "averaged": average}
        exclude = info_bar is InfoBarChoice.exclude
        code = segment_files(paths, output, settings, pixel_size, exclude_info_bar=exclude, as_json=as_json)
        raise typer.Exit(code)


@app.command()
def measure(
    labels: Annotated[
        list[Path], typer.Argument(metavar="LABELS", help="Label images: TIFF (also stacks), PNG or .npy.")
    ],
    output: Output,
    pixel_size: PixelSizeText = None,
    exclude: Annotated[
        Path | None,
        typer.Option(
            metavar="MASK", help="Image of what to leave out, such as pores or a scale bar: all that is > 0."
        ),
    ] = None,
    region: Annotated[
        Path | None, typer.Option(metavar="MASK", help="Image of the region to measure: all that is > 0.")
    ] = None,
    twins: Annotated[
        TwinBoundaries,
        typer.Option(help="Take twin boundaries as grain boundaries, or join grains across them."),
    ] = TwinBoundaries.counted,
    report: Annotated[
        bool, typer.Option("--report", help="Also write <stem>_report.html, for printing and archiving.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure the grain size of label images, from here or from any other program.

    Each file gives <stem>_grains.csv (a row for every grain) and <stem>_summary.json; the run gives
    summary.json and summary.csv. In a label image every grain has a number of its own, and 0 is outside the
    specimen.
    """
    with answering(as_json=as_json):
        from ._measure import measure_files

        masks = {"exclude": exclude, "region": region}
        code = measure_files(
            labels, output, pixel_size, masks, twins=twins.value, report=report, as_json=as_json
        )
        raise typer.Exit(code)


@app.command()
def demo(output: Output = Path("napari-grains-demo")) -> None:
    """Segment the micrograph that comes with the package and compare its grain size with the truth."""
    with answering(as_json=False):
        from ._demo import run_demo

        raise typer.Exit(run_demo(output))


app.command()(finetune)
app.command(cls=TrainingCommand)(pretrain)
app.command()(synthesize)
app.add_typer(phases)
