"""One synthetic micrograph with its truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_grains.images import PixelSize

from ._boundaries import Boundaries, edge_strength, find_boundaries
from ._clutter import add_clutter
from ._imaging import record
from ._interiors import grain_levels, interiors
from ._lines import draw_lines
from ._parameters import MicrographParameters
from ._second_phase import add_second_phase
from ._tessellation import tessellate, without_gaps
from ._twins import add_twins

Float = NDArray[np.float32]
Labels = NDArray[np.int32]


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
    strength = _strength(grains, drawn, parameters, rng)
    levels = grain_levels(twinned.crystals, parameters.contrast, rng)
    image = parameters.contrast.background + levels
    image += interiors(twinned.crystals, drawn.distance, parameters.contrast, diameter, rng)
    image += draw_lines(drawn, strength, parameters.contrast, diameter, rng)
    phases = add_second_phase(image, drawn, parameters, rng)
    add_clutter(image, grains, drawn.distance, parameters.clutter, diameter, rng)
    if twinned.regions is grains or not parameters.twins.counted:
        truth, true = grains, drawn if twinned.regions is grains else find_boundaries(grains)
    else:
        truth, true = without_gaps(twinned.regions), drawn
    return SyntheticMicrograph(
        record(image, parameters.imaging, rng),
        truth,
        true.distance,
        true.spread(_evidence(strength, levels, parameters)),
        phases,
        parameters,
    )


def _strength(
    grains: Labels, drawn: Boundaries, parameters: MicrographParameters, rng: np.random.Generator
) -> Float:
    """How strongly the line at each drawn boundary shows, valid there; weaker at twins."""
    strength = edge_strength(drawn, parameters.contrast, rng)
    if parameters.twins.share > 0:
        between_grains = find_boundaries(grains).edge > 0
        strength = np.where(between_grains, strength, strength * np.float32(parameters.twins.visibility))
    return strength


def _evidence(strength: Float, levels: Float, parameters: MicrographParameters) -> Float:
    """Contrast of boundaries against what hides them, 0 to 1, valid at boundary pixels."""
    contrast, imaging = parameters.contrast, parameters.imaging
    blurred = contrast.line_width / np.hypot(contrast.line_width, 2.35 * imaging.blur)
    line = np.float32(max(abs(contrast.lines), abs(contrast.groove)) * blurred) * strength
    step = np.zeros_like(levels)
    for a, b in ((np.s_[1:, :], np.s_[:-1, :]), (np.s_[:, 1:], np.s_[:, :-1])):
        difference = np.abs(levels[a] - levels[b])
        for side in (a, b):
            np.maximum(step[side], difference, out=step[side])
    hidden = np.hypot(np.hypot(imaging.noise, contrast.texture), 0.01)
    shown = line + step + np.float32(0.5 * abs(contrast.domes))
    return np.asarray(np.clip(shown / np.float32(2 * hidden), 0, 1), np.float32)
