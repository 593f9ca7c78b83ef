"""Seeded synthetic micrographs of polycrystals, with the truth about every grain. No torch."""

from ._micrograph import SyntheticMicrograph, synthesize
from ._parameters import Clutter, Contrast, Imaging, MicrographParameters, Structure
from ._recipe import Recipe

__all__ = [
    "Clutter",
    "Contrast",
    "Imaging",
    "MicrographParameters",
    "Recipe",
    "Structure",
    "SyntheticMicrograph",
    "synthesize",
]
