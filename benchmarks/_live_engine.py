"""What `live.py` measures of the engine alone: how soon a network that learns is seen. No viewer, no display.

    python benchmarks/_live_engine.py

Submits the job that the dock submits. Prints lines of JSON.
"""

from __future__ import annotations

import itertools
import json
import queue
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer
from _micrograph import painted_micrograph

from napari_grains.engine import Engine
from napari_grains.events import Event, Preview

PATIENCE = 120.0
VIEWS = {None: None, 2.0: (400.0, 800.0, 480.0, 1120.0)}
"""What is in view, as `live.py` names it: the whole image, or that of a window zoomed in twice."""


def main(repeats: int = 3, further: int = 4) -> None:
    """Seconds from the beginning to the first preview of what is in view, and from each to the next."""
    image, strokes = painted_micrograph()
    with TemporaryDirectory() as folder:
        engine = Engine(log_path=Path(folder) / "engine.log")
        arguments = {
            "images": [{"image": image, "labels": strokes, "name": "steel"}],
            "output": str(Path(folder) / "learned.safetensors"),
            "watch": 0,
            "seconds": 300.0,
        }
        engine.start()
        try:
            times_of_previews(engine, arguments, 0)
            print(json.dumps({"device": engine.device}), flush=True)
            for zoom, focus in VIEWS.items():
                for _ in range(repeats):
                    times = times_of_previews(engine, arguments | {"focus": focus}, further)
                    print(json.dumps({"zoom": zoom} | times), flush=True)
        finally:
            engine.close()


def times_of_previews(engine: Engine, arguments: Mapping[str, Any], further: int) -> dict[str, Any]:
    """Train until the visible part was shown so often after the first time; look at the clock."""
    shown: queue.Queue[tuple[float, tuple[int, ...]]] = queue.Queue()
    failed: list[str] = []

    def hear(event: Event) -> None:
        if isinstance(event, Preview):
            shown.put((time.perf_counter(), event.array.shape))

    visible = visible_shape(arguments)
    began, times = time.perf_counter(), []
    task = engine.submit("finetune", arguments, on_event=hear, on_error=failed.append)
    while len(times) <= further:
        try:
            at, shape = shown.get(timeout=PATIENCE)
        except queue.Empty:
            raise SystemExit(f"no preview came: {failed}") from None
        if shape == visible:
            times.append(at - began)
    task.stop()
    task.wait(PATIENCE)
    gaps = [round(later - earlier, 3) for earlier, later in itertools.pairwise(times)]
    return {"first": round(times[0], 3), "further": gaps}


def visible_shape(arguments: Mapping[str, Any]) -> tuple[int, ...]:
    """Shape of the previews that are waited for."""
    focus = arguments.get("focus")
    if focus is None:
        return tuple(arguments["images"][0]["image"].shape)
    top, bottom, left, right = map(int, focus)
    return bottom - top, right - left


if __name__ == "__main__":
    typer.run(main)
