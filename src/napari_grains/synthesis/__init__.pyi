from ._appearance import Appearance, appearance_of
from ._kinds import KINDS
from ._match import matched_recipe
from ._micrograph import SyntheticMicrograph, synthesize
from ._parameters import (
    Clutter,
    Contrast,
    Imaging,
    MicrographParameters,
    SecondPhase,
    Seeds,
    Structure,
    Twins,
)
from ._range import Range
from ._recipe import PARAMETERS, Recipe
from ._recipe_file import read_recipe, write_recipe

__all__ = [
    "KINDS",
    "PARAMETERS",
    "Appearance",
    "Clutter",
    "Contrast",
    "Imaging",
    "MicrographParameters",
    "Range",
    "Recipe",
    "SecondPhase",
    "Seeds",
    "Structure",
    "SyntheticMicrograph",
    "Twins",
    "appearance_of",
    "matched_recipe",
    "read_recipe",
    "synthesize",
    "write_recipe",
]
