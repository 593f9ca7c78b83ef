"""The report of several inputs, such as the fields of a specimen: all of them on one page."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_grains.images import PixelSize

from .._measure._measurement import Measurement
from ._charts import charts
from ._fields import fields_table
from ._headline import headline
from ._method import method
from ._numbers import Quantity, Summary, shown
from ._page import figure, header, row, section, warning_box, write_page
from ._pictures import SMALL, Mask
from ._provenance import provenance_table
from ._results import results
from ._views import views_of
from ._write import DISTRIBUTIONS, KIND, completed, today

_MOST_PICTURES: Final = 24
_SIZE: Final = Quantity("ASTM G", "astm_g_planimetric", "number")
_DIAMETER: Final = Quantity("mean diameter", "mean_diameter_um", "length", "mean_diameter_px")


@dataclass(frozen=True, eq=False)
class ReportField:
    """What the page of a run keeps of one input: no images, so that a hundred of them fit into memory.

    Parameters
    ----------
    name : str
        Of the input.
    picture : str
        Data URL of its grain boundaries.
    table, summary, warnings, pixel_size
        Of its `Measurement`.
    """

    name: str
    picture: str
    table: pd.DataFrame
    summary: Summary
    warnings: tuple[str, ...]
    pixel_size: PixelSize | None


def report_field(
    name: str,
    image: NDArray[np.generic] | None,
    labels: NDArray[np.integer],
    measurement: Measurement,
    *,
    specimen: Mask | None = None,
    exclude: Mask | None = None,
) -> ReportField:
    """Draw the small picture of one input; arrays as for `write_report`, of a stack the middle slice."""
    middle = (_middle(array) for array in (image, labels, specimen, exclude))
    (view,) = views_of(measurement, *middle)
    return ReportField(
        name,
        view.boundaries(SMALL),
        measurement.table,
        measurement.summary,
        measurement.warnings,
        measurement.pixel_size,
    )


def _middle(array: Any) -> Any:  # noqa: ANN401 - an array of any kind, or None
    return array if array is None or array.ndim == 2 else array[len(array) // 2]


def write_run_report(
    path: str | os.PathLike[str],
    *,
    title: str,
    fields: Sequence[ReportField],
    pooled: Mapping[str, object],
    provenance: Mapping[str, object],
    operator: str = "",
    specimen_text: str = "",
    notes: str = "",
) -> None:
    """Write one page for several inputs: pooled numbers, the fields side by side, distributions of all.

    Parameters
    ----------
    path, title, provenance, operator, specimen_text, notes
        See `write_report`.
    fields : sequence of ReportField
        At least one; up to 24 are shown in pictures, all of them in the table.
    pooled : mapping
        Summary of all fields taken together.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    facts = [
        ("Specimen", specimen_text),
        ("Operator", operator),
        ("Date", str(provenance.get("date") or today())),
        ("Pixel size", ", ".join(dict.fromkeys(_pixel_size(field) for field in fields))),
        ("Notes", notes),
    ]
    table, size = _all_grains(fields), _common_pixel_size(fields)
    summary = completed(pooled, size)
    names, summaries = [field.name for field in fields], [field.summary for field in fields]
    distributions = "" if table is None else charts(table, summary, None if size is None else size.um)
    write_page(
        path,
        title,
        (
            header(KIND, title, facts),
            headline(summary),
            warning_box(_warnings(fields, pooled)),
            section("Fields", fields_table(names, summaries, summary)),
            section("Grain boundaries", row(map(_picture, fields[:_MOST_PICTURES]))),
            section("Results", results(summary, table) if "edge_grains" in pooled else ""),
            section(DISTRIBUTIONS, distributions, classes="together"),
            section("Method and standards", method(summary, single_grains=table is not None)),
            section("Provenance", provenance_table(provenance), classes="together"),
        ),
    )


def _common_pixel_size(fields: Sequence[ReportField]) -> PixelSize | None:
    """Return the pixel size of all fields; None where they differ."""
    first = fields[0].pixel_size
    return first if all(_edges(field.pixel_size) == _edges(first) for field in fields) else None


def _edges(size: PixelSize | None) -> tuple[float, float] | None:
    return None if size is None else (size.y, size.x)


def _pixel_size(field: ReportField) -> str:
    return str(field.pixel_size or "not known")


def _picture(field: ReportField) -> str:
    summary = field.summary
    number = shown(summary, _SIZE)
    size = f"ASTM G {number.value}" if summary.get(_SIZE.key) is not None else shown(summary, _DIAMETER).value
    return figure(field.picture, f"{field.name}: {size}", "third", f"Grain boundaries found in {field.name}")


def _all_grains(fields: Sequence[ReportField]) -> pd.DataFrame | None:
    """Grains of all fields; None where some are calibrated and others not, as no length is common to them."""
    tables = [field.table for field in fields]
    calibrated = {"ecd_um" in table for table in tables}
    if len(calibrated) != 1:
        return None
    return pd.concat(tables, ignore_index=True)


def _warnings(fields: Sequence[ReportField], pooled: Summary) -> list[str]:
    """Return each warning once, with the fields that it is about unless these are all; pooled ones first."""
    about: defaultdict[str, list[str]] = defaultdict(list)
    for field in fields:
        for warning in field.warnings:
            if len(fields) == 1 or not warning.startswith("One field"):
                about[warning].append(field.name)
    own = pooled.get("warnings")
    lines = [str(line) for line in own] if isinstance(own, list | tuple) else []
    for warning, names in about.items():
        lines.append(warning if len(names) == len(fields) else f"{', '.join(names)}: {warning}")
    return list(dict.fromkeys(lines))
