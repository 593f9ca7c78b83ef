"""Grains that a person has corrected as labels to train a network with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError

from .._graph import Ids

_LEAST = 3  # numbers from which on painted labels are read as grains, and not as boundary and interior


def training_labels(grains: NDArray[np.integer]) -> Ids:
    """Return proofread grains as painted labels of the kind "grains".

    Parameters
    ----------
    grains : ndarray of int, shape (Y, X) or (Z, Y, X)
        Grains; 0 is none.

    Returns
    -------
    ndarray of int32
        A copy: each grain has its number, so that where two touch there is a boundary to be learned; 0 is
        unpainted and teaches nothing.

    Raises
    ------
    InputError
        If there are fewer than three grains.
    """
    numbers = np.unique(grains)
    if np.count_nonzero(numbers > 0) < _LEAST:
        raise InputError("There are fewer than three grains to learn from: proofread a larger part.")
    return grains.astype(np.int32)
