"""One synthetic micrograph with its truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._boundaries import find_boundaries
from ._clutter import add_clutter
from ._contrast import render
from ._imaging import record
from ._parameters import MicrographParameters
from ._tessellation import tessellate


@dataclass(frozen=True, eq=False)
class SyntheticMicrograph:
    """Image and truth; all arrays (Y, X).

    Parameters
    ----------
    image : ndarray of float32
        Grey levels 0 to 1.
    grains : ndarray of int32
        Grain of every pixel, 1 to N.
    distance : ndarray of float32
        Distance to the nearest boundary in px; 0.5 in the two pixels that meet at one.
    parameters : MicrographParameters
        What it was made with.
    """

    image: NDArray[np.float32]
    grains: NDArray[np.int32]
    distance: NDArray[np.float32]
    parameters: MicrographParameters

    @property
    def boundary(self) -> NDArray[np.bool_]:
        """(Y, X) bool, the pixels at most 1.5 px from a boundary: a line four pixels wide."""
        return self.distance <= 1.5


def synthesize(
    parameters: MicrographParameters, shape: tuple[int, int], rng: np.random.Generator | int
) -> SyntheticMicrograph:
    """Make a synthetic micrograph.

    Parameters
    ----------
    parameters : MicrographParameters
        What it looks like.
    shape : (int, int)
        Rows and columns, at least 16.
    rng : numpy.random.Generator or int
        Source of randomness or a seed; the same seed gives the same micrograph bit for bit.

    Returns
    -------
    SyntheticMicrograph
    """
    rng = np.random.default_rng(rng)
    diameter = parameters.structure.grain_diameter
    grains = tessellate(shape, parameters.structure, rng)
    boundaries = find_boundaries(grains)
    ideal = render(grains, boundaries, parameters.contrast, diameter, rng)
    add_clutter(ideal, grains, parameters.clutter, diameter, rng)
    return SyntheticMicrograph(
        record(ideal, parameters.imaging, rng), grains, boundaries.distance, parameters
    )
