"""Files of images and of labels."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from tifffile import TiffFile

from napari_grains.errors import InputError
from napari_grains.images._calibrated import calibrated
from napari_grains.images._decoded import Decoded
from napari_grains.images._file_calibration import (
    TIFF_SUFFIXES,
    FileCalibration,
    calibration_of,
    calibration_of_tiff,
)
from napari_grains.images._image import CalibratedImage
from napari_grains.images._pixel_size import PixelSize
from napari_grains.images._raster import decode_raster
from napari_grains.images._tiff import decode_tiff

SUFFIXES: Final = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp")
"""Files that `read_image` reads, in lower case."""
LABEL_SUFFIXES: Final = (".tif", ".tiff", ".png", ".bmp", ".npy")
"""Files that `read_labels` reads, in lower case. JPEG is not among them: it changes the ids."""

Read = TypeVar("Read")
_log = logging.getLogger(__name__)


def read_image(path: str | os.PathLike[str]) -> CalibratedImage:
    """Read a micrograph or a stack.

    Parameters
    ----------
    path : path
        TIFF, PNG, JPEG or BMP. Pages of a TIFF become a stack; of several series the first is read, of
        several channels the first, and several axes besides Y and X are flattened, each said in
        `CalibratedImage.notes`.

    Returns
    -------
    CalibratedImage
        `name` is the stem. Pixel size and info bar come from the metadata, see `read_calibration`.

    Raises
    ------
    InputError
        If the file is missing, a folder, of another type, damaged or cut off, or holds nothing that
        `calibrated` accepts.
    """
    file = _existing(path, SUFFIXES)
    decoded, found = _decode(file, as_labels=False)
    image = calibrated(
        decoded.array, name=file.stem, pixel_size=found.pixel_size, source=os.fspath(path), rgb=decoded.rgb
    )
    # Axes of length 1 are dropped, so that the info bar is only kept where the rows still are the file's.
    bar = found.info_bar if found.shape == image.shape[-2:] else None
    return replace(image, notes=decoded.notes + found.notes + image.notes, info_bar=bar)


def read_labels(path: str | os.PathLike[str]) -> tuple[NDArray[np.int32], PixelSize | None]:
    """Read a label image: an integer per pixel, 0 for none.

    Parameters
    ----------
    path : path
        TIFF, PNG, BMP (of a palette the indices) or NumPy's .npy.

    Returns
    -------
    labels : ndarray of int32, shape (Y, X) or (Z, Y, X)
    pixel_size : PixelSize or None
        As for `read_image`.

    Raises
    ------
    InputError
        For what `read_image` refuses, for colours, and for values that are negative, not whole or above 2**31
        - 1.
    """
    file = _existing(path, LABEL_SUFFIXES)
    decoded, found = _decode(file, as_labels=True)
    if decoded.rgb:
        raise InputError(
            f"{file.name} is a colour picture, not labels: save one integer per pixel, as TIFF or PNG."
        )
    array = decoded.array.reshape([length for length in decoded.array.shape if length != 1] or [1])
    if array.ndim not in {2, 3} or array.size == 0:
        raise InputError(
            f"{file.name} has shape {decoded.array.shape}: labels need the axes (Y, X) or (Z, Y, X)."
        )
    _check_ids(array, file.name)
    return array.astype(np.int32), found.pixel_size


def read_calibration(path: str | os.PathLike[str]) -> FileCalibration:
    """Read what an image file's metadata and the text file beside it say about its scale.

    No pixels are decoded. Sources are ImageJ's and OME's metadata, the tags of FEI/Thermo Fisher, Zeiss,
    TESCAN, Phenom and JEOL's SightX, and the sidecars of TESCAN (.hdr), Hitachi and JEOL (.txt) with the
    image's stem; never a bare resolution, which is a screen's or a printer's. What lies outside 0.01 nm to 1
    mm, belongs to an image of another size, or contradicts another source by more than 1 % is not taken, and
    said so in the notes.

    Parameters
    ----------
    path : path
        A file that `read_image` reads.

    Returns
    -------
    FileCalibration

    Raises
    ------
    InputError
        If the file is missing, a folder, of another type or unreadable.
    """
    file = _existing(path, SUFFIXES)
    return _reading(file, lambda: calibration_of(file))


def existing_file(path: str | os.PathLike[str]) -> Path:
    """Give the path of a file that is there.

    Raises
    ------
    InputError
        If there is none, or it is a folder.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise InputError(f"{file} is a folder: name the files in it.")
        if not file.exists():
            raise InputError(f"{file} does not exist: check the path.")
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{file} cannot be reached ({one_line(error)}): check the path.") from error
    return file


def one_line(error: BaseException) -> str:
    """Shorten the text of an exception to a line that fits into a message."""
    text = " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
    return text if len(text) <= 100 else text[:97] + "..."


def _existing(path: str | os.PathLike[str], suffixes: tuple[str, ...]) -> Path:
    file = existing_file(path)
    if file.suffix.lower() not in suffixes:
        kind = f"{file.suffix} files" if file.suffix else "Files without a suffix"
        raise InputError(f"{kind} cannot be read ({file.name}): use one of {' '.join(suffixes)}.")
    return file


def _decode(file: Path, *, as_labels: bool) -> tuple[Decoded, FileCalibration]:
    def decode() -> tuple[Decoded, FileCalibration]:
        if file.suffix.lower() in TIFF_SUFFIXES:
            with TiffFile(file) as tif:
                return decode_tiff(tif, file, as_labels=as_labels), calibration_of_tiff(tif, file)
        if file.suffix.lower() == ".npy":
            return Decoded(np.load(file, allow_pickle=False)), calibration_of(file)
        return decode_raster(file, as_labels=as_labels), calibration_of(file)

    return _reading(file, decode)


def _reading(file: Path, read: Callable[[], Read]) -> Read:
    """Turn whatever a decoder raises on a file into one line."""
    try:
        return read()
    except InputError:
        raise
    except PermissionError as error:
        raise InputError(f"{file} may not be read: ask for the permission or copy the file.") from error
    except MemoryError as error:
        raise InputError(f"{file.name} does not fit into memory: cut it into parts.") from error
    except Exception as error:  # decoders raise anything at all on a damaged file
        _log.info("decoding %s failed", file, exc_info=True)
        raise InputError(
            f"{file.name} cannot be read ({one_line(error)}): damaged or cut off; copy or export it again."
        ) from error


def _check_ids(array: NDArray[Any], name: str) -> None:
    if array.dtype.kind not in "buif":
        raise InputError(f"{name} holds {array.dtype}, not labels: save one integer per pixel.")
    if array.dtype.kind == "f" and not _is_whole(array):
        raise InputError(f"{name} holds numbers that are not whole: labels are integers; is it an image?")
    low, high = array.min(), array.max()
    if low < 0:
        raise InputError(f"{name} holds negative labels (down to {low:g}): labels start at 0.")
    if high > np.iinfo(np.int32).max:
        raise InputError(f"{name} holds labels up to {high:g}: renumber them to stay below 2147483648.")


def _is_whole(array: NDArray[Any]) -> bool:
    with np.errstate(invalid="ignore"):  # of the signalling NaN of a damaged file
        return np.array_equal(array, np.rint(array))  # NaN differs from itself
