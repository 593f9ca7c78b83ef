"""Measure a viewer in which a network learns from strokes: how soon it is seen, and whether it disturbs.

    python benchmarks/live.py [--only PART ...] [--repeats 3] [--turns 3] [--seconds 12]

Needs napari, a Qt binding, psutil and a display. Where there is none, put
`xvfb-run -a -s "-screen 0 1280x800x24"` before it; OpenGL is then drawn by the processor, on which the
network learns too: the worst case. `--only engine` needs none of them: it measures how soon previews leave
the engine, for instance on a server with a GPU. Results go to benchmarks/results/live.json and
docs/benchmarks.md.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from _results import insert, machine, markdown_table, read_results, write_results
from viewer import in_figures

Row = dict[str, Any]
FOLDER = Path(__file__).parent
PARTS = ("previews", "engine", "smoothness")
ENGINE = "engine"
WITHOUT, TRAINING = "without", "training"
VIEWS = {None: "whole image in view", 2.0: "zoomed in twice"}
INTRODUCTION = """
## Painting while the network learns

A real napari window of 1280 x 800 px with a synthetic micrograph of 1600 x 1200 px and strokes on it, driven
by a script; the engine is warm: it has trained once.
""".strip()
ENGINE_ALONE = """
The same without the viewer, from the job's beginning to its previews, which arrive in the viewer's process:
""".strip()
SMOOTHNESS = """
While the camera moves for 1.5 s and strokes are painted for 1.5 s in turns, an event every 16 ms, without and
during a training; the delay of the event loop in ms as above, medians over the turns:
""".strip()


def measured(script: str, *options: object) -> list[Row]:
    """Run one measurement in a process of its own, whose strokes and networks go nowhere; its lines."""
    command = [sys.executable, str(FOLDER / script), *map(str, options)]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_STATE_HOME": folder, "NAPARI_GRAINS_NETWORKS": folder}
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def previews(repeats: int) -> Row:
    """Seconds to the first preview of what is in view, and from each to the next."""
    return _by_view(measured("_live_viewer.py", "previews", "--repeats", repeats))


def previews_of_engine(repeats: int, known: Row) -> Row:
    """Seconds to the previews that leave the engine; those of other devices stay."""
    first, *rows = measured("_live_engine.py", "--repeats", repeats)
    return known | {first["device"]: _by_view(rows) | {"machine": machine()}}


def _by_view(rows: list[Row]) -> Row:
    return {
        name: {
            "first_s": [round(row["first"], 2) for row in rows if row["zoom"] == zoom],
            "further_s": [second for row in rows if row["zoom"] == zoom for second in row["further"]],
        }
        for zoom, name in VIEWS.items()
    }


def smoothness(turns: int, seconds: float) -> Row:
    """Delays without and during a training, turn by turn, and what the training adds."""
    first, *lines = measured("_live_viewer.py", "smoothness", "--turns", turns, "--seconds", seconds)
    rows = [{name: in_figures(run) for name, run in line.items()} for line in lines]
    keys = ("median_ms", "p95_ms", "longest_ms", "moves_per_second", "cores_of_viewer", "cores_of_engine")
    return {
        "medians": {
            name: {key: round(statistics.median(row[name][key] for row in rows), 2) for key in keys}
            for name in (WITHOUT, TRAINING)
        },
        "added_p95_ms": [round(row[TRAINING]["p95_ms"] - row[WITHOUT]["p95_ms"], 1) for row in rows],
        "turns": rows,
    } | first


def page(content: dict[str, Row]) -> str:
    """Write the text for the documentation, of the parts that were measured."""
    texts = {"previews": _previews_text, ENGINE: _engine_text, "smoothness": _smoothness_text}
    return "\n\n".join([INTRODUCTION, *(texts[part](content[part]) for part in PARTS if part in content)])


def _previews_text(part: Row) -> str:
    lines = [
        [name, _spread(part[name]["first_s"]), _spread(part[name]["further_s"])] for name in VIEWS.values()
    ]
    table = markdown_table(
        ("seconds", "from Train to the first preview", "from each preview to the next"), lines
    )
    return f"Previews of what is in view:\n\n{table}\n\n{_circumstances(part)}."


def _engine_text(part: Row) -> str:
    header = ("seconds", "in view", "to the first preview", "from each to the next")
    lines = [
        [device, view, _spread(row[view]["first_s"]), _spread(row[view]["further_s"])]
        for device, row in part.items()
        for view in VIEWS.values()
    ]
    dates = ", ".join(f"{row['machine']['processor']}, {row['machine']['date']}" for row in part.values())
    return f"{ENGINE_ALONE}\n\n{markdown_table(header, lines)}\n\nProcessors: {dates}."


def _smoothness_text(part: Row) -> str:
    header = ("", "median", "95 %", "longest", "events / s", "cores: viewer", "cores: engine")
    keys = ("median_ms", "p95_ms", "longest_ms", "moves_per_second", "cores_of_viewer", "cores_of_engine")
    digits = (1, 1, 0, 0, 2, 2)
    lines = [
        [name, *(f"{row[key]:.{number}f}" for key, number in zip(keys, digits, strict=True))]
        for name, row in part["medians"].items()
    ]
    added = part["added_p95_ms"]
    text = (
        f"A training adds {statistics.median(added):+.1f} ms to the 95th percentile ({min(added):+.1f} to "
        f"{max(added):+.1f} in {len(added)} turns). OpenGL: {part['renderer']}; {_circumstances(part)}."
    )
    return "\n\n".join([SMOOTHNESS, markdown_table(header, lines), text])


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def _circumstances(part: Row) -> str:
    where = part["machine"]
    return (
        f"{where['processor']}, load average before and after {part['load_before']} and "
        f"{where['load_average']}, {where['date']}"
    )


def main(
    only: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(PARTS)}; may be repeated.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Trainings for each view.")] = 3,
    turns: Annotated[int, typer.Option(min=1, help="Turns without and during a training.")] = 3,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of each.")] = 12,
) -> None:
    """Measure a viewer and write the results and the documentation."""
    parts, content = only or PARTS, read_results("live")
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "linux" and not display and set(parts) != {ENGINE}:
        raise SystemExit(f"There is no display: xvfb-run -a python {__file__}")
    for part in parts:
        before = round(os.getloadavg()[0], 1)
        if part == ENGINE:
            content[part] = previews_of_engine(repeats, content.get(part, {}))
        else:
            result = previews(repeats) if part == "previews" else smoothness(turns, seconds)
            content[part] = result | {"load_before": before, "machine": machine()}
        write_results("live", content)
    insert("live", page(content))


if __name__ == "__main__":
    typer.run(main)
