"""How well a network tells phases where they were painted but not learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def confusion(
    truth: NDArray[np.integer[Any]], found: NDArray[np.integer[Any]], number: int
) -> list[list[int]]:
    """Count the pixels of each phase (rows) that were taken for each phase (columns).

    Parameters
    ----------
    truth, found : ndarray of int
        1..K of the same pixels; those with a truth of 0 are left out.
    number : int
        K.
    """
    known = truth > 0
    pairs = (truth[known].astype(np.int64) - 1) * number + found[known].astype(np.int64) - 1
    counts: list[list[int]] = np.bincount(pairs, minlength=number**2).reshape(number, number).tolist()
    return counts


def intersections_over_unions(counts: list[list[int]]) -> list[float | None]:
    """Give the intersection over union (Jaccard, 1912) of each phase; None where there is nothing of it."""
    table = np.array(counts)
    both = table.diagonal()
    either = table.sum(0) + table.sum(1) - both
    return [round(float(b / e), 4) if e else None for b, e in zip(both, either, strict=True)]
