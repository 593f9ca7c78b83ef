"""The text and the plate that belong to a scale bar."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi

from napari_grains.images._annotations import Box
from napari_grains.images._strokes import Stroke

_EVEN: Final = 0.03
_ON_PLATE: Final = 0.5
_SMALLEST_LETTER: Final = 5
_FEWEST_LETTERS: Final = 3
_PADDING: Final = 2

Grey = NDArray[np.float32]
Outline = tuple[int, int, int, int]
"""First and last row + 1, first and last column + 1."""


def lettering_box(band: Grey, stroke: Stroke, span: float, *, plate: bool) -> tuple[Box, bool]:
    """Give the box of a scale bar with its text, and whether there is any text or plate.

    Parameters
    ----------
    band : ndarray of float32, (Y, X)
    stroke : Stroke
        The bar in it.
    span : float
        Range of the grey values.
    plate : bool
        Whether to look for a plate behind the bar.
    """
    behind = _plate(band, stroke, span) if plate else None
    if behind is not None:
        return _box(_union(stroke.outline, behind), band, 0), True
    text = _with_text(band, stroke, span)
    return _box(text, band, _PADDING), text != stroke.outline


def _with_text(band: Grey, stroke: Stroke, span: float) -> Outline:
    """Give the outline of the bar together with the line of text next to it."""
    rows, columns = round(0.8 * stroke.length), round(stroke.length)
    top, bottom, left, right = stroke.outline
    begin = (max(top - rows, 0), max(left - columns, 0))
    window = band[begin[0] : bottom + rows, begin[1] : right + columns]
    labels, _ = ndi.label(np.abs(window - stroke.level) <= _EVEN * span, np.ones((3, 3)))
    places = [(*_ends(place[0], begin[0]), *_ends(place[1], begin[1])) for place in ndi.find_objects(labels)]
    letters = [each for each in places if _is_letter(each, stroke)]
    lines = [_line(stroke.outline, each[1], letters) for each in letters]
    line = max(lines, key=len, default=[])
    if len(line) < _FEWEST_LETTERS:
        return stroke.outline
    text = _union(*line)
    descent = round(0.35 * (text[1] - text[0]))
    return _union(stroke.outline, (text[0], text[1] + descent, text[2], text[3]))


def _line(bar: Outline, base: int, letters: list[Outline]) -> list[Outline]:
    """Give the letters that stand on one base line, from the bar on without a wide gap."""
    waiting = [each for each in letters if abs(each[1] - base) <= 1]
    line: list[Outline] = []
    while True:
        joined = _union(bar, *line)
        near = [each for each in waiting if _distance(joined, each) <= 1.5 * (each[1] - each[0])]
        if not near:
            return line
        line += near
        waiting = [each for each in waiting if each not in near]


def _is_letter(letter: Outline, stroke: Stroke) -> bool:
    height, width = letter[1] - letter[0], letter[3] - letter[2]
    above_or_below = letter[1] <= stroke.outline[0] or letter[0] >= stroke.outline[1]
    beside = letter[3] <= stroke.outline[2] or letter[2] >= stroke.outline[3]
    tall = _SMALLEST_LETTER <= height <= 0.6 * stroke.length and width <= 2.5 * height
    return tall and (above_or_below or beside)


def _plate(band: Grey, stroke: Stroke, span: float) -> Outline | None:
    """Give the outline of an even rectangle behind the bar."""
    top, bottom, left, right = stroke.outline
    if top < 2 or left < 2 or bottom + 2 > band.shape[0] or right + 2 > band.shape[1]:
        return None
    ring = np.concatenate([band[top - 2, left:right], band[bottom + 1, left:right]])
    level = float(np.median(ring))
    if (np.abs(ring - level) <= _EVEN * span).mean() < 0.9:
        return None
    found = _spread(np.abs(band - level) <= _EVEN * span, (top - 2, bottom + 2, left - 2, right + 2))
    # What spreads over half of the image's width is the specimen.
    return found if found[3] - found[2] < max(1.5 * (right - left), 0.5 * band.shape[1]) else None


def _spread(even: NDArray[np.bool_], start: Outline) -> Outline:
    """Grow a rectangle over what is even; text takes the evenness of some rows and columns in part."""
    top, bottom, left, right = (max(start[0], 0), start[1], max(start[2], 0), start[3])
    height, width = even.shape
    grown = True
    while grown:
        grown = False
        if top > 0 and even[top - 1, left:right].mean() >= _ON_PLATE:
            top, grown = top - 1, True
        if bottom < height and even[bottom, left:right].mean() >= _ON_PLATE:
            bottom, grown = bottom + 1, True
        if left > 0 and even[top:bottom, left - 1].mean() >= _ON_PLATE:
            left, grown = left - 1, True
        if right < width and even[top:bottom, right].mean() >= _ON_PLATE:
            right, grown = right + 1, True
    return top, bottom, left, right


def _ends(part: slice, offset: int = 0) -> tuple[int, int]:
    return int(part.start) + offset, int(part.stop) + offset


def _distance(first: Outline, second: Outline) -> int:
    """Give the larger of the gaps between two outlines, along rows and along columns."""
    rows = max(first[0] - second[1], second[0] - first[1], 0)
    columns = max(first[2] - second[3], second[2] - first[3], 0)
    return max(rows, columns)


def _union(*outlines: Outline) -> Outline:
    tops, bottoms, lefts, rights = zip(*outlines, strict=True)
    return min(tops), max(bottoms), min(lefts), max(rights)


def _box(outline: Outline, band: Grey, padding: int) -> Box:
    top, bottom, left, right = outline
    height, width = band.shape
    return Box(
        max(top - padding, 0),
        min(bottom + padding, height),
        max(left - padding, 0),
        min(right + padding, width),
    )
