"""The banner of a micrograph, found from its rows.

A microscope draws its banner with one grey level from side to side and text of another one on it, and cuts
the picture off at a straight line. A dark or saturated part of a specimen has no such line, and no text.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from napari_grains.images._annotations import Box, InfoBar
from napari_grains.images._grey import check_picture, grey, span_of
from napari_grains.images._image import CalibratedImage

_TALLEST: Final = 0.25
_SHORTEST: Final = 0.015
_SHORTEST_PX: Final = 8
_SAME: Final = 0.025
"""Share of the grey range within which two pixels are of one level: what JPEG leaves of flat areas."""
_INK: Final = 0.25
"""Share of the grey range from which on a pixel is text."""
_ONE_LEVEL: Final = 0.12
"""Share of the text with the commonest of its grey levels; the edges of small letters are blended."""
_CLEAN: Final = 0.97
_MOST_EDGES: Final = 24
"""More straight lines from side to side than the frames of a banner make a ruled picture."""
_STROKES: Final = 6
_STROKED_ROWS: Final = 4

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]


def find_info_bar(pixels: NDArray[Any]) -> InfoBar | None:
    """Find the info bar of a micrograph from its pixels.

    Parameters
    ----------
    pixels : ndarray, (Y, X) or (Y, X, 3|4), bool, integer or float
        One image, not a stack.

    Returns
    -------
    InfoBar or None
        Of the image's width and up to its lower (or upper) edge; None if there is none beyond doubt.

    Raises
    ------
    ValueError
        For another shape.
    """
    check_picture(pixels)
    height, width = pixels.shape[:2]
    depth = int(_TALLEST * height)
    shortest = max(_SHORTEST_PX, round(_SHORTEST * height))
    if depth <= shortest:
        return None
    lower, upper = grey(pixels[-depth:]), grey(pixels[:depth])[::-1]
    span = span_of(pixels, lower, upper)
    if span <= 0:
        return None
    for band in (lower, upper):
        rows = _rows_of_bar(_without_margins(band), span, shortest)
        if rows:
            box = Box(height - rows, height, 0, width) if band is lower else Box(0, rows, 0, width)
            return InfoBar(box, "flat rows")
    return None


def _without_margins(band: Grey) -> Grey:
    # Some banners keep a pixel or two of the image at their sides.
    margin = max(2, band.shape[1] // 64)
    return band[:, margin : max(band.shape[1] - margin, margin + 1)]


def _rows_of_bar(band: Grey, span: float, shortest: int) -> int:
    """Count the rows of the bar that ends a band, 0 for none; the image lies towards row 0."""
    same = _SAME * span
    level = np.median(band, axis=1)[:, None]
    clean = _share(np.abs(band - level) <= same) >= _CLEAN
    continued = _share(np.abs(band[:-1] - level[1:]) <= same) > 1 - _INK
    firsts = np.flatnonzero(clean[1:] & ~continued) + 1
    firsts = firsts[firsts <= len(band) - shortest]
    if len(firsts) > _MOST_EDGES:
        return 0
    for first in firsts:
        if _is_bar(band, int(first), clean, span):
            return len(band) - int(first)
    return 0


def _is_bar(band: Grey, first: int, clean: Mask, span: float) -> bool:
    """Tell whether the rows from `first` on are one background with text, cut off from what is above."""
    rows = band[first:]
    background = float(np.median(rows))
    difference = np.abs(rows - background)
    flat = _share(difference <= _SAME * span)
    # A last row or two may be image again, below the frame of the bar.
    spared = max(2, len(rows) // 30)
    if ((flat < 0.45) & ~clean[first:])[:-spared].any() or flat.mean() < 0.55:
        return False
    ink = difference >= _INK * span
    if not 0.002 <= ink.mean() <= 0.45 or not _is_text(rows, ink, span):
        return False
    framed = abs(float(np.median(rows[0])) - background) > _INK * span
    above = np.abs(band[max(first - 6, 0) : first] - background) <= _SAME * span
    return framed or float(above.mean()) < 1 - _INK / 2


def _is_text(rows: Grey, ink: Mask, span: float) -> bool:
    """Tell whether the ink is mostly of one level and stands in strokes, as letters do."""
    strokes = (ink[:, 1:] & ~ink[:, :-1]).sum(axis=1)
    if (strokes >= _STROKES).sum() < _STROKED_ROWS:
        return False
    values = rows[ink]
    counts = np.bincount(((values - values.min()) * (32 / span)).astype(np.intp))
    return bool(counts.max() >= _ONE_LEVEL * values.size)


def _share(mask: Mask) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = mask.mean(axis=1)
    return shares


def info_bar_of(image: CalibratedImage) -> InfoBar | None:
    """Return the info bar that the file of an image tells of, else look for one in its first slice."""
    return image.info_bar or find_info_bar(image.pixels[0] if image.is_stack else image.pixels)
