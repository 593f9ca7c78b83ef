"""Time the partition, the edits of proofreading and the merge slider on large planes.

    python benchmarks/proofreading.py [--repeats 60]

Everything runs on one thread and is timed by the processor, so that other programs matter little. Results go
to benchmarks/results/proofreading.json and docs/benchmarks.md.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import typer
from _results import insert, machine, markdown_table, write_results
from numpy.typing import NDArray
from scipy import ndimage as ndi
from scipy.spatial import cKDTree

from napari_grains.errors import InputError
from napari_grains.grains import Edit, Journal, Proofreading, merge_edges, partition, spread_numbers

PLANES = {2048: 5_000, 4096: 20_000}
"""Cells by the side of the plane in px."""
BEGIN = 0.3
"""The threshold at which the slider begins; a fifth of the edges scores below."""
STEPS = (0.31, 0.33, 0.3, 0.35, 0.4, 0.3, 0.25, 0.2, 0.1, 0.0, 0.3, 0.5, 0.3)
"""Where the slider goes."""
INTRODUCTION = """
## Proofreading

Milliseconds of processor time on one thread, median and 95th percentile, of edits at random places of a
plane of Poisson-Voronoi grains whose boundaries fade here and there. An edit is computed, written into the
labels, and the tables of edges and grains are brought up to date; drawing it is the viewer's.
""".strip()
SLIDER = "The merge slider, in milliseconds of a step; the first step after an edit orders the regions anew:"

Ids = NDArray[np.int32]
Values = NDArray[np.float32]
Result = TypeVar("Result")


def plane(side: int, cells: int) -> tuple[Values, Values]:
    """Boundary probability and distance, as a network would see them, of a Poisson-Voronoi tessellation."""
    rng = np.random.default_rng(0)
    places = np.stack(np.divmod(np.arange(side**2), side), axis=1)
    labels = cKDTree(rng.random((cells, 2)) * side).query(places)[1].reshape(side, side)
    line = np.zeros((side, side), np.float32)
    line[:-1] = labels[:-1] != labels[1:]
    line[:, :-1] = np.maximum(line[:, :-1], labels[:, :-1] != labels[:, 1:])
    fading = ndi.zoom(rng.beta(3, 1, (side // 32, side // 32)), 32, order=1).astype(np.float32)
    boundary = np.clip(1.6 * ndi.gaussian_filter(line, 1), 0, 1) * fading
    return boundary.astype(np.float32), ndi.distance_transform_edt(line == 0).astype(np.float32)


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Return the result, and seconds of processor time."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


class Trials:
    """Edits at random places, timed by kind."""

    def __init__(self, proofreading: Proofreading, journal: Journal) -> None:
        self.proofreading, self.journal = proofreading, journal
        self.seconds: dict[str, list[float]] = {}
        self._rng = np.random.default_rng(1)

    def run(self, repeats: int) -> None:
        """Do each kind of edit so often, undo it and do it again, and undo it for good."""
        for _ in range(repeats):
            for name, work in self._kinds():
                try:
                    edit, seconds = timed(work)
                except InputError:  # a stroke that hits too small a grain, for instance
                    continue
                self._note(name, seconds)
                self._note("save", timed(lambda edit=edit: self.journal.append(0, edit))[1])
                self._note("undo", timed(lambda edit=edit: self.proofreading.revert(edit))[1])
                self._note("redo", timed(lambda edit=edit: self.proofreading.apply(edit))[1])
                self.proofreading.revert(edit)
            self._note("next doubtful edge", timed(self.proofreading.doubtful)[1])

    def _note(self, name: str, seconds: float) -> None:
        self.seconds.setdefault(name, []).append(seconds)

    def _kinds(self) -> Iterator[tuple[str, Callable[[], Edit]]]:
        proofreading, labels = self.proofreading, self.proofreading.labels
        row, column = self._rng.integers(50, np.array(labels.shape) - 50).tolist()
        grain = int(labels[row, column])
        across = [(row, column - 60), (row, column + 60)]
        other = next(int(each) for each in labels[row, column:] if each not in (0, grain))
        yield "merge", lambda: proofreading.merge(grain, other)
        yield "keep", lambda: proofreading.keep((grain, other))
        yield "split", lambda: proofreading.split(across)
        yield "delete", lambda: proofreading.delete(grain)
        yield "grow", lambda: proofreading.grow((row, column))
        yield "add", lambda: proofreading.add([(row, column), (row + 3, column + 6)])
        yield "paint", lambda: self._painted(row, column, other)
        hole = proofreading.delete(grain)
        yield "grow into a hole", lambda: proofreading.grow((row, column))
        proofreading.revert(hole)

    def _painted(self, row: int, column: int, grain: int) -> Edit:
        """Paint a disc of 25 px."""
        labels = self.proofreading.labels
        part = np.s_[row - 12 : row + 13, column - 12 : column + 13]
        disc = np.hypot(*(np.mgrid[-12:13, -12:13])) <= 12
        indices = np.ravel_multi_index(np.nonzero(disc), disc.shape)
        place = np.add(np.unravel_index(indices, disc.shape), [[row - 12], [column - 12]])
        before = labels[part][disc]
        labels[part][disc] = grain
        flat = np.ravel_multi_index(tuple(place), labels.shape)
        return self.proofreading.painted(flat, before, np.full(len(flat), grain, np.int32))


def slide(proofreading: Proofreading) -> dict[str, Any]:
    """Seconds of the steps of the slider, of which the first follows an edit."""
    grain = int(proofreading.labels[100, 100])
    edit = proofreading.delete(grain)
    seconds = [timed(lambda step=step: step_and_count(proofreading, step))[1] for step in STEPS]
    proofreading.revert(edit)
    return {"first": seconds[0], "others": seconds[1:]}


def step_and_count(proofreading: Proofreading, threshold: float) -> int:
    """Move the slider and count what is left to decide, as the dock does."""
    proofreading.merge_below(threshold)
    return proofreading.remaining


def measure_plane(side: int, cells: int, repeats: int) -> dict[str, Any]:
    """All figures of a plane."""
    boundary, distance = plane(side, cells)
    regions, dividing = timed(lambda: partition(boundary, distance))
    grains = spread_numbers(merge_edges(regions, boundary, BEGIN))
    number = int(grains.max())
    proofreading, making = timed(lambda: Proofreading(grains, boundary, regions, BEGIN))
    with tempfile.TemporaryDirectory() as folder:
        journal, beginning = timed(lambda: Journal.begin(grains, {}, boundary, regions, Path(folder)))
        trials = Trials(proofreading, journal)
        trials.run(repeats)
        journal.close(discard=True)
    slider = slide(proofreading)
    result = {
        "side": side,
        "regions": int(regions.max()),
        "grains": number,
        "partition_seconds": dividing,
        "proofreading_seconds": making,
        "journal_seconds": beginning,
        "edits_ms": {name: quantiles(values) for name, values in trials.seconds.items()},
        "slider_ms": {"first": 1e3 * slider["first"], **quantiles(slider["others"])},
    }
    print(result, flush=True)
    return result


def quantiles(seconds: list[float]) -> dict[str, float]:
    """Median, 95th percentile and largest, in ms."""
    low, high = np.quantile(seconds, [0.5, 0.95]) * 1e3
    return {
        "median": round(float(low), 2),
        "p95": round(float(high), 2),
        "largest": round(max(seconds) * 1e3, 2),
    }


def page(content: dict[str, Any]) -> str:
    """Write the text for the documentation."""
    largest, where = content["planes"][-1], content["machine"]
    edits = [[name, f"{ms['median']:.1f}", f"{ms['p95']:.1f}"] for name, ms in largest["edits_ms"].items()]
    header = (f"{largest['side']} x {largest['side']} px, {largest['grains']} grains", "median", "95 %")
    seconds = ("partition_seconds", "proofreading_seconds", "journal_seconds")
    begin = ("plane", "grains", "partition, s", "beginning to proofread, s", "beginning to save, s")
    begins = [
        [f"{each['side']} x {each['side']} px", str(each["grains"]), *(f"{each[key]:.1f}" for key in seconds)]
        for each in content["planes"]
    ]
    steps = [
        [
            f"{each['regions']} regions on {each['side']} x {each['side']} px",
            *(f"{each['slider_ms'][key]:.0f}" for key in ("first", "median", "largest")),
        ]
        for each in content["planes"]
    ]
    return "\n\n".join(
        [
            INTRODUCTION,
            markdown_table(header, edits),
            SLIDER,
            markdown_table(("plane", "first", "median", "longest of the others"), steps),
            "Before the first edit:",
            markdown_table(begin, begins),
            f"{where['processor']}; one thread; {where['date']}.",
        ]
    )


def main(
    repeats: Annotated[int, typer.Option(min=1, help="Edits of each kind.")] = 60,
) -> None:
    """Time it all, and write the results and the documentation."""
    content = {
        "machine": machine(),
        "planes": [measure_plane(side, cells, repeats) for side, cells in PLANES.items()],
    }
    write_results("proofreading", content)
    insert("proofreading", page(content))


if __name__ == "__main__":
    typer.run(main)
