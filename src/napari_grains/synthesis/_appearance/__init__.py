"""What a micrograph and its grains look like, in figures: the inverse of drawing one."""

from ._measure import Appearance, appearance_of

__all__ = ["Appearance", "appearance_of"]
