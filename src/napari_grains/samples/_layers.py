"""Samples as napari wants layers: data, properties, kind."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from numpy.typing import NDArray

from napari_grains.images import PixelSize

LayerData: TypeAlias = tuple[Any, dict[str, Any], str]
"""Array, keyword arguments of the layer, and "image" or "labels"."""

METADATA: Final = "sample"
"""Key of a layer's metadata under which a sample says what it is, in values that JSON can hold."""


def image_layer(
    pixels: NDArray[Any], name: str, pixel_size: PixelSize | None, about: dict[str, Any]
) -> LayerData:
    """Layer of a micrograph.

    Parameters
    ----------
    pixels : ndarray, (Y, X) or (field, Y, X)
    name : str
        Name of the layer.
    pixel_size : PixelSize or None
        Becomes scale and units, in um; None leaves the layer in pixels.
    about : dict
        What the sample says of itself; kind and source of the pixel size are added.
    """
    about = {**about, "role": "image", **_stated(pixel_size)}
    return pixels, {"name": name, "metadata": {METADATA: about}, **frame(pixels.ndim, pixel_size)}, "image"


def truth_layer(
    grains: NDArray[Any], name: str, pixel_size: PixelSize | None, about: dict[str, Any]
) -> LayerData:
    """Layer of the true grains, int32, 1 to N in every field; hidden at first. Arguments as `image_layer`."""
    properties = {
        "name": f"{name} truth grains",
        "metadata": {METADATA: {**about, "role": "truth", **_stated(pixel_size)}},
        "visible": False,
        "opacity": 0.4,
    }
    return grains, {**properties, **frame(grains.ndim, pixel_size)}, "labels"


def frame(ndim: int, pixel_size: PixelSize | None) -> dict[str, Any]:
    """Scale, units and names of the axes; fields of a stack are counted, they have no distance."""
    stacked = ndim - 2
    labels = {"axis_labels": (*("field",) * stacked, "y", "x")}
    if pixel_size is None:
        return labels
    return {
        **labels,
        "scale": (*(1.0,) * stacked, pixel_size.y_um, pixel_size.x_um),
        "units": (*("pixel",) * stacked, "um", "um"),
    }


def _stated(pixel_size: PixelSize | None) -> dict[str, Any]:
    if pixel_size is None:
        return {"pixel_size_um": None, "pixel_size_source": "none is known"}
    return {"pixel_size_um": [pixel_size.y_um, pixel_size.x_um], "pixel_size_source": pixel_size.source}
