"""Measure corrections in a real viewer: until the layer is up to date, and until that is drawn.

    python benchmarks/proofreading_viewer.py [--repeats 20]

Needs napari, a Qt binding and a display. Where there is none, put
`xvfb-run -a -s "-screen 0 1280x800x24"` before it; then OpenGL is drawn by the processor. Results go to
benchmarks/results/proofreading_viewer.json and docs/benchmarks.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from _results import insert, machine, markdown_table, write_results

Row = dict[str, Any]
SCRIPT = Path(__file__).with_name("_proofreading_viewer.py")
KINDS = ("merge", "split", "add", "re-grow", "delete", "undo")
HEADER = ("", "number", "median", "95 %", "longest", "processor, median", "drawn after, median")
INTRODUCTION = """
## Proofreading in the viewer

A real napari window of 1280 x 800 px with a micrograph, its boundary map and its grains, driven by a script.
ms from the end of a gesture, or from a move of the slider, until the correction is computed and handed to the
graphics card; the same in processor time of the viewer's thread; and until the next frame is drawn.
""".strip()


def measured(part: str, *options: object) -> list[Row]:
    """Run one measurement in a viewer of its own, whose journals go nowhere; its lines."""
    command = [sys.executable, str(SCRIPT), part, *map(str, options)]
    with tempfile.TemporaryDirectory() as state:
        environment = os.environ | {"XDG_STATE_HOME": state}
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def in_figures(rows: Sequence[Row]) -> Row:
    """Quantiles of what was done; what was refused, as a stroke that cuts nothing, is counted."""
    done = [row for row in rows if not row["refused"]]
    times = np.array([row["ms"] for row in done])
    median = lambda key: round(float(np.median([row[key] for row in done])), 1)  # noqa: E731
    return {
        "number": len(done),
        "refused": len(rows) - len(done),
        "median_ms": median("ms"),
        "p95_ms": round(float(np.quantile(times, 0.95)), 1),
        "longest_ms": round(float(times.max()), 1),
        "processor_ms": median("processor_ms"),
        "drawn_ms": median("drawn_ms"),
    }


def measure(repeats: int) -> Row:
    """All kinds of corrections, and the slider."""
    before = round(os.getloadavg()[0], 1)
    *edits, idle_large = measured("edits", "--repeats", repeats)
    *steps, idle_small = measured("slider")
    corrections = {kind: in_figures([row for row in edits if row["kind"] == kind]) for kind in KINDS}
    slider = in_figures(steps) | {"grains": [steps[0]["grains"], min(row["grains"] for row in steps)]}
    frames = {"frame_ms_4096": idle_large["frame_ms"], "frame_ms_2048": idle_small["frame_ms"]}
    return {
        "machine": machine() | {"renderer": idle_large["renderer"], "load_before": before},
        "edits": corrections,
        "slider": slider,
    } | frames


def page(result: Row) -> str:
    """Write the text for the documentation."""
    rows = [(kind, *cells(result["edits"][kind])) for kind in KINDS]
    rows.append(("slider", *cells(result["slider"])))
    where = result["machine"]
    text = (
        "Corrections: 4096 x 4096 px, 20,000 grains, places drawn at random. Slider: 2048 x 2048 px, "
        "5,000 grains, from 0 to 0.6 and back in steps of 0.02. A frame in which nothing is new takes "
        f"{result['frame_ms_4096']:.0f} ms and {result['frame_ms_2048']:.0f} ms here, as OpenGL is "
        f"{where['renderer']}. {where['processor']}, load average before and after "
        f"{where['load_before']} and {where['load_average']}, {where['date']}."
    )
    return "\n\n".join([INTRODUCTION, markdown_table(HEADER, rows), text])


def cells(figures: Row) -> list[str]:
    """Figures of a row of the table."""
    keys = ("median_ms", "p95_ms", "longest_ms", "processor_ms", "drawn_ms")
    return [str(figures["number"]), *(f"{figures[key]:.1f}" for key in keys)]


def main(repeats: Annotated[int, typer.Option(min=1, help="Corrections of each kind.")] = 20) -> None:
    """Measure a viewer and write the results and the documentation."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SystemExit(f"There is no display: xvfb-run -a python {__file__}")
    result = measure(repeats)
    write_results("proofreading_viewer", result)
    insert("proofreading-viewer", page(result))


if __name__ == "__main__":
    typer.run(main)
