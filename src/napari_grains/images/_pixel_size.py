"""The edge lengths of a pixel, with the unit they were given in and where they came from."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final

from napari_grains.errors import InputError

SMALLEST: Final = 1e-11
"""Metres: 0.01 nm, below any micrograph's pixel."""
LARGEST: Final = 1e-3
"""Metres: 1 mm, above any micrograph's pixel."""

# Powers of ten to metres. Keys are NFKC-normalised (the micro sign becomes the Greek mu) and in lower case.
_EXPONENTS: Final = {
    "pm": -12,
    "å": -10,
    "ångström": -10,
    "ångstrom": -10,
    "angstrom": -10,
    "nm": -9,
    "um": -6,
    "\u03bcm": -6,
    "micron": -6,
    "mm": -3,
    "cm": -2,
    "m": 0,
}
_PREFIXES: Final = {"pico": -12, "nano": -9, "micro": -6, "milli": -3, "centi": -2, "": 0}
_EXPONENTS_SPELLED: Final = {
    prefix + metre: exponent for prefix, exponent in _PREFIXES.items() for metre in ("meter", "metre")
}

_NUMBER: Final = r"(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
_LENGTH: Final = re.compile(rf"\s*(?P<number>[+-]?{_NUMBER})\s*(?P<unit>[^\W\d_]*)\s*")
_PER_PIXEL: Final = re.compile(r"\s*(?:/|\bper\b)\s*(?:px|pixels?)\s*$", re.IGNORECASE)
_PIXELS_PER: Final = re.compile(
    rf"\s*(?P<number>{_NUMBER})\s*(?:px|pixels?)\s*(?:/|\bper\b)\s*(?P<unit>[^\W\d_]+)\s*", re.IGNORECASE
)
_TIMES: Final = re.compile(r"\u00d7|\*|(?<![^\W\d_])x(?![^\W\d_])|\bby\b", re.IGNORECASE)
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")

_EXAMPLE: Final = 'write it as "0.44 um", "12.5 nm" or "0.5 x 0.4 um" (height x width)'
_SYMBOLS: Final = (("mm", 1e-3), ("µm", 1e-6), ("nm", 1e-9), ("pm", 1e-12))


@dataclass(frozen=True)
class PixelSize:
    """Height and width of a pixel.

    Parameters
    ----------
    y, x : float
        Metres per pixel along the rows' and the columns' axis, finite and > 0.
    source : str
        Where the numbers came from, such as ``"typed"`` or ``"ImageJ TIFF tag"``.

    Raises
    ------
    InputError
        If a length is not finite or not > 0.
    """

    y: float
    x: float
    source: str = "typed"

    def __post_init__(self) -> None:
        for length in (self.y, self.x):
            if not (math.isfinite(length) and length > 0):
                raise InputError(f"A pixel size of {length:g} m is impossible: give a length above zero.")

    @classmethod
    def parse(cls, text: str, source: str = "typed") -> PixelSize:
        """Read a pixel size as people write it.

        Parameters
        ----------
        text : str
            A length with a unit (pm, nm, um, µm, mm, cm, m; Å and spelled-out names too), such as ``"0.44
            um"``, ``"440 nm/px"``, ``"0,44 µm"``; two lengths for pixels that are not square, height first,
            such as ``"0.5 x 0.4 um"``; or the inverse, ``"2.25 px/um"``.
        source : str
            Kept in `source`.

        Returns
        -------
        PixelSize

        Raises
        ------
        InputError
            If the text is no length, has no unit, or lies outside 0.01 nm to 1 mm.
        """
        inverse = _PIXELS_PER.fullmatch(text)
        if inverse:
            edge = _checked(1.0 / _above_zero(inverse["number"], text) * _metres(inverse["unit"], text), text)
            return cls(edge, edge, source)
        lengths = [_LENGTH.fullmatch(part) for part in _TIMES.split(_PER_PIXEL.sub("", text))]
        if len(lengths) not in {1, 2}:
            raise InputError(f"{_quoted(text)} is not a pixel size: {_EXAMPLE}.")
        y, x = _edges(lengths[0], lengths[-1], text)
        return cls(y, x, source)

    @property
    def y_um(self) -> float:
        """Pixel height in µm."""
        return _tidy(self.y * 1e6)

    @property
    def x_um(self) -> float:
        """Pixel width in µm."""
        return _tidy(self.x * 1e6)

    @property
    def um(self) -> float:
        """Edge of the square pixel of the same area in µm: the geometric mean of height and width."""
        return self.y_um if self.y == self.x else _tidy(math.sqrt(self.y) * math.sqrt(self.x) * 1e6)

    @property
    def area_um2(self) -> float:
        """Area of a pixel in µm²."""
        return _tidy(self.y_um * self.x_um)

    def scaled(self, factor: float) -> PixelSize:
        """Multiply both lengths by a factor: 2 for an image that was reduced to half its size."""
        return replace(self, y=self.y * factor, x=self.x * factor)

    def __str__(self) -> str:
        mean = math.sqrt(self.y) * math.sqrt(self.x)
        symbol, unit = next((pair for pair in _SYMBOLS if mean >= _switch(pair[1])), _SYMBOLS[-1])
        height, width = f"{self.y / unit:.4g}", f"{self.x / unit:.4g}"
        return f"{height} {symbol}" if height == width else f"{height} \u00d7 {width} {symbol}"


def unit_exponent(unit: str) -> int | None:
    """Give the power of ten that turns a length in `unit` into metres, or None for an unknown unit."""
    name = unicodedata.normalize("NFKC", unit).strip().lower()
    for candidate in (name, name.removesuffix("s")):
        exponent = _EXPONENTS.get(candidate, _EXPONENTS_SPELLED.get(candidate))
        if exponent is not None:
            return exponent
    return None


def is_plausible(length: float) -> bool:
    """Tell whether a length in metres can be the pixel of a micrograph (0.01 nm to 1 mm)."""
    return SMALLEST * (1 - 1e-9) <= length <= LARGEST * (1 + 1e-9)


def _edges(height: re.Match[str] | None, width: re.Match[str] | None, text: str) -> tuple[float, float]:
    if height is None or width is None:
        raise InputError(f"{_quoted(text)} is not a pixel size: {_EXAMPLE}.")
    # In "0.5 x 0.4 um" one unit stands for both.
    return _metres_of(height, width["unit"], text), _metres_of(width, height["unit"], text)


def _metres_of(length: re.Match[str], other_unit: str, text: str) -> float:
    number, unit = length["number"], length["unit"] or other_unit
    if not unit:
        raise InputError(
            f'The pixel size {_quoted(text)} has no unit: say which, such as "{number} um" or "{number} nm".'
        )
    _above_zero(number, text)
    # Decimal, so that "0.44 um" is the float nearest to 0.44e-6 and prints as 0.44.
    return _checked(float(_decimal(number, text).scaleb(_exponent(unit, text))), text)


def _metres(unit: str, text: str) -> float:
    return float(Decimal(1).scaleb(_exponent(unit, text)))


def _exponent(unit: str, text: str) -> int:
    exponent = unit_exponent(unit)
    if exponent is None:
        raise InputError(
            f"The pixel size {_quoted(text)} has an unknown unit {unit!r}: use pm, nm, um, mm, cm or m."
        )
    return exponent


def _above_zero(number: str, text: str) -> float:
    value = float(_decimal(number, text))
    if value <= 0 or not math.isfinite(value):
        raise InputError(f"The pixel size {_quoted(text)} must be above zero: {_EXAMPLE}.")
    return value


def _decimal(number: str, text: str) -> Decimal:
    if _THOUSANDS.fullmatch(number):
        raise InputError(
            f"The comma in {_quoted(text)} is ambiguous: write the number with a point or without."
        )
    try:
        return Decimal(number.replace(",", "."))
    except InvalidOperation as error:  # pragma: no cover - the pattern lets only numbers pass
        raise InputError(f"{_quoted(text)} is not a pixel size: {_EXAMPLE}.") from error


def _checked(length: float, text: str) -> float:
    if not is_plausible(length):
        raise InputError(f"A pixel of {_quoted(text)} is outside 0.01 nm to 1 mm: check its number and unit.")
    return length


def _quoted(text: str) -> str:
    one_line = " ".join(text.split())
    return repr(one_line if len(one_line) <= 40 else one_line[:37] + "...")


def _tidy(value: float) -> float:
    # 0.44e-6 m * 1e6 is 0.43999999999999995: drop the rounding of the change of unit.
    return float(f"{value:.12g}")


def _switch(unit: float) -> float:
    # From 0.1 µm up people write µm (0.44 µm, not 440 nm); the other units start at 1 (less what :.4g rounds
    # up).
    return (0.1 if unit == 1e-6 else 0.99995) * unit
