"""Settings of a training on phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from .._finetuning import Finetuning

_RATES: Final[Mapping[str, float]] = {"head": 1e-2, "last": 1e-2, "all": 5e-3}
"""Learning rates: a new output layer has a long way to go, and statistics that learn along allow it."""


def phase_settings(settings: Finetuning) -> Finetuning:
    """Say with what settings phases are learned, whatever was chosen that concerns boundaries alone.

    Synthetic micrographs show boundaries, and what the network said before was of boundaries: both are left
    out, as many more patches are painted ones, and all of the change is kept. Learning rates are those of
    phases unless one is chosen.

    Parameters
    ----------
    settings : Finetuning
        As chosen.

    Returns
    -------
    Finetuning
        What has an effect; given to a training on phases it comes out as it is.
    """
    batch, rates = sum(settings.sizes()), dict(_RATES)
    settings = replace(settings, rehearsal=0, matched=False, keeping=0.0, consistency=0.0, change=1.0)
    return replace(settings, batch=batch, rates=rates)
