"""What differs between the viewers that napari hands out, and between its versions."""

from __future__ import annotations

from napari.components.camera import Camera
from napari.layers import Layer
from napari.viewer import Viewer


def unwrapped(viewer: Viewer) -> Viewer:
    """Return the viewer behind the proxy that napari may hand to plugins, which hides private names."""
    inner: Viewer = getattr(viewer, "__wrapped__", viewer)
    return inner


def camera_of(viewer: Viewer) -> Camera:
    """Return the camera, which moved from the viewer to its scene in napari 0.9."""
    scene = getattr(viewer, "scene", None)
    return viewer.camera if scene is None else scene.camera


def add_aside(viewer: Viewer, layer: Layer, place: int | None = None) -> None:
    """Add a layer, on top or at a place in the list, and leave the user's selection alone."""
    layers, active = viewer.layers, viewer.layers.selection.active
    layers.insert(len(layers) if place is None else place, layer)
    if active is not None:
        layers.selection.active = active
