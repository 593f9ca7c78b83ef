"""Kinematical electron diffraction: crystals, their reflections, and patterns as a camera records them."""

from ._crystal import Atom, Cell, Crystal
from ._motifs import MOTIFS, crystal
from ._parameters import Illumination, PatternImaging, PatternKind, PatternParameters
from ._pattern import DiffractionPattern, diffract
from ._recipe import PATTERN_RANGES, WIDE_PATTERN_RANGES, PatternRecipe
from ._reflections import Reflections, powder_lines, reflections
from ._scattering import ELEMENTS, electron_wavelength, scattering_factor
from ._systems import CRYSTAL_SYSTEMS, random_crystal

__all__ = [
    "CRYSTAL_SYSTEMS",
    "ELEMENTS",
    "MOTIFS",
    "PATTERN_RANGES",
    "WIDE_PATTERN_RANGES",
    "Atom",
    "Cell",
    "Crystal",
    "DiffractionPattern",
    "Illumination",
    "PatternImaging",
    "PatternKind",
    "PatternParameters",
    "PatternRecipe",
    "Reflections",
    "crystal",
    "diffract",
    "electron_wavelength",
    "powder_lines",
    "random_crystal",
    "reflections",
    "scattering_factor",
]
