"""Count the synthetic micrographs that are drawn in a second, alone and by the stream that feeds a training.

    python benchmarks/stream.py [--seconds 20] [--workers 1,2]

The generator draws micrographs of the default recipe on one core, one after the other: images of 256 px and,
as in training, of 192 px. The stream draws the batches of a training in processes of their own. Results go to
benchmarks/results/stream.json and docs/benchmarks.md.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Annotated, Any

import typer
from _results import insert, machine, markdown_table, write_results
from threadpoolctl import threadpool_limits

from napari_grains.synthesis import Recipe
from napari_grains.training import Pretraining, SyntheticStream

SEED = 12345
SIDES = (256, 192)
INTRODUCTION = """
## Synthetic micrographs

Images per second that the default recipe draws on one core, and samples per second of the stream that feeds a
training with the default settings (192 px, batches of 8, two views of each micrograph), whose processes draw
ahead. A training waits for its samples only where it takes more.
""".strip()


def generator(side: int, seconds: float) -> dict[str, Any]:
    """Draw for some time on one core; what counts is the processor time, which others do not share."""
    recipe, kinds = Recipe(), defaultdict[str, list[float]](list)
    recipe.micrograph(SEED, 0, (side, side))  # the first one fills caches
    began = time.perf_counter()
    for index in count(1):
        before = time.process_time()
        drawn = recipe.micrograph(SEED, index, (side, side))
        kinds[drawn.parameters.kind].append(time.process_time() - before)
        if time.perf_counter() - began >= seconds:
            break
    all_times = [each for times in kinds.values() for each in times]
    return {
        "side": side,
        "images": len(all_times),
        "images_per_second": round(len(all_times) / sum(all_times), 1),
        "by_kind": {kind: round(len(times) / sum(times), 1) for kind, times in sorted(kinds.items())},
    }


def stream(workers: int, seconds: float) -> dict[str, Any]:
    """Take batches as fast as they come, after all processes have begun."""
    settings = Pretraining()
    batches = iter(
        SyntheticStream(settings.recipe, SEED, settings.batch, settings.size, settings.views).loader(workers)
    )
    _skip(batches, 8 * max(workers, 1))  # what was drawn while the processes began
    began, taken = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        next(batches)
        taken += settings.batch
    spent = time.perf_counter() - began
    return {"workers": workers, "samples": taken, "samples_per_second": round(taken / spent, 1)}


def _skip(batches: Iterator[Any], number: int) -> None:
    for _ in range(number):
        next(batches)


def page(content: dict[str, Any]) -> str:
    """Write the text for the documentation."""
    drawn = [
        [f"{row['side']} x {row['side']} px", str(row["images"]), f"{row['images_per_second']:.1f}"]
        for row in content["generator"]
    ]
    kinds = content["generator"][0]["by_kind"]
    taken = [[str(row["workers"]), f"{row['samples_per_second']:.1f}"] for row in content["stream"]]
    return "\n\n".join(
        [
            INTRODUCTION,
            markdown_table(("generator, one core", "images", "images / s"), drawn),
            "By kind of contrast, at 256 px: "
            + ", ".join(f"{kind} {speed:.1f}" for kind, speed in kinds.items())
            + ".",
            markdown_table(("processes of the stream", "samples / s"), taken),
            _circumstances(content["machine"], content["cores"]),
        ]
    )


def _circumstances(where: dict[str, Any], cores: int) -> str:
    return (
        f"{where['processor']}; {cores} cores; {where['date']}; load average at the start "
        f"{where['load_average']} (other programs, if above 0)."
    )


def main(
    seconds: Annotated[float, typer.Option(min=1, help="Time for each measurement.")] = 20.0,
    workers: Annotated[str, typer.Option(help="Numbers of processes, separated by commas.")] = "1,2",
) -> None:
    """Measure generator and stream, and write the results and the documentation."""
    where = machine()
    with threadpool_limits(1):
        drawn = [generator(side, seconds) for side in SIDES]
    taken = [stream(int(number), seconds) for number in workers.split(",")]
    content = {"machine": where, "cores": os.cpu_count(), "generator": drawn, "stream": taken}
    for row in (*drawn, *taken):
        print(row, flush=True)
    write_results("stream", content)
    insert("stream", page(content))


if __name__ == "__main__":
    typer.run(main)
