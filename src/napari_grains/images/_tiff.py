"""TIFF through tifffile: which image of the file, which of its axes, which sense of its grey values."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tifffile import PHOTOMETRIC, TiffFile, TiffPage, TiffPageSeries

from napari_grains.errors import InputError
from napari_grains.images._decoded import Decoded, check_claimed_size
from napari_grains.images._raster import decode_packed_tiff

Array = NDArray[Any]

# More than ImageJ shows as channels.
_MAX_CHANNELS: Final = 7


def decode_tiff(tif: TiffFile, path: Path, *, as_labels: bool = False) -> Decoded:
    """Read the first series of a TIFF.

    Parameters
    ----------
    tif : TiffFile
        The open file.
    path : Path
        Where it is.
    as_labels : bool
        Keep stored values: neither look colours up in a palette nor turn white-is-zero pages round. Channels
        are slices then, unless there are slices too.

    Returns
    -------
    Decoded

    Raises
    ------
    InputError
        If the file has no image or is cut off, or with `as_labels` if it has channels besides slices.
    """
    if not tif.series:
        raise InputError(f"{path.name} holds no image: choose another file.")
    series = tif.series[0]
    notes = [*_check_complete(tif, series, path), *_series_notes(tif)]
    check_claimed_size(path, series.nbytes)
    try:
        stored = series.asarray()
    except (ValueError, KeyError) as error:
        # tifffile leaves LZW, JPEG and others to the package imagecodecs; Pillow has them built in.
        if "imagecodecs" not in str(error):
            raise
        packed = decode_packed_tiff(path, as_labels=as_labels)
        return Decoded(packed.array, packed.rgb, (*notes, *packed.notes))
    array, rgb = _arranged(stored, series.axes, notes, path, as_labels=as_labels)
    if not as_labels:
        array, rgb = _as_shown(array, rgb, tif, notes)
    return Decoded(array, rgb, tuple(notes))


def _series_notes(tif: TiffFile) -> list[str]:
    number = len(tif.series)
    return [f"The file holds {number} images of different kinds: the first was read."] if number > 1 else []


def _check_complete(tif: TiffFile, series: TiffPageSeries, path: Path) -> list[str]:
    # tifffile only logs what is missing and reads the rest, so a stack cut in half would pass as a short one.
    promised = (tif.imagej_metadata or {}).get("images", 1) if tif.is_imagej else 1
    read = int(np.prod(series.shape)) // int(np.prod(series.keyframe.shape))
    cut_off, lost_tags = _ends_early(tif)
    if (
        promised > read
        or (cut_off and (lost_tags or len(tif.pages) > 1))
        or any(page is None for page in series.pages)
    ):
        raise InputError(f"{path.name} is cut off (not all of its pages are there): copy or export it again.")
    # Of a single page that is whole this may be no more than a careless program's last pointer.
    return ["The file points to a page beyond its end and may be cut off."] if cut_off else []


def _ends_early(tif: TiffFile) -> tuple[bool, bool]:
    """Tell whether the last page points beyond the end of the file, and whether the first page lost tags."""
    form, file = tif.tiff, tif.filehandle
    first, last = tif.pages.first, tif.pages[len(tif.pages) - 1]
    declared = _tag_number(tif, first.offset)
    file.seek(last.offset + form.tagnosize + _tag_number(tif, last.offset) * form.tagsize)
    following = file.read(form.offsetsize)
    beyond = len(following) < form.offsetsize or struct.unpack(form.offsetformat, following)[0] >= file.size
    return beyond, isinstance(first, TiffPage) and declared > len(first.tags)


def _tag_number(tif: TiffFile, offset: int) -> int:
    tif.filehandle.seek(offset)
    (number,) = struct.unpack(tif.tiff.tagnoformat, tif.filehandle.read(tif.tiff.tagnosize))
    return int(number)


def _arranged(
    stored: Array, axes: str, notes: list[str], path: Path, *, as_labels: bool
) -> tuple[Array, bool]:
    """Bring any order of axes into (Y, X) or (Z, Y, X), with the colours last."""
    axes = axes.upper()
    if "Y" not in axes or "X" not in axes:
        raise InputError(f"{path.name} holds no image (its axes are {axes}): choose another file.")
    axes = _channels_as_slices(stored, axes, notes, as_labels=as_labels)
    array, axes = _first_channel(stored, axes, notes, path, as_labels=as_labels)
    rgb = "S" in axes
    others = [axis for axis in axes if axis not in "YXS"]
    order = [axes.index(axis) for axis in (*others, "Y", "X", *("S" if rgb else ""))]
    array = array.transpose(order)
    long = [(axis, length) for axis, length in zip(others, array.shape, strict=False) if length > 1]
    array = array.reshape(*([-1] if long else []), *array.shape[len(others) :])
    if len(long) > 1:
        sizes = " x ".join(f"{axis} {length}" for axis, length in long)
        notes.append(f"Axes {sizes} flattened into one stack of {array.shape[0]} slices.")
    return array, rgb


def _channels_as_slices(array: Array, axes: str, notes: list[str], *, as_labels: bool) -> str:
    """Take for slices what was saved as the only further axis but under the wrong name.

    A stack handed to tifffile's ImageJ writer without naming its axes becomes channels.
    """
    at = axes.find("C")
    if at < 0 or sum(array.shape[axes.index(axis)] > 1 for axis in axes if axis not in "YXS") > 1:
        return axes
    if not as_labels and array.shape[at] <= _MAX_CHANNELS:
        return axes
    notes.append(f"{array.shape[at]} channels taken for the slices of a stack.")
    return axes.replace("C", "Q")


def _first_channel(
    array: Array, axes: str, notes: list[str], path: Path, *, as_labels: bool
) -> tuple[Array, str]:
    """Keep one of several channels (C) and of samples (S) that are no colours."""
    for axis in "CS":
        length = array.shape[axes.index(axis)] if axis in axes else 0
        if not length or (axis == "S" and length in {3, 4}):
            continue
        if length > 1 and as_labels:
            raise InputError(
                f"{path.name} holds {length} channels: save the labels as one channel of integers."
            )
        if length > 1:
            notes.append(f"{length} channels: the first was read.")
        array = array.take(0, axis=axes.index(axis))
        axes = axes.replace(axis, "")
    return array, axes


def _as_shown(array: Array, rgb: bool, tif: TiffFile, notes: list[str]) -> tuple[Array, bool]:
    """Look up the colours of a palette and turn white-is-zero pages round, as every viewer shows them."""
    page = tif.pages.first
    if rgb or not isinstance(page, TiffPage):
        return array, rgb
    if page.photometric == PHOTOMETRIC.MINISWHITE and array.dtype.kind in "bu":
        notes.append("White is zero in this file: grey values turned round.")
        brightest = array.dtype.type((1 << page.bitspersample) - 1) if array.dtype.kind == "u" else np.True_
        return brightest ^ array, False
    # ImageJ's palettes are false colours over grey values that mean something by themselves.
    if page.photometric == PHOTOMETRIC.PALETTE and page.colormap is not None and not tif.is_imagej:
        red, green, blue = page.colormap
        if np.array_equal(red, green) and np.array_equal(red, blue):
            return (array, False) if (np.diff(red.astype(np.int64)) > 0).all() else (red[array], False)
        return np.moveaxis(page.colormap[:, array], 0, -1), True
    return array, rgb
