"""Where the viewer looks: fly to a place of a layer, and what of a layer is in view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from napari.layers import Layer
from napari.viewer import Viewer
from numpy.typing import NDArray

from napari_grains.widgets._viewer import camera_of, unwrapped

_SHARE: Final = 1 / 3
"""Part of the canvas that a place fills when the zoom has to change."""
_LEAST_SHARE: Final = 1 / 8
_LARGEST_SHARE: Final = 3 / 4
"""Between these a place is well visible and the zoom stays: a walk through a table does not pump."""
_COARSEST: Final = 24
"""Canvas pixels that a pixel of the image becomes at most."""

Point: TypeAlias = NDArray[np.float64]


def fly_to(viewer: Viewer, layer: Layer, position: Sequence[float], extent: float) -> None:
    """Show the slice of a place and put the place into the middle of the canvas.

    The zoom changes only where the place would be hardly visible or fill most of the canvas. In 3-D display
    the view turns about the place and the zoom stays.

    Parameters
    ----------
    viewer : Viewer
        Any order of axes may be displayed.
    layer : Layer
        Any transform and units.
    position : sequence of float
        Data coordinates, one per axis of the layer; for a stack with the index of the slice.
    extent : float
        Width of what is to be seen, in pixels of the layer; not finite or 0: unknown.
    """
    viewer = unwrapped(viewer)
    dims, camera = viewer.dims, camera_of(viewer)
    world = show_slice(viewer, layer, position)
    shown = world[list(dims.displayed)]
    if dims.ndisplay == 2:
        pixel = _pixel_in_world(viewer, layer, position)
        camera.zoom = _zoom(camera.zoom, float(min(_canvas(viewer))), extent * pixel, pixel)
    kept = (0.0, *camera.center)[-3 : -len(shown)]
    camera.center = (*kept, *(float(value) for value in shown))


def show_slice(viewer: Viewer, layer: Layer, position: Sequence[float]) -> Point:
    """Show the slice of a place of a layer, in data coordinates; return where it is in the world.

    Also in 3-D display: back in 2-D, the slice is the one of the place.
    """
    viewer = unwrapped(viewer)
    dims, world = viewer.dims, _to_world(viewer, layer, position)
    sliders = [axis for axis in dims.order[:-2] if axis >= dims.ndim - layer.ndim]
    if sliders:
        dims.set_point(sliders, [float(world[axis]) for axis in sliders])
    return world


def visible_box(viewer: Viewer, layer: Layer) -> tuple[int, int, int, int] | None:
    """Return what of a layer is in view, in pixels of its last two axes.

    Returns
    -------
    tuple of int, or None
        Rows top..bottom-1 and columns left..right-1, within the layer. None where that cannot be said: in
        3-D display, where other axes are displayed, or where nothing of the layer is in view.
    """
    viewer = unwrapped(viewer)
    dims = viewer.dims
    if layer.ndim > dims.ndim or dims.ndisplay != 2 or set(dims.displayed) != {dims.ndim - 2, dims.ndim - 1}:
        return None
    corners = [to_data(viewer, layer, corner)[-2:] for corner in _corners(viewer)]
    lengths = layer.extent.data[1][-2:] + 1
    low = np.clip(np.floor(np.min(corners, axis=0) + 0.5), 0, lengths)
    high = np.clip(np.ceil(np.max(corners, axis=0) + 0.5), 0, lengths)
    if np.any(high <= low):
        return None
    return int(low[0]), int(high[0]), int(low[1]), int(high[1])


def to_data(viewer: Viewer, layer: Layer, world: Sequence[float] | Point) -> Point:
    """Return the data coordinates of a place in the world, one per axis of the layer."""
    own = np.asarray(world, np.float64)[-layer.ndim :]
    data: Point = np.asarray(layer.world_to_data(own / _unit_factors(viewer, layer)), np.float64)
    return data


def to_world(viewer: Viewer, layer: Layer, position: Sequence[float] | Point) -> Point:
    """Return a place of a layer in the world, all axes of the viewer; others are where the sliders are."""
    return _to_world(unwrapped(viewer), layer, position)


def plane_on_canvas(viewer: Viewer, layer: Layer, position: Sequence[float]) -> Point | None:
    """Return how the canvas shows a plane of a layer.

    Parameters
    ----------
    viewer : Viewer
        Any order of axes and orientation of the camera.
    layer : Layer
        Any transform and units.
    position : sequence of float
        Data coordinates, one per axis of the layer; says which plane.

    Returns
    -------
    ndarray, shape (2, 3), or None
        Takes (row, column, 1) to pixels of the canvas from the left and from the top. None in 3-D display and
        in grid mode, where that depends on more than the camera.
    """
    viewer = unwrapped(viewer)
    grid = getattr(viewer, "canvas", viewer).grid  # it moved to the canvas in napari 0.9
    if viewer.dims.ndisplay != 2 or grid.enabled:
        return None
    leading = [float(value) for value in position[:-2]]
    origin, below, beside = (
        _pixel_of_canvas(viewer, _to_world(viewer, layer, [*leading, *step]))
        for step in ((0, 0), (1, 0), (0, 1))
    )
    return np.stack([below - origin, beside - origin, origin], axis=1)


def long_axes(lengths: Iterable[float]) -> list[int]:
    """Return the axes longer than 1 before the last two, rows and columns: those that count slices."""
    *leading, _, _ = lengths
    return [axis for axis, length in enumerate(leading) if length > 1]


def current_slice(viewer: Viewer, layer: Layer, axis: int) -> int | None:
    """Return the index that is shown of an axis of a layer, None where the axis is displayed as a whole."""
    viewer = unwrapped(viewer)
    dims = viewer.dims
    # A viewer may have fewer axes already while the last layer with more of them is being removed.
    if layer.ndim > dims.ndim or dims.ndim - layer.ndim + axis in dims.displayed:
        return None
    return round(float(to_data(viewer, layer, np.array(dims.point))[axis]))


def _zoom(now: float, canvas: float, extent: float, pixel: float) -> float:
    """Return the zoom for a place and a pixel of the image, both as lengths in the world."""
    if not np.isfinite(extent) or extent <= 0 or _LEAST_SHARE <= now * extent / canvas <= _LARGEST_SHARE:
        return now
    return min(_SHARE * canvas / extent, _COARSEST / pixel)


def _corners(viewer: Viewer) -> list[Point]:
    """Corners of the canvas in the world of the viewer, all axes."""
    camera = camera_of(viewer)
    half = np.array(_canvas(viewer)) / camera.zoom / 2
    corners = []
    for sign in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        corner = np.array(viewer.dims.point, float)
        corner[list(viewer.dims.displayed)] = np.array(camera.center)[-2:] + sign * half
        corners.append(corner)
    return corners


def _pixel_of_canvas(viewer: Viewer, world: Point) -> Point:
    """X and y of the pixel of the canvas that shows a place of the world, in 2-D display."""
    camera, (height, width) = camera_of(viewer), _canvas(viewer)
    vertical, horizontal = map(str, camera.orientation2d)
    signs = (-1.0 if "up" in vertical else 1.0, -1.0 if "left" in horizontal else 1.0)
    shown = world[list(viewer.dims.displayed)] - np.array(camera.center)[-2:]
    down, right = shown * camera.zoom * signs
    return np.array([width / 2 + right, height / 2 + down])


def _canvas(viewer: Viewer) -> tuple[float, float]:
    """Height and width of what shows a layer, in canvas pixels; in grid mode one field of the grid."""
    canvas: Any = getattr(viewer, "canvas", None)
    if canvas is None:  # before napari 0.9
        height, width = viewer._canvas_size  # noqa: SLF001 - there was no public name
    else:
        height, width = canvas.viewbox_size(viewer.layers)
    return max(float(height), 1.0), max(float(width), 1.0)


def _to_world(viewer: Viewer, layer: Layer, position: Sequence[float] | Point) -> Point:
    """World coordinates for all axes of the viewer; those that the layer lacks are where the sliders are."""
    world = np.array(viewer.dims.point, float)
    world[-layer.ndim :] = np.array(layer.data_to_world(position)) * _unit_factors(viewer, layer)
    return world


def _unit_factors(viewer: Viewer, layer: Layer) -> Point:
    """Return what turns a layer's units into those that all layers of the viewer share, per axis."""
    shared = getattr(viewer.layers.extent, "units", None)
    if shared is None:  # units that have nothing in common, or a napari that does not convert
        return np.ones(layer.ndim)
    pairs = zip(layer.units, shared[-layer.ndim :], strict=True)
    return np.array([float((1 * own).to(common).magnitude) for own, common in pairs])


def _pixel_in_world(viewer: Viewer, layer: Layer, position: Sequence[float]) -> float:
    """Return the edge of a pixel as it is displayed, the longer one."""
    here, shown = _to_world(viewer, layer, position), list(viewer.dims.displayed)
    edges = []
    for axis in (-2, -1):
        beside = np.array(position, float)
        beside[axis] += 1
        edges.append(float(np.linalg.norm((_to_world(viewer, layer, beside) - here)[shown])))
    return max(*edges, 1e-12)
