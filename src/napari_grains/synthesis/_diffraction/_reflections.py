"""Which reflections there are, where they lie and how strong they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ._crystal import Cell, Crystal
from ._parameters import Illumination

Float = NDArray[np.float64]
Indices = NDArray[np.int64]
_RELROD_LOBES = 3.0
"""Relrods are followed this many zeros of sinc far, beyond which less than 1 % is left."""


@dataclass(frozen=True, eq=False)
class Reflections:
    """Reflections of one crystal, the direct beam left out.

    Parameters
    ----------
    hkl : ndarray of int64, (N, 3)
        Indices.
    g : ndarray of float64, (N, 2)
        (y, x) of the diffracted beams in the plane of the pattern, 1/angstrom.
    excitation : ndarray of float64, (N,)
        Excitation error s in 1/angstrom, positive inside the Ewald sphere.
    intensity : ndarray of float64, (N,)
        |F|^2 times the relrod's profile at s, square angstrom.
    """

    hkl: Indices
    g: Float
    excitation: Float
    intensity: Float


def indices_within(cell: Cell, longest: float) -> Indices:
    """All hkl but 000 with |g| of at most ``longest`` 1/angstrom, shape (N, 3), in a fixed order."""
    # |h| <= |g| |a|, because h = g . a
    bounds = tuple(int(longest * edge + 1e-9) for edge in (cell.a, cell.b, cell.c))
    hkl = _box(bounds)
    g = hkl @ cell.reciprocal
    found: Indices = hkl[np.einsum("ij,ij->i", g, g) <= longest * longest]
    return found


@lru_cache(maxsize=256)
def _box(bounds: tuple[int, ...]) -> Indices:
    axes = [np.arange(-n, n + 1) for n in bounds]
    hkl = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    found: Indices = hkl[np.any(hkl != 0, axis=1)]
    return found


def orientation(cell: Cell, illumination: Illumination) -> Float:
    """Rotation (3, 3) from the crystal's axes, see `Cell.edges`, to (x, y, z) of the pattern.

    z points against the beam, along the zone axis before the tilt; x, y span the pattern.
    """
    along = np.array(illumination.zone) @ cell.edges
    along /= np.linalg.norm(along)
    aside = np.eye(3)[np.argmin(np.abs(along))]
    across = np.cross(aside, along)
    across /= np.linalg.norm(across)
    untilted = np.stack([across, np.cross(along, across), along])
    turn = _about_z(illumination.azimuth)
    axis = _about_z(illumination.tilt_direction)
    tilted: Float = axis @ _about_x(illumination.tilt) @ axis.T @ turn @ untilted
    return tilted


def reflections(crystal: Crystal, illumination: Illumination, longest: float) -> Reflections:
    """Find the reflections that a crystal gives, kinematically.

    Parameters
    ----------
    crystal : Crystal
        What diffracts.
    illumination : Illumination
        Beam, orientation and thickness.
    longest : float
        Largest |g| in 1/angstrom.

    Returns
    -------
    Reflections
        Those whose relrods come near the Ewald sphere. s = K - |K + g| with |K| = 1 / wavelength, and the
        intensity |F|^2 sinc^2(pi t s) of a parallel-sided crystal of thickness t (Williams and Carter,
        *Transmission Electron Microscopy*, 2009, chapter 13).
    """
    hkl = indices_within(crystal.cell, longest)
    g = hkl @ (crystal.cell.reciprocal @ orientation(crystal.cell, illumination).T)
    k = 1 / illumination.wavelength
    excitation = k - np.sqrt(g[:, 0] ** 2 + g[:, 1] ** 2 + (g[:, 2] + k) ** 2)
    near = np.abs(excitation) * illumination.thickness < _RELROD_LOBES
    hkl, g, excitation = hkl[near], g[near], excitation[near]
    strength = np.abs(crystal.structure_factor(hkl)) ** 2
    profile = np.sinc(illumination.thickness * excitation) ** 2
    return Reflections(hkl, g[:, 1::-1], excitation, strength * profile)


def powder_lines(crystal: Crystal, longest: float) -> tuple[Float, Float]:
    """|g| and intensity of the rings of a fine powder, one entry per reflection.

    Parameters
    ----------
    crystal : Crystal
        What diffracts.
    longest : float
        Largest |g| in 1/angstrom.

    Returns
    -------
    g : ndarray of float64, (N,)
        1/angstrom; the reflections of a family have the same, which makes up the multiplicity.
    intensity : ndarray of float64, (N,)
        Per length along the ring: |F|^2 d^2, as for a polycrystal without texture (Vainshtein, *Structure
        Analysis by Electron Diffraction*, 1964). Angstrom to the fourth.
    """
    hkl = indices_within(crystal.cell, longest)
    g = np.linalg.norm(hkl @ crystal.cell.reciprocal, axis=1)
    return g, np.abs(crystal.structure_factor(hkl)) ** 2 / g**2


def _about_z(degrees: float) -> Float:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _about_x(degrees: float) -> Float:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
