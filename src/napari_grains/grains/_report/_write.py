"""The report of one specimen: a page or two."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from napari_grains.images import PixelSize

from .._measure._measurement import Measurement
from ._charts import charts
from ._fields import fields_table
from ._headline import headline
from ._method import method
from ._numbers import Summary, is_number
from ._page import figure, header, row, section, warning_box, write_page
from ._pictures import LARGE, SMALL, WIDE, Mask, View
from ._provenance import provenance_table
from ._results import results
from ._views import views_of

KIND: Final = "GRAIN SIZE REPORT"
DISTRIBUTIONS: Final = "Distributions and directions"
_MOST_PICTURES: Final = 12
"""Fields of a stack that are shown; more would not fit and make a large file."""
_WIDE: Final = 1.9
"""Micrographs wider than this, over their height, stand one above the other."""


def write_report(
    path: str | os.PathLike[str],
    *,
    title: str,
    image: NDArray[np.generic] | None,
    labels: NDArray[np.integer],
    measurement: Measurement,
    provenance: Mapping[str, object],
    operator: str = "",
    specimen_text: str = "",
    notes: str = "",
    specimen: Mask | None = None,
    exclude: Mask | None = None,
) -> None:
    """Write results, pictures, method, warnings and provenance into one self-contained HTML file.

    Parameters
    ----------
    path : path
        File to write; it is replaced only once the new one is complete.
    title : str
        Heading, such as the name of the micrograph.
    image : ndarray, shape (Y, X) or (Z, Y, X), or None
        The micrograph, also shown under the grain boundaries; without it grains are patches of grey.
    labels : ndarray of int, same shape
        Its grains. Of a stack the middle slice is shown large, and up to twelve slices small.
    measurement : Measurement
        Of ``labels``.
    provenance : mapping
        JSON values: source, pixel_size_um, model, version, settings, edits (by hand) and so on; "date" if it
        is not today.
    operator, specimen_text, notes : str
        Who measured, what, and what else there is to say; left out where empty.
    specimen, exclude : ndarray of bool, same shape, optional
        What was to be measured and what not, as for `measure`: the rest is shaded.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    summary = completed(measurement.summary, measurement.pixel_size)
    facts = [
        ("Specimen", specimen_text),
        ("Operator", operator),
        ("Date", str(provenance.get("date") or today())),
        ("Pixel size", str(measurement.pixel_size or "not known")),
        ("Notes", notes),
    ]
    um = None if measurement.pixel_size is None else measurement.pixel_size.um
    views = views_of(measurement, image, labels, specimen, exclude)
    write_page(
        path,
        title,
        (
            header(KIND, title, facts),
            headline(summary),
            warning_box(measurement.warnings),
            section("Micrograph and grains", _pictures(views, title, _twins(summary))),
            section("Results", results(summary, measurement.table)),
            section("Fields", _fields(views, summary), classes="together"),
            section(DISTRIBUTIONS, charts(measurement.table, summary, um), classes="together"),
            section("Method and standards", method(summary)),
            section("Provenance", provenance_table(provenance), classes="together"),
        ),
    )


def today() -> str:
    """Date and time of day, as ISO 8601 writes them."""
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")


def completed(summary: Summary, size: PixelSize | None) -> Summary:
    """Return a summary with the measured area in um2, where it is known."""
    area = summary.get("area_px")
    return summary if size is None or not is_number(area) else {"area_um2": area * size.area_um2, **summary}


def _twins(summary: Summary) -> str:
    """Say that boundaries are not drawn because they do not count."""
    return ", without those of twins" if summary.get("twins") == "ignored" else ""


def _pictures(views: Sequence[View], title: str, remark: str) -> str:
    """Micrograph and grain boundaries of the middle slice, side by side."""
    index = len(views) // 2
    view = views[index]
    which = f", slice {index} of 0 to {len(views) - 1}" if len(views) > 1 else ""
    rows, columns = view.labels.shape
    kind, size = ("whole", WIDE) if columns > _WIDE * rows else ("half", LARGE)
    shade = remark + ("; shaded: not measured" if view.leaves_out else "")
    if view.image is None:
        caption = f"Grains{which}{shade}, each in a shade of grey as the micrograph is not at hand"
        return row((figure(view.boundaries(size), caption, "whole", f"Grains of {title}"),))
    return row(
        (
            figure(view.micrograph(size), f"Micrograph{which}", kind, f"Micrograph of {title}"),
            figure(view.boundaries(size), f"Grain boundaries{which}{shade}", kind, f"Boundaries in {title}"),
        )
    )


def _fields(views: Sequence[View], summary: Summary) -> str:
    """Table and small pictures of the fields of a stack; nothing for a single one."""
    if len(views) < 2:
        return ""
    chosen = np.unique(np.linspace(0, len(views) - 1, min(len(views), _MOST_PICTURES)).astype(int))
    figures = [
        figure(views[index].boundaries(SMALL), f"Slice {index}", "third", f"Grain boundaries, slice {index}")
        for index in chosen
    ]
    by_field = summary.get("by_field")
    table = ""
    if isinstance(by_field, list) and by_field:
        names = [f"Slice {field.get('slice') or index}" for index, field in enumerate(by_field)]
        table = fields_table(names, by_field, summary)
    return table + row(figures)
