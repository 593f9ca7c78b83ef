"""The command `demo`: the micrograph that comes with the package, and what is true about it."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import typer

from ._reporters import reporter_for
from ._segment import segment_run
from ._table import diameter, grain_size, show_table, show_warnings

SAMPLE = "polycrystal"


def run_demo(output: Path) -> int:
    """Segment the sample into a folder and print what was found beside the truth.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    samples = files("napari_grains") / "samples"
    truth = json.loads((samples / f"{SAMPLE}.json").read_text("utf-8"))
    with as_file(samples / f"{SAMPLE}.tif") as sample:
        finished = segment_run([sample], output, {}, None, reporter_for(as_json=False))
    result = finished.outcomes[0].result
    if result is not None:
        _show_comparison(result.summary, truth)
        show_warnings([finished.outcomes[0].entry])
        _show_what_next(result.files, output)
    return finished.exit_code


def _show_comparison(found: Mapping[str, Any], truth: Mapping[str, Any]) -> None:
    rows, columns = found["shape"]
    pixels = f"{columns} x {rows} px of {truth['pixel_size_um']} um"
    typer.echo(f"{SAMPLE}.tif: {truth['title']}, {pixels}, whose grains are known\n")
    both = (found, truth)
    table = [
        ["grains", *(str(each["grains"]) for each in both)],
        ["mean diameter", *map(diameter, both)],
        ["ASTM grain size G, planimetric", *(grain_size(each, "astm_g_planimetric") for each in both)],
        ["ASTM grain size G, intercept", *(grain_size(each, "astm_g_intercept") for each in both)],
    ]
    show_table(["", "found", "truth"], table)


def _show_what_next(written: Mapping[str, str], output: Path) -> None:
    meaning = {
        "boundary": "probability of a boundary, 0 to 1",
        "grains": "a number for every grain",
        "table": "a row for every grain",
        "summary": "the grain size, and all that led to it",
    }
    typer.echo()
    show_table(["files", ""], [[written[name], text] for name, text in meaning.items()], numbers=False)
    typer.echo("\nNext:")
    if napari := _command("napari"):
        typer.echo(f"  {shlex.join([napari, written['boundary'], written['grains']])}")
    program = _command("napari-grains") or "napari-grains"
    typer.echo(f'  {program} segment YOUR_IMAGE.tif --output results --pixel-size "0.44 um"')
    measured = ["measure", written["grains"], "--output", str(output / "measured"), "--report"]
    typer.echo(f"  {shlex.join([program, *measured])}")


def _command(name: str) -> str | None:
    """Say how a command of this environment is called; None if it is not installed."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    return name if shutil.which(name) else beside
