"""Particles and pores: bodies of another phase that cover part of the grains."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._boundaries import Boundaries
from ._ellipses import Ellipses, depth_inside
from ._parameters import MicrographParameters

Float = NDArray[np.float32]

MATRIX, PARTICLE, PORE = 1, 2, 3
"""Numbers of the phases."""


def add_second_phase(
    image: Float, boundaries: Boundaries, parameters: MicrographParameters, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Draw particles and pores into an image, in place.

    Parameters
    ----------
    image : ndarray of float32, (Y, X)
        Changed in place.
    boundaries : Boundaries
        Of the grains; some of the bodies sit on them.
    parameters : MicrographParameters
        ``second_phase``, the grain diameter and the background are used.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of int32, (Y, X)
        Phase of every pixel: 1 matrix, 2 particle, 3 pore.
    """
    phase = parameters.second_phase
    phases = np.full(image.shape, MATRIX, np.int32)
    for number, fraction, grey in (
        (PARTICLE, phase.particles, phase.particle_grey),
        (PORE, phase.pores, phase.pore_grey),
    ):
        if fraction <= 0:
            continue
        depth = depth_inside(image.shape, _bodies(boundaries, fraction, parameters, rng))
        cover = np.clip(depth + 0.5, 0, 1)
        image += cover * (np.float32(parameters.contrast.background + grey) - image)
        if phase.rim:
            image += np.float32(phase.rim) * np.exp(-(depth**2) / np.float32(1.5))
        phases[depth >= 0] = number
    return phases


def _bodies(
    boundaries: Boundaries, fraction: float, parameters: MicrographParameters, rng: np.random.Generator
) -> Ellipses:
    """Ellipses with log-normal radii that cover about the given fraction of the field."""
    shape, phase = boundaries.edge.shape, parameters.second_phase
    radius = max(0.8, 0.5 * phase.diameter * parameters.structure.grain_diameter)
    spread = 0.3  # of the logarithm of the radii; the mean area is that of the mean radius times exp(2 s^2)
    area = np.pi * radius**2 * np.exp(2 * spread**2)
    # Bodies that fall on each other cover less: of a random scatter 1 - exp(-n) of the field.
    number = int(rng.poisson(-np.log1p(-min(fraction, 0.95)) * boundaries.edge.size / area))
    where = rng.integers(0, boundaries.edge.size, number)
    lines = boundaries.pixels[boundaries.edge.ravel()[boundaries.pixels] > 0]
    if lines.size:
        on_line = rng.random(number) < phase.at_boundaries
        where = np.where(on_line, lines[rng.integers(0, lines.size, number)], where)
    rows, columns = np.unravel_index(where, shape)
    return Ellipses.at(rows, columns, radius * np.exp(rng.normal(0, spread, number)), rng)
