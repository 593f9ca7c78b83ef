"""What is drawn for each class of contrast: ranges of parameters by their dotted names, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from ._range import Range, log_range

Ranges = dict[str, Range]


def _always(value: float) -> Range:
    return Range(value, value)


STRUCTURE: Final[Ranges] = {
    "structure.size_spread": Range(0, 0.55),
    "structure.disorder": Range(0.15, 1.0),
    "structure.elongation": log_range(1.1, 3.5, chance=0.4, otherwise=1.0),
    "structure.angle": Range(0, math.pi),
    "structure.waviness": Range(0, 0.35),
    "structure.colonies": Range(0.2, 0.9, chance=0.35),
    "structure.relaxation": Range(0.05, 0.25, chance=0.25),
}
"""Structure of every kind, unless the kind says otherwise."""

INCLUDED: Final[Ranges] = {
    "twins.share": Range(0.1, 0.6, chance=0.3),
    "twins.width": Range(0.08, 0.4),
    "twins.visibility": Range(0.1, 0.7),
    "second_phase.particles": log_range(0.002, 0.06, chance=0.15),
    "second_phase.pores": log_range(0.002, 0.05, chance=0.15),
    "second_phase.diameter": log_range(0.06, 0.3),
    "second_phase.at_boundaries": Range(0, 1),
    "second_phase.particle_grey": Range(-0.5, 0.5),
    "second_phase.pore_grey": Range(-0.9, -0.3),
    "second_phase.rim": Range(-0.3, 0.3, chance=0.4),
}
"""Twins, particles and pores."""

CLUTTER: Final[Ranges] = {
    "clutter.scratches": Range(0, 5, chance=0.5),
    "clutter.pits": Range(0, 12, chance=0.4),
    "clutter.particles": Range(0, 3, chance=0.3),
    "clutter.rings": Range(0, 3, chance=0.12),
    "clutter.bodies": Range(0, 1.5, chance=0.05),
    "clutter.dirt": Range(0, 2, chance=0.2),
    "clutter.ring_size": Range(0.1, 0.3),
    "clutter.body_strength": Range(0.1, 0.45),
    "clutter.strength": Range(0.08, 0.4),
}
"""What lies on and in grains."""

IMAGING: Final[Ranges] = {
    "imaging.blur": log_range(0.3, 2.2),
    "imaging.shading": Range(0, 0.5, chance=0.6),
    "imaging.curtaining": Range(0, 0.05, chance=0.15),
    "imaging.charging": Range(0.1, 0.6, chance=0.06),
    "imaging.jitter": Range(0, 0.8, chance=0.1),
    "imaging.scratches": Range(1, 8, chance=0.12),
    "imaging.noise": log_range(0.008, 0.16),
    "imaging.noise_correlation": Range(0.2, 1.5, chance=0.5),
    "imaging.shot": Range(0, 1, chance=0.5),
    "imaging.gamma": log_range(0.5, 2.0),
    "imaging.inverted": _always(0),
    "imaging.clipped": log_range(0.0005, 0.03),
    "imaging.resampling": log_range(1.1, 2.0, chance=0.12, otherwise=1.0),
    "imaging.jpeg": Range(25, 90, chance=0.15),
}
"""Preparation, microscope and camera."""

ARTEFACTS: Final = tuple(
    f"imaging.{name}"
    for name in ("shading", "curtaining", "charging", "jitter", "scratches", "resampling", "jpeg")
)
"""Parameters that are artefacts of imaging."""

ODD: Final[Ranges] = {
    "contrast.odd_grains": Range(0.03, 0.2, chance=0.2),
    "contrast.odd_step": Range(-0.4, 0.4),
}
"""Grains that stand out."""

_MOTTLED: Final[Ranges] = {
    "contrast.filaments": Range(-0.3, 0.3, chance=0.4),
    "contrast.filament_spacing": log_range(4, 16),
    "contrast.texture": Range(0, 0.04),
    "contrast.texture_size": log_range(1.5, 12),
    "contrast.texture_spread": Range(0.2, 1.0, chance=0.3),
    "contrast.domes": Range(-0.1, 0.15, chance=0.2),
    "contrast.halo": Range(-0.1, 0.1, chance=0.2),
    "contrast.width_spread": Range(0.1, 0.5, chance=0.5),
}

KINDS: Final[Mapping[str, Ranges]] = {
    "etched": _MOTTLED
    | {
        "contrast.background": _always(0.75),
        "contrast.grain_steps": log_range(0.005, 0.12),
        "contrast.ramps": Range(0, 0.08),
        "contrast.lamellae": Range(0.02, 0.15, chance=0.1),
        "contrast.lamella_spacing": log_range(2.5, 8),
        "contrast.lines": log_range(-0.8, -0.12),
        "contrast.line_softness": Range(0, 1),
        "contrast.groove": Range(0, 0.15, chance=0.3),
        "contrast.faint_edges": Range(0, 0.3),
        "contrast.gaps": Range(0, 0.1),
        "contrast.line_wobble": Range(0, 0.7),
        "contrast.rounding": Range(0, 1.5, chance=0.5),
    },
    "bright lines": _MOTTLED
    | {
        "contrast.background": _always(0.35),
        "contrast.grain_steps": log_range(0.01, 0.1),
        "contrast.ramps": Range(0, 0.06),
        "contrast.lines": log_range(0.1, 0.6),
        "contrast.line_softness": Range(0, 1),
        "contrast.groove": Range(0, 0.2, chance=0.3),
        "contrast.faint_edges": Range(0, 0.3),
        "contrast.gaps": Range(0, 0.1),
        "contrast.line_wobble": Range(0, 0.5),
    },
    "grooves": _MOTTLED
    | {
        "contrast.background": _always(0.5),
        "contrast.grain_steps": log_range(0.01, 0.15),
        "contrast.ramps": Range(0, 0.15),
        "contrast.lines": Range(-0.4, 0.1),
        "contrast.line_softness": _always(1),
        "contrast.groove": log_range(0.15, 0.6),
        "contrast.faint_edges": Range(0, 0.35),
        "contrast.gaps": Range(0, 0.125),
        "contrast.line_wobble": Range(0, 0.5),
        "contrast.rounding": Range(0, 1.5, chance=0.5),
    },
    "grain steps": {
        "contrast.background": _always(0.5),
        "contrast.grain_steps": log_range(0.06, 0.25),
        "contrast.ramps": Range(0, 0.08, chance=0.4),
        "contrast.filaments": Range(-0.1, 0.1, chance=0.3),
        "contrast.filament_spacing": log_range(4, 16),
        "contrast.texture": Range(0, 0.03),
        "contrast.texture_size": log_range(1.5, 12),
        "contrast.lines": Range(-0.1, 0.1, chance=0.4),
        "contrast.line_softness": _always(1),
        "contrast.faint_edges": Range(0, 0.25),
        "contrast.gaps": Range(0, 0.15),
        "imaging.inverted": Range(1, 1, chance=0.5),
    },
    "bright field": {
        "contrast.background": _always(0.5),
        "contrast.grain_steps": log_range(0.05, 0.25),
        "contrast.ramps": Range(0.05, 0.25),
        "contrast.fringes": Range(0.02, 0.2),
        "contrast.filaments": Range(-0.2, 0.1, chance=0.5),
        "contrast.filament_spacing": log_range(4, 16),
        "contrast.texture": Range(0, 0.06),
        "contrast.texture_size": log_range(1.5, 12),
        "contrast.lines": Range(-0.3, 0.1),
        "contrast.line_softness": _always(1),
        "contrast.faint_edges": Range(0, 0.25),
        "contrast.gaps": Range(0, 0.15),
        "contrast.line_wobble": Range(0, 0.5),
    },
    "mixed": _MOTTLED
    | {
        "contrast.background": _always(0.55),
        "contrast.grain_steps": log_range(0.05, 0.2),
        "contrast.ramps": Range(0, 0.12),
        "contrast.lamellae": Range(0.02, 0.15, chance=0.2),
        "contrast.lamella_spacing": log_range(2.5, 8),
        "contrast.lines": Range(-0.5, 0.4),
        "contrast.line_softness": Range(0, 1),
        "contrast.groove": Range(0, 0.4, chance=0.5),
        "contrast.faint_edges": Range(0, 0.3),
        "contrast.gaps": Range(0, 0.12),
        "contrast.line_wobble": Range(0, 0.6),
        "contrast.rounding": Range(0, 1.5, chance=0.3),
    },
    "membranes": {
        "structure.size_spread": Range(0.2, 0.9),
        "structure.waviness": Range(0.1, 0.6),
        "structure.colonies": Range(0.4, 0.95, chance=0.7),
        "contrast.background": _always(0.65),
        "contrast.grain_steps": log_range(0.02, 0.12),
        "contrast.ramps": Range(0, 0.1),
        "contrast.filaments": Range(-0.4, -0.05, chance=0.7),
        "contrast.filament_spacing": log_range(4, 16),
        "contrast.texture": Range(0.03, 0.14),
        "contrast.texture_size": log_range(1.0, 6),
        "contrast.texture_spread": Range(0.2, 0.8, chance=0.5),
        "contrast.lines": log_range(-0.6, -0.2),
        "contrast.line_softness": Range(0.3, 1),
        "contrast.width_spread": Range(0.1, 0.5),
        "contrast.faint_edges": Range(0, 0.25),
        "contrast.gaps": Range(0, 0.075),
        "contrast.line_wobble": Range(0.2, 0.8),
        "contrast.rounding": Range(0, 1),
        "clutter.scratches": _always(0),
        "clutter.rings": Range(0, 6, chance=0.8),
        "clutter.bodies": Range(0.3, 4, chance=0.8),
        "clutter.dirt": Range(0, 3, chance=0.4),
        "twins.share": _always(0),
        "second_phase.particles": _always(0),
        "second_phase.pores": _always(0),
    },
}
"""Classes of contrast by name; what is missing keeps the value of the parameter classes."""

NARROWEST_LINE: Final[Mapping[str, float]] = {"membranes": 1.5}
"""Least width of the lines in px, where a kind has one."""

SEEDS: Final[Mapping[str, float]] = {
    "lattice": 0.55,
    "poisson": 0.1,
    "poisson disk": 0.1,
    "lloyd": 0.1,
    "clustered": 0.15,
}
"""How often each point process is drawn."""


def default_weights() -> dict[str, float]:
    """Relative frequency of each class of contrast in the default recipe."""
    return {
        "etched": 0.26,
        "bright lines": 0.1,
        "grooves": 0.11,
        "grain steps": 0.19,
        "bright field": 0.08,
        "mixed": 0.09,
        "membranes": 0.17,
    }
