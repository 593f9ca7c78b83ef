"""The seven crystal systems, and crystals of each drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from ._crystal import Cell, Crystal
from ._motifs import crystal, sorts_of
from ._scattering import ELEMENTS

CRYSTAL_SYSTEMS: Final = (
    "cubic", "hexagonal", "trigonal", "tetragonal", "orthorhombic", "monoclinic", "triclinic",
)  # fmt: skip
"""From the most to the least symmetry, trigonal in its rhombohedral cell."""

_MOTIFS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "cubic": ("primitive", "face-centred", "body-centred", "diamond", "NaCl", "CsCl", "perovskite"),
        "hexagonal": ("primitive", "hcp"),
        "trigonal": ("primitive", "CsCl"),
        "tetragonal": ("primitive", "body-centred", "CsCl", "rutile", "perovskite"),
        "orthorhombic": ("primitive", "base-centred", "body-centred", "face-centred", "CsCl"),
        "monoclinic": ("primitive", "base-centred", "CsCl"),
        "triclinic": ("primitive", "CsCl"),
    }
)
LEAST_RATIO: Final = 1.12
"""Edges that symmetry does not make equal differ by at least this factor, or nothing could tell."""
_LEAST_ANGLE: Final = 6.0
"""Degrees from angles that would mean more symmetry."""
_SHORTEST, _LONGEST = 3.0, 6.5
"""Lattice parameters in angstrom."""

Drawing = Callable[[np.random.Generator], Cell]


def random_crystal(
    system: str, rng: np.random.Generator, elements: Sequence[str] = ELEMENTS, motif: str | None = None
) -> Crystal:
    """Draw a crystal of a system: a motif, a cell that no higher symmetry fits nearly, and elements.

    Parameters
    ----------
    system : str
        One of `CRYSTAL_SYSTEMS`.
    rng : numpy.random.Generator
        Source of randomness.
    elements : sequence of str
        From which it is made.
    motif : str, optional
        One of `MOTIFS` that the system can have; None draws one.

    Raises
    ------
    ValueError
        If there is no such system.
    """
    if system not in CRYSTAL_SYSTEMS:
        raise ValueError(f"there is no crystal system {system!r}; there are {', '.join(CRYSTAL_SYSTEMS)}")
    motif = motif or str(rng.choice(_MOTIFS[system]))
    names = [str(name) for name in rng.choice(list(elements), sorts_of(motif), replace=False)]
    cell = _hexagonal_close_packed(rng) if motif == "hcp" else _CELLS[system](rng)
    return crystal(cell, motif, names, system)


def _lengths(rng: np.random.Generator, number: int) -> list[float]:
    """Draw edges of which no two are nearly equal."""
    while True:
        found = rng.uniform(_SHORTEST, _LONGEST, number)
        ordered = np.sort(found)
        if np.all(ordered[1:] >= LEAST_RATIO * ordered[:-1]):
            return [float(length) for length in found]


def _oblique(rng: np.random.Generator) -> float:
    """Draw an angle in degrees that is not nearly 60, 90 or 120."""
    return 90 + float(rng.choice([-1, 1]) * rng.uniform(_LEAST_ANGLE, 30 - _LEAST_ANGLE))


def _cubic(rng: np.random.Generator) -> Cell:
    (a,) = _lengths(rng, 1)
    return Cell(a, a, a)


def _tetragonal(rng: np.random.Generator) -> Cell:
    a, c = _lengths(rng, 2)
    return Cell(a, a, c)


def _hexagonal(rng: np.random.Generator) -> Cell:
    a, c = rng.uniform([2.5, 3.5], [5.5, 8.0])
    return Cell(a, a, c, 90, 90, 120)


def _hexagonal_close_packed(rng: np.random.Generator) -> Cell:
    a, ratio = rng.uniform([2.4, 1.5], [4.0, 1.9])  # the ratio of spheres is 1.633
    return Cell(a, a, a * ratio, 90, 90, 120)


def _trigonal(rng: np.random.Generator) -> Cell:
    (a,) = _lengths(rng, 1)
    # 60 and 109.5 degrees are face- and body-centred cubic.
    low, high = [(50.0, 60 - _LEAST_ANGLE), (60 + _LEAST_ANGLE, 90 - _LEAST_ANGLE)][int(rng.integers(2))]
    angle = float(rng.uniform(low, high))
    return Cell(a, a, a, angle, angle, angle)


def _orthorhombic(rng: np.random.Generator) -> Cell:
    a, b, c = _lengths(rng, 3)
    return Cell(a, b, c)


def _monoclinic(rng: np.random.Generator) -> Cell:
    a, b, c = _lengths(rng, 3)
    return Cell(a, b, c, 90, _oblique(rng), 90)


def _triclinic(rng: np.random.Generator) -> Cell:
    a, b, c = _lengths(rng, 3)
    while True:
        alpha, beta, gamma = (_oblique(rng) for _ in range(3))
        # Angles that differ, and that leave room for a cell.
        if min(abs(alpha - beta), abs(beta - gamma), abs(alpha - gamma)) >= _LEAST_ANGLE:
            return Cell(a, b, c, alpha, beta, gamma)


_CELLS: Final[Mapping[str, Drawing]] = MappingProxyType(
    {
        "cubic": _cubic,
        "hexagonal": _hexagonal,
        "trigonal": _trigonal,
        "tetragonal": _tetragonal,
        "orthorhombic": _orthorhombic,
        "monoclinic": _monoclinic,
        "triclinic": _triclinic,
    }
)
