"""The command `measure`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from napari_grains import __version__
from napari_grains.errors import InputError
from napari_grains.events import Job, Progress
from napari_grains.grains import Measurement, measure
from napari_grains.images import PixelSize, read_image, read_labels, read_provenance

from ._folder import Input, ResultFolder
from ._json import one_line, plain
from ._reporters import reporter_for
from ._run import Result, Run, run
from ._show import show

if TYPE_CHECKING:  # it brings matplotlib along
    from napari_grains.grains import ReportField

ENDINGS = ("_grains.csv", "_summary.json")
OF_SEGMENTATION = ("scale", "model", "model_sha256", "device")
"""What is known about labels that `segment` wrote; null for others."""


def measure_files(
    paths: Sequence[Path],
    output: Path,
    pixel_size: str | None,
    masks: Mapping[str, Path | None],
    *,
    twins: Literal["counted", "ignored"],
    report: bool,
    as_json: bool,
) -> int:
    """Measure label files into a folder and show the results.

    Parameters
    ----------
    paths : sequence of Path
        Label images.
    output : Path
        Folder for the results.
    pixel_size : str, optional
        Overrides what the files say.
    masks : mapping
        Files of the masks "exclude" and "region", or None.
    twins : {"counted", "ignored"}
        Whether twin boundaries are grain boundaries.
    report : bool
        Whether to write a report of each.
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
    size = None if pixel_size is None else PixelSize.parse(pixel_size)
    folder = ResultFolder.make(output)
    inputs = folder.inputs(paths, (*ENDINGS, "_report.html"))
    inside, outside = (_mask(masks[name]) for name in ("region", "exclude"))

    fields: list[ReportField] = []

    def work(each: Input) -> Job[Result]:
        how = partial(measure, specimen=inside, exclude=outside, twins=twins)
        return _measured(each, size, folder, how, fields if report else None)

    files = {name: None if path is None else str(path) for name, path in masks.items()}
    settings = {"pixel_size": pixel_size, **files, "twins": twins, "report": report}
    finished = run("measure", settings, inputs, work, folder, reporter_for(as_json=as_json))
    if len(fields) > 1:
        finished = _with_report(finished, fields, folder)
    show(finished, output, as_json=as_json)
    return finished.exit_code


def _mask(path: Path | None) -> NDArray[np.bool_] | None:
    """Read a mask: all that is above 0."""
    return None if path is None else read_labels(path)[0] > 0


def _measured(
    each: Input,
    typed: PixelSize | None,
    folder: ResultFolder,
    how: Callable[[NDArray[np.int32], PixelSize | None], Measurement],
    fields: list[ReportField] | None,
) -> Job[Result]:
    """Measure one input; with a list of fields also write its report, and add what the run's needs of it."""
    steps = 2 if fields is None else 3
    yield Progress(0, steps, "reading")
    labels, in_file = read_labels(each.path)
    size = typed or in_file
    yield Progress(1, steps, "measuring")
    began = time.perf_counter()
    measurement = how(labels, size)
    seconds = {"total": round(time.perf_counter() - began, 3)}
    facts = _facts(each.path, labels.shape, size)
    summary = dict(measurement.summary) | facts | {"seconds": seconds, "warnings": list(measurement.warnings)}
    files = {
        "table": folder.write_text(f"{each.stem}_grains.csv", measurement.table.to_csv(index=False)),
        "summary": folder.write_json(f"{each.stem}_summary.json", summary),
    }
    if fields is not None:
        yield Progress(2, steps, "report")
        from napari_grains.grains import report_field, write_report  # they bring matplotlib along

        image = _micrograph(facts["labels_provenance"], labels.shape)
        path = folder.path / f"{each.stem}_report.html"
        write_report(
            path,
            title=each.stem,
            image=image,
            labels=labels,
            measurement=measurement,
            provenance=plain(facts),
        )
        files["report"] = str(path)
        fields.append(report_field(each.stem, image, labels, measurement))
    yield Progress(steps, steps, "measured")
    return Result(summary, files, measurement)


def _with_report(finished: Run, fields: Sequence[ReportField], folder: ResultFolder) -> Run:
    """Write one page for all inputs, report.html; if it cannot be written, the run says so."""
    from napari_grains.grains import write_run_report

    sources = [str(outcome.input.path) for outcome in finished.outcomes if outcome.result]
    try:
        write_run_report(
            folder.path / "report.html",
            title=f"{len(fields)} fields",
            fields=fields,
            pooled=finished.pooled or {},
            provenance={"source": sources, "version": __version__},
        )
    except InputError as error:
        return replace(finished, error=one_line(str(error)))
    return finished


def _facts(path: Path, shape: Sequence[int], size: PixelSize | None) -> dict[str, Any]:
    """Say where the labels and their pixel size come from."""
    provenance = _provenance(path)
    return {
        "source": str(path),
        "shape": list(shape),
        "pixel_size_um": None if size is None else [size.y_um, size.x_um],
        "pixel_size_source": None if size is None else size.source,
        **{key: provenance.get(key) for key in OF_SEGMENTATION},
        "labels_provenance": provenance or None,
        "version": __version__,
    }


def _provenance(path: Path) -> dict[str, Any]:
    """Read what `segment` noted in its label files; other files have nothing noted."""
    try:
        return read_provenance(path)
    except InputError:  # not a TIFF
        return {}


def _micrograph(provenance: dict[str, Any] | None, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """Find the image that `segment` made the labels from, if it is still where it was."""
    try:
        image = read_image(str((provenance or {}).get("source")))
    except InputError:
        return None
    return image.pixels if image.shape == shape else None
