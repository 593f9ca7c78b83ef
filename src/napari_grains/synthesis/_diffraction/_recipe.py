"""A recipe draws the parameters of one diffraction pattern after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from napari_grains.errors import InputError
from napari_grains.synthesis._range import Range, log_range

from ._crystal import Cell
from ._parameters import Illumination, PatternImaging, PatternKind, PatternParameters
from ._scattering import ELEMENTS
from ._systems import CRYSTAL_SYSTEMS, random_crystal

if TYPE_CHECKING:
    from ._pattern import DiffractionPattern

_ANGLE: Final = Range(0.0, 360.0)
_RANGES: Final[Mapping[str, Range]] = MappingProxyType(
    {
        "illumination.kilovolts": Range(120.0, 300.0),
        "illumination.thickness": log_range(40.0, 160.0),
        "illumination.azimuth": _ANGLE,
        "illumination.tilt": Range(0.0, 1.0),
        "illumination.tilt_direction": _ANGLE,
        "imaging.camera_constant": log_range(22.0, 36.0),
        "imaging.spot_size": Range(0.6, 1.0),
        "imaging.offset_y": Range(-1.5, 1.5),
        "imaging.offset_x": Range(-1.5, 1.5),
        "imaging.ellipticity": Range(0.0, 0.03),
        "imaging.ellipse_direction": _ANGLE,
        "imaging.exposure": log_range(1.0, 10.0),
        "imaging.beam": Range(1.0, 5.0),
        "imaging.background": Range(0.0, 0.2),
        "imaging.background_width": Range(4.0, 10.0),
        "imaging.floor": Range(0.0, 0.01),
        "imaging.beam_stop": Range(2.0, 5.0, chance=0.4),
        "imaging.stop_direction": _ANGLE,
        "imaging.counts": log_range(60.0, 3000.0, chance=0.8),
        "imaging.readout": Range(0.0, 0.01),
    }
)
PATTERN_RANGES: Final = frozenset(_RANGES)
"""Dotted names of the parameters that a recipe can give a range."""
WIDE_PATTERN_RANGES: Final[Mapping[str, Range]] = MappingProxyType(
    {
        "illumination.kilovolts": Range(60.0, 300.0),
        "illumination.thickness": log_range(30.0, 300.0),
        "illumination.tilt": Range(0.0, 1.5),
        "imaging.camera_constant": log_range(15.0, 55.0),
        "imaging.spot_size": Range(0.5, 1.5),
        "imaging.offset_y": Range(-4.0, 4.0),
        "imaging.offset_x": Range(-4.0, 4.0),
        "imaging.ellipticity": Range(0.0, 0.05),
        "imaging.exposure": log_range(0.5, 15.0),
        "imaging.beam": Range(0.5, 8.0),
        "imaging.background": Range(0.0, 0.4),
        "imaging.beam_stop": Range(2.0, 6.0, chance=0.4),
        "imaging.counts": log_range(30.0, 3000.0, chance=0.8),
        "imaging.readout": Range(0.0, 0.02),
    }
)
"""Ranges that a recipe can be given to draw from many cameras: short, long, blurred, off the middle."""
_RING_EXPOSURE: Final = 0.3
"""Rings are exposed this much less than spots: there is more of them."""
_MOST_INDEX: Final = 2
"""Zone axes are drawn from the directions [u v w] with indices up to this."""


def _even(names: tuple[str, ...]) -> dict[str, float]:
    return dict.fromkeys(names, 1.0)


@dataclass(frozen=True)
class PatternRecipe:
    """Weights and ranges from which diffraction patterns are drawn.

    Parameters
    ----------
    systems : mapping of str to float
        Relative frequency of each of `CRYSTAL_SYSTEMS`.
    zones, orientations, rings : float
        Relative frequency of spot patterns near a zone axis of low indices, of spot patterns of any
        orientation, and of powder rings.
    elements : tuple of str
        What crystals are made of.
    ranges : mapping of str to Range
        Ranges that replace the usual ones, by the dotted name of the parameter, such as "imaging.counts".
        Rings get 0.3 of the exposure.

    Raises
    ------
    ValueError
        If a name is unknown, a weight is negative or all are 0, or there are fewer than three elements.
    """

    systems: Mapping[str, float] = field(default_factory=lambda: _even(CRYSTAL_SYSTEMS))
    zones: float = 0.6
    orientations: float = 0.05
    rings: float = 0.35
    elements: tuple[str, ...] = ELEMENTS
    ranges: Mapping[str, Range] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for known, given in (
            (CRYSTAL_SYSTEMS, self.systems),
            (PATTERN_RANGES, self.ranges),
            (ELEMENTS, self.elements),
        ):
            if unknown := sorted(set(given) - set(known)):
                raise ValueError(f"a recipe of patterns knows no {unknown}")
        for weights in (list(self.systems.values()), [self.zones, self.orientations, self.rings]):
            if not weights or min(weights) < 0 or not sum(weights) > 0:
                raise ValueError(f"weights must not be negative, and one positive, got {weights}")
        if len(set(self.elements)) < 3:
            raise ValueError("a recipe of patterns needs three elements, for the motifs with three sorts")

    def draw(self, rng: np.random.Generator) -> PatternParameters:
        """Parameters of one pattern."""
        crystal = random_crystal(str(_choose(self.systems, rng)), rng, self.elements)
        sort = _choose({"zones": self.zones, "orientations": self.orientations, "rings": self.rings}, rng)
        values = {name: one.draw(rng) for name, one in (dict(_RANGES) | dict(self.ranges)).items()}
        if sort == "rings":
            values["imaging.exposure"] *= _RING_EXPOSURE
        zone = _low_zone(rng) if sort == "zones" else _any_zone(crystal.cell, rng)
        return PatternParameters(
            crystal,
            PatternKind.rings if sort == "rings" else PatternKind.spots,
            Illumination(**_part(values, "illumination"), zone=zone),
            PatternImaging(**_part(values, "imaging")),
        )

    def pattern(self, seed: int, index: int) -> DiffractionPattern:
        """Pattern number ``index`` of the endless series of a seed, bit for bit the same each time."""
        from ._pattern import diffract  # noqa: PLC0415 - a recipe alone draws nothing

        rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
        return diffract(self.draw(rng), rng)

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return values | {
            "systems": dict(self.systems),
            "elements": list(self.elements),
            "ranges": {name: one.to_json() for name, one in self.ranges.items()},
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PatternRecipe:
        """Read what `to_dict` wrote; what is missing is as in the default recipe.

        Raises
        ------
        InputError
            If a name is unknown or a value does not fit; the line names it.
        """
        given = dict(values)
        try:
            given["elements"] = tuple(given.get("elements", ELEMENTS))
            ranges = given.get("ranges", {})
            given["ranges"] = {name: Range.from_json(one, name) for name, one in ranges.items()}
            return cls(**given)
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError(f"this is no recipe of patterns: {error}.") from None


def _choose(weights: Mapping[str, float], rng: np.random.Generator) -> str:
    names = list(weights)
    shares = np.cumsum([weights[name] for name in names])
    return names[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def _low_zone(rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a zone axis of low indices; the lower they are, the likelier."""
    while True:
        uvw = rng.integers(-_MOST_INDEX, _MOST_INDEX + 1, 3)
        squares = int(np.sum(uvw**2))
        if squares and np.gcd.reduce(uvw) == 1 and rng.random() < 1 / squares**2:
            return float(uvw[0]), float(uvw[1]), float(uvw[2])


def _any_zone(cell: Cell, rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a direction, all equally likely, in fractions of the edges."""
    direction = rng.standard_normal(3) @ np.linalg.inv(cell.edges)
    return float(direction[0]), float(direction[1]), float(direction[2])


def _part(values: Mapping[str, float], part: str) -> dict[str, Any]:
    """Values of a part of the parameters, by their bare names."""
    return {name.partition(".")[2]: value for name, value in values.items() if name.startswith(f"{part}.")}
