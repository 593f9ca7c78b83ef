"""Several fields of one specimen taken together: one estimate with a 95 % interval over the fields."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from napari_grains.errors import InputError

from ._field_summary import joined_fields
from ._measurement import Measurement, whole_summary
from ._summary import field_row
from ._warnings import warnings_of


def pool(measurements: Sequence[Measurement]) -> Measurement:
    """Pool measurements of several fields, as if they had been measured as the slices of one stack.

    Each measurement is a field, a stack with all of its slices. Grains per area and boundaries per length are
    pooled, with the interval t s / sqrt(n) over the fields (ASTM E112, the section on statistical analysis);
    all else follows from them. Where the fields differ in pixel size, what is in px is None; where some have
    none, what needs one is None, too.

    Parameters
    ----------
    measurements : sequence of Measurement
        At least one.

    Returns
    -------
    Measurement
        Its table has the column field, from 0; its test lines are those of all.

    Raises
    ------
    InputError
        If there is no measurement.
    """
    if not measurements:
        raise InputError("There is nothing to pool: measure a field first.")
    fields = [joined_fields(each.fields) for each in measurements]
    sizes = [each.pixel_size for each in measurements]
    same_pixels = len({None if size is None else (size.y, size.x) for size in sizes}) == 1
    table = _joined_table(measurements)
    rows = [{"field": index} | field_row(each) for index, each in enumerate(fields)]
    twins = {str(each.summary["twins"]) for each in measurements}
    summary = whole_summary(
        fields, table, rows, twins.pop() if len(twins) == 1 else None, same_pixels=same_pixels
    )
    return Measurement(
        table,
        summary,
        tuple(warnings_of(fields, summary, "fields")),
        sizes[0] if same_pixels else None,
        tuple(fields),
        tuple(lines for each in measurements for lines in each.test_lines),
    )


def _joined_table(measurements: Sequence[Measurement]) -> pd.DataFrame:
    tables = [
        each.table.assign(field=index)[["field", *each.table.columns]]
        for index, each in enumerate(measurements)
    ]
    return pd.concat(tables, ignore_index=True)
