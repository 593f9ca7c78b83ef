"""The micrograph as the rest of the package sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import EllipsisType

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.images._annotations import Box, InfoBar
from napari_grains.images._pixel_size import PixelSize


@dataclass(frozen=True, eq=False)
class CalibratedImage:
    """A micrograph or a stack of them; `calibrated` and `read_image` make it from what people have.

    Parameters
    ----------
    pixels : ndarray of float32, shape (Y, X) or (Z, Y, X)
        Grey values in the units of the file, finite everywhere.
    specimen : ndarray of bool, same shape, or None
        False where there was nothing to see (NaN, infinite or transparent input). None means everywhere True.
    pixel_size : PixelSize or None
        None means not calibrated; then every length is in pixels.
    name : str
        Stem of the file or name of the layer.
    source : str or None
        Path as it was given.
    origin : tuple of int
        Row and column of pixel (0, 0) in the frame that the image was cropped from.
    notes : tuple of str
        What was done on entry and the user should read, one line each.
    info_bar : InfoBar or None
        The banner that the file's metadata tell of, in rows of this image. It is part of the pixels until
        `leaving_out` takes it out.

    Raises
    ------
    ValueError
        If shapes or dtypes are not the ones above.
    """

    pixels: NDArray[np.float32]
    specimen: NDArray[np.bool_] | None = None
    pixel_size: PixelSize | None = None
    name: str = "image"
    source: str | None = None
    origin: tuple[int, int] = (0, 0)
    notes: tuple[str, ...] = ()
    info_bar: InfoBar | None = None

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.float32 or self.pixels.ndim not in {2, 3}:
            raise ValueError(
                f"pixels are {self.pixels.dtype} {self.pixels.shape}, not float32 (Y, X) or (Z, Y, X)"
            )
        mask = self.specimen
        if mask is not None and (mask.dtype != np.bool_ or mask.shape != self.pixels.shape):
            raise ValueError(f"specimen is {mask.dtype} {mask.shape}, not bool {self.pixels.shape}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(Y, X) or (Z, Y, X)."""
        return self.pixels.shape

    @property
    def is_stack(self) -> bool:
        """True for (Z, Y, X)."""
        return self.pixels.ndim == 3

    def slices(self) -> Iterator[CalibratedImage]:
        """Yield a stack's (Y, X) images, named ``name_000``, ``name_001``, ...; an image yields itself."""
        if not self.is_stack:
            yield self
            return
        for index in range(self.shape[0]):
            yield replace(
                self,
                pixels=self.pixels[index],
                specimen=_mask_or_none(self.specimen, index),
                name=f"{self.name}_{index:03d}",
            )

    def crop(self, y0: int, y1: int, x0: int, x1: int) -> CalibratedImage:
        """Cut out rows y0..y1-1 and columns x0..x1-1 of every slice, as a view.

        Raises
        ------
        InputError
            If the rectangle is empty or reaches outside the image.
        """
        height, width = self.shape[-2:]
        if not (0 <= y0 < y1 <= height and 0 <= x0 < x1 <= width):
            raise InputError(
                f"Rows {y0} to {y1}, columns {x0} to {x1} do not lie in {self.name} ({height} x {width} px): "
                "choose a rectangle inside it."
            )
        window = (..., slice(y0, y1), slice(x0, x1))
        return replace(
            self,
            pixels=self.pixels[window],
            specimen=_mask_or_none(self.specimen, window),
            origin=(self.origin[0] + y0, self.origin[1] + x0),
            info_bar=_cropped(self.info_bar, Box(y0, y1, x0, x1)),
        )

    def leaving_out(self, *boxes: Box) -> CalibratedImage:
        """Take boxes, such as the info bar's, out of the specimen of every slice.

        Their pixels are filled with the median of the slice's specimen, so that neither the contrast nor a
        network sees what was there. Parts outside the image are ignored.

        Raises
        ------
        InputError
            If nothing of the specimen is left.
        """
        inside = [box for box in (box.within(self.shape) for box in boxes) if box is not None]
        if not inside:
            return self
        left_out = np.zeros(self.shape[-2:], np.bool_)
        for box in inside:
            left_out[box.top : box.bottom, box.left : box.right] = True
        specimen = np.broadcast_to(~left_out, self.shape)
        specimen = specimen.copy() if self.specimen is None else self.specimen & specimen
        if not specimen.any():
            raise InputError(f"Nothing of {self.name} remains: leave out less of it.")
        places = "; ".join(
            f"rows {box.top} to {box.bottom - 1}, columns {box.left} to {box.right - 1}" for box in inside
        )
        return replace(
            self,
            pixels=_filled(self.pixels, specimen, left_out),
            specimen=specimen,
            notes=(*self.notes, f"Left out: {places} (counted from 0)."),
        )


def _mask_or_none(
    mask: NDArray[np.bool_] | None, window: int | tuple[EllipsisType, slice, slice]
) -> NDArray[np.bool_] | None:
    if mask is None:
        return None
    part: NDArray[np.bool_] = mask[window]
    return None if part.all() else part


def _cropped(bar: InfoBar | None, window: Box) -> InfoBar | None:
    """Give the part of an info bar in a window, in the window's own rows and columns."""
    if bar is None:
        return None
    box = bar.box.moved(-window.top, -window.left)
    inside = box.within((window.bottom - window.top, window.right - window.left))
    return None if inside is None else replace(bar, box=inside)


def _filled(
    pixels: NDArray[np.float32], specimen: NDArray[np.bool_], left_out: NDArray[np.bool_]
) -> NDArray[np.float32]:
    filled = pixels.copy()
    size = pixels.shape[-2:]
    for frame, seen in zip(filled.reshape(-1, *size), specimen.reshape(-1, *size), strict=True):
        frame[left_out] = np.median(frame[seen] if seen.any() else pixels[specimen])
    return filled
