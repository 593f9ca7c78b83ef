"""How many colours tell grains apart, by itself: the viewer needs it before anything else of this room."""

from __future__ import annotations

from typing import Final

COLOURS: Final = 10
"""Grains that touch have numbers that differ modulo this, that is, in their last digit."""
