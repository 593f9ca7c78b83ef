"""What a synthetic micrograph looks like, in physical terms. Lengths are pixels, grey levels are 0 to 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Seeds(StrEnum):
    """Point processes that grains grow from."""

    lattice = "lattice"
    poisson = "poisson"
    poisson_disk = "poisson disk"
    lloyd = "lloyd"
    clustered = "clustered"


@dataclass(frozen=True)
class Structure:
    """The grains: a Laguerre (power) tessellation of seeds, seen through a smooth warp.

    Parameters
    ----------
    grain_diameter : float
        Diameter in px of a circle with the mean area of the seeds' cells. With a spread of sizes some cells
        are swallowed by their neighbours and the grains come out larger: by 2 % at a spread of 0.2, by up to
        10 % at 0.4 and 18 % at 0.55, most where the disorder is high.
    size_spread : float
        Standard deviation of the logarithm of the seeds' radii; 0 is a Voronoi tessellation.
    seeds : str
        One of `Seeds`: a disordered hexagonal "lattice", "poisson" (independent), "poisson disk" (no two
        closer than 0.63 diameters), "lloyd" (moved to the centroids of their cells) or "clustered".
    disorder : float
        Of the lattice: 0 is hexagonal, 1 close to a Poisson process.
    elongation : float
        Ratio of the grains' long to short axis (rolled material), at least 1.
    angle : float
        Direction of the long axis in radians.
    waviness : float
        Amplitude of the warp that curves the boundaries, in grain diameters.
    colonies : float
        0 to 1: how strongly the density of the seeds varies over the field (bimodal structures).
    relaxation : float
        How far boundaries have moved by their curvature, in grain diameters: triple junctions turn towards
        120 degrees, small grains vanish.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    grain_diameter: float = 32.0
    size_spread: float = 0.2
    seeds: str = Seeds.lattice
    disorder: float = 0.5
    elongation: float = 1.0
    angle: float = 0.0
    waviness: float = 0.1
    colonies: float = 0.0
    relaxation: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.grain_diameter < math.inf and self.elongation >= 1):
            raise ValueError(f"grains need a diameter above 0 and an elongation of at least 1, got {self}")
        if min(self.size_spread, self.disorder, self.waviness, self.relaxation) < 0:
            raise ValueError(f"spread, disorder, waviness and relaxation must not be negative, got {self}")
        if not 0 <= self.colonies <= 1:
            raise ValueError(f"colonies lie between 0 and 1, got {self}")
        if self.seeds not in set(Seeds):
            raise ValueError(f"seeds must be one of {', '.join(Seeds)}, got {self.seeds!r}")


@dataclass(frozen=True)
class Twins:
    """Annealing twins: lamellae with straight, parallel sides that cross a grain.

    Parameters
    ----------
    share : float
        Fraction of the grains that hold a twin.
    width : float
        Mean width of a lamella in grain diameters.
    visibility : float
        Strength of the lines at twin boundaries relative to those at grain boundaries.
    counted : bool
        Whether their boundaries are grain boundaries in the truth. ASTM E112 counts none.
    """

    share: float = 0.0
    width: float = 0.25
    visibility: float = 0.6
    counted: bool = False


@dataclass(frozen=True)
class SecondPhase:
    """Particles and pores: they cover what lies below them, the grains they lie in reach on under them.

    Parameters
    ----------
    particles, pores : float
        Area fractions.
    diameter : float
        Mean diameter of both, in grain diameters.
    at_boundaries : float
        Fraction of them that sits on a boundary.
    particle_grey : float
        Grey level of the particles above (> 0) or below (< 0) the mean of the grains.
    pore_grey : float
        The same of the pores.
    rim : float
        Grey level of a thin rim around them.
    """

    particles: float = 0.0
    pores: float = 0.0
    diameter: float = 0.15
    at_boundaries: float = 0.5
    particle_grey: float = 0.3
    pore_grey: float = -0.6
    rim: float = 0.0


@dataclass(frozen=True)
class Contrast:
    """What makes grains and boundaries visible.

    Parameters
    ----------
    background : float
        Mean grey level of the grains.
    grain_steps : float
        Standard deviation of the grey level from grain to grain (orientation contrast).
    odd_grains : float
        Fraction of the grains that stand out from all others (another phase, a strongly channelling one).
    odd_step : float
        Their grey level above (> 0) or below (< 0) the others.
    ramps : float
        Grey-level difference across a grain, standard deviation over the grains.
    domes : float
        Grey level of the middle of a grain above that of its border (relief, edge effect).
    fringes : float
        Amplitude of bend contours and thickness fringes inside grains (TEM bright field).
    lamellae : float
        Amplitude of fine parallel stripes in a third of the grains (eutectoids, slip).
    lamella_spacing : float
        Their period in px.
    filaments : float
        Grey level of faint curved lines inside grains that enclose nothing (dislocations, slip, fibres),
        above (> 0) or below (< 0) the grain.
    filament_spacing : float
        About how far apart they lie, in px.
    texture : float
        Standard deviation of mottling inside grains.
    texture_size : float
        Correlation length of the mottling in px.
    texture_spread : float
        How much the mottling differs from grain to grain: standard deviation of its logarithm.
    lines : float
        Grey level of the boundary lines above (> 0) or below (< 0) the grains.
    line_width : float
        Full width of the lines in px.
    line_softness : float
        0 is a line with sharp flanks, 1 a bell-shaped one.
    width_spread : float
        How much the width differs from edge to edge: standard deviation of its logarithm.
    groove : float
        Grey-level difference between the two flanks of a boundary lit from one side.
    halo : float
        Grey level of a wide soft band along the lines.
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
    odd_grains: float = 0.0
    odd_step: float = -0.2
    ramps: float = 0.0
    domes: float = 0.0
    fringes: float = 0.0
    lamellae: float = 0.0
    lamella_spacing: float = 4.0
    filaments: float = 0.0
    filament_spacing: float = 8.0
    texture: float = 0.0
    texture_size: float = 4.0
    texture_spread: float = 0.0
    lines: float = -0.4
    line_width: float = 2.0
    line_softness: float = 0.5
    width_spread: float = 0.0
    groove: float = 0.0
    halo: float = 0.0
    faint_edges: float = 0.0
    gaps: float = 0.0
    line_wobble: float = 0.0
    rounding: float = 0.0


@dataclass(frozen=True)
class Clutter:
    """Things on and in grains that are no boundaries. Numbers are per 10 grains.

    Parameters
    ----------
    scratches : float
        Bundles of straight lines, confined to a grain (slip lines, polishing marks).
    pits : float
        Small dark spots.
    particles : float
        Discs and ellipses darker or brighter than the grain.
    rings : float
        Ellipses with a dark rim, smaller than a grain (inclusions; organelles in tissue).
    ring_size : float
        Their mean radius in grain diameters.
    bodies : float
        Large dark ellipses with a rim and striped inside, up to as wide as the grain they lie in
        (mitochondria in tissue, inclusions).
    dirt : float
        Soft dark or bright patches that reach over boundaries.
    body_strength : float
        Grey-level contrast of the bodies.
    strength : float
        Grey-level contrast of all the others.
    """

    scratches: float = 0.0
    pits: float = 0.0
    particles: float = 0.0
    rings: float = 0.0
    ring_size: float = 0.18
    bodies: float = 0.0
    dirt: float = 0.0
    body_strength: float = 0.3
    strength: float = 0.3


@dataclass(frozen=True)
class Imaging:
    """What preparation, microscope and camera add.

    Parameters
    ----------
    scratches : float
        Number of long scratches that cross the whole field.
    blur : float
        Standard deviation of the point-spread function in px.
    shading : float
        Peak-to-peak slow variation of the illumination.
    curtaining : float
        Standard deviation of stripes along the columns.
    charging : float
        Strength of bright streaks that trail bright features along the scan lines.
    jitter : float
        Standard deviation of the displacement of scan lines in px.
    noise : float
        Standard deviation of the noise.
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
    resampling : float
        Factor by which the image was once enlarged from fewer pixels; at most 1 is not at all.
    jpeg : float
        Quality, 1 to 95, with which it was once compressed as JPEG; 0 is not at all.
    """

    scratches: float = 0.0
    blur: float = 0.7
    shading: float = 0.0
    curtaining: float = 0.0
    charging: float = 0.0
    jitter: float = 0.0
    noise: float = 0.03
    noise_correlation: float = 0.0
    shot: float = 0.0
    gamma: float = 1.0
    inverted: bool = False
    clipped: float = 0.002
    resampling: float = 1.0
    jpeg: float = 0.0


@dataclass(frozen=True)
class MicrographParameters:
    """One micrograph, whole.

    Parameters
    ----------
    kind : str
        Class of contrast that it was drawn from.
    structure, twins, second_phase, contrast, clutter, imaging
        Its parts.
    um_per_pixel : float
        Size that a pixel is declared to have.
    traced_contrast : float
        Lines that show less than this share of the micrograph's median boundary are no boundaries in the
        truth, as people leave them out who trace; 0 leaves out none. It applies where lines show more than
        the grey levels of the grains do.
    """

    kind: str = "etched"
    structure: Structure = Structure()
    contrast: Contrast = Contrast()
    clutter: Clutter = Clutter()
    imaging: Imaging = Imaging()
    twins: Twins = Twins()
    second_phase: SecondPhase = SecondPhase()
    um_per_pixel: float = 0.5
    traced_contrast: float = 0.0
