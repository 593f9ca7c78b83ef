"""How electrons are scattered by atoms, and their wavelength."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

_GAUSSIANS: Final[dict[str, tuple[tuple[float, float, float, float], tuple[float, float, float, float]]]] = {
    "C": ((0.731, 1.195, 0.456, 0.125), (36.995, 11.297, 2.814, 0.346)),
    "O": ((0.455, 0.917, 0.472, 0.138), (23.780, 7.622, 2.144, 0.296)),
    "Na": ((2.241, 1.333, 0.907, 0.286), (108.004, 24.505, 3.391, 0.435)),
    "Mg": ((2.268, 1.803, 0.839, 0.289), (73.670, 20.175, 3.013, 0.405)),
    "Al": ((2.276, 2.428, 0.858, 0.317), (72.322, 19.773, 3.080, 0.408)),
    "Si": ((2.129, 2.533, 0.835, 0.322), (57.775, 16.476, 2.880, 0.386)),
    "S": ((1.659, 2.386, 0.790, 0.321), (36.650, 11.488, 2.469, 0.340)),
    "Cl": ((1.452, 2.292, 0.787, 0.322), (30.935, 9.980, 2.234, 0.323)),
    "K": ((3.951, 2.545, 1.980, 0.482), (137.075, 22.402, 4.532, 0.434)),
    "Ca": ((4.470, 2.971, 1.970, 0.482), (99.523, 22.696, 4.195, 0.417)),
    "Ti": ((3.565, 2.818, 1.893, 0.483), (81.982, 19.049, 3.590, 0.386)),
    "V": ((3.245, 2.698, 1.860, 0.486), (76.379, 17.726, 3.363, 0.374)),
    "Cr": ((2.307, 2.334, 1.823, 0.490), (78.405, 15.785, 3.157, 0.364)),
    "Mn": ((2.747, 2.456, 1.792, 0.498), (67.786, 15.674, 3.000, 0.357)),
    "Fe": ((2.544, 2.343, 1.759, 0.506), (64.424, 14.880, 2.854, 0.350)),
    "Co": ((2.367, 2.236, 1.724, 0.515), (61.431, 14.180, 2.725, 0.344)),
    "Ni": ((2.210, 2.134, 1.689, 0.524), (58.727, 13.553, 2.609, 0.339)),
    "Cu": ((1.579, 1.820, 1.658, 0.532), (62.940, 12.453, 2.504, 0.333)),
    "Zn": ((1.942, 1.950, 1.619, 0.543), (54.162, 12.518, 2.416, 0.330)),
    "Ga": ((2.321, 2.486, 1.688, 0.599), (65.602, 15.458, 2.581, 0.351)),
    "Ge": ((2.447, 2.702, 1.616, 0.601), (55.893, 14.393, 2.446, 0.342)),
    "As": ((2.399, 2.790, 1.529, 0.594), (45.718, 12.817, 2.280, 0.328)),
    "Sr": ((5.848, 4.003, 2.342, 0.880), (104.972, 19.367, 3.737, 0.414)),
    "Mo": ((3.120, 3.906, 2.361, 0.850), (72.464, 14.642, 3.237, 0.366)),
    "Ag": ((2.036, 3.272, 2.511, 0.837), (61.497, 11.824, 2.846, 0.327)),
    "Sn": ((3.450, 3.735, 2.118, 0.877), (59.104, 14.179, 2.855, 0.327)),
    "Cs": ((6.062, 5.986, 3.303, 1.096), (155.837, 19.695, 3.335, 0.379)),
    "Ba": ((7.821, 6.004, 3.280, 1.103), (117.657, 18.778, 3.263, 0.376)),
    "Au": ((2.388, 4.226, 2.689, 1.255), (42.866, 9.743, 2.264, 0.307)),
    "Pb": ((3.510, 4.552, 3.154, 1.359), (52.914, 11.884, 2.571, 0.321)),
}
"""Amplitudes in angstrom and widths in square angstrom of four Gaussians each, to three decimals: P. A. Doyle
and P. S. Turner, Acta Cryst. A24 (1968) 390-397."""

ELEMENTS: Final = tuple(_GAUSSIANS)
"""Symbols of the elements whose scattering factors are known."""

_ARRAYS = {element: (np.array(a), np.array(b)) for element, (a, b) in _GAUSSIANS.items()}
_REST_KEV = 510.99895
"""Rest energy of the electron, keV."""
_HC = 12.3984198
"""Planck's constant times the speed of light, keV times angstrom."""


def scattering_factor(element: str, s: Float) -> Float:
    """Atomic scattering factor for electrons, of an atom at rest.

    Parameters
    ----------
    element : str
        One of `ELEMENTS`.
    s : ndarray of float64, any shape
        sin(theta) / lambda = 1 / (2 d) in 1/angstrom, at most 2, where the Gaussians hold.

    Returns
    -------
    ndarray of float64, same shape
        Angstrom: the sum of a_i exp(-b_i s^2) of Doyle and Turner (1968).

    Raises
    ------
    ValueError
        If the element is not in the table.
    """
    if element not in _ARRAYS:
        raise ValueError(f"no scattering factor of {element!r} is known; known are {', '.join(ELEMENTS)}")
    amplitudes, widths = _ARRAYS[element]
    found: Float = np.exp(-np.multiply.outer(s * s, widths)) @ amplitudes
    return found


def electron_wavelength(kilovolts: float) -> float:
    """Wavelength in angstrom of electrons of an accelerating voltage, relativistic (200 kV: 0.02508)."""
    return _HC / math.sqrt(kilovolts * (kilovolts + 2 * _REST_KEV))
