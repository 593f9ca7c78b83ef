"""Correct the bundled network with a few strokes where it is wrong, and score there and on other images.

    python benchmarks/corrections.py [--steps 150] [--threads 2] [--set NAME]... [--number N]... [--seed N]...

The images of finetuning.py, but other strokes: those of somebody who looks at the result and paints along
boundaries that were missed and along invented ones. All images are segmented as usual, at the scale that is
found for each. Needs NAPARI_GRAINS_DATA. Results go to benchmarks/results/corrections.json, where runs with
the same settings are kept, and to docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import torch
import typer
from _corrections import corrections
from _results import insert, machine, markdown_table, read_results, write_results
from _score import ScoreFolder, Truth
from boundaries import Row, score_segmentation, segmented
from finetuning import mean_are, spread

from napari_grains.events import drive
from napari_grains.images import calibrated
from napari_grains.inference import Predictor, SegmentationSettings
from napari_grains.networks import save_network
from napari_grains.training import Finetuned, Finetuning, PaintedImage, finetune

NUMBERS, SEEDS = (12, 30), (0, 1)
INTRODUCTION = """
## Corrections

The bundled network after {steps} steps on strokes where it is wrong: along boundaries that it missed and
along some that it invented, in turn, longer errors more often. Adapted Rand error of the image that was
painted on and of the others of the set, before and after: mean over the sets of strokes (smallest to
largest).
""".strip()


def corrected(truth: Truth, number: int, settings: Finetuning, model: str) -> Finetuned:
    """Paint on an image where the network is wrong, and let it learn that."""
    result = segmented(truth, SegmentationSettings(model))
    strokes = corrections(truth.boundary, result.grains, result.summary["scale"], number, settings.seed)
    image = PaintedImage(calibrated(truth.image, name=truth.name, rgb=False), strokes)
    return drive(finetune([image], settings, start=model))


def scored(score: ScoreFolder, name: str, model: str) -> dict[str, list[Row]]:
    """Score a network on the painted image of a set, and on the others."""
    same, others = score.sets[name]
    settings = SegmentationSettings(model)
    return {
        "same": [score_segmentation(score, same, settings)],
        "others": [score_segmentation(score, each, settings) for each in others],
    }


def run(score: ScoreFolder, name: str, number: int, settings: Finetuning, model: str) -> Row:
    """Correct and score."""
    result = corrected(score.sets[name][0], number, settings, model)
    told = ("before", "after", "kept", "layers", "change", "keeping")
    row = {"set": name, "number": number, "seed": settings.seed} | {key: result.figures[key] for key in told}
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "corrected.safetensors")
        save_network(path, result.network, result.card)
        row |= scored(score, name, path)
    print(
        row["set"], number, settings.seed, *(mean_are(row[where]) for where in ("same", "others")), flush=True
    )
    return row


def page(
    rows: list[Row], before: Mapping[str, Mapping[str, list[Row]]], where: Mapping[str, Any], steps: int
) -> str:
    """Write the text for the documentation."""
    lines = []
    for name, number in sorted({(row["set"], row["number"]) for row in rows}):
        mine = [row for row in rows if (row["set"], row["number"]) == (name, number)]
        line = [name, str(number)]
        for part in ("same", "others"):
            after = [value for row in mine if (value := mean_are(row[part])) is not None]
            line += [f"{mean_are(before[name][part]):.3f}", spread(after)]
        lines.append(line)
    header = ("images", "strokes", "painted image: before", "after", "others: before", "after")
    told = f"{where['processor']}, {where['threads']} thread(s), {where['date']}."
    return "\n\n".join([INTRODUCTION.format(steps=steps), markdown_table(header, lines), told])


def main(
    steps: Annotated[int, typer.Option(help="Optimizer steps.")] = 150,
    only: Annotated[list[str] | None, typer.Option("--set", help="Only this set.")] = None,
    number: Annotated[list[int] | None, typer.Option(help="Only so many strokes.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Only these strokes.")] = None,
    model: Annotated[str, typer.Option(help="Name or file of the network to start from.")] = "default",
    threads: Annotated[int, typer.Option(help="Threads of torch.")] = 2,
) -> None:
    """Correct, score, and write the results and the documentation."""
    torch.set_num_threads(threads)
    score, content = ScoreFolder.find(), read_results("corrections")
    settings = {"steps": steps, "start": Predictor.load(model).sha256}
    same = content.get("settings") == settings
    rows, before = (content["runs"], content["before"]) if same else ([], {})
    for name in only or score.sets:
        before[name] = scored(score, name, model)
        for many in number or NUMBERS:
            for each in seed or SEEDS:
                one = run(score, name, many, Finetuning(steps=steps, seconds=None, seed=each), model)
                key = (name, many, each)
                rows = [row for row in rows if (row["set"], row["number"], row["seed"]) != key] + [one]
                content = {"machine": machine(), "settings": settings, "before": before, "runs": rows}
                write_results("corrections", content)
    insert("corrections", page(rows, before, content["machine"], steps))


if __name__ == "__main__":
    typer.run(main)
