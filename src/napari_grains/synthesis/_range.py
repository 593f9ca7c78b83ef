"""The range that a parameter of a synthetic micrograph is drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from napari_grains.errors import InputError


@dataclass(frozen=True)
class Range:
    """Values between two bounds, and how often there are any.

    Parameters
    ----------
    low, high : float
        Bounds.
    logarithmic : bool
        Whether the logarithm is uniform between the bounds; both then have one sign.
    chance : float
        Probability that a value is drawn at all, 0 to 1.
    otherwise : float
        Value where none is drawn.

    Raises
    ------
    ValueError
        If the bounds are not finite, in the wrong order or of two signs, or the chance is no probability.
    """

    low: float
    high: float
    logarithmic: bool = False
    chance: float = 1.0
    otherwise: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError(f"a range needs two finite bounds, the lower one first, got {self}")
        if self.logarithmic and not self.low * self.high > 0:
            raise ValueError(f"the bounds of a logarithmic range need the same sign, got {self}")
        if not 0 <= self.chance <= 1:
            raise ValueError(f"a chance lies between 0 and 1, got {self}")

    def draw(self, rng: np.random.Generator) -> float:
        """One value; always two random numbers, so that one range does not shift what others draw."""
        return self.value(*rng.random(2).tolist())

    def value(self, happens: float, where: float) -> float:
        """Value that two random numbers, uniform between 0 and 1, stand for."""
        if happens >= self.chance:
            return self.otherwise
        if not self.logarithmic:
            return float(self.low + where * (self.high - self.low))
        sign = math.copysign(1.0, self.low)
        return sign * math.exp((1 - where) * math.log(abs(self.low)) + where * math.log(abs(self.high)))

    def scaled(self, factor: float) -> Range:
        """Return the range with all values multiplied by a factor, at least 0; 0 draws 0 always."""
        if factor in (0, 1):
            return self if factor else Range(0.0, 0.0)
        return replace(
            self, low=self.low * factor, high=self.high * factor, otherwise=self.otherwise * factor
        )

    def likelier(self, factor: float) -> Range:
        """Return the range with its chance multiplied by a factor, at most 1."""
        return self if factor == 1 else replace(self, chance=min(1.0, self.chance * factor))

    def to_json(self) -> list[float] | dict[str, Any]:
        """Two numbers, or a mapping where there is more to say."""
        plain = Range(self.low, self.high)
        if self == plain:
            return [self.low, self.high]
        differs = {key: value for key, value in asdict(self).items() if value != getattr(plain, key)}
        return {"low": self.low, "high": self.high} | differs

    @classmethod
    def from_json(cls, value: object, name: str = "range") -> Range:
        """Read what `to_json` wrote, or one number that is then always drawn.

        Raises
        ------
        InputError
            If it is no range; ``name`` tells which one.
        """
        try:
            if isinstance(value, int | float):
                return cls(float(value), float(value))
            if isinstance(value, Mapping):
                return cls(**value)
            if isinstance(value, Sequence) and len(value) == 2:
                return cls(float(value[0]), float(value[1]))
        except (TypeError, ValueError) as error:
            raise InputError(f"{name} is no range: {error}.") from None
        raise InputError(f"{name} is no range: give [low, high], not {value!r}.")


def log_range(low: float, high: float, chance: float = 1.0, otherwise: float = 0.0) -> Range:
    """Range whose logarithm is uniform."""
    return Range(low, high, True, chance, otherwise)
