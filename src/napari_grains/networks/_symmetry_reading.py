"""How like itself a diffraction pattern is when it is turned or mirrored about its centre."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

ANGLES: Final = 192
"""Directions around the centre; 30, 45, 60 and 90 degrees are whole numbers of them."""
_TURNS = ANGLES // 4 + 1
"""Turns from none to 90 degrees, a step each."""
_MIRRORS = ANGLES // 4 + 1
"""Mirror lines from the best one to 90 degrees off it, a step each."""
SYMMETRIES: Final = _TURNS + 2 + _MIRRORS
"""Numbers that say how symmetric a pattern is."""


def symmetries(polar: Tensor, radii: Tensor) -> Tensor:
    """Measure the symmetry of patterns.

    Parameters
    ----------
    polar : Tensor, (N, R, ANGLES)
        Patterns around their centres, without background.
    radii : Tensor, (R,)
        Evenly spaced in their logarithm, px.

    Returns
    -------
    Tensor, (N, SYMMETRIES)
        Correlation of the pattern with itself turned by 0 to 90 degrees, those beyond 90 degrees being
        counted with their complements; turned by half a turn; mirrored about the line that fits best; and
        mirrored about lines 0 to 90 degrees off that. All stay the same when the pattern is turned or
        mirrored.
    """
    waves = torch.fft.rfft(polar * radii[:, None], dim=-1)  # an area is as wide and as high as its radius
    waves[..., 0] = 0  # rings are symmetric anyway
    turned = _sum(waves * waves.conj())
    whole = turned[:, :1].clamp_min(1e-9)
    turned, mirrored = turned / whole, _sum(waves * waves) / whole
    half = ANGLES // 2
    turns = 0.5 * (turned[:, :_TURNS] + turned[:, half - _TURNS + 1 : half + 1].flip(1))
    best, line = mirrored.max(dim=1, keepdim=True)
    off = 2 * torch.arange(_MIRRORS, device=polar.device)  # a line turned by a step turns the image by two
    sides = [mirrored.gather(1, (line + sign * off) % ANGLES) for sign in (1, -1)]
    mirrors = 0.5 * (sides[0] + sides[1])
    return torch.cat([turns, turned[:, half : half + 1], best, mirrors], dim=1)


def _sum(waves: Tensor) -> Tensor:
    """(N, ANGLES), correlations summed over the radii."""
    found: Tensor = torch.fft.irfft(waves.sum(dim=1), ANGLES, dim=-1)
    return found
