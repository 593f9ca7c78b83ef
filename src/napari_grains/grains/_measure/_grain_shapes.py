"""Shapes of grains as they are drawn, without anything about the field they lie in."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_grains.errors import InputError

from ._field import Field, dense_ids
from ._table import grain_table


def grain_shapes(grains: NDArray[np.integer]) -> pd.DataFrame:
    """Measure size and shape of every grain of one image, exactly as its pixels are labelled.

    Parameters
    ----------
    grains : ndarray of int, (Y, X)
        Grains > 0.

    Returns
    -------
    DataFrame
        One row per grain, in the order of their ids, with the columns of `Measurement.table` that are about
        shape; lengths are in px. Unlike there, no boundary pixel is given to a grain.

    Raises
    ------
    InputError
        If the array has not two axes.
    """
    if grains.ndim != 2:
        raise InputError(f"shapes are measured in a (Y, X) image of grains, not with {grains.ndim} axes.")
    labels, ids = dense_ids(grains)
    field = Field(labels, ids, (1.0, 1.0), 0.0)
    table = grain_table(field, np.zeros(len(ids) + 1, bool), None, None)
    return table.drop(columns=["edge", "weight"])
