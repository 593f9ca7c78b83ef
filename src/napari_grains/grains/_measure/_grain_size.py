"""ASTM grain size numbers.

By definition there are ``2 ** (G - 1)`` grains per square inch (645.16 mm2) seen at a magnification of 100,
so that ``G = log2(N_A) - 2.9542`` for ``N_A`` grains per mm2. The intercept scale is fixed apart from it:
ASTM E112 sets G = 0 at a mean lineal intercept of 0.320 mm. The two therefore differ for one and the same
structure, by 0.36 for Poisson-Voronoi cells and squares and by 0.16 for hexagons.

ISO 643 counts m grains per mm2 and sets m = 8 * 2 ** G, so that its G is lower than that of ASTM by 0.0458;
its intercept scale is that of ASTM, G = 0 at 0.320 mm.
"""

from __future__ import annotations

import math
from typing import Final

_PER_DECADE: Final = 3.321928  # 1 / log10(2)
_PLANIMETRIC: Final = 2.9542
_INTERCEPT: Final = 3.2877


def grain_size_planimetric(count_per_mm2: float) -> float:
    """Return ASTM G from the number of grains per mm2 (ASTM E112, planimetric procedure).

    Raises
    ------
    ValueError
        If the count is not positive.
    """
    return _PER_DECADE * math.log10(count_per_mm2) - _PLANIMETRIC


def grain_size_intercept(mean_intercept_mm: float) -> float:
    """Return ASTM G from the mean lineal intercept in mm (ASTM E112, intercept procedure).

    Raises
    ------
    ValueError
        If the intercept is not positive.
    """
    return -2 * _PER_DECADE * math.log10(mean_intercept_mm) - _INTERCEPT


def grain_size_iso(count_per_mm2: float) -> float:
    """Return the G of ISO 643 from the number m of grains per mm2: m = 8 * 2 ** G.

    Raises
    ------
    ValueError
        If the count is not positive.
    """
    return math.log2(count_per_mm2) - 3
