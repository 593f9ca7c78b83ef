"""How undecided a network is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def uncertainty_of(boundary: Float) -> Float:
    """Binary entropy of a boundary probability, in bits.

    ``H(p) = -p log2 p - (1 - p) log2 (1 - p)``: 0 where p is 0 or 1, hence outside the specimen, 1 where p is
    0.5. (Shannon, 1948, doi:10.1002/j.1538-7305.1948.tb01338.x)

    Parameters
    ----------
    boundary : ndarray of float32, any shape
        Probabilities, 0..1.

    Returns
    -------
    ndarray of float32, same shape
        0..1.
    """
    tiny = np.finfo(np.float32).tiny
    entropy = np.zeros_like(boundary)
    for share in (boundary, 1 - boundary):
        entropy -= share * np.log2(np.maximum(share, tiny))
    return entropy.clip(0, 1)
