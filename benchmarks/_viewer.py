"""What `viewer.py` measures inside a process of napari: opening, panning, first pixels, whole jobs. No torch.

    python benchmarks/_viewer.py opening|panning|whole-run|second-run|throughput

Opens the dock as its user would. Prints lines of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import napari
import numpy as np
import typer
from _event_loop import PATIENCE, Row, wait, wait_until, wait_until_painted, watch
from _micrograph import NAME, SIDE, micrograph
from napari.layers import Image, Labels
from napari.viewer import Viewer
from numpy.typing import NDArray
from qtpy.QtCore import QTimer
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QMenu, QWidget
from vispy.gloo import gl

WINDOW = (1280, 800)
COMMAND = "napari-grains.segment"
BOUNDARY = {"colormap": "red", "blending": "additive", "opacity": 0.7, "contrast_limits": (0, 1)}
app = typer.Typer()


@app.command()
def opening() -> None:
    """Seconds from the menu's entry to the dock on the screen, in a napari that has not used the plugin."""
    with open_viewer(np.zeros((SIDE, SIDE), np.float32)) as viewer:
        wait(2)
        modules = len(sys.modules)
        began, processor = time.perf_counter(), time.thread_time()
        dock = open_dock(viewer)
        built = time.perf_counter()
        wait_until_painted(dock)
        painted = time.perf_counter()
        times = {"seconds": painted - began, "until_built": built - began}
        times["processor_seconds"] = time.thread_time() - processor
        modules = len(sys.modules) - modules
        tell(times | {"modules": modules, "renderer": str(gl.glGetParameter(gl.GL_RENDERER))})


@app.command()
def panning(seconds: float = 10, turns: int = 3, slices: int = 40) -> None:
    """Pan in turns: the image alone, during a job, and without a job over as many layers as a job shows."""
    with open_viewer(stacked(slices)) as viewer:
        dock = ready_dock(viewer)
        for _ in range(turns):
            alone = pan(viewer, seconds)
            begin(viewer, dock)
            during = pan(viewer, seconds)
            if dock.run_in_progress is None:
                raise SystemExit("the job ended before the measurement: take more slices")
            end(viewer, dock)
            viewer.add_image(np.zeros((slices, SIDE, SIDE), np.float32), **BOUNDARY)
            layers = pan(viewer, seconds)
            clear(viewer)
            tell({"image alone": alone, "during a job": during, "two layers": layers})


@app.command()
def whole_run(slices: int = 1, repeats: int = 2) -> None:
    """Watch the event loop, nobody panning, from Run until a second after the results are there."""
    with open_viewer(stacked(slices) if slices > 1 else micrograph()) as viewer:
        dock = ready_dock(viewer)
        for run in range(1, repeats + 1):
            tell({"run": run, "slices": slices} | watch(PATIENCE, lambda: None, after_running(dock)))


@app.command()
def second_run(repeats: int = 5) -> None:
    """Seconds from Run to the first new pixels in the visible part, on an image that was segmented before."""
    with open_viewer(micrograph()) as viewer:
        dock = ready_dock(viewer)
        dock.run()
        wait_until(lambda: dock.run_in_progress is None)
        whole, zoom = camera_of(viewer).zoom, 3.0
        for _ in range(repeats):
            tell({name: first_pixels(viewer, dock, z) for name, z in (("whole", whole), ("zoomed in", zoom))})


@app.command()
def throughput() -> None:
    """For each line on stdin, run a job that nobody disturbs; seconds from Run to the layers, and its own."""
    with open_viewer(micrograph()) as viewer:
        dock = ready_dock(viewer)
        tell({"ready": True})
        for _ in sys.stdin:
            began = time.perf_counter()
            dock.run()
            wait_until(lambda: dock.run_in_progress is None)
            seconds = time.perf_counter() - began
            summary = boundary_layer(viewer).metadata["napari_grains"]["summary"]
            tell({"seconds": seconds, "own_seconds": summary["seconds"]["total"]})


@contextmanager
def open_viewer(data: NDArray[Any]) -> Iterator[Viewer]:
    """Show a viewer with one image; leave without waiting for what does not matter here."""
    viewer = napari.Viewer()
    viewer.window.resize(*WINDOW)
    viewer.add_image(data, name=NAME)
    wait(1)
    try:
        yield viewer
    finally:
        viewer.close()
        wait(0.5)


def stacked(slices: int) -> NDArray[np.float32]:
    """Repeat the micrograph, (Z, Y, X)."""
    return np.broadcast_to(micrograph(), (slices, SIDE, SIDE)).copy()


def open_dock(viewer: Viewer) -> QWidget:
    """Choose the entry of the Plugins menu."""
    before = set(viewer.window.dock_widgets)
    entry = next(action for action in entries(viewer.window.plugins_menu) if action.objectName() == COMMAND)
    entry.trigger()
    (name,) = set(viewer.window.dock_widgets) - before
    dock: QWidget = viewer.window.dock_widgets[name]
    return dock


def entries(menu: QMenu) -> Iterator[QAction]:
    """Entries of a menu and of those below it."""
    for action in menu.actions():
        yield action
        if action.menu() is not None:
            yield from entries(action.menu())


def ready_dock(viewer: Viewer) -> QWidget:
    """Open the dock, and let a first run on a small image start and warm up all that is behind it."""
    image = viewer.layers[NAME]
    image.visible = False
    viewer.add_image(image.data[..., :256, :256].reshape(-1, 256, 256)[0], name="small")
    dock = open_dock(viewer)
    dock.run()
    wait_until(lambda: dock.run_in_progress is None)
    if dock.panel.message.text():
        raise SystemExit(f"a small job failed: {dock.panel.message.text()}")
    clear(viewer)
    image.visible = True
    viewer.layers.selection.active = image
    wait(3)  # what the engine still imports after the first job
    return dock


def begin(viewer: Viewer, dock: QWidget) -> None:
    """Press Run and wait for the first pixels."""
    dock.run()
    wait_until(lambda: boundary_layer(viewer) is not None)


def end(viewer: Viewer, dock: QWidget) -> None:
    """Stop and wait for the end."""
    dock.stop()
    wait_until(lambda: dock.run_in_progress is None)
    clear(viewer)


def clear(viewer: Viewer) -> None:
    """Leave the micrograph alone. napari may crash in drawing after labels were removed: they are hidden."""
    for layer in list(viewer.layers):
        if isinstance(layer, Labels):
            layer.visible = False
        elif layer.name != NAME:
            viewer.layers.remove(layer)
    wait(0.5)


def boundary_layer(viewer: Viewer) -> Image | None:
    """Return the layer of boundary probability, if there is one."""
    return next((layer for layer in viewer.layers if layer.name == f"{NAME} boundary"), None)


def pan(viewer: Viewer, seconds: float) -> Row:
    """Watch the event loop while the camera moves as with a mouse that is dragged."""
    camera, began = camera_of(viewer), time.perf_counter()
    camera.zoom = 1

    def move() -> None:
        angle = time.perf_counter() - began
        camera.center = SIDE / 2 + 400 * np.sin(1.3 * angle), SIDE / 2 + 400 * np.cos(1.7 * angle)

    return watch(seconds, move)


def camera_of(viewer: Viewer) -> Any:
    """Return the camera, which has moved with napari 0.9; the plugin, which could tell, is not loaded yet."""
    return getattr(viewer, "scene", viewer).camera


def after_running(dock: QWidget) -> Callable[[], bool]:
    """Press Run half a second from now; say later whether a second has passed since the end."""
    QTimer.singleShot(500, dock.run)
    ended: list[float] = []
    began = time.perf_counter()

    def over() -> bool:
        now = time.perf_counter()
        if now - began > 1 and dock.run_in_progress is None:
            ended.append(now)
        return bool(ended) and now - ended[0] > 1

    return over


def first_pixels(viewer: Viewer, dock: QWidget, zoom: float) -> float:
    """Seconds from Run to the first pixels in the visible part."""
    camera = camera_of(viewer)
    camera.center, camera.zoom = (SIDE / 2, SIDE / 2), zoom
    blank(viewer)
    wait(1)
    seen = tuple(slice(*ends, 4) for ends in viewer.layers[NAME].corner_pixels.T)
    began = time.perf_counter()
    dock.run()
    wait_until(lambda: bool(np.any(boundary_layer(viewer).data[seen])), pause=2)
    seconds = time.perf_counter() - began
    dock.stop()
    wait_until(lambda: dock.run_in_progress is None)
    return seconds


def blank(viewer: Viewer) -> None:
    """Take what earlier runs found out of the layer."""
    layer = boundary_layer(viewer)
    layer.data = np.zeros_like(layer.data)


def tell(row: Row) -> None:
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    app()
