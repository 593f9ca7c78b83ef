"""Learn phases pixel by pixel, and score on other micrographs beside a random forest.

    python benchmarks/phases.py [--set NAME]... [--method NAME]... [--seed N]... [--threads N]

UHCS (six folds; every pixel of the training images told, or strokes on 1 % of them, three times), the Cr
alloy (its published images to train on, and parts without a specimen in common) and the NASA superalloy (a
single training image; the same network with random weights, too). The random forest, on UHCS, has the
features of boundaries.py, the strokes of ours and, where every pixel is told, a sample of them. Needs
NAPARI_GRAINS_DATA. Each run is written to benchmarks/results/phases.json when it is over; those there with
the same settings are not repeated, so that the command goes on where it was interrupted. The tables go to
docs/benchmarks.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import torch
import typer
from _phases_data import (
    CLASSES,
    CR,
    NASA,
    PUBLISHED,
    SEEDS,
    UHCS,
    Experiment,
    Labelled,
    experiments,
    published,
)
from _phases_forest import FOREST_SETTINGS, Forest
from _phases_network import learned, network_settings, random_start
from _phases_page import FOREST, OURS, SCRATCH, page
from _phases_score import confusion, of_fold
from _results import insert, machine, read_results, write_results
from _score import ScoreFolder
from numpy.typing import NDArray

from napari_grains.inference import Predictor

Row = dict[str, Any]
Classify = Callable[[Labelled], NDArray[Any]]
METHODS = (OURS, FOREST, SCRATCH, *PUBLISHED)


def methods_for(experiment: Experiment) -> Iterator[str]:
    """Names of the methods that take part."""
    yield OURS
    others = {UHCS: (FOREST,), NASA: (SCRATCH,), CR: tuple(PUBLISHED)}
    yield from others.get(experiment.name, ())


class Runs:
    """Runs of all methods; the forest keeps its features from one to the next."""

    def __init__(self, score: ScoreFolder, model: str) -> None:
        self._score, self._model, self._forest = score, model, Forest(score)
        self._sha256 = Predictor.load(model).sha256

    def settings(self, method: str, experiment: Experiment) -> Row:
        """Return what a result depends on, beside the images."""
        if method == FOREST:
            return dict(FOREST_SETTINGS)
        if method in PUBLISHED:
            return {}
        start = {"start": self._sha256 if method == OURS else "random"}
        return start | network_settings(experiment)

    def run(self, method: str, experiment: Experiment) -> Row:
        """Learn and score."""
        if method == FOREST:
            began = time.process_time()
            self._forest.learn(experiment)
            figures = {"training_processor_seconds": round(time.process_time() - began, 1)}
            return _scored(experiment, self._forest.classify) | figures
        if method in PUBLISHED:
            return _scored(experiment, lambda labelled: published(self._score.data, method, labelled))
        with TemporaryDirectory() as folder:
            start = self._model if method == OURS else random_start(Path(folder), experiment.seed)
            with learned(self._score, experiment, start) as (classify, figures):
                return _scored(experiment, classify) | figures


def _scored(experiment: Experiment, classify: Classify) -> Row:
    """Classify the test images."""
    began, classes = time.process_time(), len(experiment.classes)
    counts = {each.name: confusion(each.phases, classify(each), classes) for each in experiment.tests}
    return {
        "iou": [round(float(value), 4) for value in of_fold(list(counts.values()))],
        "test_processor_seconds": round(time.process_time() - began, 1),
        "images": {name: each.tolist() for name, each in counts.items()},
    }


def key_of(row: Row) -> tuple[Any, ...]:
    """Return what tells a row from others."""
    return row["method"], row["set"], row["fold"], row["paint"], row["seed"]


def main(
    only: Annotated[list[str] | None, typer.Option("--set", help="Only this set.")] = None,
    method: Annotated[list[str] | None, typer.Option(help="Only this method.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Only these strokes.")] = None,
    model: Annotated[str, typer.Option(help="Name or file of the network to start from.")] = "default",
    threads: Annotated[int, typer.Option(help="Threads of torch.")] = 1,
) -> None:
    """Learn and score what has no result yet, and write the results and the documentation."""
    torch.set_num_threads(threads)
    score, content = ScoreFolder.find(), read_results("phases")
    runs, rows = Runs(score, model), {key_of(row): row for row in content.get("runs", ())}
    for experiment in experiments(score.data, only or list(CLASSES)):
        if experiment.seed not in (seed or SEEDS):
            continue
        for each in methods_for(experiment):
            key, settings = (each, *experiment.key), runs.settings(each, experiment)
            if each not in (method or METHODS) or rows.get(key, {}).get("settings") == settings:
                continue
            named = dict(zip(("method", "set", "fold", "paint", "seed"), key, strict=True))
            rows[key] = named | {"settings": settings} | runs.run(each, experiment)
            print(*key, "IoU", *rows[key]["iou"], flush=True)
            content = {"machine": machine(), "runs": list(rows.values())}
            write_results("phases", content)
    insert("phases", page(content["runs"], content["machine"]))


if __name__ == "__main__":
    typer.run(main)
