"""Pixel size and info bar in the text files that electron microscopes write beside an image.

A sidecar is taken only if it has the image's stem and, where it says so, the image's size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from napari_grains.images._statement import LARGEST_BAR, Statement, bar_below, length, metres, number
from napari_grains.images._vendor_tags import tescan_lines

_LARGEST_FILE: Final = 2**20
_EQUALS: Final = re.compile(r"^([A-Za-z]\w*)=(.*?)\s*$", re.MULTILINE)
_DOLLAR: Final = re.compile(r"^(\${1,2}\w+)[ \t]+(.*?)\s*$", re.MULTILINE)
_SIZE: Final = re.compile(r"\s*(\d+)\s*[xX*\s]\s*(\d+)\s*")


def sidecar_statements(image: Path, shape: tuple[int, int]) -> list[Statement]:
    """Read the sidecars of an image of (Y, X): TESCAN's .hdr, Hitachi's and JEOL's .txt."""
    found = []
    for path in _sidecars(image):
        text = _text_of(path)
        if path.suffix.lower() == ".hdr":
            statement = tescan_lines(text, shape, "TESCAN sidecar")
        elif "[SemImageFile]" in text:
            statement = hitachi(text, image, shape, path.name)
        else:
            statement = jeol(text, shape, path.name)
        if statement is not None:
            found.append(statement)
    return found


def hitachi(text: str, image: Path, shape: tuple[int, int], name: str) -> Statement | None:
    """Read Hitachi's lines ``key=value``: PixelSize in nm, DataSize the image without an appended bar."""
    values = dict(_EQUALS.findall(text))
    size = _SIZE.fullmatch(values.get("DataSize", ""))
    rows = int(size[2]) if size else None
    if size and not _fits(int(size[1]), int(size[2]), shape):
        return Statement("Hitachi sidecar", refusal=_of_another(name, f"{size[1]} x {size[2]} px"))
    of_image = Path(values.get("ImageName", image.name).replace("\\", "/")).stem
    # Pairs of files are renamed together and keep the old name inside; then the size must speak for them.
    if size is None and of_image.lower() != image.stem.lower():
        return Statement("Hitachi sidecar", refusal=_of_another(name, of_image))
    edge = number(values.get("PixelSize"))
    edges = None if edge is None else (metres(edge, -9), metres(edge, -9))
    return Statement("Hitachi sidecar", edges, bar_below(rows, shape[0]), values.get("InstructName", ""))


def jeol(text: str, shape: tuple[int, int], name: str) -> Statement | None:
    """Read JEOL's lines ``$KEY value``: the scale bar in px and as a length, size without info bar."""
    values = dict(_DOLLAR.findall(text))
    marker, pixels = length(values.get("$$SM_MICRON_MARKER", "")), number(values.get("$$SM_MICRON_BAR"))
    size = _SIZE.fullmatch(values.get("$CM_FULL_SIZE", ""))
    if marker is None and size is None:
        return None
    rows = int(size[2]) if size else None
    if size and not _fits(int(size[1]), int(size[2]), shape):
        return Statement("JEOL sidecar", refusal=_of_another(name, f"{size[1]} x {size[2]} px"))
    edges = (marker / pixels, marker / pixels) if marker is not None and pixels else None
    return Statement("JEOL sidecar", edges, bar_below(rows, shape[0]), values.get("$CM_INSTRUMENT", ""))


def _fits(columns: int, rows: int, shape: tuple[int, int]) -> bool:
    """Tell whether a scan of this size, with or without an info bar below, gives an image of this shape."""
    return columns == shape[1] and rows <= shape[0] <= rows / (1 - LARGEST_BAR)


def _of_another(name: str, what: str) -> str:
    return f"{name} describes another image ({what}): not used."


def _sidecars(image: Path) -> Iterator[Path]:
    """Give the files that may belong to an image, whichever case their suffix has."""
    stem, suffix = image.stem, image.suffix.removeprefix(".").lower()
    for name in (f"{stem}-{suffix}", f"{stem}-{suffix.replace('tiff', 'tif')}", stem):
        if (path := _existing(image, name, ".hdr")) is not None:
            yield path
            break
    if (path := _existing(image, stem, ".txt")) is not None:
        yield path


def _existing(image: Path, stem: str, suffix: str) -> Path | None:
    for spelled in (suffix, suffix.upper()):
        path = image.with_name(stem + spelled)
        try:
            if path.is_file() and path.stat().st_size <= _LARGEST_FILE:
                return path
        except OSError:
            continue
    return None


def _text_of(path: Path) -> str:
    """Read a text in whichever encoding, with Unix line ends; empty if it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")
