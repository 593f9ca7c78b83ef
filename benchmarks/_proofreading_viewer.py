"""What `proofreading_viewer.py` measures inside a process of napari: corrections and the slider. No torch.

    python benchmarks/_proofreading_viewer.py edits|slider

Prints lines of JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import napari
import numpy as np
import typer
from _event_loop import Row, wait, wait_until
from napari.viewer import Viewer
from numpy.typing import NDArray
from qtpy.QtWidgets import QApplication
from scipy import ndimage as ndi
from vispy.gloo import gl

from napari_grains.widgets import GrainsDock
from napari_grains.widgets._proofread_tab import ProofreadTab
from napari_grains.widgets._tool_box import Tool

WINDOW = (1280, 800)
MARK = {"source_id": "benchmark", "source_layer": "benchmark"}
TEXTURE = 6.0
"""Pixels over which boundaries fade in and out."""
app = typer.Typer()

Ids = NDArray[np.int32]
Correct = tuple[Tool, Callable[[NDArray[np.float64]], None]]


@app.command()
def edits(side: int = 4096, grains: int = 20_000, repeats: int = 20) -> None:
    """Every kind of correction at places drawn at random, and taking each back."""
    rng = np.random.default_rng(1)
    with opened(side, grains) as (viewer, tab):
        canvas = Canvas(viewer)
        for turn in range(repeats):
            for kind, (tool, correct) in corrections_of(tab).items():
                tab.tools.take(tool)
                place = rng.uniform(100, side - 100, 2)
                tell({"kind": kind, "turn": turn} | canvas.timed(partial(correct, place), tab))
                tell({"kind": "undo"} | canvas.timed(tab.undo, tab))
        tell({"kind": "nothing"} | canvas.idle())


@app.command()
def slider(side: int = 2048, grains: int = 5_000, steps: int = 30) -> None:
    """Move the slider step by step from 0 upwards and back."""
    with opened(side, grains) as (viewer, tab):
        canvas = Canvas(viewer)
        way = np.linspace(0, 0.6, steps + 1)[1:]
        for threshold in [*way, *way[-2::-1]]:
            times = canvas.timed(lambda t=threshold: tab.merging.wanted.emit(t), tab)
            found = tab.corrections.proofreading(0).number
            tell({"threshold": round(float(threshold), 3), "grains": found} | times)
        tell({"nothing": True} | canvas.idle())


def corrections_of(tab: ProofreadTab) -> dict[str, Correct]:
    """Return what a user does at a place with each tool: from the gesture on, all is as with the mouse."""
    gestures = tab._use.gestures  # noqa: SLF001

    def stroke(tool: Tool, length: float) -> Correct:
        way = np.linspace(-length / 2, length / 2, 24)[:, None] * [0.6, 0.8]
        return tool, lambda place: gestures.stroked.emit(place + way)

    return {
        "merge": stroke(Tool.MERGE, 40),
        "split": stroke(Tool.SPLIT, 60),
        "add": stroke(Tool.ADD, 10),
        "re-grow": (Tool.GROW, gestures.clicked.emit),
        "delete": (Tool.DELETE, gestures.clicked.emit),
    }


class Canvas:
    """Waits for what napari draws.

    Parameters
    ----------
    viewer : Viewer
        In a window that is shown.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._scene = viewer.window._qt_viewer.canvas._scene_canvas  # noqa: SLF001
        self._drawn: list[float] = []
        self._scene.events.draw.connect(lambda _event: self._drawn.append(time.perf_counter()))

    def timed(self, act: Callable[[], object], tab: ProofreadTab) -> Row:
        """Milliseconds until an action has returned, layer brought up to date, and until that is drawn."""
        tab.say("")
        QApplication.processEvents()
        self._drawn.clear()
        began, processor = time.perf_counter(), time.thread_time()
        act()
        done, processor = time.perf_counter(), time.thread_time() - processor
        refused = tab.message.text()
        if not refused:
            self._wait()
        return {
            "ms": 1e3 * (done - began),
            "processor_ms": 1e3 * processor,
            "drawn_ms": 1e3 * (time.perf_counter() - began),
            "refused": refused,
        }

    def idle(self) -> Row:
        """Milliseconds that a frame takes in which nothing is new."""
        frames = []
        for _ in range(10):
            self._drawn.clear()
            began = time.perf_counter()
            self._scene.update()
            self._wait()
            frames.append(1e3 * (time.perf_counter() - began))
        return {"frame_ms": float(np.median(frames)), "renderer": str(gl.glGetParameter(gl.GL_RENDERER))}

    def _wait(self) -> None:
        ends = time.perf_counter() + 5
        while not self._drawn and time.perf_counter() < ends:
            QApplication.processEvents()


@contextmanager
def opened(side: int, grains: int) -> Iterator[tuple[Viewer, ProofreadTab]]:
    """Show grains with their boundary map, and the dock once it is ready."""
    viewer = napari.Viewer()
    viewer.window.resize(*WINDOW)
    labels, boundary = material(side, grains)
    viewer.add_image(1 - boundary, name="benchmark")
    mark: dict[str, Any] = {"role": "boundary", **MARK}
    viewer.add_image(boundary, name="boundary", visible=False, metadata={"napari_grains": mark})
    viewer.add_labels(
        labels, name="grains", opacity=0.35, metadata={"napari_grains": mark | {"role": "grains"}}
    )
    dock = GrainsDock(viewer)
    viewer.window.add_dock_widget(dock, name="Grains")
    tab = dock.proofread
    wait_until(lambda: tab.corrections is not None and tab.corrections.proofreading(0) is not None)
    wait(2)
    try:
        yield viewer, tab
    finally:
        viewer.close()
        wait(0.5)


def material(side: int, grains: int) -> tuple[Ids, NDArray[np.float32]]:
    """Cells of random points, and a boundary map that fades in places."""
    rng = np.random.default_rng(0)
    seeds = np.zeros((side, side), np.int32)
    seeds.flat[rng.choice(side * side, grains, replace=False)] = np.arange(1, grains + 1)
    nearest = ndi.distance_transform_edt(seeds == 0, return_distances=False, return_indices=True)
    labels = seeds[tuple(nearest)]
    lines = np.zeros((side, side), np.float32)
    lines[1:] = labels[1:] != labels[:-1]
    lines[:, 1:] = np.maximum(lines[:, 1:], labels[:, 1:] != labels[:, :-1])
    fading = ndi.gaussian_filter(rng.standard_normal((side, side), np.float32), TEXTURE)
    fading = (0.6 + 0.25 * fading / fading.std()).clip(0.02, 1)
    return labels, (ndi.maximum_filter(lines, 3) * fading).astype(np.float32)


def tell(row: Row) -> None:
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    app()
