"""The command `phases map`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from napari_grains.errors import InputError
from napari_grains.events import Job, Progress
from napari_grains.images import CalibratedImage, PixelSize, info_bar_of, read_image
from napari_grains.inference import PhaseMap, PhasePredictor, PhaseSettings, map_phases

from ._folder import Input, ResultFolder
from ._reporters import reporter_for
from ._rows import csv_text
from ._run import Result, Run, run
from ._shares import Share, interval_text, share_text
from ._show import say_end, say_summary
from ._table import show_table

ENDINGS = ("_phases.tif", "_confidence.tif", "_phases.csv")


def map_files(
    paths: Sequence[Path],
    output: Path,
    settings: Mapping[str, Any],
    *,
    channels: Sequence[Path],
    pixel_size: str | None,
    as_json: bool,
) -> int:
    """Map the phases of files into a folder and show how much there is of each.

    Parameters
    ----------
    paths : sequence of Path
        Micrographs.
    output : Path
        Folder for the results.
    settings : mapping
        Of `PhaseSettings`.
    channels : sequence of Path
        Further channels, of one micrograph.
    pixel_size : str, optional
        Overrides what the files say.
    as_json : bool
        Report as one JSON event per line.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    InputError
        If an argument is wrong; nothing was done.
    """
    if channels and len(paths) > 1:
        raise InputError("further channels belong to one micrograph; map one at a time.")
    size = None if pixel_size is None else PixelSize.parse(pixel_size)
    chosen = PhaseSettings(**settings)
    folder = ResultFolder.make(output)
    inputs = folder.inputs(paths, ENDINGS)
    PhasePredictor.load(chosen.model, chosen.device)  # a wrong network or device is said before any work

    def work(each: Input) -> Job[Result]:
        yield Progress(0, 0, "reading")
        image = _read(each.path, size)
        result = yield from map_phases(image, chosen, [read_image(path) for path in channels])
        if result is None:
            raise RuntimeError("the mapping stopped although nobody asked it to")
        return _written(result, image, each.stem, folder)

    options = {"channels": [str(path) for path in channels], "pixel_size": pixel_size}
    finished = run("phases map", {**settings, **options}, inputs, work, folder, reporter_for(as_json=as_json))
    _show(finished, output, as_json=as_json)
    return finished.exit_code


def _read(path: Path, size: PixelSize | None) -> CalibratedImage:
    """Read a micrograph; the banner of a microscope is left out."""
    image = read_image(path)
    image = image if size is None else replace(image, pixel_size=size)
    bar = info_bar_of(image)
    return image if bar is None else image.leaving_out(bar.box)


def _written(result: PhaseMap, image: CalibratedImage, stem: str, folder: ResultFolder) -> Result:
    provenance = {"source": image.source, "class_names": list(result.class_names)} | result.provenance
    images = {"phases": result.phases, "confidence": result.confidence}
    paths = folder.write_images(stem, images, image.pixel_size, provenance)
    fractions = [fraction.to_dict() for fraction in result.fractions]
    paths["table"] = folder.write_text(f"{stem}_phases.csv", csv_text(fractions))
    summary = {"answer": _in_words(fractions), "fractions": fractions} | provenance
    return Result(summary, paths, fields=result.by_field)


def _in_words(fractions: Sequence[Share]) -> str:
    known = [f"{share_text(one)} {one['class']}" for one in fractions if one["fraction"] is not None]
    return ", ".join(known) or "no phase was found"


def _show(finished: Run, output: Path, *, as_json: bool) -> None:
    if as_json:
        say_summary(finished.summary, output, finished.error)
        return
    entries = [outcome.entry for outcome in finished.outcomes if outcome.result is not None]
    if entries:
        names = [str(one["class"]) for one in entries[0]["fractions"]]
        rows = [_row(entry["name"], entry["fractions"]) for entry in entries]
        if finished.pooled is not None:
            rows.append(_row(f"all {finished.pooled['fields']} fields", finished.pooled["fractions"]))
        show_table(("name", *names), rows)
    say_end(output, finished.error, interrupted=finished.interrupted)


def _row(name: str, fractions: Sequence[Share]) -> list[str]:
    return [name, *(interval_text(one) for one in fractions)]
