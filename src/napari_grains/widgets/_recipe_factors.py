"""Factors of a recipe, also where a match has set the ranges that they would act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from napari_grains.synthesis import Range, Recipe

Change: TypeAlias = Callable[[Range, float], Range]

_GOVERNED: Final[Mapping[str, tuple[Change, tuple[str, ...]]]] = {
    "boundary_contrast": (Range.scaled, ("contrast.lines", "contrast.groove")),
    "noise": (Range.scaled, ("imaging.noise",)),
    "clutter": (
        Range.scaled,
        tuple(f"clutter.{name}" for name in ("scratches", "pits", "particles", "rings", "bodies", "dirt")),
    ),
    "artefacts": (
        Range.likelier,
        tuple(
            f"imaging.{name}"
            for name in ("shading", "curtaining", "charging", "jitter", "scratches", "resampling", "jpeg")
        ),
    ),
    "twins": (Range.likelier, ("twins.share",)),
    "particles": (Range.likelier, ("second_phase.particles", "second_phase.pores")),
}
FACTORS: Final = tuple(_GOVERNED)
"""Names of the factors, as in `Recipe`."""


def with_factors(recipe: Recipe, factors: Mapping[str, float]) -> Recipe:
    """Return a recipe with other factors.

    No factor of a recipe acts on its ``ranges``. After a match these say most of what a micrograph looks
    like: here they change by as much as the factor.

    Parameters
    ----------
    recipe : Recipe
        With factors of its own.
    factors : mapping of str to float
        New ones, some of `FACTORS`.
    """
    ranges = dict(recipe.ranges)
    for name, factor in factors.items():
        ranges |= dict(_changed(recipe, name, factor))
    return replace(recipe, **factors, ranges=ranges)  # type: ignore[arg-type]


def _changed(recipe: Recipe, name: str, factor: float) -> Iterator[tuple[str, Range]]:
    change, governed = _GOVERNED[name]
    before = getattr(recipe, name)
    for parameter in governed:
        if parameter in recipe.ranges:
            yield parameter, change(recipe.ranges[parameter], factor / before if before else factor)
