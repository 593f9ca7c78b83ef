"""The one place that turns layers into arrays: images into pixels, shapes into a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from napari.layers import Image, Layer, Shapes
from napari.viewer import Viewer
from numpy.typing import NDArray
from skimage import draw

from napari_grains import images
from napari_grains.images import PixelSize
from napari_grains.widgets._camera import current_slice, long_axes

_SMALLEST: Final = 16
_OPEN: Final = ("line", "path")
_CIRCLE: Final = np.linspace(0, 2 * np.pi, 90, endpoint=False)

Array: TypeAlias = NDArray[Any]
Float: TypeAlias = NDArray[np.float64]


class Pixels(Protocol):
    """What numpy, dask and zarr arrays have in common."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of a pixel."""


@dataclass(frozen=True)
class Source:
    """An image layer as a job sees it.

    Parameters
    ----------
    layer : Image
        The layer; of a multiscale one the finest level counts.
    """

    layer: Image

    @property
    def data(self) -> Pixels:
        """The layer's array at full resolution; may be lazy."""
        data: Pixels = self.layer.data[0] if self.layer.multiscale else self.layer.data
        return data

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape in pixels, without the colours."""
        shape = tuple(self.data.shape)
        return shape[:-1] if getattr(self.layer, "rgb", False) else shape

    @property
    def squeezed(self) -> tuple[int, ...]:
        """Shape without leading axes of length 1: (Y, X) or (Z, Y, X) where the layer can be segmented."""
        *leading, height, width = self.shape
        return (*(length for length in leading if length > 1), height, width)

    @property
    def plane(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.shape[-2], self.shape[-1]

    @property
    def slices(self) -> int:
        """Number of slices of a stack, 1 for an image."""
        return int(np.prod(self.squeezed[:-2]))

    @property
    def is_lazy(self) -> bool:
        """Whether reading the pixels may take long (dask, zarr)."""
        return not isinstance(self.data, np.ndarray)

    def problem(self) -> str | None:
        """Say in one line why the layer cannot be segmented, or return None."""
        name, dtype = self.layer.name, np.dtype(self.data.dtype)
        if dtype.kind not in "buif":
            return f"“{name}” holds {dtype}, not grey values: convert it to integers or floats."
        if len(self.shape) < 2 or min(self.shape[-2:]) < _SMALLEST:
            return f"“{name}” is too small: at least {_SMALLEST} x {_SMALLEST} px are needed."
        if len(self.squeezed) > 3:
            return f"“{name}” has {len(self.shape)} axes: extract one image or one stack (Z, Y, X)."
        return None

    def current_slice(self, viewer: Viewer) -> int:
        """Index of the slice that the viewer shows, 0 for an image."""
        axes = long_axes(self.shape)
        if len(axes) != 1:
            return 0
        index = current_slice(viewer, self.layer, axes[0])
        if index is None:  # in 3-D: the slice that 2-D display comes back to
            world = np.asarray(viewer.dims.point, float)[-self.layer.ndim :]
            index = round(self.layer.world_to_data(world)[axes[0]])
        return int(np.clip(index, 0, self.slices - 1))

    def read(self, index: int | None = None) -> Array:
        """Return the pixels; computes lazy arrays.

        Parameters
        ----------
        index : int, optional
            The slice of a stack to read alone.

        Returns
        -------
        ndarray, (Y, X) or (Z, Y, X)
            RGB has a last axis of colours.
        """
        colours = self.data.shape[len(self.shape) :]
        if index is None or self.slices == 1:
            return np.asarray(self.data).reshape(*self.squeezed, *colours)
        where = tuple(index if length > 1 else 0 for length in self.shape[:-2])
        data: Any = self.data
        return np.asarray(data[where])

    def arguments(self, pixel_size: PixelSize | None) -> dict[str, object]:
        """Arguments of the job "segment" that describe the image, without its pixels."""
        path = self.layer.source.path
        return {
            "name": self.layer.name,
            "source": None if path is None else str(path),
            "rgb": bool(self.layer.rgb),
            "pixel_size_m": None if pixel_size is None else [pixel_size.y, pixel_size.x],
            "pixel_size_source": "" if pixel_size is None else pixel_size.source,
        }


def grey_slice(source: Source, index: int) -> Array:
    """Read a slice as grey levels (Y, X): of colours the luminance."""
    pixels = source.read(index)
    return images.calibrated(pixels, rgb=True).pixels if source.layer.rgb else pixels


def grey_levels(source: Source) -> Array:
    """Read an image (Y, X) or a stack (Z, Y, X) as grey levels: of colours the luminance."""
    if not source.layer.rgb:
        return source.read()
    planes = [grey_slice(source, index) for index in range(source.slices)]
    return np.stack(planes) if source.slices > 1 else planes[0]


def planar_transform(layer: Layer) -> Float:
    """Matrix (3, 3) that takes row and column of a layer's pixels to the last two world coordinates."""
    origin = np.asarray(layer.data_to_world(np.zeros(layer.ndim)))[-2:]
    matrix = np.eye(3)
    for column, axis in enumerate((-2, -1)):
        step = np.zeros(layer.ndim)
        step[axis] = 1
        matrix[:2, column] = np.asarray(layer.data_to_world(step))[-2:] - origin
    matrix[:2, 2] = origin
    return matrix


def to_pixels(layer: Layer, world: Float) -> Float:
    """Rows and columns (N, 2) of a layer at the last two coordinates (N, 2) of places in the world."""
    inverse = np.linalg.inv(planar_transform(layer))
    places: Float = world @ inverse[:2, :2].T + inverse[:2, 2]
    return places


def region_mask(region: Shapes, source: Source) -> NDArray[np.bool_]:
    """Pixels of an image inside any closed shape of a layer, wherever that layer lies.

    Parameters
    ----------
    region : Shapes
        Its rectangles, polygons and ellipses count, on whichever slice they are drawn.
    source : Source
        The image.

    Returns
    -------
    ndarray of bool, (Y, X)
    """
    mask = np.zeros(source.plane, np.bool_)
    transform = planar_transform(region) * _unit_factors(region, source.layer)
    for kind, corners in zip(region.shape_type, region.data, strict=True):
        if kind not in _OPEN:
            outline = _outline(kind, np.asarray(corners, float)[:, -2:])
            world = outline @ transform[:2, :2].T + transform[:2, 2]
            mask |= draw.polygon2mask(source.plane, to_pixels(source.layer, world))  # type: ignore[no-untyped-call]
    return mask


def encloses(region: Shapes) -> bool:
    """Whether a layer has a closed shape."""
    return any(kind not in _OPEN for kind in region.shape_type)


def _outline(kind: str, corners: Float) -> Float:
    """Corners of a polygon; napari keeps an ellipse as its bounding box."""
    if kind != "ellipse":
        return corners
    centre = corners.mean(axis=0)
    first, second = (corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2
    outline: Float = centre + np.cos(_CIRCLE)[:, None] * first + np.sin(_CIRCLE)[:, None] * second
    return outline


def _unit_factors(layer: Layer, other: Layer) -> Float:
    """Return what turns the rows of a matrix of one layer into the units of another, 1 for other kinds."""
    factors = np.ones((3, 1))
    for axis in (-2, -1):
        own, wanted = layer.units[axis], other.units[axis]
        if own.is_compatible_with(wanted):
            factors[axis + 2] = float((1 * own).to(wanted).magnitude)
    return factors
