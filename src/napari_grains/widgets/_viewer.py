"""What differs between the viewers that napari hands out, and between its versions."""

from __future__ import annotations

from napari.components.camera import Camera
from napari.viewer import Viewer


def unwrapped(viewer: Viewer) -> Viewer:
    """Return the viewer behind the proxy that napari may hand to plugins, which hides private names."""
    inner: Viewer = getattr(viewer, "__wrapped__", viewer)
    return inner


def camera_of(viewer: Viewer) -> Camera:
    """Return the camera, which moved from the viewer to its scene in napari 0.9."""
    scene = getattr(viewer, "scene", None)
    return viewer.camera if scene is None else scene.camera
