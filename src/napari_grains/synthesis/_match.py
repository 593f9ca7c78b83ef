"""A recipe for micrographs that look like a given one: analysis by synthesis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from napari_grains.events import Job, Progress, drive
from napari_grains.images import stretch

from ._appearance import Appearance, appearance_of
from ._micrograph import synthesize
from ._range import Range, log_range
from ._recipe import Recipe

_ROUNDS = 4
_FIELDS = 5
Values = dict[str, float]


@dataclass(frozen=True)
class _Knob:
    """A parameter of the generator and the figure of the appearance that it sets.

    Parameters
    ----------
    parameter : str
        Dotted name in a recipe.
    figure : str
        Name in `Appearance`.
    first : float
        First guess of the parameter per unit of the figure.
    low, high : float
        Bounds of the parameter's magnitude.
    little : float
        Value of the figure that is as good as none.
    spread : float
        How much more uncertain it is than others: multiplies the logarithm of the spread.
    pull : float
        How far a correction goes: 1 all the way, 0 for a figure too coarse to correct by.
    """

    parameter: str
    figure: str
    first: float
    low: float
    high: float
    little: float = 0.01
    spread: float = 1.0
    pull: float = 1.0


_KNOBS = (
    _Knob("structure.grain_diameter", "grain_diameter", 1.0, 5, 150, spread=1.2),
    _Knob("structure.size_spread", "size_spread", 0.8, 0.05, 0.8, 0.05, spread=1.5),
    _Knob("structure.elongation", "elongation", 1.0, 1.0, 6.0, spread=0.5),
    _Knob("contrast.lines", "lines", 1.2, 0.0, 1.5, 0.02),
    _Knob("contrast.line_width", "line_width", 0.8, 0.6, 14.0, 0.3),
    _Knob("contrast.rounding", "junctions", 1.2, 0.05, 0.5, spread=2.0, pull=0.0),
    _Knob("contrast.grain_steps", "grain_steps", 1.0, 0.003, 0.4),
    _Knob("contrast.ramps", "ramps", 0.3, 0.003, 0.12, 0.03, spread=1.5, pull=0.0),
    _Knob("contrast.texture", "texture", 1.0, 0.002, 0.3, 0.01),
    _Knob("contrast.texture_size", "texture_size", 1.0, 1.0, 12.0, 0.3, spread=1.3),
    _Knob("contrast.groove", "groove", 3.0, 0.0, 0.8, 0.02),
    _Knob("contrast.faint_edges", "faint_edges", 0.25, 0.01, 0.15, 0.05, spread=2.0, pull=0.0),
    _Knob("imaging.noise", "noise", 1.0, 0.002, 0.3, 0.005),
    _Knob("imaging.noise_correlation", "noise_correlation", 1.0, 0.1, 2.0, 0.2, spread=1.3, pull=0.5),
    _Knob("imaging.shading", "shading", 4.0, 0.02, 0.3, 0.03, spread=2.0, pull=0.5),
    _Knob("clutter.pits", "spots", 1.0, 0.05, 12.0, 0.5, spread=2.0, pull=0.5),
    _Knob("clutter.scratches", "streaks", 0.5, 0.02, 5.0, 0.5, spread=2.0, pull=0.5),
    _Knob("clutter.particles", "bright_blobs", 0.7, 0.02, 3.0, 0.3, spread=2.0, pull=0.5),
    _Knob("clutter.strength", "clutter_contrast", 0.8, 0.06, 0.45, pull=0.0),
)
_OF_LINES = ("contrast.line_width", "contrast.rounding", "contrast.faint_edges", "contrast.lines")
_NO_LINE = 0.04
_CONTRASTS = (
    *(f"contrast.{name}" for name in ("lines", "grain_steps", "ramps", "texture", "groove")),
    "imaging.noise",
)


def matched_recipe(appearance: Appearance, *, spread: float = 1.4, general: float = 0.25) -> Recipe:
    """Recipe for micrographs that look like a given one, and some variety.

    A first guess is drawn a few times, measured as the real image was, and corrected by what differs. Around
    the result stand ranges: they allow for what was measured badly, and variety is what transfers.

    Parameters
    ----------
    appearance : Appearance
        Measured with `appearance_of`.
    spread : float
        Factor by which the ranges reach to either side, at least 1; what is less certain reaches further.
    general : float
        Share of the micrographs that are drawn by the default recipe instead, 0 to 1, so that the network
        keeps what it knows of other materials.

    Raises
    ------
    ValueError
        If the spread is below 1 or the share is none.
    """
    return drive(matching(appearance, spread=spread, general=general))


def matching(appearance: Appearance, *, spread: float = 1.4, general: float = 0.25) -> Job[Recipe]:
    """Find what `matched_recipe` finds, step by step: one field is drawn and measured in each.

    Parameters
    ----------
    appearance, spread, general
        As in `matched_recipe`.

    Yields
    ------
    Progress

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        As `matched_recipe`.
    """
    if not spread >= 1 or not 0 <= general <= 1:
        raise ValueError(f"spread {spread} must be at least 1 and general {general} between 0 and 1")
    kinds = likely_kinds(appearance)
    knobs = _knobs(appearance)
    values = _first_guess(appearance, knobs)
    for _ in range(_ROUNDS):
        trial = replace(_recipe(kinds, values, knobs, 1.0, appearance), artefacts=0.0, particles=0.0)
        seen = []
        for seed in range(_FIELDS):
            seen.append(_measured(trial, seed, appearance.snapped))
            yield Progress(0, 0, "finding a recipe")
        values = _corrected(values, appearance, seen, knobs)
    return replace(_recipe(kinds, values, knobs, spread, appearance), general=general)


def likely_kinds(appearance: Appearance) -> dict[str, float]:
    """Weights of the classes of contrast that an appearance may belong to; they sum to 1.

    Every class gets the likelihood of its main signs: dark or bright lines, light from one side, steps
    between grains, ramps inside them, and the mottling of tissue.
    """
    a = appearance
    visible = 0.02 + math.hypot(a.grain_steps, a.texture, 0.5 * a.noise)
    line, lit = a.lines / visible, a.groove / visible
    tissue = _sigmoid(25 * (math.hypot(a.texture, a.noise) / (0.05 + abs(a.lines)) - 0.24))
    dark, bright = _sigmoid(3 * (-line - 1)), _sigmoid(3 * (line - 1))
    grooved = _sigmoid(4 * (lit - 0.8)) * _sigmoid(4 * (2 * a.groove - abs(a.lines)) / visible)
    neither = (1 - dark) * (1 - bright) * (1 - grooved)
    diffracting = _sigmoid(6 * (a.ramps / (0.03 + 2 * a.grain_steps) - 1))
    scores = {
        "etched": dark * (1 - tissue),
        "membranes": dark * tissue,
        "bright lines": bright,
        "grooves": grooved,
        "grain steps": neither * (1 - diffracting),
        "bright field": neither * diffracting,
        "mixed": 0.1,
    }
    total = sum(scores.values())
    return {kind: score / total for kind, score in scores.items() if score > 0.03 * total}


def _sigmoid(x: float) -> float:
    return 0.5 * (1 + math.tanh(0.5 * x))


def _knobs(appearance: Appearance) -> tuple[_Knob, ...]:
    a = appearance
    left_out = set(_OF_LINES) if abs(a.lines) < _NO_LINE else set()
    if a.groove < max(0.05, 0.2 * abs(a.lines)):
        left_out.add("contrast.groove")
    return tuple(k for k in _KNOBS if k.parameter not in left_out)


def _first_guess(appearance: Appearance, knobs: tuple[_Knob, ...]) -> Values:
    values = {k.parameter: _bounded(k, k.first * getattr(appearance, k.figure)) for k in knobs}
    return values | {"imaging.gamma": 1.0, "imaging.blur": _blur(appearance)}


def _blur(appearance: Appearance) -> float:
    """Blur of the generator: a real partition is a little off and looks blurred, and lines have a width."""
    widest = 0.45 * appearance.line_width / 2.355 if abs(appearance.lines) > _NO_LINE else 2.5
    return float(np.clip(min(0.9 * appearance.blur, widest), 0.3, 2.5))


def _bounded(knob: _Knob, value: float) -> float:
    return math.copysign(min(max(abs(value), knob.low), knob.high), value)


def _measured(recipe: Recipe, seed: int, snap: bool) -> Appearance:
    """Appearance of a micrograph of a recipe, always from the same random numbers."""
    side = int(np.clip(8 * recipe.grain_diameter[0], 144, 288))
    rng = np.random.default_rng([seed, 4])
    drawn = synthesize(recipe.draw(rng), (side, side), rng)
    return appearance_of(stretch(drawn.image), drawn.grains, snap=snap)


def _corrected(
    values: Values, wanted: Appearance, seen: list[Appearance], knobs: tuple[_Knob, ...]
) -> Values:
    """Each parameter times the ratio of the figure wanted to the one seen, at most by 2."""
    new = {}
    for knob in knobs:
        factor = _ratio(knob, wanted, seen) ** knob.pull
        new[knob.parameter] = _bounded(knob, values[knob.parameter] * factor)
    _pin(new, wanted)
    background = [float(np.clip(b, 0.03, 0.97)) for b in (wanted.background, _typical(seen, "background"))]
    gamma = values["imaging.gamma"] * float(
        np.clip(math.log(background[0]) / math.log(background[1]), 0.5, 2)
    )
    return values | new | {"imaging.gamma": float(np.clip(gamma, 0.3, 3.0))}


def _pin(values: Values, wanted: Appearance) -> None:
    """Scale all contrasts alike, in place, so that mottling and noise stay near what is wanted.

    The grey levels are stretched in the end: a factor that all contrasts share is not seen.
    """
    fine = math.hypot(values["contrast.texture"], values["imaging.noise"])
    scale = min(1.0, 1.4 * max(0.005, math.hypot(wanted.texture, wanted.noise)) / max(fine, 1e-6))
    for name in _CONTRASTS:
        if name in values:
            values[name] *= scale


def _typical(seen: list[Appearance], figure: str) -> float:
    return float(np.median([getattr(one, figure) for one in seen]))


def _ratio(knob: _Knob, wanted: Appearance, seen: list[Appearance]) -> float:
    one, other = (abs(v) + knob.little for v in (getattr(wanted, knob.figure), _typical(seen, knob.figure)))
    return float(np.clip(one / other, 0.5, 2.0))


def _recipe(
    kinds: Mapping[str, float],
    values: Values,
    knobs: tuple[_Knob, ...],
    spread: float,
    appearance: Appearance,
) -> Recipe:
    """Recipe with ranges by a factor around the values; a factor of 1 gives points."""
    around = {k.parameter: _around(values[k.parameter], spread**k.spread, k) for k in knobs}
    for name in ("imaging.blur", "imaging.gamma"):
        around.setdefault(name, log_range(values[name] / spread, values[name] * spread))
    saturated = min(max(0.5 * (appearance.black + appearance.white), 0.0005), 0.05)
    around["imaging.clipped"] = log_range(saturated / spread**2, saturated * spread**2)
    if kinds.get("membranes", 0.0) > 0.5:
        around |= _organelles(appearance, spread)
    bimodal = float(np.clip(3 * (appearance.size_spread - 0.3), 0, 0.8))
    around["structure.colonies"] = Range(0.2, 0.9, chance=bimodal)
    around["structure.angle"] = _directions(appearance, spread)
    diameter = around.pop("structure.grain_diameter")
    if spread > 1:  # networks rather split grains of a foreign material than miss boundaries
        diameter = replace(diameter, low=diameter.low * 1.1, high=diameter.high * 1.15)
    width = around.pop("contrast.line_width", Range(0.8, 4.0))
    if spread > 1:  # what of the boundaries a partition missed makes the interiors look rougher than they are
        for name in ("contrast.texture", "imaging.noise"):
            around[name] = log_range(values[name] / spread**2.5, values[name])
    around |= {"contrast.line_wobble": Range(0.05, 0.4), "contrast.width_spread": Range(0.0, 0.3)}
    around["contrast.gaps"] = Range(0.0, min(0.1, 0.3 * appearance.faint_edges))
    soft = appearance.line_softness
    around["contrast.line_softness"] = Range(max(0.0, soft - 0.5), min(1.0, soft + 0.4))
    around.setdefault("contrast.groove", Range(0.0, max(0.02, appearance.groove), chance=0.3))
    if "contrast.lines" not in around:
        around["contrast.lines"] = Range(min(0.0, appearance.lines) - 0.03, max(0.0, appearance.lines) + 0.03)
    return Recipe(
        kinds=dict(kinds),
        grain_diameter=(diameter.low, diameter.high),
        line_width=(width.low, width.high),
        artefacts=0.5,
        particles=0.5,
        ranges=around,
    )


def _organelles(appearance: Appearance, spread: float) -> dict[str, Range]:
    """Dark bodies of tissue: networks take large ones for grains of their own, which then are dark ones."""
    bodies = float(np.clip(10 * max(0.0, -appearance.odd_grains) + appearance.dark_blobs, 0.2, 2.5))
    return {
        "clutter.bodies": log_range(bodies / spread**2, bodies * spread**2),
        "clutter.rings": Range(0.0, 2 * bodies),
        "clutter.dirt": Range(0.0, bodies, chance=0.4),
    }


def _around(value: float, factor: float, knob: _Knob) -> Range:
    if abs(value) < 1e-6:
        return Range(0.0, 0.0)
    low, high = sorted((value / factor, min(abs(value) * factor, 1.3 * knob.high) * math.copysign(1, value)))
    if knob.parameter == "structure.elongation":
        low, high = max(1.0, low), max(1.0, high)
    return log_range(low, high)


def _directions(appearance: Appearance, spread: float) -> Range:
    """All directions, unless the grains are clearly elongated."""
    if appearance.elongation < 1.25:
        return Range(0.0, math.pi)
    reach = 0.3 if spread > 1 else 0.0
    return Range(appearance.angle - reach, appearance.angle + reach)
