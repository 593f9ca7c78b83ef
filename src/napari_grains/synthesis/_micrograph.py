"""One synthetic micrograph with its truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_grains.images import PixelSize

from ._boundaries import edge_strength, find_boundaries
from ._clutter import add_clutter
from ._imaging import record
from ._interiors import grain_levels, interiors
from ._lines import draw_lines
from ._parameters import MicrographParameters
from ._second_phase import add_second_phase
from ._tessellation import tessellate, without_gaps
from ._twins import add_twins
from ._visibility import Visibility, traced

Float = NDArray[np.float32]
Labels = NDArray[np.int32]

# Once it has freed a block this large, glibc keeps the memory of smaller arrays for the next micrograph.
# Before that it gives some back to the system time and again, which zeroes every page when it is needed anew:
# hundreds of pages for each micrograph, a twentieth of the time that drawing it takes.
np.empty(2**24, np.uint8)


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
    visibility : ndarray of float32
        How well the nearest boundary as a whole can be seen, 0 (not at all) to 1: its contrast against twice
        the standard deviation of noise and mottling. Gaps along a boundary do not count.
    phases : ndarray of int32
        1 matrix, 2 particle, 3 pore.
    parameters : MicrographParameters
        What it was made with.
    """

    image: Float
    grains: Labels
    distance: Float
    visibility: Float
    phases: Labels
    parameters: MicrographParameters

    @property
    def boundary(self) -> NDArray[np.bool_]:
        """(Y, X) bool, the pixels at most 1.5 px from a boundary: a line four pixels wide."""
        return self.distance <= 1.5

    @property
    def pixel_size(self) -> PixelSize:
        """The size that the pixels are declared to have."""
        metres = self.parameters.um_per_pixel * 1e-6
        return PixelSize(metres, metres, "declared for a synthetic micrograph")


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
    twinned = add_twins(grains, parameters.twins, diameter, rng)
    drawn = find_boundaries(twinned.regions)
    between = drawn if twinned.regions is grains else find_boundaries(grains)
    per_edge = edge_strength(parameters.contrast, rng)
    crystals = twinned.crystals.astype(np.intp)  # which NumPy looks up without converting it each time
    levels = grain_levels(crystals, parameters.contrast, rng)
    visible = Visibility(drawn, between, per_edge, levels, parameters)
    image = parameters.contrast.background + levels
    image += interiors(crystals, drawn.distance, parameters.contrast, diameter, rng)
    image += draw_lines(drawn, visible.strength(drawn.pixels), parameters.contrast, diameter, rng)
    phases = add_second_phase(image, drawn, parameters, rng)
    add_clutter(image, grains, drawn.distance, parameters.clutter, diameter, rng)
    counted = parameters.twins.counted and drawn is not between
    all_grains = (without_gaps(twinned.regions), drawn) if counted else (grains, between)
    truth = traced(*all_grains, visible)
    return SyntheticMicrograph(
        record(image, parameters.imaging, rng),
        truth.grains,
        truth.distance,
        truth.visibility,
        phases,
        parameters,
    )
