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
"""Key in our metadata of a layer of grains under which its `LaidLines` are."""
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
        Row and column of both ends.
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
    places = _places(summary, len(layers))
    for number, layer in enumerate(layers):
        if layer not in viewer.layers:
            continue
        edits = edits_of(layer)
        own = _rows_of(table, number, several=len(layers) > 1)
        layer.features = own if number or index is None else _among_slices(layer, own, index)
        planes = [at for at, (field, _) in enumerate(places) if field == number]
        slices = [places[at][1] if index is None or number else index for at in planes]
        found = _summary_of(summary, planes, [each.name for each in layers], whole=number == 0)
        _note(layer, found | {"edits": edits})
        layer.metadata[METADATA][TEST_LINES] = _lines(result, planes, slices)
    if index is not None and layers[0] in viewer.layers:
        layers[0].metadata[METADATA]["summary"]["slice"] = index


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


def lines_of(layer: Labels | None) -> LaidLines | None:
    """Return the test lines of a layer, None if it was not measured."""
    lines: LaidLines | None = None if layer is None else layer.metadata.get(METADATA, {}).get(TEST_LINES)
    return lines


def named_fields(summary: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return name and summary of each field of a measurement."""
    fields = summary.get("by_field") or []
    names = summary.get("field_names") or [""]
    several, found = len(names) > 1, []
    for number, field in enumerate(fields):
        name = names[min(field.get("field") or 0, len(names) - 1)] if several else ""
        plane = field.get("slice")
        place = f"slice {plane}" if plane is not None else "" if name else f"field {number + 1}"
        found.append((", ".join(filter(None, (name, place))), field))
    return found


def _places(summary: Mapping[str, Any], layers: int) -> list[tuple[int, int]]:
    """Layer and slice of each field of the job."""
    fields = summary.get("by_field") or [{"field": number} for number in range(layers)]
    return [(field.get("field") or 0, field.get("slice") or 0) for field in fields]


def _rows_of(table: pd.DataFrame, number: int, *, several: bool) -> pd.DataFrame:
    if several and "field" in table:
        table = table[table["field"] == number].reset_index(drop=True)
    table = table.drop(columns="field", errors="ignore")
    return table if "index" in table else table.assign(index=table["grain"])


def _among_slices(layer: Labels, rows: pd.DataFrame, index: int) -> pd.DataFrame:
    """Put the rows of one slice in place of those that the table has of it."""
    rows, earlier = rows.assign(slice=index), layer.features
    others = earlier[earlier["slice"] != index] if {"slice", "index"} <= set(earlier) else earlier.iloc[:0]
    joined = rows if others.empty else pd.concat([others, rows], ignore_index=True)
    return joined.sort_values("slice", kind="stable", ignore_index=True)


def _summary_of(
    summary: Mapping[str, Any], planes: Sequence[int], names: Sequence[str], *, whole: bool
) -> dict[str, Any]:
    """Return everything for the first layer, for another one what was found for it alone."""
    if whole:
        return {**summary, "field_names": list(names)}
    fields = summary.get("by_field") or []
    return dict(fields[planes[0]]) if len(planes) == 1 and fields else {}


def _note(layer: Labels, summary: Mapping[str, Any]) -> None:
    """Keep how the grains were found; what was measured before is replaced."""
    mark = layer.metadata.setdefault(METADATA, {})
    earlier = {key: value for key, value in mark.get("summary", {}).items() if key not in _STALE}
    mark["summary"] = earlier | dict(summary)


def _lines(result: Mapping[str, Any], planes: Sequence[int], slices: Sequence[int]) -> LaidLines | None:
    """Return the test lines of the fields of a layer."""
    if "segments" not in result:
        return None
    slice_of = dict(zip(planes, slices, strict=True))
    arrays: dict[str, Array] = {}
    for kind, names in (
        ("segment", ("segments", "segment_direction")),
        ("circle", ("circles",)),
        ("crossing", ("crossings", "crossing_direction")),
    ):
        field = np.asarray(result[f"{kind}_field"])
        own = np.isin(field, planes)
        arrays |= {name: np.asarray(result[name])[own] for name in names}
        arrays[f"{kind}_slice"] = np.array([slice_of[int(each)] for each in field[own]], int)
    return LaidLines(**arrays)
