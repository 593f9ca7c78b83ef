"""Measure a real viewer: how fast the dock opens, whether it stays smooth during a job, how soon pixels come.

    python benchmarks/viewer.py [--only PART ...] [--repeats 5] [--turns 3] [--seconds 10]

Needs napari, a Qt binding, psutil and a display. Where there is none, put
`xvfb-run -a -s "-screen 0 1280x800x24"` before it. Without a graphics card OpenGL is drawn by the processor,
on which the job runs too: the worst case. Each part is measured in viewers of its own; what is compared runs
in turns. Results go to benchmarks/results/viewer.json and docs/benchmarks.md; the parts that --only leaves
out are taken from there.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from _micrograph import NAME, micrograph
from _results import insert, machine, markdown_table, read_results, write_results
from numpy.typing import NDArray

from napari_grains.events import drive
from napari_grains.inference import segment_arrays

Row = dict[str, Any]
SCRIPT = Path(__file__).with_name("_viewer.py")
PARTS = ("opening", "panning", "whole run", "second run", "throughput")
TICK = 0.01
"""Seconds between two moments for which the delay is asked."""
ALONE, DURING, LAYERS = "image alone", "during a job", "two layers"
OPENING = {"seconds": "_s", "processor_seconds": "_processor_s"}
INTRODUCTION = """
## A smooth viewer

A real napari window of 1280 x 800 px with an image of 2048 x 2048 px, driven by a script. The delay of the
event loop is how long a click would wait for an answer, asked every 10 ms.
""".strip()
PANNING = """
While the camera is moved every 16 ms without a pause, in turns: the image alone; during a job on a stack of
such images, from its first pixels on; and without a job over the two layers that a job shows. Delay in ms,
medians over the turns; cores: processors that viewer and engine kept busy. The engine stands still while the
camera moves.
""".strip()
QUIET = """
From Run to the results on the screen, nobody touching the viewer; delay in ms. The longest are those in which
layers are made and drawn:
""".strip()


def measured(part: str, *options: object) -> list[Row]:
    """Run one measurement in a viewer of its own; its lines."""
    command = [sys.executable, str(SCRIPT), part.replace(" ", "-"), *map(str, options)]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            lines.append(json.loads(line))
            print(part, line[:200].rstrip(), flush=True)
    if process.returncode or not lines:
        raise SystemExit(f"the measurement of {part} failed")
    return lines


def delays(arrivals: Sequence[float]) -> NDArray[np.float64]:
    """Milliseconds from each moment of a regular grid to the next time that the event loop was free.

    Unlike the lateness of a timer, which is fired once after a long stall, this counts a stall as often as it
    is long.

    Parameters
    ----------
    arrivals : sequence of float
        Seconds from the start at which the event loop served a timer, ascending.
    """
    served = np.asarray(arrivals)
    moments = np.arange(TICK, served[-1], TICK)
    return 1e3 * (served[np.searchsorted(served, moments)] - moments)


def in_figures(run: Row) -> Row:
    """Replace the times of a run by their quantiles, and name the longest stall and when it came."""
    waits = delays(run["arrivals"])
    names = ("median_ms", "p95_ms", "p99_ms", "longest_ms")
    quantiles = np.quantile(waits, (0.5, 0.95, 0.99, 1.0)).round(1).tolist()
    figures = dict(zip(names, quantiles, strict=True))
    when = round(TICK * float(waits.argmax() + 1), 2)
    rest = {key: value for key, value in run.items() if key != "arrivals"}
    return figures | {"longest_at_s": when, "seconds": round(run["arrivals"][-1], 1)} | rest


def opening(repeats: int) -> Row:
    """Fresh processes, after one that fills the caches of the disk."""
    runs = [measured("opening")[0] for _ in range(repeats + 1)][1:]
    medians = {f"median{end}": _median(run[key] for run in runs) for key, end in OPENING.items()}
    return medians | {"runs": runs}


def panning(turns: int, seconds: float) -> Row:
    """Delays in the three situations, turn by turn, and what a job adds."""
    lines = measured("panning", "--turns", turns, "--seconds", seconds)
    rows = [{name: in_figures(run) for name, run in line.items()} for line in lines]
    keys = ("median_ms", "p95_ms", "longest_ms", "moves_per_second", "cores_of_viewer", "cores_of_engine")
    medians = {name: {key: _median(row[name][key] for row in rows) for key in keys} for name in rows[0]}
    added = {name: [row[DURING]["p95_ms"] - row[name]["p95_ms"] for row in rows] for name in (ALONE, LAYERS)}
    return {
        "medians": medians,
        "added_p95_ms": {name: _median(values) for name, values in added.items()},
        "turns": rows,
    }


def second_run(repeats: int) -> Row:
    """Seconds to the first pixels with the whole image in view, and zoomed in."""
    rows = measured("second run", "--repeats", repeats)
    return {
        name: {"median_s": _median(values := [row[name] for row in rows]), "runs_s": values}
        for name in rows[0]
    }


def throughput(repeats: int) -> Row:
    """Run a job in a viewer that nobody touches and in a process without a viewer, in turns."""
    context = get_context("spawn")
    command = [sys.executable, str(SCRIPT), "throughput"]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as viewer,
        ProcessPoolExecutor(1, context) as headless,
    ):
        if viewer.stdin is None or viewer.stdout is None or not viewer.stdout.readline():
            raise SystemExit("the viewer did not start")
        headless.submit(run_headless).result()
        rows = []
        for _ in range(repeats):
            viewer.stdin.write("\n")
            rows.append({"viewer": json.loads(viewer.stdout.readline())})
            rows[-1]["headless"] = headless.submit(run_headless).result()
            print("throughput", rows[-1], flush=True)
        viewer.stdin.close()
    return {key: _ratio(rows, key) for key in ("seconds", "own_seconds")} | {"runs": rows}


def run_headless() -> Row:
    """Run the job as the viewer asks for it."""
    began = time.perf_counter()
    result = drive(segment_arrays(micrograph(), name=NAME, rgb=False))
    return {"seconds": time.perf_counter() - began, "own_seconds": result["summary"]["seconds"]["total"]}


def _median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 3)


def _ratio(rows: list[Row], key: str) -> Row:
    """Medians of both, and how many times longer the viewer's took."""
    medians = {name: _median(row[name][key] for row in rows) for name in ("viewer", "headless")}
    ratios = [row["viewer"][key] / row["headless"][key] for row in rows]
    return medians | {
        "ratio": _median(ratios),
        "smallest": round(min(ratios), 3),
        "largest": round(max(ratios), 3),
    }


def measure(part: str, repeats: int, turns: int, seconds: float) -> Row:
    """Measure one part, with the load that other programs made meanwhile."""
    before = os.getloadavg()[0]
    if part == "whole run":
        lines = measured(part) + measured(part, "--slices", 8, "--repeats", 1)
        result: Row = {"runs": [in_figures(line) for line in lines]}
    else:
        result = {
            "opening": lambda: opening(repeats),
            "panning": lambda: panning(turns, seconds),
            "second run": lambda: second_run(repeats),
            "throughput": lambda: throughput(repeats),
        }[part]()
    return result | {"load_before": round(before, 1), "machine": machine()}


def page(content: dict[str, Row]) -> str:
    """Write the text for the documentation, of the parts that were measured."""
    texts = {"opening": _opening_text, "panning": _panning_text, "whole run": _whole_text}
    texts |= {"second run": _second_text, "throughput": _throughput_text}
    written = [texts[part](content[part]) for part in PARTS if part in content]
    return "\n\n".join([INTRODUCTION, *written])


def _opening_text(part: Row) -> str:
    times = _spread(part["median_s"], [run["seconds"] for run in part["runs"]])
    return (
        "From the entry of the Plugins menu to the dock on the screen, each time in a napari that had not "
        f"used the plugin: {times} in {len(part['runs'])} processes, of which its thread used "
        f"{part['median_processor_s']:.2f} s of processor time. OpenGL: {part['runs'][0]['renderer']}; "
        f"{_circumstances(part)}."
    )


def _panning_text(part: Row) -> str:
    header = ("panning", "median", "95 %", "longest", "moves / s", "cores: viewer", "cores: engine")
    digits = {"median_ms": 1, "p95_ms": 1, "longest_ms": 0, "moves_per_second": 0}
    digits |= {"cores_of_viewer": 2, "cores_of_engine": 2}
    lines = [[name, *_cells(row, digits)] for name, row in part["medians"].items()]
    added = part["added_p95_ms"]
    text = (
        f"A job adds {added[ALONE]:+.1f} ms to the 95th percentile over the image alone, "
        f"{added[LAYERS]:+.1f} ms over two layers (medians of {len(part['turns'])} turns); "
        f"{_circumstances(part)}."
    )
    return "\n\n".join([PANNING, markdown_table(header, lines), text])


def _whole_text(part: Row) -> str:
    header = ("slices", "run", "seconds", "95 %", "99 %", "longest", "longest at s")
    digits = {"seconds": 1, "p95_ms": 1, "p99_ms": 0, "longest_ms": 0, "longest_at_s": 1}
    lines = [[*_cells(run, {"slices": 0, "run": 0} | digits)] for run in part["runs"]]
    return "\n\n".join([QUIET, markdown_table(header, lines), f"{_circumstances(part)}."])


def _second_text(part: Row) -> str:
    whole, zoomed = (_spread(part[view]["median_s"], part[view]["runs_s"]) for view in ("whole", "zoomed in"))
    return (
        f"From Run to the first new pixels in view, on an image that was segmented before: {whole} with the "
        f"whole image in view, {zoomed} zoomed in; {_circumstances(part)}."
    )


def _throughput_text(part: Row) -> str:
    wall, own = part["seconds"], part["own_seconds"]
    return (
        f"A job in a viewer that nobody touches took {own['viewer']:.2f} s, the same job in a process "
        f"without a viewer {own['headless']:.2f} s, in turns: ratio {own['ratio']:.2f} "
        f"({own['smallest']:.2f} to {own['largest']:.2f}). From Run to the layers: {wall['viewer']:.2f} s; "
        f"{_circumstances(part)}."
    )


def _cells(row: Row, digits: dict[str, int]) -> list[str]:
    return [f"{row[key]:.{number}f}" for key, number in digits.items()]


def _spread(median: float, values: Sequence[float]) -> str:
    return f"{median:.2f} s ({min(values):.2f} to {max(values):.2f} s)"


def _circumstances(part: Row) -> str:
    where = part["machine"]
    return (
        f"{where['processor']}, {where['threads']} threads, load average before and after "
        f"{part['load_before']} and {where['load_average']}, {where['date']}"
    )


def main(
    only: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(PARTS)}; may be repeated.")
    ] = None,
    repeats: Annotated[
        int, typer.Option(min=1, help="Viewers opened, second runs, turns of whole jobs.")
    ] = 5,
    turns: Annotated[int, typer.Option(min=1, help="Turns of panning.")] = 3,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of panning, three times a turn.")] = 10,
) -> None:
    """Measure a viewer and write the results and the documentation."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SystemExit(
            'There is no display: xvfb-run -a -s "-screen 0 1280x800x24" python benchmarks/viewer.py'
        )
    content = read_results("viewer")
    for part in only or PARTS:
        content[part] = measure(part, repeats, turns, seconds)
        write_results("viewer", content)
    insert("viewer", page(content))


if __name__ == "__main__":
    typer.run(main)
