"""Pixel size and info bar in the tags that electron microscopes write into TIFF files.

Every reader takes an open TIFF and the (Y, X) of its image, and gives a `Statement` or, for a file of another
make, None. XResolution is never looked at: in these files it holds the dots per inch of a screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from tifffile import TiffFile, TiffPage, xml2dict

from napari_grains.images._pixel_size import unit_exponent
from napari_grains.images._statement import Statement, bar_below, differ, metres, number, section

_PHENOM: Final = 34683
_TESCAN: Final = 50431
_INI_LINE: Final = re.compile(r"^([A-Za-z]\w*)\s*=\s*([^\r\n\0]*?)\s*$", re.MULTILINE)
_ZEISS_DISPLAY: Final = 1024
"""Columns that SmartSEM's "Pixel Size" refers to, whatever the number of columns stored."""


def fei(tif: TiffFile, shape: tuple[int, int]) -> Statement | None:
    """Read FEI's and Thermo Fisher's tags (34680, 34682): metres, and the rows below the scanned ones."""
    values = tif.fei_metadata
    if not values:
        return None
    rows, columns = shape
    image, private = section(values, "Image"), section(values, "PrivateFei")
    scanned = number(image.get("ResolutionX"))
    bar = None
    if scanned in {None, columns}:
        bar = bar_below(number(image.get("ResolutionY")), rows)
        if "ResolutionY" not in image:
            bar = bar_below(rows - (number(private.get("DatabarHeight")) or 0), rows)
    edges, refusal = _fei_edges(values, columns)
    instrument = str(section(values, "System").get("SystemType", "")).replace('"', "").strip()
    return Statement("FEI tag", edges, bar, instrument, refusal)


def _fei_edges(values: Mapping[str, Any], columns: int) -> tuple[tuple[float, float] | None, str]:
    image, beam = section(values, "Image"), section(values, "Beam")
    scan = section(values, "Scan") or section(values, beam.get("Scan"))
    optics = section(values, beam.get("Beam"))
    across, down = number(scan.get("PixelWidth")), number(scan.get("PixelHeight"))
    field = number(scan.get("HorFieldsize")) or number(optics.get("HFW"))
    scanned = number(image.get("ResolutionX"))
    of_field = field / scanned if field and scanned else None
    if across is None and of_field is None:
        return None, ""
    if scanned is not None and scanned != columns:
        return None, _other_width("FEI tag", scanned, columns)
    if number(image.get("ZoomFactor")) not in {None, 1}:
        return None, "The FEI tag tells of a digital zoom: its pixel size is not used; type the pixel size."
    if across is not None and of_field is not None and differ(across, of_field):
        return None, (
            f"The FEI tag gives a pixel of {across:.3g} m but a field of {field:.3g} m: neither is used."
        )
    width = of_field if across is None else across
    return (None if width is None else (down or width, width)), ""


def zeiss(tif: TiffFile, shape: tuple[int, int]) -> Statement | None:
    """Read Zeiss's tag (34118) of SmartSEM: a length and its unit for each of many labels."""
    values = tif.sem_metadata
    if not values:
        return None
    columns = shape[1]
    instrument = _zeiss_text(values, "dp_sem", "sv_serial_number")
    width = _zeiss_length(values, "ap_image_pixel_size")
    if width is None:
        displayed = _zeiss_length(values, "ap_pixel_size")
        width = None if displayed is None else displayed * _ZEISS_DISPLAY / columns
    if width is None:
        return Statement("Zeiss tag", None, None, instrument)
    stored = re.match(r"\s*(\d+)\s*\*\s*\d+", _zeiss_text(values, "dp_image_store"))
    if stored and int(stored[1]) != columns:
        return Statement("Zeiss tag", refusal=_other_width("Zeiss tag", int(stored[1]), columns))
    field = _zeiss_length(values, "ap_width")
    if field and differ(width, field / columns):
        refusal = (
            f"The Zeiss tag gives a pixel of {width:.3g} m but a field of {field:.3g} m: neither is used."
        )
        return Statement("Zeiss tag", None, None, instrument, refusal)
    return Statement("Zeiss tag", (width, width), None, instrument)


def _zeiss_length(values: Mapping[str, Any], key: str) -> float | None:
    entry = values.get(key)
    if not isinstance(entry, tuple) or len(entry) < 3:
        return None
    value, exponent = number(entry[1]), unit_exponent(str(entry[2]))
    return None if not value or exponent is None else metres(value, exponent)


def _zeiss_text(values: Mapping[str, Any], *keys: str) -> str:
    found = (values[key] for key in keys if isinstance(values.get(key), tuple) and len(values[key]) > 1)
    return str(next(found, ("", ""))[1]).strip()


def tescan(tif: TiffFile, shape: tuple[int, int]) -> Statement | None:
    """Read TESCAN's tag (50431): lines ``key=value`` behind some binary data; metres."""
    data = _bytes_of(tif, _TESCAN)
    return tescan_lines(data.decode("latin-1"), shape, "TESCAN tag") if data else None


def tescan_lines(text: str, shape: tuple[int, int], source: str) -> Statement | None:
    """Read the lines that TESCAN writes into its tag and into .hdr files."""
    values = dict(_INI_LINE.findall(text.replace("\0", "\n").replace("\r", "\n")))
    across, down = number(values.get("PixelSizeX")), number(values.get("PixelSizeY"))
    if across is None:
        return None
    strip = number(values.get("ImageStripSize")) or 0
    edges = (across if down is None else down, across)
    return Statement(source, edges, bar_below(shape[0] - strip, shape[0]), values.get("Device", "TESCAN"))


def phenom(tif: TiffFile, shape: tuple[int, int]) -> Statement | None:
    """Read Phenom's tag (34683): XML with the unit as an attribute."""
    data = _bytes_of(tif, _PHENOM)
    if b"pixelWidth" not in data:
        return None
    try:
        roots = xml2dict(data.decode("utf-8", "replace").strip("\0 \r\n"))
    except SyntaxError:
        return Statement("Phenom tag", refusal="The Phenom tag cannot be read: its pixel size is not used.")
    values = section(roots, next(iter(roots), ""))
    width, height = (_with_unit(values.get(f"pixel{axis}")) for axis in ("Width", "Height"))
    strip = number(values.get("databarHeight")) or 0
    bar = bar_below(shape[0] - strip, shape[0])
    refusal = "" if width else "The pixel size in the Phenom tag has no known unit: not used."
    return Statement("Phenom tag", (height or width, width) if width else None, bar, "Phenom", refusal)


def _with_unit(value: object) -> float | None:
    """Give ``<pixelWidth unit="um">0.05</pixelWidth>`` in metres."""
    if not isinstance(value, Mapping):
        return None
    exponent, size = unit_exponent(str(value.get("unit", ""))), number(value.get("value"))
    return None if exponent is None or size is None else metres(size, exponent)


def jeol_tem(tif: TiffFile, shape: tuple[int, int]) -> Statement | None:
    """Read the description by JEOL's SightX: XML with camera pixels per metre and the magnification."""
    page = tif.pages.first
    if not isinstance(page, TiffPage) or "<TemReporter" not in page.description:
        return None
    try:
        values = section(xml2dict(page.description.strip("\0 \r\n")), "TemReporter")
    except SyntaxError:
        return None
    instrument = str(values.get("Instruments", ""))
    optics = section(values, "ImageFormingSystem")
    drawn = section(section(values, "Measurement"), "MeasurementFormat")
    sampling = section(section(drawn, "DrawImageInformation"), "PixelsPerMeter")
    lengths = section(drawn, "InstrumentsParameter").get("Measurement_UnitType") == "UnitType_Length"
    across, down = (number(sampling.get(axis)) for axis in ("Horizontal", "Vertical"))
    magnification = number(optics.get("SelectorValue"))
    # In diffraction the selector is a camera length, and a scanned image has no camera pixels.
    in_space = lengths and section(values, "Eos").get("EosMode") == "eosTEM"
    if not (in_space and across and down and magnification and optics.get("SelectorUnitString") == "X"):
        return Statement("JEOL tag", None, None, instrument)
    columns = number(section(section(drawn, "DrawImageInformation"), "ImageSize").get("Width"))
    if columns is not None and columns != shape[1]:
        return Statement("JEOL tag", refusal=_other_width("JEOL tag", columns, shape[1]))
    return Statement("JEOL tag", (1 / down / magnification, 1 / across / magnification), None, instrument)


VENDORS: Final[tuple[Callable[[TiffFile, tuple[int, int]], Statement | None], ...]] = (
    fei, zeiss, tescan, phenom, jeol_tem,
)  # fmt: skip


def _bytes_of(tif: TiffFile, code: int) -> bytes:
    page = tif.pages.first
    tag = page.tags.get(code) if isinstance(page, TiffPage) else None
    value = None if tag is None else tag.value
    if isinstance(value, str):
        return value.encode("latin-1", "replace")
    return bytes(value) if isinstance(value, bytes | tuple) else b""


def _other_width(source: str, stated: float, columns: int) -> str:
    return (
        f"The {source} is about an image {stated:g} px wide, this one has {columns}: it was resized or cut; "
        "type the pixel size."
    )
