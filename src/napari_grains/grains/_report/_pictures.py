"""Micrographs and their grain boundaries for a report, as data URLs."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage as ndi

from napari_grains.images import PixelSize, stretch

from .._graph import Ids
from .._measure._field import prepared_field

LINE_COLOUR: Final = "#ff5a1f"
_LEFT_OUT: Final = (0.22, 0.27, 0.38)
"""Colour towards which areas that are not measured are shaded."""
_DARKEST: Final = np.float32(0.3)
"""What black becomes under the lines."""
_DPI: Final = 150
_LETTER: Final = 0.66
"""Width of a letter over its height, about."""
_QUALITY: Final = {"quality": 80, "subsampling": 0}  # full resolution of colour: the lines are thin

Mask = NDArray[np.bool_]
Rgb = NDArray[np.float32]


@dataclass(frozen=True)
class PictureSize:
    """How large pictures are.

    Parameters
    ----------
    smallest, largest : int
        Limits of the longer side in px; in between it is that of the micrograph.
    lettering : float
        Of the scale bar, in points at 150 dpi.
    """

    smallest: int
    largest: int
    lettering: float


LARGE: Final = PictureSize(900, 1000, 14.0)
WIDE: Final = PictureSize(1400, 1600, 11.0)
"""For the whole width of a page."""
SMALL: Final = PictureSize(560, 560, 12.0)


@dataclass(frozen=True, eq=False)
class View:
    """One field of view as it is shown.

    Parameters
    ----------
    image : ndarray, shape (Y, X), or None
        The micrograph; without it grains are patches of grey.
    labels : ndarray of int, shape (Y, X)
        Its grains.
    pixel_size : PixelSize or None
        For the scale bar and the shape of the pixels.
    specimen, exclude : ndarray of bool, shape (Y, X), or None
        What was to be measured, and what not.
    """

    image: NDArray[np.generic] | None
    labels: NDArray[np.integer]
    pixel_size: PixelSize | None
    specimen: Mask | None = None
    exclude: Mask | None = None

    def micrograph(self, size: PictureSize) -> str:
        """Draw the micrograph alone, with a scale bar if it is calibrated."""
        return self._drawn(self._greys(self._shape(size)), size)

    def boundaries(self, size: PictureSize) -> str:
        """Draw the boundaries of all grains that were measured on the micrograph; other areas are shaded."""
        shape = self._shape(size)
        grains = self._grains(shape)
        # Paler than it is: from greys lines of one colour stand out, from black and white they do not.
        picture = _DARKEST + (1 - _DARKEST) * self._greys(shape)
        outside = (grains == 0)[..., None]
        picture = np.where(outside, 0.45 * picture + 0.55 * np.array(_LEFT_OUT, np.float32), picture)
        picture[_lines(grains)] = to_rgb(LINE_COLOUR)
        return self._drawn(picture, size)

    @property
    def leaves_out(self) -> bool:
        """Whether some of the field was not measured."""
        return bool((self._grains(self._shape(SMALL)) == 0).any())

    def _shape(self, size: PictureSize) -> tuple[int, int]:
        """Rows and columns of the picture, with square pixels."""
        rows, columns = (float(length) for length in self.labels.shape)
        if self.pixel_size is not None:
            rows *= self.pixel_size.y_um / self.pixel_size.x_um
        longest = min(max(*self.labels.shape, size.smallest), size.largest)
        scale = longest / max(rows, columns)
        return max(24, round(rows * scale)), max(24, round(columns * scale))

    def _greys(self, shape: tuple[int, int]) -> Rgb:
        if self.image is None:
            return _patches(self._grains(shape))
        whole = Image.fromarray(np.asarray(self.image, np.float32))
        smaller = shape[0] < self.image.shape[0]
        resized = whole.resize(shape[::-1], Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC)
        return np.repeat(stretch(np.asarray(resized))[..., None], 3, axis=2)

    def _grains(self, shape: tuple[int, int]) -> Ids:
        """Grains as they were counted, lines between them given to one of both, in the picture's pixels."""
        masks = [None if mask is None else _resampled(mask, shape) for mask in (self.specimen, self.exclude)]
        grains = prepared_field(_resampled(self.labels, shape), None, masks[0]).labels
        return grains if masks[1] is None else np.where(masks[1], 0, grains).astype(np.int32)

    def _drawn(self, picture: Rgb, size: PictureSize) -> str:
        rows, columns = picture.shape[:2]
        figure = Figure(figsize=(columns / _DPI, rows / _DPI), dpi=_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.imshow(picture, aspect="auto", interpolation="none")
        if self.pixel_size is not None:
            extent = self.labels.shape[1] * self.pixel_size.x_um
            _scale_bar(axes, (rows, columns), extent, size.lettering)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="jpeg", pil_kwargs=_QUALITY)
        return data_url(buffer.getvalue(), "image/jpeg")


def data_url(content: bytes, mime: str) -> str:
    """Give the URL that holds the content itself."""
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"


def _resampled(array: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """Take the nearest pixel: a boundary stays one, however much smaller the picture is."""
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(int) for new, old in zip(shape, array.shape, strict=True)
    )
    sampled: NDArray[Any] = array[np.ix_(rows, columns)]
    return sampled


def _patches(grains: Ids) -> Rgb:
    """One grey per grain, different for neighbouring ids."""
    share = (grains.astype(np.float64) * 0.6180339887) % 1
    grey = np.where(grains == 0, 0.0, 0.35 + 0.6 * share).astype(np.float32)
    return np.repeat(grey[..., None], 3, axis=2)


def _lines(grains: Ids) -> Mask:
    """Pixels of grain lines: wide enough to be seen, but narrow beside the grains."""
    lines = np.zeros(grains.shape, bool)
    lines[:-1] |= grains[:-1] != grains[1:]
    lines[:, :-1] |= grains[:, :-1] != grains[:, 1:]
    diameter = math.sqrt(grains.size / max(int(grains.max()), 1))
    width = max(1, min(round(diameter / 12), round(max(grains.shape) / 330)))
    return ndi.binary_dilation(lines, np.ones((width, width), bool)) if width > 1 else lines


def _scale_bar(axes: Axes, shape: tuple[int, int], extent_um: float, lettering: float) -> None:
    """Put a bar of a round length, about a fifth of the width, into the lower left corner."""
    rows, columns = shape
    room = extent_um / 5
    decade = 10.0 ** math.floor(math.log10(room))
    length = max(step * decade for step in (1, 2, 5) if step * decade <= room * (1 + 1e-9))
    letter, width, text = lettering * _DPI / 72, columns * length / extent_um, _length(length)
    gap, across = 0.35 * letter, max(width, _LETTER * letter * len(text))
    middle, y = 2 * gap + across / 2, rows - 2.6 * gap
    frame = (gap, y - 1.5 * letter), across + 2 * gap, 1.5 * letter + 2 * gap
    axes.add_patch(Rectangle(*frame, fc="black", alpha=0.65))
    axes.add_patch(Rectangle((middle - width / 2, y), width, 0.8 * gap, fc="white"))
    axes.text(middle, y - 0.4 * gap, text, color="white", ha="center", va="bottom", fontsize=lettering)


def _length(um: float) -> str:
    if um >= 1000:
        return f"{um / 1000:g} mm"
    return f"{um:g} µm" if um >= 1 else f"{1000 * um:g} nm"
