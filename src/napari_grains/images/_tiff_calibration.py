"""The pixel size that a TIFF states in ImageJ's or OME's metadata.

XResolution and ResolutionUnit by themselves are never taken: in files of electron microscopes they hold the
dots per inch of a screen. ImageJ writes pixels per `unit` into XResolution and names the unit in the
description.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

from tifffile import TiffFile, TiffPage, xml2dict

from napari_grains.images._pixel_size import unit_exponent
from napari_grains.images._statement import Statement

_NO_UNITS: Final = frozenset({"", "pixel", "pixels", "px", "inch", "inches", "in"})
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_DOTS_PER_INCH: Final = (
    72,
    75,
    96,
    100,
    120,
    144,
    150,
    180,
    200,
    240,
    300,
    350,
    360,
    400,
    600,
    720,
    1200,
    2400,
)


def edited_statement(tif: TiffFile) -> Statement | None:
    """Read what a program for images wrote into an open TIFF, as OME or ImageJ do; None if none did."""
    if tif.is_ome:
        source, edges, refusal = "OME-XML", *_ome_edges(tif.ome_metadata or "")
    elif tif.is_imagej:
        source, edges, refusal = "ImageJ TIFF tag", *_imagej_edges(tif)
    else:
        return None
    return Statement(source, edges, refusal=refusal)


def ome_image(xml: str) -> dict[str, Any]:
    """Give the first Image element of OME-XML as a dictionary, empty if there is none."""
    try:
        image = xml2dict(xml).get("OME", {}).get("Image", {})
    except (SyntaxError, ValueError, AttributeError, TypeError):
        return {}
    first = image[0] if isinstance(image, list | tuple) and image else image
    return first if isinstance(first, dict) else {}


def _ome_edges(xml: str) -> tuple[tuple[float, float] | None, str]:
    pixels = ome_image(xml).get("Pixels", {})
    if not isinstance(pixels, dict) or not ("PhysicalSizeX" in pixels or "PhysicalSizeY" in pixels):
        return None, ""
    # One of the two alone stands for a square pixel, as in ImageJ.
    axes = [axis if f"PhysicalSize{axis}" in pixels else "YX"["XY".index(axis)] for axis in "YX"]
    units = [str(pixels.get(f"PhysicalSize{axis}Unit", "µm")) for axis in axes]
    exponents = [unit_exponent(unit) for unit in units]
    lengths = [pixels[f"PhysicalSize{axis}"] for axis in axes]
    if not all(isinstance(length, int | float) for length in lengths):
        return None, "The pixel size in the OME-XML is not a number: not used."
    return _edges([float(length) for length in lengths], exponents, units)


def _imagej_edges(tif: TiffFile) -> tuple[tuple[float, float] | None, str]:
    metadata, page = tif.imagej_metadata or {}, tif.pages.first
    if "unit" not in metadata or not isinstance(page, TiffPage):
        return None, ""
    units = [_unescaped(str(metadata.get(key, metadata["unit"]))) for key in ("yunit", "unit")]
    across = _length_of(page, "XResolution")
    down = _length_of(page, "YResolution") or across
    if across is None or down is None or units[1].lower() in _NO_UNITS:
        return None, ""
    exponents = [unit_exponent(unit) for unit in units]
    if exponents[1] == -2 and _is_print_resolution(across):
        return (
            None,
            f"The file's resolution ({2.54 / across:.0f} dots per inch) is for printing: not a pixel size.",
        )
    return _edges([down, across], exponents, units)


def _edges(
    lengths: list[float], exponents: list[int | None], units: list[str]
) -> tuple[tuple[float, float] | None, str]:
    y, x = (
        math.nan if exponent is None else length / 10**-exponent
        for length, exponent in zip(lengths, exponents, strict=True)
    )
    if math.isnan(y) or math.isnan(x):
        unknown = units[exponents.index(None)] if None in exponents else units[0]
        return None, f"The pixel size in the file has an unknown unit {unknown[:20]!r}: not used."
    return (y, x), ""


def _length_of(page: TiffPage, tag: str) -> float | None:
    """Give the length of a pixel in the file's unit from a resolution in pixels per unit."""
    entry = page.tags.get(tag)
    if entry is None:
        return None
    value = entry.value
    pixels, units = value if isinstance(value, tuple) and len(value) == 2 else (value, 1)
    return units / pixels if pixels and units else None


def _is_print_resolution(centimetres: float) -> bool:
    # ImageJ opens a scan of 72 dpi as 28.35 pixels per cm and saves that as if it were a calibration.
    return any(math.isclose(2.54 / centimetres, dots, rel_tol=2e-3) for dots in _DOTS_PER_INCH)


def _unescaped(unit: str) -> str:
    # ImageJ writes a micrometre as \u00B5m.
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), unit).strip()
