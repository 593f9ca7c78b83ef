"""What `live.py` measures inside a process of napari while a network learns from strokes. No torch.

    python benchmarks/_live_viewer.py previews|smoothness

Opens the dock as its user would and clicks its buttons. Prints lines of JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import napari
import numpy as np
import typer
from _event_loop import Row, wait, wait_until, watch
from _micrograph import PAINTED_SHAPE as SHAPE
from _micrograph import painted_micrograph
from napari.layers import Image, Labels
from napari.viewer import Viewer
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication
from vispy.gloo import gl

from napari_grains.widgets import FinetuneDock
from napari_grains.widgets._viewer import camera_of

WINDOW = (1280, 800)
NAME = "steel"
SHOWN = f"{NAME} boundary (training)"
TURN = 1.5
"""Seconds of panning and of painting, in turns."""
app = typer.Typer()


@app.command()
def previews(repeats: int = 3, further: int = 4) -> None:
    """Seconds from Train to the first preview of what is in view, and from each to the next."""
    with opened() as (viewer, dock):
        learn_for_the_first_time(viewer, dock)
        for zoom in (None, 2.0):
            for _ in range(repeats):
                tell({"zoom": zoom} | times_of_previews(viewer, dock, zoom, further))


@app.command()
def smoothness(turns: int = 3, seconds: float = 12) -> None:
    """Pan and paint in turns: first without, then during a training."""
    with opened() as (viewer, dock):
        learn_for_the_first_time(viewer, dock)
        dock.learn.live.setChecked(True)
        tell({"renderer": str(gl.glGetParameter(gl.GL_RENDERER))})
        for _ in range(turns):
            idle = watch(seconds, Hand(viewer))
            before = preview_of(viewer)
            dock.train()
            wait_until(lambda last=before: preview_of(viewer) != last)
            during = watch(seconds, Hand(viewer))
            if dock.run_in_progress is None:
                raise SystemExit(f"the training ended too early: {dock.panel.message.text()}")
            stop(dock)
            tell({"without": idle, "training": during})


@contextmanager
def opened() -> Iterator[tuple[Viewer, FinetuneDock]]:
    """Show a micrograph with strokes on a few of its grains, and the dock."""
    image, strokes = painted_micrograph()
    viewer = napari.Viewer()
    viewer.window.resize(*WINDOW)
    viewer.add_image(image, name=NAME)
    _, dock = viewer.window.add_plugin_dock_widget("napari-grains", "Fine-tune on strokes")
    dock.paint.new.click()
    viewer.layers[f"{NAME} strokes"].data = strokes
    wait(1)
    try:
        yield viewer, dock
    finally:
        viewer.close()
        wait(0.5)


def learn_for_the_first_time(viewer: Viewer, dock: FinetuneDock) -> None:
    """Start and warm up all that is behind the dock."""
    wait_until(dock.panel.run.isEnabled)
    dock.train()
    wait_until(lambda: preview_of(viewer) is not None or dock.run_in_progress is None)
    if dock.run_in_progress is None:
        raise SystemExit(f"the first training failed: {dock.panel.message.text()}")
    stop(dock)


def times_of_previews(viewer: Viewer, dock: FinetuneDock, zoom: float | None, further: int) -> Row:
    """Press Train and look at the clock whenever the visible part changes."""
    viewer.fit_to_view()
    if zoom is not None:
        camera_of(viewer).zoom = zoom
    wait(1)
    dock.learn.minutes.setValue(5)
    seen, times, began = preview_of(viewer), [], time.perf_counter()
    dock.train()
    while len(times) <= further:
        wait_until(lambda last=seen: preview_of(viewer) != last)
        seen = preview_of(viewer)
        times.append(time.perf_counter() - began)
    stop(dock)
    return {"first": times[0], "further": np.diff(times).round(3).tolist()}


def preview_of(viewer: Viewer) -> int | None:
    """Tell one preview of the visible part from another; None: there is none yet."""
    layer: Image | None = next((one for one in viewer.layers if one.name == SHOWN), None)
    if layer is None:
        return None
    top, left = (viewer.layers[NAME].corner_pixels.mean(axis=0)).astype(int) - 16
    return hash(layer.data[top : top + 32, left : left + 32].tobytes())


def stop(dock: FinetuneDock) -> None:
    """Press Stop and wait for the end."""
    dock.stop()
    wait_until(lambda: dock.run_in_progress is None)
    wait(1)


class Hand:
    """Moves the camera and paints strokes in turns, as a mouse does."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer, self._began = viewer, time.perf_counter()
        self._strokes: Labels = viewer.layers[f"{NAME} strokes"]
        self._canvas = viewer.window._qt_viewer.canvas.native  # noqa: SLF001 - napari has no public name
        self._down = False
        camera_of(viewer).zoom = 1.0
        viewer.layers.selection.active = self._strokes
        self._strokes.mode = "paint"

    def __call__(self) -> None:
        now = time.perf_counter() - self._began
        if int(now / TURN) % 2:
            self._paint(now)
        else:
            self._let_go(now)
            middle = np.array(SHAPE) / 2
            camera_of(self._viewer).center = tuple(
                middle + 200 * np.array([np.sin(1.3 * now), np.cos(1.7 * now)])
            )

    def _paint(self, now: float) -> None:
        act: Callable[..., None] = self._move if self._down else self._press
        act(now)
        self._down = True

    def _let_go(self, now: float) -> None:
        if self._down:
            self._send(
                QEvent.Type.MouseButtonRelease, now, Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
            )
        self._down = False

    def _press(self, now: float) -> None:
        left, nothing = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        self._send(QEvent.Type.MouseMove, now, nothing, nothing)
        self._send(QEvent.Type.MouseButtonPress, now, left, left)

    def _move(self, now: float) -> None:
        self._send(QEvent.Type.MouseMove, now, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton)

    def _send(self, kind: QEvent.Type, now: float, button: Qt.MouseButton, buttons: Qt.MouseButton) -> None:
        size = self._canvas.size()
        x, y = size.width() / 2 + 150 * np.cos(2 * now), size.height() / 2 + 150 * np.sin(3 * now)
        place = QPointF(float(x), float(y))
        above = QPointF(self._canvas.mapToGlobal(place.toPoint()))
        event = QMouseEvent(kind, place, above, button, buttons, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._canvas, event)


def tell(row: Row) -> None:
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    app()
