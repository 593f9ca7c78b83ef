"""Any array that can be a micrograph becomes a `CalibratedImage`, or one line that says why it cannot."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_grains.errors import InputError
from napari_grains.images._image import CalibratedImage
from napari_grains.images._pixel_size import PixelSize

MIN_SIDE: Final = 16
"""Pixels: below this no grain can be told from its boundary."""

LUMINANCE: Final = (0.2125, 0.7154, 0.0721)
"""Weights of red, green and blue, ITU-R BT.709 as in `skimage.color.rgb2gray`."""

# Squares of the grey values must stay finite and normal in float32 (3.4e38, 1.2e-38).
_LARGEST: Final = 1e18
_SMALLEST_SPAN: Final = 1e-18
_LEVELS: Final = 256
"""Grey levels that the change to float32 must leave at least."""

Array = NDArray[Any]


def calibrated(
    array: ArrayLike,
    *,
    name: str = "image",
    pixel_size: PixelSize | None = None,
    source: str | None = None,
    rgb: bool | None = None,
) -> CalibratedImage:
    """Turn an array into a `CalibratedImage`.

    Parameters
    ----------
    array : array_like of bool, integer or float
        Shape (Y, X), (Z, Y, X), or with a last axis of 3 or 4 colours (Y, X, C), (Z, Y, X, C). Axes of length
        1 are dropped. NaN, infinite and fully transparent pixels are left out of the specimen and filled with
        the median of their slice. Grey values keep their scale; only where single precision cannot hold them
        are they mapped to 0..1, which is noted.
    name : str
        Name of the image, used in messages too.
    pixel_size : PixelSize, optional
        None leaves the image uncalibrated.
    source : str, optional
        Path the array came from.
    rgb : bool, optional
        Whether the last axis holds colours. None: it does if its length is 3 or 4, both axes before it are
        longer, and the values are uint8, uint16 or floats within 0..1.

    Returns
    -------
    CalibratedImage

    Raises
    ------
    InputError
        For a dtype that is no grey value, for more axes than above, and for an image that is empty, smaller
        than 16 px on a side, without a finite pixel, or constant.
    """
    values = _as_numbers(np.asarray(array), name)
    colour = _looks_like_rgb(values) if rgb is None else rgb
    notes: list[str] = []
    opaque: Array | None = None
    if colour:
        values, opaque = _luminance(values, name, notes)
    _check_shape(values, np.shape(array), name)
    pixels = _single_precision(values, notes)
    specimen = _finite(pixels, opaque, notes)
    _check_contrast(pixels, specimen, name, notes)
    if specimen is not None:
        pixels = _filled(pixels, specimen)
    return CalibratedImage(pixels, specimen, pixel_size, name, source, notes=tuple(notes))


def _as_numbers(values: Array, name: str) -> Array:
    if values.dtype.kind == "c":
        raise InputError(f"{name} holds complex numbers: take their magnitude or phase first.")
    if values.dtype.kind not in "buif":
        raise InputError(
            f"{name} holds {values.dtype}, not grey values: give an array of integers or floats."
        )
    if values.size == 0:
        raise InputError(f"{name} is empty (shape {values.shape}): choose another image.")
    return values.reshape([length for length in values.shape if length != 1])


def _looks_like_rgb(values: Array) -> bool:
    if (
        values.ndim not in {3, 4}
        or values.shape[-1] not in {3, 4}
        or min(values.shape[-3:-1]) <= values.shape[-1]
    ):
        return False
    if values.dtype.kind != "f":
        return values.dtype in (np.uint8, np.uint16)
    # Comparisons are False for NaN, which does not speak against colour.
    return not bool(((values < 0) | (values > 1)).any())


def _luminance(values: Array, name: str, notes: list[str]) -> tuple[Array, Array | None]:
    if values.ndim not in {3, 4} or values.shape[-1] not in {3, 4}:
        raise InputError(
            f"{name} has shape {values.shape}: a colour image needs a last axis of 3 or 4 colours."
        )
    opaque = values[..., 3] > 0 if values.shape[-1] == 4 else None
    if opaque is not None and not opaque.any():
        opaque = None  # some programs leave the fourth channel unused
    red, green, blue = (values[..., channel] for channel in range(3))
    if np.array_equal(red, green) and np.array_equal(red, blue):
        notes.append("The colour channels are equal: read as one grey channel.")
        return red, opaque
    notes.append("RGB turned into luminance.")
    # Single precision holds 16-bit colours exactly; wider ones are summed in double precision.
    dtype = np.float32 if values.dtype.itemsize <= 2 else np.float64
    weights = [dtype(weight) for weight in LUMINANCE]
    return red * weights[0] + green * weights[1] + blue * weights[2], opaque


def _check_shape(values: Array, given: tuple[int, ...], name: str) -> None:
    if values.ndim > 3:
        raise InputError(
            f"{name} has {len(given)} axes {given}: give one image (Y, X) or stack (Z, Y, X), channels apart."
        )
    height, width = (values.shape if values.ndim > 1 else (1, *values.shape, 1))[-2:]
    if values.ndim < 2 or min(height, width) < MIN_SIDE:
        raise InputError(
            f"{name} is too small (shape {given}): at least {MIN_SIDE} x {MIN_SIDE} px are needed; "
            "choose a larger image."
        )


def _single_precision(values: Array, notes: list[str]) -> NDArray[np.float32]:
    if values.dtype.kind == "b" or values.dtype.itemsize <= 2:
        return values.astype(np.float32)
    low, half_span = _range(values)
    largest = max(abs(low), abs(low + 2 * half_span))
    if half_span == 0 or _fits(largest, 2 * half_span, exact=values.dtype == np.float32):
        with np.errstate(over="ignore", under="ignore"):
            return values.astype(np.float32, copy=False)
    notes.append(
        f"Grey values from {low:.6g}, {2 * half_span:.6g} wide, exceed single precision: mapped to 0..1."
    )
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        # Halves, because the difference of two finite numbers can overflow.
        unit: NDArray[np.float32] = ((values.astype(np.float64) / 2 - low / 2) / half_span).astype(np.float32)
    return unit


def _range(values: Array) -> tuple[float, float]:
    """Give the smallest finite value and half the distance to the largest one; (0, 0) if none is finite."""
    with np.errstate(over="ignore"):
        wide = values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    if finite.size == 0:
        return 0.0, 0.0
    low, high = float(finite.min()), float(finite.max())
    return low, high / 2 - low / 2


def _fits(largest: float, span: float, *, exact: bool) -> bool:
    if largest > _LARGEST or span < _SMALLEST_SPAN:
        return False
    # Values that are float32 already lose no level.
    return exact or span >= _LEVELS * float(np.finfo(np.float32).eps) * largest


def _finite(pixels: Array, opaque: Array | None, notes: list[str]) -> NDArray[np.bool_] | None:
    specimen: NDArray[np.bool_] = np.isfinite(pixels)
    if not specimen.all():
        notes.append(f"{_percent(~specimen)} of the pixels are not finite: left out.")
    if opaque is not None and not opaque.all():
        notes.append(f"{_percent(~opaque)} of the pixels are transparent: left out.")
        specimen &= opaque
    return None if specimen.all() else specimen


def _check_contrast(pixels: Array, specimen: Array | None, name: str, notes: list[str]) -> None:
    blank, flat = [], []
    frames = _frames(pixels)
    for index, frame in enumerate(frames):
        seen = frame if specimen is None else frame[_frames(specimen)[index]]
        if seen.size == 0:
            blank.append(index)
        elif seen.min() == seen.max():
            flat.append(index)
    if len(blank) == len(frames):
        raise InputError(f"{name} has no finite pixel: choose another image.")
    if len(blank) + len(flat) == len(frames):
        value = frames[flat[0]] if specimen is None else frames[flat[0]][_frames(specimen)[flat[0]]]
        raise InputError(
            f"{name} is constant (every pixel is {float(value.flat[0]):g}): choose another image."
        )
    if blank:
        notes.append(f"No finite pixel in {_listed(blank)}.")
    if flat:
        notes.append(f"Constant grey value in {_listed(flat)}.")


def _filled(pixels: NDArray[np.float32], specimen: NDArray[np.bool_]) -> NDArray[np.float32]:
    filled = pixels.copy()
    for frame, seen in zip(_frames(filled), _frames(specimen), strict=True):
        if not seen.all():
            frame[~seen] = np.median(frame[seen] if seen.any() else pixels[specimen])
    return filled


def _frames(values: Array) -> Array:
    return values.reshape(-1, *values.shape[-2:])


def _percent(mask: Array) -> str:
    return f"{100 * float(mask.mean()):.2g} %"


def _listed(indices: list[int]) -> str:
    shown = ", ".join(str(index) for index in indices[:5])
    more = f" and {len(indices) - 5} more" if len(indices) > 5 else ""
    return f"{'slice' if len(indices) == 1 else 'slices'} {shown}{more} (counted from 0)"
