"""What a diffraction pattern is made of, in physical units."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum

from ._crystal import Crystal
from ._scattering import electron_wavelength


class PatternKind(StrEnum):
    """What the beam falls on."""

    spots = "spots"
    """One crystal."""
    rings = "rings"
    """A fine powder."""


@dataclass(frozen=True)
class Illumination:
    """Beam and specimen.

    Parameters
    ----------
    kilovolts : float
        Accelerating voltage.
    thickness : float
        Of the crystal along the beam, angstrom: the reciprocal lattice points are drawn out to relrods whose
        intensity is sinc^2 of thickness times excitation error.
    zone : (float, float, float)
        Direction [u v w] of the crystal that lies along the beam before the tilt; need not be whole numbers.
    azimuth : float
        Turn of the pattern in its plane, degrees.
    tilt, tilt_direction : float
        How far the crystal is then tilted, and about which axis in the plane of the pattern, degrees.

    Raises
    ------
    ValueError
        If voltage or thickness are not positive, or the zone is no direction.
    """

    kilovolts: float = 200.0
    thickness: float = 200.0
    zone: tuple[float, float, float] = (0.0, 0.0, 1.0)
    azimuth: float = 0.0
    tilt: float = 0.0
    tilt_direction: float = 0.0

    def __post_init__(self) -> None:
        if not (self.kilovolts > 0 and self.thickness > 0):
            raise ValueError(f"voltage and thickness must be positive, got {self}")
        if not any(self.zone):
            raise ValueError("the zone (0, 0, 0) is no direction")

    @property
    def wavelength(self) -> float:
        """Of the electrons, angstrom."""
        return electron_wavelength(self.kilovolts)


@dataclass(frozen=True)
class PatternImaging:
    """Projection and camera. Intensities are shares of the detector's white.

    Parameters
    ----------
    size : int
        Side of the square image in px.
    camera_constant : float
        Wavelength times camera length over the size of a pixel, px times angstrom: a reflection of spacing d
        lies this over d px from the centre.
    spot_size : float
        Standard deviation of a spot, or of a ring's profile, in px.
    offset_y, offset_x : float
        Centre of the pattern off the middle of the image, px.
    ellipticity : float
        Ratio of the axes of the ellipse that a circle becomes, less 1.
    ellipse_direction : float
        Of its long axis, degrees from the columns' axis.
    exposure : float
        Intensity of the strongest reflection, the direct beam apart; above 1 it saturates.
    beam : float
        Intensity of the direct beam, in exposures.
    background, background_width : float
        Inelastic halo around the beam: intensity, in exposures, and exponential width in px.
    floor : float
        Level everywhere, in exposures.
    beam_stop : float
        Radius in px of the disc that hides the direct beam, on a bar half as wide; 0 is none.
    stop_direction : float
        Where the bar comes from, degrees.
    counts : float
        Electrons in a white pixel, for the shot noise; 0 is no shot noise.
    readout : float
        Standard deviation of the readout noise.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    size: int = 64
    camera_constant: float = 20.0
    spot_size: float = 0.9
    offset_y: float = 0.0
    offset_x: float = 0.0
    ellipticity: float = 0.0
    ellipse_direction: float = 0.0
    exposure: float = 1.0
    beam: float = 3.0
    background: float = 0.0
    background_width: float = 8.0
    floor: float = 0.0
    beam_stop: float = 0.0
    stop_direction: float = 0.0
    counts: float = 0.0
    readout: float = 0.0

    def __post_init__(self) -> None:
        values = {item.name: float(getattr(self, item.name)) for item in fields(self)}
        if not all(math.isfinite(value) for value in values.values()):
            raise ValueError(f"imaging needs finite numbers, got {self}")
        positive = ("size", "camera_constant", "spot_size", "exposure", "background_width")
        if self.size < 8 or min(values[name] for name in positive) <= 0:
            raise ValueError(f"{', '.join(positive)} must be positive, the size at least 8 px, got {self}")
        rest = ("ellipticity", "beam", "background", "floor", "beam_stop", "counts", "readout")
        if min(values[name] for name in rest) < 0:
            raise ValueError(f"{', '.join(rest)} must not be negative, got {self}")


@dataclass(frozen=True)
class PatternParameters:
    """One diffraction pattern, whole.

    Parameters
    ----------
    crystal : Crystal
        What diffracts.
    kind : str
        One of `PatternKind`.
    illumination : Illumination
        Beam and specimen; of a powder its voltage alone counts.
    imaging : PatternImaging
        Projection and camera.

    Raises
    ------
    ValueError
        If the kind is unknown.
    """

    crystal: Crystal
    kind: str = PatternKind.spots
    illumination: Illumination = Illumination()
    imaging: PatternImaging = PatternImaging()

    def __post_init__(self) -> None:
        if self.kind not in set(PatternKind):
            raise ValueError(f"a pattern is of {' or '.join(PatternKind)}, not {self.kind!r}")
