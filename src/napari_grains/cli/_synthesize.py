"""The command `synthesize`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from napari_grains import __version__
from napari_grains.errors import InputError
from napari_grains.events import Job, Progress, drive
from napari_grains.images import write_tiff
from napari_grains.synthesis import Recipe, SyntheticMicrograph, read_recipe

from ._folder import ResultFolder
from ._json import plain, to_json
from ._reporters import reporter_for, say_json

SMALLEST, LARGEST = 32, 8192
"""Sides in px of what can be drawn."""


def synthesize_images(
    number: int, seed: int, output: Path, *, recipe: Path | None, size: int, as_json: bool
) -> int:
    """Write synthetic micrographs with their truth.

    Parameters
    ----------
    number : int
        How many.
    seed : int
        Which endless series; image k of it is always the same.
    output : Path
        Folder for the files.
    recipe : Path, optional
        Recipe file; None: the default recipe.
    size : int
        Side of the images in px.
    as_json : bool
        Report as one JSON event per line.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        If an argument is wrong; nothing was written.
    """
    if number < 1 or seed < 0 or not SMALLEST <= size <= LARGEST:
        raise InputError(
            f"give a number of at least 1, a seed from 0, and a size of {SMALLEST} to {LARGEST} px."
        )
    chosen = Recipe() if recipe is None else read_recipe(recipe)
    folder, reporter = ResultFolder.make(output), reporter_for(as_json=as_json)
    with reporter:
        reporter.begin(0, 1, output.name)
        result = drive(_written(chosen, number, seed, size, folder), reporter.event)
    if as_json:
        say_json({"event": "summary", "input": None, "output": str(output), "error": None} | result)
    else:
        typer.echo(f"{number} micrographs with {result['grains']} grains are in {output}", err=True)
    return 0


def _written(recipe: Recipe, number: int, seed: int, size: int, folder: ResultFolder) -> Job[dict[str, Any]]:
    folder.write_json("recipe.json", recipe.to_dict())
    lines, grains = [], 0
    for index in range(number):
        micrograph = recipe.micrograph(seed, index, (size, size))
        entry = _write_one(micrograph, f"{index:05d}", {"seed": seed, "index": index}, folder)
        grains += entry["grains"]
        lines.append(to_json(entry))
        yield Progress(index + 1, number, "drawing")
    folder.write_text("parameters.jsonl", "\n".join(lines) + "\n")
    return {"number": number, "seed": seed, "grains": grains}


def _write_one(
    micrograph: SyntheticMicrograph, stem: str, place: dict[str, int], folder: ResultFolder
) -> dict[str, Any]:
    """Write the images of a micrograph; return its line in the list of parameters."""
    told = place | {"version": __version__}
    images: dict[str, NDArray[Any]] = {
        "image": np.rint(micrograph.image * 255).astype(np.uint8),
        "grains": micrograph.grains,
        "boundary": micrograph.boundary.astype(np.uint8) * 255,
        "distance": micrograph.distance,
        "phases": micrograph.phases.astype(np.uint8),
    }
    for name, array in images.items():
        path = folder.path / f"{stem}_{name}.tif"
        write_tiff(path, array, micrograph.pixel_size, description=told | {"content": name})
    return told | {
        "name": stem,
        "grains": int(micrograph.grains.max()),
        "pixel_size_um": micrograph.pixel_size.um,
        "parameters": plain(asdict(micrograph.parameters)),
    }
