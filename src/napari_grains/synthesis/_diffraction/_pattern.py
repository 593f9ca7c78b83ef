"""One simulated diffraction pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._parameters import PatternKind, PatternParameters
from ._record import draw_rings, draw_spots, farthest, record
from ._reflections import powder_lines, reflections


@dataclass(frozen=True, eq=False)
class DiffractionPattern:
    """Image and what it was made with.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        Grey levels 0 to 1.
    parameters : PatternParameters
        With the crystal, whose system is the truth.
    """

    image: NDArray[np.float32]
    parameters: PatternParameters

    @property
    def system(self) -> str:
        """Crystal system, one of `CRYSTAL_SYSTEMS`."""
        return self.parameters.crystal.system


def diffract(parameters: PatternParameters, rng: np.random.Generator | int) -> DiffractionPattern:
    """Simulate a diffraction pattern, kinematically.

    Parameters
    ----------
    parameters : PatternParameters
        Crystal, beam and camera.
    rng : numpy.random.Generator or int
        Source of the noise or a seed; the same seed gives the same pattern bit for bit.

    Returns
    -------
    DiffractionPattern
    """
    crystal, imaging = parameters.crystal, parameters.imaging
    longest = farthest(imaging)
    if parameters.kind == PatternKind.rings:
        diffracted = draw_rings(*powder_lines(crystal, longest), imaging)
    else:
        found = reflections(crystal, parameters.illumination, longest)
        diffracted = draw_spots(found.g, found.intensity, imaging)
    return DiffractionPattern(record(diffracted, imaging, np.random.default_rng(rng)), parameters)
