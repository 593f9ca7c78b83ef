"""The one place that turns a measurement into tables, summaries and test lines of layers of grains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import lazy_loader
import numpy as np
from napari.layers import Labels
from napari.viewer import Viewer

from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Array

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazy_loader.load("pandas")  # it takes longer to import than the dock may take to open

TEST_LINES: Final = "test_lines"
"""Key in our metadata of a layer of grains under which stand a summary and the `LaidLines` it is made of."""
EDITED: Final = "edited"
"""Key in our metadata of a layer under which stands how often it was corrected since it was measured."""
_STALE: Final = ("slice", "slices_not_reached", "by_field", "field_names")
"""Keys of an earlier summary that say something of that run alone."""


@dataclass(frozen=True, eq=False)
class LaidLines:
    """Test lines of the planes of a layer, and the boundaries counted along them.

    Parameters
    ----------
    segments : ndarray, (L, 2, 2)
        Row and column of both ends, from the corner of the first pixel, as all places here.
    segment_slice, segment_direction : ndarray, (L,)
        Slice of a stack, 0 for an image; degrees counter-clockwise from x.
    circles : ndarray, (C, 3)
        Row, column, radius in px.
    circle_slice : ndarray, (C,)
    crossings : ndarray, (K, 2)
        Row and column.
    crossing_slice, crossing_direction : ndarray, (K,)
        The direction is not a number on circles.
    """

    segments: Array
    segment_slice: Array
    segment_direction: Array
    circles: Array
    circle_slice: Array
    crossings: Array
    crossing_slice: Array
    crossing_direction: Array


def show_measurement(
    viewer: Viewer, layers: Sequence[Labels], result: Mapping[str, Any], index: int | None = None
) -> None:
    """Give layers their tables, and the first one the summary and the test lines.

    Parameters
    ----------
    viewer : Viewer
        Layers that were removed from it meanwhile are left alone.
    layers : sequence of Labels
        The fields, in the order in which the job had them.
    result : mapping
        Of the job "measure".
    index : int, optional
        The slice of the first layer that was measured alone: rows of other slices stay.
    """
    summary = dict(result["summary"])
    table = pd.DataFrame(result["table"])
    several = len(layers) > 1
    for number, layer in enumerate(layers):
        if layer not in viewer.layers:
            continue
        edits = edits_of(layer)
        alone = None if number else index
        own = _rows_of(table, number if several else None)
        found = {**summary, "field_names": [each.name for each in layers]}
        _note(layer, (_row_of(summary, number) if number else found) | {"edits": edits})
        mark = layer.metadata[METADATA]
        if alone is not None:
            mark["summary"]["slice"] = alone
        mark[TEST_LINES] = mark["summary"], _lines(result, number if several else None, alone)
        # Last, because who follows the table looks at the summary, too.
        layer.features = own if alone is None else _among_slices(layer, own, alone)


def summary_of(layer: Labels | None) -> dict[str, Any]:
    """Return what was measured of a layer last, empty if nothing was."""
    summary: dict[str, Any] = {} if layer is None else layer.metadata.get(METADATA, {}).get("summary", {})
    return summary


def edits_of(layer: Labels) -> int:
    """Return how many corrections by hand there are, before and since the grains were measured."""
    return int(summary_of(layer).get("edits") or 0) + int(layer.metadata.get(METADATA, {}).get(EDITED, 0))


def is_corrected(layer: Labels | None) -> bool:
    """Whether there are corrections by hand since the grains were measured."""
    return layer is not None and bool(layer.metadata.get(METADATA, {}).get(EDITED))


def lines_of(layer: Labels) -> LaidLines | None:
    """Return the test lines of a layer, None if what its summary says now was not measured on any."""
    mark = layer.metadata.get(METADATA, {})
    summary, lines = mark.get(TEST_LINES, (None, None))
    return lines if summary is not None and summary is mark.get("summary") else None


def named_fields(summary: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return name and summary of each field of a measurement."""
    names = summary.get("field_names") or []
    fields = summary.get("by_field") or []
    if len(names) > 1:
        return [(names[field["field"]], field) for field in fields]
    return [(f"slice {field.get('slice', number)}", field) for number, field in enumerate(fields)]


def _rows_of(table: pd.DataFrame, field: int | None) -> pd.DataFrame:
    """Rows of a field of several, with the label that each belongs to."""
    if field is not None:
        table = table[table["field"] == field].drop(columns="field").dropna(axis="columns", how="all")
        table = table.reset_index(drop=True)
    return table.assign(index=table["grain"])


def _row_of(summary: Mapping[str, Any], field: int) -> dict[str, Any]:
    """Return what was found for one field of several."""
    rows = summary.get("by_field") or []
    return next((dict(row) for row in rows if row.get("field") == field), {})


def _among_slices(layer: Labels, rows: pd.DataFrame, index: int) -> pd.DataFrame:
    """Put the rows of one slice in place of those that the table has of it."""
    rows, earlier = rows.assign(slice=index), layer.features
    others = earlier[earlier["slice"] != index] if {"slice", "index"} <= set(earlier) else earlier.iloc[:0]
    joined = rows if others.empty else pd.concat([others, rows], ignore_index=True)
    return joined.sort_values("slice", kind="stable", ignore_index=True)


def _note(layer: Labels, summary: Mapping[str, Any]) -> None:
    """Keep how the grains were found; what was measured before is replaced."""
    mark = layer.metadata.setdefault(METADATA, {})
    earlier = {key: value for key, value in mark.get("summary", {}).items() if key not in _STALE}
    mark["summary"] = earlier | dict(summary)


def _lines(result: Mapping[str, Any], field: int | None, alone: int | None) -> LaidLines | None:
    """Return the test lines of a layer: one field of several, or one slice that was measured alone."""
    if "segments" not in result:
        return None
    arrays: dict[str, Array] = {}
    for kind, names in (
        ("segment", ("segments", "segment_direction")),
        ("circle", ("circles",)),
        ("crossing", ("crossings", "crossing_direction")),
    ):
        slices = np.asarray(result[f"{kind}_slice"])
        own = slice(None) if field is None else np.asarray(result[f"{kind}_field"]) == field
        arrays |= {name: np.asarray(result[name])[own] for name in names}
        arrays[f"{kind}_slice"] = slices[own] if alone is None else np.full_like(slices[own], alone)
    return LaidLines(**arrays)
