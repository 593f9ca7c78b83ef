"""The one place that turns layers into arrays and results into layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import pandas as pd
from napari.layers import Image, Labels, Layer
from napari.viewer import Viewer
from numpy.typing import NDArray

from napari_grains.events import Preview
from napari_grains.images import PixelSize

METADATA: Final = "napari_grains"
"""Key of a layer's metadata under which a result says what it is and how it was made."""

_SMALLEST: Final = 16
_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "boundary": {"colormap": "red", "blending": "additive", "opacity": 0.7, "contrast_limits": (0, 1)},
    "grains": {"opacity": 0.35},
}
_FRAME: Final = ("units", "axis_labels", "scale", "translate", "rotate", "shear", "affine")

Array: TypeAlias = NDArray[Any]


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
        return shape[:-1] if self.layer.rgb else shape

    @property
    def squeezed(self) -> tuple[int, ...]:
        """Shape without leading axes of length 1: (Y, X) or (Z, Y, X) where the layer can be segmented."""
        *leading, height, width = self.shape
        return (*(length for length in leading if length > 1), height, width)

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

    def read(self) -> Array:
        """Return the pixels, (Y, X) or (Z, Y, X), RGB with a last axis of colours; computes lazy arrays."""
        array: Array = np.asarray(self.data)
        return array.reshape(*self.squeezed, *array.shape[len(self.shape) :])

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


def is_result(layer: Layer) -> bool:
    """Whether a layer was made by this package."""
    return METADATA in layer.metadata


def result_layer(viewer: Viewer, source: Layer, role: str) -> Layer | None:
    """Return the result of a source by what its metadata say, whatever it is called now."""
    wanted = (role, str(source.unique_id))
    for layer in viewer.layers:
        mark = layer.metadata.get(METADATA, {})
        if (mark.get("role"), mark.get("source_id")) == wanted:
            return layer
    return None


class ResultLayers:
    """The layers "<source> boundary" and "<source> grains" of a run.

    Parameters
    ----------
    viewer : Viewer
        Where they are shown.
    source : Source
        The image that is segmented; its name and place are taken when a layer is made.
    """

    def __init__(self, viewer: Viewer, source: Source) -> None:
        self._viewer = viewer
        self._source = source
        self._preview: Image | None = None
        self._blocks: Array | None = None
        self._before: Array | None = None

    def preview(self, previews: list[Preview]) -> None:
        """Show blocks of boundary probability; they take the place of an earlier result until `show`."""
        if not previews:
            return
        if self._blocks is None:
            self._begin()
        if self._preview is None or self._blocks is None or self._preview not in self._viewer.layers:
            return  # the user removed the layer: no use in bringing it back before the end
        blocks = self._blocks.reshape(self._source.squeezed)
        for preview in previews:
            where = (
                slice(start, start + n) for start, n in zip(preview.offset, preview.array.shape, strict=True)
            )
            blocks[tuple(where)] = preview.array
        self._preview.refresh(extent=False)

    def show(self, result: Mapping[str, Any]) -> None:
        """Make or update both layers.

        Parameters
        ----------
        result : mapping
            Of the job "segment": "boundary", "grains", "table" and "summary".
        """
        shape = self._source.shape
        table = pd.DataFrame(result["table"])
        grains = _numbered_through(result["grains"], table).reshape(shape)
        summary = dict(result["summary"])
        boundary = self._put_boundary(result["boundary"].reshape(shape))
        labels = self._put_grains(grains, below=boundary)
        labels.features = table
        for layer in (boundary, labels):
            layer.metadata[METADATA] |= {"source_layer": self._source.layer.name, "summary": summary}
        self._blocks = self._preview = self._before = None

    def discard(self) -> None:
        """Take the previews back: what was there before is there again."""
        layer, self._preview = self._preview, None
        if layer is not None and layer in self._viewer.layers:
            if self._before is None:
                self._viewer.layers.remove(layer)
            else:
                layer.data = self._before
        self._blocks = self._before = None

    def _begin(self) -> None:
        earlier = self._existing("boundary", len(self._source.shape))
        self._before = None if earlier is None else earlier.data
        self._blocks = np.zeros(self._source.shape, np.float32)
        self._preview = self._put_boundary(self._blocks)

    def _put_boundary(self, data: Array) -> Image:
        layer = self._existing("boundary", data.ndim)
        if layer is None:
            layer = self._insert(Image(data, **self._properties("boundary")))
        else:
            self._update(layer, data)
        return layer

    def _put_grains(self, data: Array, below: Layer) -> Labels:
        layer = self._existing("grains", data.ndim)
        if layer is None:
            layer = self._insert(Labels(data, **self._properties("grains")), below)
        else:
            self._update(layer, data)
        return layer

    def _existing(self, role: str, ndim: int) -> Layer | None:
        """Return the layer of an earlier run; one with another number of axes cannot be kept."""
        layer = result_layer(self._viewer, self._source.layer, role)
        if layer is not None and layer.ndim != ndim:
            self._viewer.layers.remove(layer)
            return None
        return layer

    def _properties(self, role: str) -> dict[str, Any]:
        source = self._source.layer
        mark = {"role": role, "source_id": str(source.unique_id), "source_layer": source.name}
        name = {"name": f"{source.name} {role}", "metadata": {METADATA: mark}}
        return {**_LOOKS[role], **_frame(source), **name}

    def _update(self, layer: Layer, data: Array) -> None:
        layer.data = data
        for attribute, value in _frame(self._source.layer).items():
            setattr(layer, attribute, value)

    def _insert(self, layer: Layer, below: Layer | None = None) -> Layer:
        """Add a layer without taking the user's selection away."""
        layers = self._viewer.layers
        active = layers.selection.active
        layers.insert(len(layers) if below is None else layers.index(below), layer)
        if active is not None:
            layers.selection.active = active
        return layer


def _frame(source: Image) -> dict[str, Any]:
    """Where a layer's pixels lie: all that a result takes over from its source."""
    return {name: getattr(source, name) for name in _FRAME}


def _numbered_through(grains: NDArray[np.int32], table: pd.DataFrame) -> NDArray[np.int32]:
    """Give the grains of a stack ids that differ between slices, so that an id is one row of the features.

    napari finds a label's features by the column "index", which is added to the table.
    """
    if grains.ndim == 2:
        table["index"] = table["grain"]
        return grains
    counts = grains.reshape(len(grains), -1).max(axis=1)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)
    table["index"] = table["grain"] + first[table["slice"].to_numpy(int)]
    return np.where(grains > 0, grains + first[:, None, None], 0).astype(np.int32)
