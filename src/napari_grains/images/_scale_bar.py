"""The scale bar of a micrograph, found from its pixels.

A scale bar is drawn, not imaged: a rectangle of one grey level with straight ends, or with a tick on each.
What is imaged is never that even, and lines of a specimen do not stop at right angles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_grains.images._annotations import Box, InfoBar, ScaleBar
from napari_grains.images._grey import check_picture, grey, span_of
from napari_grains.images._lettering import lettering_box
from napari_grains.images._strokes import Stroke, stroke_at

_ZONE: Final = 0.25
"""Share of the image's rows, at its top and at its bottom, in which a bar may be burned in."""
_FLAT: Final = 0.02
_CONTRAST: Final = 0.08
_APART: Final = 0.7
"""Share of a bar's length along which it differs from what is above and below it."""
_SHORTEST: Final = 0.025
_SHORTEST_PX: Final = 12
_SHORTEST_WHOLE: Final = 0.04
_SHORTEST_WHOLE_PX: Final = 20
"""Shares of the image's width, and pixels: of a half beside the text, and of a bar."""
_LONGEST: Final = 0.7
_SLIMMEST: Final = 5
_SLIMMEST_BARE: Final = 10
"""A bar is at least so many times as long as thick; without ticks and text the latter."""
_MOST_STARTS: Final = 200

Grey = NDArray[np.float32]


@dataclass(frozen=True)
class _Candidate:
    stroke: Stroke
    box: Box
    lettered: bool

    @property
    def rank(self) -> tuple[bool, bool]:
        return self.stroke.ticks == 2, self.lettered


def find_scale_bar(pixels: NDArray[Any], info_bar: InfoBar | None = None) -> ScaleBar | None:
    """Find the scale bar in the info bar or burned into the image.

    Parameters
    ----------
    pixels : ndarray, (Y, X) or (Y, X, 3|4), bool, integer or float
        One image, not a stack.
    info_bar : InfoBar, optional
        Where to look first. Then, and without one, the upper and lower quarter of the image are searched.

    Returns
    -------
    ScaleBar or None
        None unless there is exactly one bar beyond doubt. Bars of alternating colours, and rows of ticks or
        dots without a line, are not found.

    Raises
    ------
    ValueError
        For another shape.
    """
    check_picture(pixels)
    for regions, printed in _searches(pixels, info_bar):
        bands = [(grey(pixels[box.top : box.bottom]), box) for box in regions]
        span = span_of(pixels, *(band for band, _ in bands))
        if span <= 0:
            return None
        found = [
            replace(each, box=each.box.moved(box.top, 0), stroke=each.stroke.moved(box.top))
            for band, box in bands
            for each in _candidates(band, span, printed=printed)
        ]
        if found:
            return _only(found)
    return None


def _searches(pixels: NDArray[Any], info_bar: InfoBar | None) -> Iterator[tuple[list[Box], bool]]:
    """Yield where to look, one place after another, and whether it is an info bar."""
    height, width = pixels.shape[:2]
    first, last = 0, height
    bar = None if info_bar is None else info_bar.box.within((height, width))
    if bar is not None:
        yield [bar], True
        first, last = (bar.bottom, height) if bar.top <= height - bar.bottom else (0, bar.top)
    depth = int(_ZONE * (last - first))
    if depth > 2:
        yield [Box(first, first + depth, 0, width), Box(last - depth, last, 0, width)], False


def _only(found: Sequence[_Candidate]) -> ScaleBar | None:
    """Give the best candidate unless another one, as good, has another length."""
    best = max(found, key=lambda each: each.rank)
    rivals = [each for each in found if each.rank == best.rank]
    if any(abs(each.stroke.length - best.stroke.length) > 2 for each in rivals):
        return None
    stroke = best.stroke
    return ScaleBar((stroke.top + stroke.bottom - 1) / 2, stroke.left, stroke.right, best.box)


def _candidates(band: Grey, span: float, *, printed: bool) -> Iterator[_Candidate]:
    strokes = list(_strokes(band, span))
    shortest = max(_SHORTEST_WHOLE_PX, _SHORTEST_WHOLE * band.shape[1])
    halves = {half: whole for whole, *both in _joined(strokes, band, span) for half in both}
    for stroke in dict.fromkeys(halves.get(stroke, stroke) for stroke in strokes):
        if stroke.ticks != 1 and shortest <= stroke.length <= _LONGEST * band.shape[1]:
            box, lettered = lettering_box(band, stroke, span, plate=not printed)
            if _is_bar(stroke, lettered=lettered, printed=printed):
                yield _Candidate(stroke, box, lettered)


def _is_bar(stroke: Stroke, *, lettered: bool, printed: bool) -> bool:
    """Tell whether a stroke has the form of a scale bar."""
    slimness = stroke.length / stroke.thickness
    if stroke.ticks == 2:
        return slimness >= _SLIMMEST
    # A plain line one pixel thick may be a rule between fields, or a scratch.
    thinnest = 2 if printed or lettered else 3
    return stroke.thickness >= thinnest and slimness >= (_SLIMMEST if lettered else _SLIMMEST_BARE)


def _strokes(band: Grey, span: float) -> Iterator[Stroke]:
    """Yield every separate horizontal stroke of one grey level, once."""
    seen: set[Stroke] = set()
    for row, left, right in _starts(band, span):
        if any(s.top <= row < s.bottom and s.left <= (left + right) / 2 <= s.right for s in seen):
            continue
        stroke = stroke_at(band, row, left, right, _FLAT * span)
        if stroke is not None and stroke not in seen and _stands_out(band, stroke, span):
            seen.add(stroke)
            yield stroke


def _starts(band: Grey, span: float) -> list[tuple[int, int, int]]:
    """Give rows and columns of flat runs that differ from what is two rows above them; none if in doubt."""
    shortest = max(_SHORTEST_PX, int(_SHORTEST * band.shape[1]))
    flat = np.zeros((len(band), band.shape[1] + 1), np.int8)
    flat[:, 1:-1] = np.abs(np.diff(band, axis=1)) <= _FLAT * span
    turns = np.diff(flat, axis=1)
    rows, lefts = np.nonzero(turns == 1)
    rights = np.nonzero(turns == -1)[1] + 1
    lengths, width = rights - lefts, band.shape[1]
    long = (
        (lengths >= shortest) & (lengths <= _LONGEST * width) & (lefts > 0) & (rights < width) & (rows >= 2)
    )
    rows, lefts, rights = rows[long], lefts[long], rights[long]
    steps = np.zeros((len(band), band.shape[1] + 1), np.int32)
    np.cumsum(np.abs(band[2:] - band[:-2]) >= _CONTRAST * span, axis=1, out=steps[2:, 1:])
    edged = steps[rows, rights] - steps[rows, lefts] >= _APART * (rights - lefts)
    starts = list(zip(*(each[edged].tolist() for each in (rows, lefts, rights)), strict=True))
    # A picture full of straight horizontal edges is no micrograph with a scale bar.
    return starts if len(starts) <= _MOST_STARTS else []


def _stands_out(band: Grey, stroke: Stroke, span: float) -> bool:
    """Tell whether the stroke differs from what is above and below it."""
    inside = slice(int(stroke.left) + 2, max(int(stroke.right) - 1, int(stroke.left) + 3))
    for row in (stroke.top - 2, stroke.bottom + 1):
        if not 0 <= row < len(band):
            return False
        if (np.abs(band[row, inside] - stroke.level) >= _CONTRAST * span).mean() < _APART:
            return False
    return True


def _joined(strokes: Sequence[Stroke], band: Grey, span: float) -> Iterator[tuple[Stroke, Stroke, Stroke]]:
    """Yield bars that are interrupted by their text, with their two halves."""
    for left in strokes:
        for right in strokes:
            if left.right < right.left and left.pairs_with(right):
                gap = band[left.top : left.bottom, round(left.right) + 1 : round(right.left)]
                if gap.size and 0.03 <= (np.abs(gap - left.level) <= _FLAT * span).mean() <= 0.9:
                    yield left.joined(right), left, right
