"""Diffraction beside a package of its own: planes, extinctions, strengths and wavelengths of diffsims.

The cells are filled there from space group and asymmetric unit, here from motifs. Needs diffsims, which is no
dependency: `tox -e diffraction`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_grains.synthesis import Cell, Crystal, crystal, electron_wavelength

pytest.importorskip("diffsims")

from diffpy.structure import Atom, Lattice, Structure
from diffpy.structure.spacegroups import GetSpaceGroup
from diffpy.structure.symmetryutilities import expandPosition
from diffsims.crystallography import ReciprocalLatticeVector
from diffsims.utils.sim_utils import get_electron_wavelength, get_kinematical_intensities
from orix.crystal_map import Phase

SHORTEST = 0.6
"""Spacing in angstrom down to which reflections are compared."""
STRONG = 0.01
"""Of the strongest: weaker ones are small differences of scattering factors, in which tables differ."""

NACL = crystal(Cell(5.6402, 5.6402, 5.6402), "NaCl", ("Na", "Cl"), "cubic")
SI = crystal(Cell(5.4310, 5.4310, 5.4310), "diamond", ("Si",), "cubic")
TIO2 = crystal(Cell(4.5937, 4.5937, 2.9587), "rutile", ("Ti", "O"), "tetragonal")
MG = crystal(Cell(3.2094, 3.2094, 5.2108, 90, 90, 120), "hcp", ("Mg",), "hexagonal")
PHASES = {
    "NaCl": (NACL, 225, (("Na", 0, 0, 0), ("Cl", 0.5, 0.5, 0.5))),
    "Si": (SI, 227, (("Si", 0, 0, 0),)),
    "TiO2": (TIO2, 136, (("Ti", 0, 0, 0), ("O", 0.305, 0.305, 0))),
    "Mg": (MG, 194, (("Mg", 1 / 3, 2 / 3, 0.25),)),
}
"""Ours, the number of the space group, and its asymmetric unit."""


@dataclass(frozen=True)
class Theirs:
    """Reflections of diffsims: indices (N, 3), spacings in angstrom and the filled cell."""

    hkl: NDArray[np.int64]
    spacing: NDArray[np.float64]
    structure: Structure

    def intensity(self, table: str, displacement: float) -> NDArray[np.float64]:
        """|F|^2 of each reflection with a table of scattering factors, of the strongest."""
        factors = {atom.element: displacement for atom in self.structure}
        found = get_kinematical_intensities(self.structure, self.hkl, 1 / self.spacing, factors, table)
        return found / found.max()


@pytest.fixture(params=PHASES)
def phase(request) -> tuple[Crystal, Theirs]:
    ours, number, unit = PHASES[request.param]
    group, cell = GetSpaceGroup(number), ours.cell
    atoms = [Atom(element, at) for element, *xyz in unit for at in expandPosition(group, xyz)[0]]
    structure = Structure(atoms, Lattice(cell.a, cell.b, cell.c, *cell.angles))
    named = Phase(space_group=number, structure=structure)
    found = ReciprocalLatticeVector.from_min_dspacing(named, SHORTEST)
    return ours, Theirs(np.rint(found.hkl).astype(np.int64), found.dspacing, found.phase.structure)


def relative(one: Crystal, hkl: NDArray[np.int64]) -> NDArray[np.float64]:
    strength = np.abs(one.structure_factor(hkl)) ** 2
    return strength / strength.max()


def test_a_motif_fills_the_cell_as_the_space_group_does(phase) -> None:
    ours, theirs = phase
    assert sorted(atom.element for atom in theirs.structure) == sorted(atom.element for atom in ours.atoms)


def test_spacings(phase) -> None:
    ours, theirs = phase
    np.testing.assert_allclose(ours.cell.spacing(theirs.hkl), theirs.spacing, rtol=1e-8)


def test_the_same_reflections_vanish(phase) -> None:
    ours, theirs = phase
    gone = theirs.intensity("xtables", ours.displacement) < 1e-8
    np.testing.assert_array_equal(ours.is_extinct(theirs.hkl), gone)
    assert gone.any()


@pytest.mark.parametrize("table", ["xtables", "lobato"])
def test_strengths_are_those_of_other_tables_of_scattering_factors(phase, table: str) -> None:
    ours, theirs = phase
    expected, found = theirs.intensity(table, ours.displacement), relative(ours, theirs.hkl)
    np.testing.assert_allclose(found, expected, atol=0.01)
    strong = expected >= STRONG
    assert strong.sum() > 20
    np.testing.assert_allclose(found[strong], expected[strong], rtol=0.07)


@pytest.mark.parametrize("kilovolts", [60, 100, 200, 300])
def test_wavelengths(kilovolts: float) -> None:
    assert electron_wavelength(kilovolts) == pytest.approx(get_electron_wavelength(kilovolts), rel=1e-8)
