"""Crystals: a cell, the atoms in it, and the structure factors that follow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ._scattering import ELEMENTS, scattering_factor

Float = NDArray[np.float64]
_LIMIT = 1e-3
"""|F| below this share of the sum of the atoms' scattering is extinct."""


@dataclass(frozen=True)
class Cell:
    """Unit cell.

    Parameters
    ----------
    a, b, c : float
        Lengths of the edges in angstrom.
    alpha, beta, gamma : float
        Angles between b and c, a and c, a and b in degrees.

    Raises
    ------
    ValueError
        If a length is not positive, or no cell has these angles.
    """

    a: float
    b: float
    c: float
    alpha: float = 90.0
    beta: float = 90.0
    gamma: float = 90.0

    def __post_init__(self) -> None:
        if not (min(self.a, self.b, self.c) > 0 and max(self.a, self.b, self.c) < math.inf):
            raise ValueError(f"the edges of a cell must be positive, got {self}")
        if not (all(0 < angle < 180 for angle in self.angles) and np.linalg.det(self.metric) > 0):
            raise ValueError(f"no cell has the angles {self.alpha}, {self.beta}, {self.gamma}")

    @property
    def angles(self) -> tuple[float, float, float]:
        """Alpha, beta and gamma in degrees."""
        return self.alpha, self.beta, self.gamma

    @cached_property
    def metric(self) -> Float:
        """(3, 3), scalar products of the edges, square angstrom."""
        edges = np.array([self.a, self.b, self.c])
        ca, cb, cg = (math.cos(math.radians(angle)) for angle in self.angles)
        cosines = np.array([[1, cg, cb], [cg, 1, ca], [cb, ca, 1]])
        found: Float = np.multiply.outer(edges, edges) * cosines
        return found

    @cached_property
    def edges(self) -> Float:
        """(3, 3), the edges as rows, angstrom; a along x, b in the plane of x and y."""
        return np.asarray(np.linalg.cholesky(self.metric), np.float64)

    @cached_property
    def reciprocal(self) -> Float:
        """(3, 3), the reciprocal edges a*, b*, c* as rows, 1/angstrom, without a factor of 2 pi."""
        return np.asarray(np.linalg.inv(self.edges).T, np.float64)

    @property
    def volume(self) -> float:
        """Cubic angstrom."""
        return math.sqrt(float(np.linalg.det(self.metric)))

    def spacing(self, hkl: NDArray[np.integer]) -> Float:
        """Distance d in angstrom between the lattice planes with indices hkl, shape (..., 3)."""
        found: Float = 1 / np.linalg.norm(np.asarray(hkl) @ self.reciprocal, axis=-1)
        return found


@dataclass(frozen=True)
class Atom:
    """An atom in a cell.

    Parameters
    ----------
    element : str
        Symbol, one of `ELEMENTS`.
    x, y, z : float
        Position in fractions of the edges.

    Raises
    ------
    ValueError
        If the element's scattering factor is not known.
    """

    element: str
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0

    def __post_init__(self) -> None:
        if self.element not in ELEMENTS:
            raise ValueError(
                f"no scattering factor of {self.element!r} is known; known are {', '.join(ELEMENTS)}"
            )


@dataclass(frozen=True)
class Crystal:
    """A cell with its atoms.

    Parameters
    ----------
    cell : Cell
        The unit cell.
    atoms : tuple of Atom
        All atoms of the cell, at least one.
    system : str
        One of `CRYSTAL_SYSTEMS`.
    name : str
        What it is called.
    displacement : float
        Debye-Waller factor B in square angstrom, the same for all atoms.

    Raises
    ------
    ValueError
        If there is no atom.
    """

    cell: Cell
    atoms: tuple[Atom, ...]
    system: str
    name: str = ""
    displacement: float = 0.5

    def __post_init__(self) -> None:
        if not self.atoms:
            raise ValueError("a crystal needs an atom")

    def structure_factor(self, hkl: NDArray[np.integer]) -> NDArray[np.complex128]:
        """Kinematical structure factor F for electrons.

        Parameters
        ----------
        hkl : ndarray of int, (N, 3)
            Indices of the reflections.

        Returns
        -------
        ndarray of complex128, (N,)
            Angstrom: the sum over the atoms of f exp(-B s^2) exp(2 pi i (h x + k y + l z)).
        """
        s = 0.5 * np.linalg.norm(hkl @ self.cell.reciprocal, axis=-1)
        total = np.zeros(len(hkl), np.complex128)
        for element, positions in self._positions.items():
            phases = np.exp(2j * np.pi * (hkl @ positions.T)).sum(axis=1)
            total += scattering_factor(element, s) * phases
        total *= np.exp(-self.displacement * s * s)
        return total

    def is_extinct(self, hkl: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether the atoms scatter in each of the directions hkl, shape (N, 3), so that nothing is left."""
        s = 0.5 * np.linalg.norm(hkl @ self.cell.reciprocal, axis=-1)
        most = sum(len(at) * scattering_factor(element, s) for element, at in self._positions.items())
        found: NDArray[np.bool_] = np.abs(self.structure_factor(hkl)) < _LIMIT * most * np.exp(
            -self.displacement * s * s
        )
        return found

    @cached_property
    def _positions(self) -> dict[str, Float]:
        """Positions (N, 3) of the atoms of each element."""
        elements = dict.fromkeys(atom.element for atom in self.atoms)
        return {
            element: np.array([(at.x, at.y, at.z) for at in self.atoms if at.element == element])
            for element in elements
        }
