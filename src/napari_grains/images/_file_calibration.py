"""Everything that a file, and the text file beside it, say about the scale of its image."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tifffile import TiffFile, TiffPage

from napari_grains.images._annotations import InfoBar
from napari_grains.images._pixel_size import PixelSize
from napari_grains.images._raster import raster_shape
from napari_grains.images._sidecars import sidecar_statements
from napari_grains.images._statement import Statement, agreed_pixel_size, first_info_bar
from napari_grains.images._tiff_calibration import edited_statement
from napari_grains.images._vendor_tags import VENDORS

TIFF_SUFFIXES: Final = frozenset({".tif", ".tiff"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileCalibration:
    """What a file's metadata say; see `read_calibration`.

    Parameters
    ----------
    pixel_size : PixelSize or None
        None if nothing states one that can be taken.
    info_bar : InfoBar or None
        None if nothing tells of one.
    shape : tuple of int or None
        Rows and columns of the first image in the file.
    instrument : str
        Name of the microscope, empty if unknown.
    notes : tuple of str
        Why a statement was not taken, one line each.
    """

    pixel_size: PixelSize | None = None
    info_bar: InfoBar | None = None
    shape: tuple[int, ...] | None = None
    instrument: str = ""
    notes: tuple[str, ...] = ()


def calibration_of(file: Path) -> FileCalibration:
    """Read the metadata of an existing file; whatever is wrong with the file is raised as it comes."""
    suffix = file.suffix.lower()
    if suffix == ".npy":
        return FileCalibration()
    if suffix not in TIFF_SUFFIXES:
        return _judged(raster_shape(file), [], file)
    with TiffFile(file) as tif:
        return calibration_of_tiff(tif, file)


def calibration_of_tiff(tif: TiffFile, file: Path) -> FileCalibration:
    """Read the metadata of an open TIFF, and of the text file beside it."""
    page = tif.pages.first
    shape = (page.imagelength, page.imagewidth) if isinstance(page, TiffPage) else (0, 0)
    return _judged(shape, _tag_statements(tif, shape), file)


def _judged(shape: tuple[int, int], statements: list[Statement], file: Path) -> FileCalibration:
    statements = [*statements, *sidecar_statements(file, shape)]
    size, notes = agreed_pixel_size(statements)
    instrument = next((each.instrument for each in statements if each.instrument), "")
    return FileCalibration(size, first_info_bar(statements, shape), shape, instrument, tuple(notes))


def _tag_statements(tif: TiffFile, shape: tuple[int, int]) -> list[Statement]:
    """Let every kind of metadata speak; one that is damaged must not keep the image from being read."""
    statements = [edited_statement(tif)]
    for read in VENDORS:
        try:
            statements.append(read(tif, shape))
        except Exception:  # noqa: BLE001 - these formats are documented by examples alone
            _log.info("metadata of %s", tif.filename, exc_info=True)
            refusal = "The microscope's tag in the file is damaged: type the pixel size."
            statements.append(Statement("damaged tag", refusal=refusal))
    return [statement for statement in statements if statement is not None]
