"""What a microscope writes into a picture beside the specimen: the info bar and the scale bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from napari_grains.errors import InputError


@dataclass(frozen=True)
class Box:
    """Rows `top` to `bottom` - 1 and columns `left` to `right` - 1 of an image.

    Raises
    ------
    ValueError
        If it is empty.
    """

    top: int
    bottom: int
    left: int
    right: int

    def __post_init__(self) -> None:
        if not (self.top < self.bottom and self.left < self.right):
            raise ValueError(f"{self} is empty")

    @classmethod
    def from_sides(cls, sides: Sequence[int]) -> Box:
        """Read what `sides` gave.

        Raises
        ------
        InputError
            If it is no box.
        """
        try:
            return cls(*sides)
        except (TypeError, ValueError):
            raise InputError(f"{sides} cannot be left out; give top, bottom, left and right in px.") from None

    @property
    def sides(self) -> list[int]:
        """[top, bottom, left, right], which can be written as JSON."""
        return [self.top, self.bottom, self.left, self.right]

    def within(self, shape: tuple[int, ...]) -> Box | None:
        """Give the part that lies in an image of (..., Y, X), None if there is none."""
        height, width = shape[-2:]
        return _box_or_none(
            max(self.top, 0), min(self.bottom, height), max(self.left, 0), min(self.right, width)
        )

    def moved(self, rows: int, columns: int) -> Box:
        """Shift it down and to the right."""
        return Box(self.top + rows, self.bottom + rows, self.left + columns, self.right + columns)


@dataclass(frozen=True)
class InfoBar:
    """The banner with text that a microscope puts under (or above) a micrograph.

    Parameters
    ----------
    box : Box
        The whole width of the image.
    source : str
        What found it, for the user: ``"FEI tag"``, ``"flat rows"``.
    """

    box: Box
    source: str


@dataclass(frozen=True)
class ScaleBar:
    """A horizontal bar that stands for a length.

    Parameters
    ----------
    row : float
        The row of its middle. Pixel centres have whole numbers, as in napari.
    left, right : float
        The columns of its ends: the middle of the end ticks, else the outer edges, so that a bar on columns
        10 to 19 goes from 9.5 to 19.5.
    box : Box
        The bar with its text and the plate behind it, to be left out of the specimen.
    """

    row: float
    left: float
    right: float
    box: Box

    @property
    def length_px(self) -> float:
        """Its length in pixels."""
        return self.right - self.left


def _box_or_none(top: int, bottom: int, left: int, right: int) -> Box | None:
    return Box(top, bottom, left, right) if top < bottom and left < right else None
