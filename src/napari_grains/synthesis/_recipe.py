"""A recipe draws the parameters of one micrograph after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_grains.errors import InputError

from ._kinds import (
    ARTEFACTS,
    CLUTTER,
    IMAGING,
    INCLUDED,
    KINDS,
    NARROWEST_LINE,
    ODD,
    SEEDS,
    STRUCTURE,
    default_weights,
)
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
from ._range import Range, log_range

if TYPE_CHECKING:
    from ._micrograph import SyntheticMicrograph

_PARTS = {
    "structure": Structure,
    "twins": Twins,
    "second_phase": SecondPhase,
    "contrast": Contrast,
    "clutter": Clutter,
    "imaging": Imaging,
}
_COUNTS = [f"clutter.{name}" for name in ("scratches", "pits", "particles", "rings", "bodies", "dirt")]
_DRAWN_APART = {"structure.grain_diameter", "structure.seeds", "contrast.line_width", "twins.counted"}
PARAMETERS: frozenset[str] = (
    frozenset(f"{part}.{item.name}" for part, cls in _PARTS.items() for item in fields(cls)) - _DRAWN_APART
)
"""Dotted names of the parameters that a recipe can give a range."""


@dataclass(frozen=True)
class Recipe:
    """Ranges and weights from which micrographs are drawn.

    Parameters
    ----------
    kinds : mapping of str to float
        Relative frequency of each class of contrast: "etched" (dark lines), "bright lines", "grooves" (lit
        from one side), "grain steps" (orientation contrast, mostly without lines), "bright field" (TEM),
        "mixed" (steps and lines of either sign) and "membranes" (dark films, mottled interiors with
        inclusions). Their order belongs to the series.
    grain_diameter : (float, float)
        Range of the mean grain diameter in px, drawn log-uniformly.
    line_width : (float, float)
        Range of the boundary lines' full width in px, drawn log-uniformly and at most 0.3 grain diameters.
    seeds : mapping of str to float
        Relative frequency of each point process, see `Structure`.
    boundary_contrast, noise, clutter : float
        Factors on the contrast of lines and grooves, on the noise, and on the number of scratches, pits,
        particles, rings, bodies and dirt.
    artefacts, twins, particles : float
        Factors on how often there are artefacts of imaging (shading, curtaining, charging, jitter, long
        scratches, resampling, JPEG), twins, and particles or pores.
    twins_counted : bool
        Whether twin boundaries are grain boundaries in the truth.
    traced_contrast : float
        Which faint lines are boundaries in the truth, 0 (all) to 1; see `MicrographParameters`.
    ranges : mapping of str to Range
        Ranges that replace those of the kinds, by the dotted name of the parameter, such as
        "imaging.noise". No factor applies to them.
    general : float
        Fraction of the micrographs that are drawn from the default recipe instead, 0 to 1, so that a network
        trained for one sort of image does not forget the others.

    Raises
    ------
    ValueError
        If a name is unknown, no kind or seed has a weight, a range of lengths is empty or not positive, a
        factor is negative or the general fraction no fraction.
    """

    kinds: Mapping[str, float] = field(default_factory=default_weights)
    grain_diameter: tuple[float, float] = (13.0, 70.0)
    line_width: tuple[float, float] = (0.6, 8.0)
    seeds: Mapping[str, float] = field(default_factory=lambda: dict(SEEDS))
    boundary_contrast: float = 1.0
    noise: float = 1.0
    clutter: float = 1.0
    artefacts: float = 1.0
    twins: float = 1.0
    particles: float = 1.0
    twins_counted: bool = False
    traced_contrast: float = 0.5
    ranges: Mapping[str, Range] = field(default_factory=dict)
    general: float = 0.0

    def __post_init__(self) -> None:
        _check_weights("kinds", self.kinds, set(KINDS))
        _check_weights("seeds", self.seeds, set(Seeds))
        for name in ("boundary_contrast", "noise", "clutter", "artefacts", "twins", "particles"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"the factor {name} must not be negative, got {getattr(self, name)}")
        for name in ("grain_diameter", "line_width"):
            low, high = getattr(self, name)
            if not 0 < low <= high:
                raise ValueError(
                    f"{name} must be a range (low, high) with 0 < low <= high, got ({low}, {high})"
                )
        for name in ("traced_contrast", "general"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} lies between 0 and 1, got {getattr(self, name)}")
        if unknown := sorted(set(self.ranges) - PARAMETERS):
            raise ValueError(f"there are no parameters {unknown} to give a range")

    def draw(self, rng: np.random.Generator) -> MicrographParameters:
        """Parameters of one micrograph."""
        if self.general and rng.random() < self.general:
            general = Recipe(twins_counted=self.twins_counted, traced_contrast=self.traced_contrast)
            return general.draw(rng)
        kind, seeds = _choose(self.kinds, rng), _choose(self.seeds, rng)
        diameter = log_range(*self.grain_diameter).draw(rng)
        widest = max(self.line_width[0], min(self.line_width[1], 0.3 * diameter))
        width = log_range(self.line_width[0], widest).draw(rng)
        ranges = self._ranges_of(kind, diameter)
        numbers = rng.random((len(ranges), 2)).tolist()
        values = {name: r.value(*two) for (name, r), two in zip(ranges.items(), numbers, strict=True)}
        values |= {
            "structure.grain_diameter": diameter,
            "contrast.line_width": max(width, NARROWEST_LINE.get(kind, 0.0)),
        }
        parts = _by_part(values)
        return MicrographParameters(
            kind,
            Structure(**parts["structure"], seeds=seeds),
            Contrast(**parts["contrast"]),
            Clutter(**parts["clutter"]),
            Imaging(**parts["imaging"] | {"inverted": values["imaging.inverted"] > 0}),
            Twins(**parts["twins"], counted=self.twins_counted),
            SecondPhase(**parts["second_phase"]),
            log_range(0.02, 2.0).draw(rng),
            self.traced_contrast,
        )

    def micrograph(self, seed: int, index: int, shape: tuple[int, int] = (256, 256)) -> SyntheticMicrograph:
        """Micrograph number ``index`` of the endless series of a seed, bit for bit the same each time."""
        from ._micrograph import synthesize  # noqa: PLC0415 - drawing needs scipy, a recipe does not

        rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
        return synthesize(self.draw(rng), shape, rng)

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        values: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        for name, kind in (("kinds", dict), ("seeds", dict), ("grain_diameter", list), ("line_width", list)):
            values[name] = kind(values[name])
        return values | {"ranges": {name: one.to_json() for name, one in self.ranges.items()}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """Read what `to_dict` wrote; what is missing is as in the default recipe.

        Raises
        ------
        InputError
            If a name is unknown or a value does not fit; the line names it.
        """
        names = [item.name for item in fields(cls)]
        if unknown := sorted(set(values) - set(names)):
            raise InputError(f"a recipe has no {unknown[0]!r}; it may hold {', '.join(names)}.")
        given = dict(values)
        try:
            for name in {"grain_diameter", "line_width"} & given.keys():
                low, high = given[name]
                given[name] = (float(low), float(high))
            ranges = given.get("ranges", {})
            given["ranges"] = {name: Range.from_json(one, name) for name, one in ranges.items()}
            return cls(**given)
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError(f"this is no recipe: {error}.") from None

    def ranges_of(self, kind: str) -> dict[str, Range]:
        """Range of every parameter that is drawn for a kind of contrast, by its dotted name."""
        scaled = STRUCTURE | INCLUDED | ODD | CLUTTER | IMAGING | KINDS[kind]
        for name in ("contrast.lines", "contrast.groove"):
            if name in scaled:
                scaled[name] = scaled[name].scaled(self.boundary_contrast)
        scaled["imaging.noise"] = scaled["imaging.noise"].scaled(self.noise)
        for name in _COUNTS:
            scaled[name] = scaled[name].scaled(self.clutter)
        for name in ARTEFACTS:
            scaled[name] = scaled[name].likelier(self.artefacts)
        scaled["twins.share"] = scaled["twins.share"].likelier(self.twins)
        for name in ("second_phase.particles", "second_phase.pores"):
            scaled[name] = scaled[name].likelier(self.particles)
        return scaled | dict(self.ranges)

    def _ranges_of(self, kind: str, diameter: float) -> dict[str, Range]:
        """As `ranges_of`, with what would drown small grains bounded."""
        ranges = self.ranges_of(kind)
        if "imaging.noise" not in self.ranges:
            ranges["imaging.noise"] = ranges["imaging.noise"].scaled(min(1.0, diameter / 35))
        if "imaging.blur" not in self.ranges:
            blur = ranges["imaging.blur"]
            ranges["imaging.blur"] = log_range(blur.low, max(blur.low, min(blur.high, diameter / 12)))
        return ranges


def _check_weights(name: str, weights: Mapping[str, float], known: set[str]) -> None:
    if unknown := sorted(set(weights) - known):
        raise ValueError(f"unknown {name} {unknown}; known are {sorted(known)}")
    if not weights or min(weights.values()) < 0 or not sum(weights.values()) > 0:
        raise ValueError(
            f"{name} need weights of which none is negative and one positive, got {dict(weights)}"
        )


def _choose(weights: Mapping[str, float], rng: np.random.Generator) -> str:
    names = list(weights)
    shares = np.cumsum([weights[name] for name in names])
    return names[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def _by_part(values: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    """Values of each part of the parameters, by their bare names."""
    parts: dict[str, dict[str, Any]] = {part: {} for part in _PARTS}
    for name, value in values.items():
        part, bare = name.split(".")
        parts[part][bare] = value
    return parts
