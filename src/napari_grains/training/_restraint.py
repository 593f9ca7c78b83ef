"""How far strokes may carry a network away from what it was, by how wrong it was on them."""

from __future__ import annotations

from typing import Final

import numpy as np

_RIGHT: Final = (0.025, 0.05)
"""Errors on strokes at which half of the change of the weights is kept, and from which on all of it is."""
_CORRECTIONS: Final = (0.1, 0.25)
"""Errors below which strokes are taken from anywhere, and from which on they are corrections."""
_KEEPING: Final = (0.0, 6.0)
"""Weights of what the network said before for strokes from anywhere, and for corrections."""


def kept_change(error: float) -> float:
    """Share of the change of the weights to keep.

    A network that has been right on nearly all strokes has little to learn from them, and half way to what it
    became it is as right on the strokes and more like before elsewhere: weights before and after are averaged
    (M. Wortsman et al., *Robust fine-tuning of zero-shot models*, CVPR 2022).

    Parameters
    ----------
    error : float
        Of the network before the training on all strokes, none of which it had seen; see `stroke_error`.

    Returns
    -------
    float
        0.5 to 1.
    """
    return float(np.interp(error, _RIGHT, (0.5, 1.0)))


def keeping_weight(error: float) -> float:
    """Weight, beside the loss on strokes, of staying with what the network said where nothing was painted.

    Strokes from anywhere tell what the whole image is like. Where a network is wrong on most strokes they
    were painted because it is wrong there: they are corrections, and say of the rest that it needs none.

    Parameters
    ----------
    error : float
        As in `kept_change`.

    Returns
    -------
    float
    """
    return float(np.interp(error, _CORRECTIONS, _KEEPING))


def restrained(error: float) -> bool:
    """Whether a training is to be held back: a network was right on nearly all strokes, or they correct it.

    Where it is not, many small steps teach more in the same time than few large ones. Where it is they carry
    a network too far.

    Parameters
    ----------
    error : float
        As in `kept_change`.

    Returns
    -------
    bool
    """
    return kept_change(error) < 1 or keeping_weight(error) > 0
