"""What a synthetic micrograph looks like, in physical terms. Lengths are pixels, grey levels are 0 to 1."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Structure:
    """The grains: a Laguerre (power) tessellation of jittered seeds, seen through a smooth warp.

    Parameters
    ----------
    grain_diameter : float
        Diameter in px of a circle with the mean area of the seeds' cells. With a spread of sizes some cells
        are swallowed by their neighbours and the grains come out larger: by 2 % at a spread of 0.2, by up to
        10 % at 0.4 and 18 % at 0.55, most where the disorder is high.
    size_spread : float
        Standard deviation of the logarithm of the seeds' radii; 0 is a Voronoi tessellation.
    disorder : float
        0 is a hexagonal lattice of seeds, 1 close to a Poisson process.
    elongation : float
        Ratio of the grains' long to short axis (rolled material), at least 1.
    angle : float
        Direction of the long axis in radians.
    waviness : float
        Amplitude of the warp that curves the boundaries, in grain diameters.
    colonies : float
        0 to 1: how strongly the density of the seeds varies over the field (bimodal structures).

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    grain_diameter: float = 32.0
    size_spread: float = 0.2
    disorder: float = 0.5
    elongation: float = 1.0
    angle: float = 0.0
    waviness: float = 0.1
    colonies: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.grain_diameter < math.inf and self.elongation >= 1):
            raise ValueError(f"grains need a diameter above 0 and an elongation of at least 1, got {self}")
        if min(self.size_spread, self.disorder, self.waviness) < 0 or not 0 <= self.colonies <= 1:
            raise ValueError(
                f"spread, disorder and waviness must be at least 0 and colonies 0 to 1, got {self}"
            )


@dataclass(frozen=True)
class Contrast:
    """What makes grains and boundaries visible.

    Parameters
    ----------
    background : float
        Mean grey level of the grains.
    grain_steps : float
        Standard deviation of the grey level from grain to grain (orientation contrast).
    ramps : float
        Grey-level difference across a grain, standard deviation over the grains.
    fringes : float
        Amplitude of bend contours and thickness fringes inside grains (TEM bright field).
    texture : float
        Standard deviation of mottling inside grains.
    texture_size : float
        Correlation length of the mottling in px.
    lines : float
        Grey level of the boundary lines above (> 0) or below (< 0) the grains.
    line_width : float
        Full width of the lines in px.
    line_softness : float
        0 is a line with sharp flanks, 1 a bell-shaped one.
    groove : float
        Grey-level difference between the two flanks of a boundary lit from one side.
    faint_edges : float
        Fraction of the edges whose line is weak or absent.
    gaps : float
        Fraction of the boundary length at which the line fades.
    line_wobble : float
        Relative variation of the line width along the boundaries.
    rounding : float
        How much the lines widen where they meet, so that grains look rounded; 0 not at all, 1 by about a line
        width.
    """

    background: float = 0.7
    grain_steps: float = 0.02
    ramps: float = 0.0
    fringes: float = 0.0
    texture: float = 0.0
    texture_size: float = 4.0
    lines: float = -0.4
    line_width: float = 2.0
    line_softness: float = 0.5
    groove: float = 0.0
    faint_edges: float = 0.0
    gaps: float = 0.0
    line_wobble: float = 0.0
    rounding: float = 0.0


@dataclass(frozen=True)
class Clutter:
    """Things inside grains that are no boundaries. Numbers are per 10 grains.

    Parameters
    ----------
    scratches : float
        Straight lines, confined to a grain (slip lines, polishing marks).
    pits : float
        Small dark spots.
    particles : float
        Discs and ellipses darker or brighter than the grain.
    rings : float
        Ellipses with a dark rim, about half as wide as a grain (inclusions; organelles in tissue).
    strength : float
        Grey-level contrast of all of them.
    """

    scratches: float = 0.0
    pits: float = 0.0
    particles: float = 0.0
    rings: float = 0.0
    strength: float = 0.3


@dataclass(frozen=True)
class Imaging:
    """What the microscope and the camera add.

    Parameters
    ----------
    blur : float
        Standard deviation of the point-spread function in px.
    shading : float
        Peak-to-peak slow variation of the illumination.
    curtaining : float
        Standard deviation of stripes along the columns.
    jitter : float
        Standard deviation of the displacement of scan lines in px.
    noise : float
        Standard deviation of the white noise.
    noise_correlation : float
        Standard deviation in px of the Gaussian that correlates the noise.
    shot : float
        0 to 1: how much of the noise grows with the signal as in counting.
    gamma : float
        Exponent of the grey-level curve.
    inverted : bool
        Negative contrast.
    clipped : float
        Fraction of the pixels at either end that saturate.
    """

    blur: float = 0.7
    shading: float = 0.0
    curtaining: float = 0.0
    jitter: float = 0.0
    noise: float = 0.03
    noise_correlation: float = 0.0
    shot: float = 0.0
    gamma: float = 1.0
    inverted: bool = False
    clipped: float = 0.002


@dataclass(frozen=True)
class MicrographParameters:
    """One micrograph, whole. ``kind`` names the class of contrast it was drawn from."""

    kind: str = "etched"
    structure: Structure = Structure()
    contrast: Contrast = Contrast()
    clutter: Clutter = Clutter()
    imaging: Imaging = Imaging()
