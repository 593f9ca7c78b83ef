"""TIFF files that carry their calibration and their provenance."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

import numpy as np
import tifffile
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.images._pixel_size import PixelSize
from napari_grains.images._read import existing_file, one_line
from napari_grains.images._tiff_calibration import ome_image

_PROVENANCE: Final = "napari-grains"
_STORED_AS: Final = {"bool": "uint8", "float16": "float32"}
_STORED: Final = frozenset({"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"})
# Beyond this the offsets of a classic TIFF no longer fit 32 bits, should nothing be gained by packing.
_CLASSIC_LIMIT: Final = 2**32 - 2**26
_RATIONAL_LIMIT: Final = 2**32 - 1


def write_tiff(
    path: str | os.PathLike[str],
    array: NDArray[Any],
    pixel_size: PixelSize | None,
    *,
    description: Mapping[str, Any] | None = None,
) -> None:
    """Write an image or labels as zlib-packed OME-TIFF, either wholly or leaving the old file as it was.

    The calibration stands in the OME-XML, from where `read_image` takes it, and in XResolution with
    centimetres, from where ImageJ takes it when it opens the file without Bio-Formats.

    Parameters
    ----------
    path : path
        The folder must exist; a file of that name is replaced.
    array : ndarray, shape (Y, X) or (Z, Y, X)
        8-, 16- and 32-bit integers, float32 and float64 survive bit for bit; bool is stored as uint8, float16
        as float32, 64-bit integers as int32 if they fit.
    pixel_size : PixelSize or None
    description : mapping, optional
        Provenance that `read_provenance` gives back; its values can be written as JSON.

    Raises
    ------
    InputError
        If the file cannot be written: no such folder, no permission, disk full.
    ValueError
        If the array has another shape or dtype, or the description is no JSON.
    """
    stored = _storable(np.asarray(array))
    provenance = json.dumps({_PROVENANCE: dict(description or {})}, allow_nan=False)
    metadata: dict[str, Any] = {
        "axes": "ZYX"[-stored.ndim :],
        "Description": provenance,
        "UUID": f"urn:uuid:{_identifier(stored, provenance)}",
    }
    options: dict[str, Any] = {}
    if pixel_size is not None:
        metadata |= {
            f"PhysicalSize{axis}": edge * 1e6 for axis, edge in (("X", pixel_size.x), ("Y", pixel_size.y))
        }
        metadata |= {"PhysicalSizeXUnit": "µm", "PhysicalSizeYUnit": "µm"}
        options = _resolution(pixel_size)

    try:
        with replacing(path) as unfinished, unfinished.open("xb") as file:
            with tifffile.TiffWriter(file, ome=True, bigtiff=stored.nbytes > _CLASSIC_LIMIT) as writer:
                writer.write(
                    stored,
                    photometric="minisblack",
                    compression="zlib",
                    metadata=metadata,
                    software="napari-grains",
                    **options,
                )
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"{path} cannot be written ({one_line(error)}): choose another folder.") from error


def read_provenance(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Give the `description` that `write_tiff` put into a file, empty for a TIFF from elsewhere.

    Raises
    ------
    InputError
        If the file is missing, a folder, or no TIFF.
    """
    file = existing_file(path)
    try:
        with tifffile.TiffFile(file) as tif:
            xml = tif.ome_metadata or ""
    except Exception as error:  # anything at all on a damaged file
        raise InputError(
            f"{file.name} cannot be read as TIFF ({one_line(error)}): choose another file."
        ) from error
    try:
        provenance = json.loads(str(ome_image(xml).get("Description", "")))[_PROVENANCE]
    except (ValueError, KeyError, TypeError):
        return {}
    return provenance if isinstance(provenance, dict) else {}


def _identifier(stored: NDArray[Any], provenance: str) -> uuid.UUID:
    """Identify a file by its content, so that the same content gives the same bytes."""
    digest = hashlib.sha256(np.ascontiguousarray(stored).data)
    digest.update(provenance.encode())
    return uuid.uuid5(uuid.NAMESPACE_OID, digest.hexdigest())


def _storable(array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim not in {2, 3} or array.size == 0:
        raise ValueError(f"an array of shape {array.shape} is neither (Y, X) nor (Z, Y, X)")
    name = array.dtype.name
    if name in {"int64", "uint64"} and array.max() < 2**31 and array.min() >= -(2**31):
        return array.astype(np.int32)
    if name not in _STORED | _STORED_AS.keys():
        raise ValueError(f"{name} cannot be stored: convert it to float32 or int32")
    # Native byte order, because the dtype may come from a file of another machine.
    return np.ascontiguousarray(array, dtype=np.dtype(_STORED_AS.get(name, name)))


def _resolution(pixel_size: PixelSize) -> dict[str, Any]:
    """Give pixels per centimetre as fractions of 32-bit integers, nothing where they do not fit."""
    per_cm = [1e-2 / edge for edge in (pixel_size.x, pixel_size.y)]
    if not all(1 <= value < _RATIONAL_LIMIT for value in per_cm):
        return {}
    # The fractions that old releases of tifffile make of floats are off by 2e-6.
    fractions = [Fraction(value).limit_denominator(int(_RATIONAL_LIMIT / value)) for value in per_cm]
    return {
        "resolution": [(fraction.numerator, fraction.denominator) for fraction in fractions],
        "resolutionunit": "CENTIMETER",
    }
