"""A recipe draws the parameters of one micrograph after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ._micrograph import SyntheticMicrograph, synthesize
from ._parameters import Clutter, Contrast, Imaging, MicrographParameters, Structure

Draw = Callable[[np.random.Generator, float], Contrast]


def _kinds() -> dict[str, float]:
    return {
        "etched": 0.3,
        "bright lines": 0.1,
        "grooves": 0.12,
        "grain steps": 0.2,
        "bright field": 0.1,
        "membranes": 0.18,
    }


@dataclass(frozen=True)
class Recipe:
    """Ranges and weights from which micrographs are drawn.

    Parameters
    ----------
    kinds : mapping of str to float
        Relative frequency of each class of contrast: "etched" (dark lines), "bright lines", "grooves" (lit
        from one side), "grain steps" (orientation contrast, mostly without lines), "bright field" (TEM) and
        "membranes" (dark films, mottled interiors with inclusions). Their order belongs to the series.
    grain_diameter : (float, float)
        Range of the mean grain diameter in px, drawn log-uniformly.
    line_width : (float, float)
        Range of the boundary lines' full width in px, drawn log-uniformly and at most 0.3 grain diameters.
    clutter : float
        Scales the number of scratches, pits, particles and rings.
    noise : float
        Scales the noise.

    Raises
    ------
    ValueError
        If a kind is unknown, none has a weight, a range is empty or not positive, or a factor is negative.
    """

    kinds: Mapping[str, float] = field(default_factory=_kinds)
    grain_diameter: tuple[float, float] = (13.0, 70.0)
    line_width: tuple[float, float] = (0.6, 8.0)
    clutter: float = 1.0
    noise: float = 1.0

    def __post_init__(self) -> None:
        unknown = sorted(set(self.kinds) - set(_KINDS))
        if unknown:
            raise ValueError(f"unknown kinds of contrast {unknown}; known are {sorted(_KINDS)}")
        if not self.kinds or min(self.kinds.values()) < 0 or not sum(self.kinds.values()) > 0:
            raise ValueError(
                f"kinds need weights of which none is negative and one positive, got {self.kinds}"
            )
        if not min(self.clutter, self.noise) >= 0:
            raise ValueError(f"clutter {self.clutter} and noise {self.noise} must not be negative")
        for name in ("grain_diameter", "line_width"):
            low, high = getattr(self, name)
            if not 0 < low <= high:
                raise ValueError(
                    f"{name} must be a range (low, high) with 0 < low <= high, got ({low}, {high})"
                )

    def draw(self, rng: np.random.Generator) -> MicrographParameters:
        """Parameters of one micrograph."""
        names = list(self.kinds)
        weights = np.array([self.kinds[n] for n in names], float)
        kind = str(rng.choice(names, p=weights / weights.sum()))
        diameter = _log_uniform(rng, *self.grain_diameter)
        widest = max(self.line_width[0], min(self.line_width[1], 0.3 * diameter))
        contrast = _KINDS[kind](rng, _log_uniform(rng, self.line_width[0], widest))
        return MicrographParameters(
            kind,
            _structure(rng, diameter),
            contrast,
            self._draw_clutter(rng, kind),
            self._draw_imaging(rng, kind, diameter),
        )

    def micrograph(self, seed: int, index: int, shape: tuple[int, int] = (256, 256)) -> SyntheticMicrograph:
        """Micrograph number ``index`` of the endless series of a seed, bit for bit the same each time."""
        rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
        return synthesize(self.draw(rng), shape, rng)

    def _draw_clutter(self, rng: np.random.Generator, kind: str) -> Clutter:
        def some(chance: float, most: float) -> float:
            return self.clutter * (rng.random() < chance) * rng.uniform(0, most)

        tissue = kind == "membranes"
        return Clutter(
            scratches=0.0 if tissue else some(0.5, 5),
            pits=some(0.4, 12),
            particles=some(0.3, 3),
            rings=some(0.8, 6) if tissue else some(0.12, 3),
            strength=rng.uniform(0.08, 0.4),
        )

    def _draw_imaging(self, rng: np.random.Generator, kind: str, diameter: float) -> Imaging:
        return Imaging(
            blur=_log_uniform(rng, 0.3, max(0.3, min(2.2, diameter / 12))),
            shading=rng.uniform(0, 0.5) * (rng.random() < 0.6),
            curtaining=rng.uniform(0, 0.05) * (rng.random() < 0.15),
            jitter=rng.uniform(0, 0.8) * (rng.random() < 0.1),
            noise=self.noise
            * _log_uniform(rng, 0.008, 0.16)
            * min(1.0, diameter / 35),  # small grains drown sooner
            noise_correlation=rng.uniform(0.2, 1.5) * (rng.random() < 0.5),
            shot=rng.uniform(0, 1) * (rng.random() < 0.5),
            gamma=_log_uniform(rng, 0.5, 2.0),
            inverted=bool(kind == "grain steps" and rng.random() < 0.5),
            clipped=_log_uniform(rng, 0.0005, 0.03),
        )


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _structure(rng: np.random.Generator, diameter: float) -> Structure:
    rolled = rng.random() < 0.35
    return Structure(
        grain_diameter=diameter,
        size_spread=rng.uniform(0, 0.55),
        disorder=rng.uniform(0.15, 1.0),
        elongation=_log_uniform(rng, 1.2, 3.5) if rolled else rng.uniform(1.0, 1.2),
        angle=rng.uniform(0, np.pi),
        waviness=rng.uniform(0, 0.35),
        colonies=rng.uniform(0.2, 0.9) * (rng.random() < 0.35),
    )


def _etched(rng: np.random.Generator, width: float) -> Contrast:
    return Contrast(
        background=0.75,
        grain_steps=_log_uniform(rng, 0.005, 0.12),
        ramps=rng.uniform(0, 0.08),
        texture=rng.uniform(0, 0.04),
        texture_size=_log_uniform(rng, 1.5, 12),
        lines=-_log_uniform(rng, 0.12, 0.8),
        line_width=width,
        line_softness=rng.uniform(0, 1),
        groove=rng.uniform(0, 0.15) * (rng.random() < 0.3),
        faint_edges=rng.uniform(0, 0.15),
        gaps=rng.uniform(0, 0.1),
        line_wobble=rng.uniform(0, 0.7),
        rounding=rng.uniform(0, 1.5) * (rng.random() < 0.5),
    )


def _bright_lines(rng: np.random.Generator, width: float) -> Contrast:
    return Contrast(
        background=0.35,
        grain_steps=_log_uniform(rng, 0.01, 0.1),
        ramps=rng.uniform(0, 0.06),
        texture=rng.uniform(0, 0.04),
        texture_size=_log_uniform(rng, 1.5, 12),
        lines=_log_uniform(rng, 0.1, 0.6),
        line_width=width,
        line_softness=rng.uniform(0, 1),
        groove=rng.uniform(0, 0.2) * (rng.random() < 0.3),
        faint_edges=rng.uniform(0, 0.15),
        gaps=rng.uniform(0, 0.1),
        line_wobble=rng.uniform(0, 0.5),
    )


def _grooves(rng: np.random.Generator, width: float) -> Contrast:
    return Contrast(
        background=0.5,
        grain_steps=_log_uniform(rng, 0.01, 0.15),
        ramps=rng.uniform(0, 0.15),
        texture=rng.uniform(0, 0.04),
        texture_size=_log_uniform(rng, 1.5, 12),
        lines=rng.uniform(-0.4, 0.1),
        line_width=width,
        line_softness=1.0,
        groove=_log_uniform(rng, 0.15, 0.6),
        faint_edges=rng.uniform(0, 0.175),
        gaps=rng.uniform(0, 0.125),
        line_wobble=rng.uniform(0, 0.5),
        rounding=rng.uniform(0, 1.5) * (rng.random() < 0.5),
    )


def _grain_steps(rng: np.random.Generator, width: float) -> Contrast:
    return Contrast(
        background=0.5,
        grain_steps=_log_uniform(rng, 0.06, 0.25),
        ramps=rng.uniform(0, 0.08) * (rng.random() < 0.4),
        texture=rng.uniform(0, 0.03),
        texture_size=_log_uniform(rng, 1.5, 12),
        lines=rng.uniform(-0.1, 0.1) * (rng.random() < 0.4),
        line_width=width,
        line_softness=1.0,
        faint_edges=rng.uniform(0, 0.25),
        gaps=rng.uniform(0, 0.15),
    )


def _bright_field(rng: np.random.Generator, width: float) -> Contrast:
    return Contrast(
        background=0.5,
        grain_steps=_log_uniform(rng, 0.05, 0.25),
        ramps=rng.uniform(0.05, 0.25),
        fringes=rng.uniform(0.02, 0.2),
        texture=rng.uniform(0, 0.06),
        texture_size=_log_uniform(rng, 1.5, 12),
        lines=rng.uniform(-0.3, 0.1),
        line_width=width,
        line_softness=1.0,
        faint_edges=rng.uniform(0, 0.25),
        gaps=rng.uniform(0, 0.15),
        line_wobble=rng.uniform(0, 0.5),
    )


def _membranes(rng: np.random.Generator, width: float) -> Contrast:
    return Contrast(
        background=0.65,
        grain_steps=_log_uniform(rng, 0.02, 0.12),
        ramps=rng.uniform(0, 0.1),
        texture=rng.uniform(0.03, 0.14),
        texture_size=_log_uniform(rng, 1.0, 6),
        lines=-_log_uniform(rng, 0.2, 0.6),
        line_width=max(1.5, width),
        line_softness=rng.uniform(0.3, 1),
        faint_edges=rng.uniform(0, 0.1),
        gaps=rng.uniform(0, 0.075),
        line_wobble=rng.uniform(0.2, 0.8),
        rounding=rng.uniform(0, 1),
    )


_KINDS: dict[str, Draw] = {
    "etched": _etched,
    "bright lines": _bright_lines,
    "grooves": _grooves,
    "grain steps": _grain_steps,
    "bright field": _bright_field,
    "membranes": _membranes,
}
