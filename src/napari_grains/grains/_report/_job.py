"""The job "report": measure grains, and write a report with its table and summary beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains import __version__
from napari_grains.events import STOP, Job, Progress
from napari_grains.images import PixelSize

from .._measure._measurement import measure
from ._files import write_results
from ._write import write_report


def report_arrays(
    labels: NDArray[np.integer],
    *,
    folder: str,
    stem: str,
    title: str = "",
    image: NDArray[np.generic] | None = None,
    pixel_size_m: list[float] | None = None,
    pixel_size_source: str = "typed",
    specimen: NDArray[np.bool_] | None = None,
    provenance: Mapping[str, Any] | None = None,
    operator: str = "",
    specimen_text: str = "",
    notes: str = "",
    **options: Any,  # noqa: ANN401 - checked by measure
) -> Job[dict[str, Any]]:
    """Measure grains and write the report; the job "report".

    Parameters
    ----------
    labels : ndarray of int, (Y, X) or (Z, Y, X)
        Grains; 0 is none.
    folder, stem : str
        Where the files go, and what their names begin with. Files of the same names are replaced.
    title : str
        Heading of the report; by itself the stem.
    image : ndarray, same shape, optional
        The micrograph.
    pixel_size_m : list of two floats, optional
        Metres per pixel along y and x, and where they come from in ``pixel_size_source``.
    specimen : ndarray of bool, same shape, optional
        The region to measure.
    provenance : mapping, optional
        What is known about the grains: source, network, settings, edits by hand.
    operator, specimen_text, notes : str
        See `write_report`.
    **options
        Others of `measure`.

    Yields
    ------
    Progress

    Returns
    -------
    dict
        "report", "table", "summary": paths of <stem>_report.html, <stem>_grains.csv and <stem>_summary.json.
        Empty if stopped before anything was written.

    Raises
    ------
    InputError
        If there is no grain, or a file cannot be written.
    """
    size = None
    if pixel_size_m is not None:
        size = PixelSize(y=pixel_size_m[0], x=pixel_size_m[1], source=pixel_size_source)
    if (yield Progress(0, 2, "measuring")) == STOP:
        return {}
    measurement = measure(labels, size, specimen=specimen, **options)
    if (yield Progress(1, 2, "report")) == STOP:
        return {}
    facts = _facts(labels, size) | dict(provenance or {})
    files = write_results(
        Path(folder),
        stem,
        measurement.table,
        {**measurement.summary, **facts, "warnings": list(measurement.warnings)},
    )
    path = Path(folder, f"{stem}_report.html")
    write_report(
        path,
        title=title or stem,
        image=image,
        labels=labels,
        measurement=measurement,
        provenance=facts,
        operator=operator,
        specimen_text=specimen_text,
        notes=notes,
        specimen=specimen,
        exclude=options.get("exclude"),
    )
    yield Progress(2, 2, "report")
    return files | {"report": str(path)}


def _facts(labels: NDArray[np.integer], size: PixelSize | None) -> dict[str, Any]:
    return {
        "shape": list(labels.shape),
        "pixel_size_um": None if size is None else [size.y_um, size.x_um],
        "pixel_size_source": None if size is None else size.source,
        "version": __version__,
    }
