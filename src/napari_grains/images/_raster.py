"""PNG, JPEG and BMP, and the compressed TIFFs that tifffile alone cannot unpack, through Pillow."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from napari_grains.errors import InputError
from napari_grains.images._decoded import Decoded, check_claimed_size

_GREY_MODES: Final = frozenset({"1", "L", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_ALPHA_MODES: Final = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
_FORMATS: Final = ("PNG", "JPEG", "BMP")
_limit_lock = threading.Lock()


def decode_raster(path: Path, *, as_labels: bool = False) -> Decoded:
    """Read a PNG, JPEG or BMP file.

    Parameters
    ----------
    path : Path
    as_labels : bool
        Keep the indices of a palette image instead of its colours.

    Returns
    -------
    Decoded
    """
    with _any_size(), Image.open(path, formats=_FORMATS) as picture:
        check_claimed_size(path, picture.width * picture.height * len(picture.getbands()))
        array, rgb = _pixels(picture, as_labels=as_labels)
        note = (
            "16 bits per colour were read as 8."
            if picture.format == "PNG" and rgb and _is_deep(path)
            else None
        )
    return Decoded(array, rgb, notes=(note,) if note else ())


def decode_packed_tiff(path: Path, *, as_labels: bool = False) -> Decoded:
    """Read a TIFF with a compression such as LZW or JPEG; several pages of one shape become a stack.

    Raises
    ------
    InputError
        If the pages differ in size or kind.
    """
    with _any_size(), Image.open(path, formats=("TIFF",)) as picture:
        frames = getattr(picture, "n_frames", 1)
        check_claimed_size(path, frames * picture.width * picture.height * len(picture.getbands()))
        pages = [_pixels(page, as_labels=as_labels) for page in ImageSequence.Iterator(picture)]
    first, rgb = pages[0]
    if len(pages) == 1:
        return Decoded(first, rgb)
    if any(page.shape != first.shape or page.dtype != first.dtype for page, _ in pages):
        raise InputError(
            f"{path.name} holds pages of different sizes or kinds: save the one you want on its own."
        )
    return Decoded(np.stack([page for page, _ in pages]), rgb)


def raster_shape(path: Path) -> tuple[int, int]:
    """Read the rows and columns of a PNG, JPEG or BMP file from its header."""
    with _any_size(), Image.open(path, formats=_FORMATS) as picture:
        return picture.height, picture.width


@contextmanager
def _any_size() -> Iterator[None]:
    """Lift Pillow's limit on the number of pixels (it warns from 89 Mpx on), which stitched fields exceed."""
    with _limit_lock:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _pixels(picture: Image.Image, *, as_labels: bool) -> tuple[NDArray[Any], bool]:
    if picture.mode in _GREY_MODES or (picture.mode == "P" and as_labels):
        return np.array(picture), False
    transparent = picture.mode in _ALPHA_MODES or (picture.mode == "P" and "transparency" in picture.info)
    wanted = "RGBA" if transparent else "RGB"
    return np.array(picture if picture.mode == wanted else picture.convert(wanted)), True


def _is_deep(path: Path) -> bool:
    # Bit depth of a PNG: byte 24, in its first chunk. Pillow has no mode for colours of 16 bits and drops 8
    # of them.
    with path.open("rb") as file:
        header = file.read(25)
    return header[24] == 16
