"""How undecided a network is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def uncertainty_of(boundary: Float) -> Float:
    """Binary entropy of a boundary probability, in bits, see `entropy_of`.

    0 where it is 0 or 1, hence outside the specimen, 1 where it is 0.5.

    Parameters
    ----------
    boundary : ndarray of float32, any shape
        Probabilities, 0..1.

    Returns
    -------
    ndarray of float32, same shape
        0..1.
    """
    return entropy_of((boundary, 1 - boundary)).clip(0, 1)


def entropy_of(probabilities: Iterable[Float]) -> Float:
    """Entropy of the answers that are possible, in bits: how undecided a network is between them.

    ``H = - sum_k p_k log2 p_k``: 0 where one is certain, 1 halfway between two, log2 K where all K are
    equally likely. (Shannon, 1948, doi:10.1002/j.1538-7305.1948.tb01338.x)

    Parameters
    ----------
    probabilities : iterable of ndarray of float32, any shape
        Of each answer, which add up to 1; one is in memory at a time.

    Returns
    -------
    ndarray of float32, same shape

    Raises
    ------
    ValueError
        If there is no answer.
    """
    tiny = np.finfo(np.float32).tiny
    entropy: Float | None = None
    for share in probabilities:
        term = -share * np.log2(np.maximum(share, tiny))
        entropy = term if entropy is None else entropy + term
    if entropy is None:
        raise ValueError("an entropy needs the probability of an answer")
    return entropy
