"""Learn from strokes on one image of each set of hand-traced micrographs, and score on the others.

    python benchmarks/finetuning.py [--seconds 60 | --steps N] [--threads 2] [--set NAME]... [--seed N]...

Strokes on 1 % of the pixels are simulated as for the random forest in boundaries.py: on field 3 of 316L,
the left half of the perovskite, slice 0 of the ISBI stack. The others are segmented as usual, at the scale
that is found for each. After learning from 316L the perovskite is scored, too. The budget is a minute on two
cores, so that nothing else should run meanwhile; with --steps results do not depend on that. Where there is a
CUDA device that learns, and its results are told apart. Needs NAPARI_GRAINS_DATA. Results go to
benchmarks/results/finetuning.json or finetuning_cuda.json, where runs with the same settings are kept, and to
docs/benchmarks.md.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import torch
import typer
from _results import insert, machine, markdown_table, read_results, write_results
from _score import ScoreFolder, Truth
from boundaries import FOREST, SEEDS, Row, averages, score_segmentation

from napari_grains.events import drive
from napari_grains.images import calibrated
from napari_grains.inference import Predictor, SegmentationSettings
from napari_grains.networks import choose_device, save_network
from napari_grains.training import Finetuned, Finetuning, PaintedImage, finetune

FRACTION = 0.01
ELSEWHERE = {"316L": "perovskite"}
INTRODUCTION = """
## Learning from strokes

The bundled network fine-tuned for {budget} on simulated strokes that cover 1 % of one image, scored on
the images of the table above at the automatic scale; the strokes are those of the random forest there.
Adapted Rand error: mean over the sets of strokes (smallest to largest). In all runs the network before the
training took part, judged by strokes that were held out. `elsewhere`: the perovskite after learning from
316L.
""".strip()
ON_CUDA = """
### Learning from strokes on a GPU

The same for {budget}.
""".strip()


def painted(score: ScoreFolder, truth: Truth, seed: int) -> PaintedImage:
    """Simulate what a user paints on an image."""
    strokes = score.module("strokes").simulate_strokes(truth.boundary, FRACTION, seed)
    return PaintedImage(calibrated(truth.image, name=truth.name, rgb=False), strokes)


def fine_tuned(image: PaintedImage, settings: Finetuning, model: str) -> tuple[Finetuned, float]:
    """Fine-tune; the network, and the processor time."""
    began = time.process_time()
    result = drive(finetune([image], settings, start=model))
    return result, time.process_time() - began


def run(score: ScoreFolder, name: str, seed: int, settings: Finetuning, model: str) -> Row:
    """Learn from strokes on one image of a set, and score on its others."""
    training, tests = score.sets[name]
    result, seconds = fine_tuned(painted(score, training, seed), settings, model)
    figures = {key: result.figures[key] for key in ("before", "after", "kept", "layers", "steps")}
    row = {"set": name, "seed": seed, "processor_seconds": round(seconds, 1)} | figures
    row["load_average"] = round(os.getloadavg()[0], 1)
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "tuned.safetensors")
        save_network(path, result.network, result.card)
        row["images"] = [score_segmentation(score, truth, SegmentationSettings(path)) for truth in tests]
        if name in ELSEWHERE:
            others = score.sets[ELSEWHERE[name]][1]
            row["elsewhere"] = [
                score_segmentation(score, truth, SegmentationSettings(path)) for truth in others
            ]
    print(name, seed, figures, "ARE", mean_are(row["images"]), mean_are(row.get("elsewhere", [])), flush=True)
    return row


def mean_are(images: list[Row]) -> float | None:
    """Mean adapted Rand error; None of nothing."""
    return round(statistics.fmean(image["are"] for image in images), 4) if images else None


def before(known: Mapping[str, Any]) -> dict[str, float]:
    """Error of the bundled network on each set, from the results of boundaries.py."""
    return {mean["set"]: mean["are"] for mean in averages(known["network"])}


def forests(known: Mapping[str, Any]) -> dict[str, list[float]]:
    """Errors of the random forest on each set, one for each set of strokes."""
    found: dict[str, list[float]] = {}
    for mean in averages(known["baselines"]):
        if mean["method"].startswith(FOREST):
            found.setdefault(mean["set"], []).append(mean["are"])
    return found


def spread(values: list[float]) -> str:
    """Mean and range."""
    return f"{statistics.fmean(values):.3f} ({min(values):.3f} to {max(values):.3f})" if values else ""


def page(rows: list[Row], known: Mapping[str, Any], where: Mapping[str, Any], budget: str) -> str:
    """Write the text for the documentation."""
    lines = []
    for name in dict.fromkeys(row["set"] for row in rows):
        mine = [row for row in rows if row["set"] == name]
        tuned = [value for row in mine if (value := mean_are(row["images"])) is not None]
        elsewhere = [value for row in mine if (value := mean_are(row.get("elsewhere", []))) is not None]
        kept = f"{sum(row['kept'] == 'trained' for row in mine)} of {len(mine)}"
        lines.append(
            [
                name,
                f"{before(known)[name]:.3f}",
                spread(tuned),
                spread(forests(known)[name]),
                kept,
                spread(elsewhere),
            ]
        )
    header = ("images", "before", "after", "random forest", "new network kept", "elsewhere")
    trained = [row for row in rows if row["steps"]]
    steps, loads = ([row[key] for row in trained] for key in ("steps", "load_average"))
    device = f"{where['device']}, " if "device" in where else ""
    told = (
        f"{device}{where['processor']}, {where['threads']} thread(s), {where['date']}; "
        f"{min(steps, default=0)} to {max(steps, default=0)} steps in each training that was not over at "
        f"once, load average {min(loads, default=0)} to {max(loads, default=0)}."
    )
    introduction = ON_CUDA if device else INTRODUCTION
    return "\n\n".join([introduction.format(budget=budget), markdown_table(header, lines), told])


def main(
    seconds: Annotated[float, typer.Option(help="Seconds of training.")] = 60.0,
    steps: Annotated[int | None, typer.Option(help="Optimizer steps instead.")] = None,
    only: Annotated[list[str] | None, typer.Option("--set", help="Only this set.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Only these strokes.")] = None,
    model: Annotated[str, typer.Option(help="Name or file of the network to start from.")] = "default",
    threads: Annotated[int, typer.Option(help="Threads of torch.")] = 2,
) -> None:
    """Fine-tune on strokes, score, and write the results and the documentation."""
    torch.set_num_threads(threads)
    score, known, plan = ScoreFolder.find(), read_results("boundaries"), choose_device()
    on_cuda = plan.device.type == "cuda"
    name_of_results = "finetuning_cuda" if on_cuda else "finetuning"
    content, where = read_results(name_of_results), {"device": str(plan)} if on_cuda else {}
    budget = {"steps": steps, "seconds": None if steps else seconds}
    settings = budget | {"threads": threads, "start": Predictor.load(model).sha256}
    rows = content.get("runs", []) if content.get("settings") == settings else []
    for each in seed or SEEDS:
        for name in only or score.sets:
            found = run(
                score, name, each, Finetuning(steps=steps, seconds=budget["seconds"], seed=each), model
            )
            rows = [row for row in rows if (row["set"], row["seed"]) != (name, each)] + [found]
            content = {"machine": machine() | where, "settings": settings, "runs": rows}
            write_results(name_of_results, content)
    said = f"{steps} steps" if steps else f"{seconds:g} s"
    insert(name_of_results, page(rows, known, content["machine"], said))


if __name__ == "__main__":
    typer.run(main)
