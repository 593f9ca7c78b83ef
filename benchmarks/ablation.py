"""What each group of ingredients of the synthetic micrographs is worth on real ones, and other losses.

    python benchmarks/ablation.py [--steps 600] [--seed 0] [--only NAME]...

Trains one network with everything, one without each group and one with each of some other losses: short,
equal runs of one seed on one thread. Then all are scored on the hand-traced development images at the
automatic scale. Needs NAPARI_GRAINS_DATA. Results go to benchmarks/results/ablation.json, where earlier runs
are kept, and docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import torch
import typer
from _results import insert, machine, markdown_table, read_results, write_results
from _score import ScoreFolder
from boundaries import Row, averages, score_network

from napari_grains.events import Event, drive
from napari_grains.inference import SegmentationSettings
from napari_grains.networks import save_network
from napari_grains.synthesis import PARAMETERS, MicrographParameters, Range, Recipe
from napari_grains.training import Loss, Pretraining, TrainingProgress, pretrain

ALL = "everything"
EDGES = ("faint_edges", "gaps", "line_wobble", "width_spread", "rounding", "halo")
INTERIORS = ("ramps", "domes", "fringes", "lamellae", "filaments", "texture", "odd_grains")
INTRODUCTION = """
## What the ingredients of the synthetic micrographs are worth

Networks of one architecture and seed after {steps} steps on synthetic micrographs, with everything,
without one group of ingredients, and with another loss: ARE / boundary F1 / count ratio on the images of the
table above, at the automatic scale. So few steps leave all of them short of the bundled network; one seed
tells differences of about 0.02 apart.
""".strip()

REMARK = """
All three sets show dark lines: classes of contrast without lines do nothing for them, and are there for
micrographs whose grains differ by grey level alone.
""".strip()


def plain(names: Iterable[str]) -> dict[str, Range]:
    """Ranges that hold parameters at their plain value."""
    parameters = MicrographParameters()
    values = {name: getattr(getattr(parameters, name.split(".")[0]), name.split(".")[1]) for name in names}
    return {name: Range(float(value), float(value)) for name, value in values.items()}


def of_part(part: str) -> list[str]:
    """All parameters of one part of a micrograph that a recipe draws."""
    return sorted(name for name in PARAMETERS if name.startswith(f"{part}."))


def variants() -> dict[str, Pretraining]:
    """Return settings with everything, without one group each, and with another loss each."""
    everything = Pretraining()
    recipes = {
        "irregular structures": Recipe(seeds={"lattice": 1.0}, ranges=plain(of_part("structure"))),
        "classes of contrast": Recipe(kinds={"etched": 1.0}),
        "edges that differ": Recipe(ranges=plain(f"contrast.{name}" for name in EDGES)),
        "interiors and clutter": Recipe(
            clutter=0.0, twins=0.0, particles=0.0, ranges=plain(f"contrast.{name}" for name in INTERIORS)
        ),
        "imaging": Recipe(ranges=plain(of_part("imaging"))),
    }
    without = {f"without {name}": replace(everything, recipe=recipe) for name, recipe in recipes.items()}
    all_lines = replace(everything, recipe=Recipe(traced_contrast=0.0), invisible_weight=1.0)
    labels = {"all lines as boundaries, seen or not": all_lines}
    return {ALL: everything} | without | labels | other_losses(everything)


def other_losses(everything: Pretraining) -> dict[str, Pretraining]:
    """Return settings that weigh boundaries or their centrelines up."""
    losses = {
        "boundary pixels weighed 3 times": Loss(boundary_weight=3.0),
        "with skeleton recall": Loss(skeleton_recall=0.5),
    }
    return {name: replace(everything, loss=loss) for name, loss in losses.items()}


def score(settings: Pretraining, folder: ScoreFolder) -> list[Row]:
    """Train a network and score it."""

    def show(event: Event) -> None:
        if isinstance(event, TrainingProgress):
            print(f"{event.done} / {event.total}  loss {event.loss:.3f}", flush=True)

    trained = drive(pretrain(settings, device="cpu", name="ablation", every=100), show)
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / "ablation.safetensors"
        save_network(path, trained.network, trained.card)
        return score_network(folder, SegmentationSettings(str(path)))


def table(runs: dict[str, Any]) -> str:
    """One row per variant, one column per set."""
    lines, header = [], ["trained on"]
    for name, rows in runs.items():
        means = averages(rows)
        header = ["trained on", *(mean["set"] for mean in means)]
        cells = (f"{m['are']:.3f} / {m['boundary_f1']:.3f} / {m['count_ratio']:.2f}" for m in means)
        lines.append([name, *cells])
    return markdown_table(header, lines)


def main(
    steps: Annotated[int, typer.Option(help="Steps of each run.")] = 600,
    seed: Annotated[int, typer.Option(help="Of the weights and the micrographs.")] = 0,
    only: Annotated[list[str] | None, typer.Option(help="Name of a variant; all if none is given.")] = None,
) -> None:
    """Train without each group of ingredients, score, and write the results and the documentation."""
    torch.set_num_threads(1)
    folder, content = ScoreFolder.find(), read_results("ablation")
    same = content.get("steps") == steps and content.get("seed") == seed
    runs = content["runs"] if same else {}
    for name, settings in variants().items():
        if not only or name in only:
            print(name, flush=True)
            runs[name] = score(replace(settings, steps=steps, seed=seed), folder)
            ordered = {each: runs[each] for each in variants() if each in runs}
            content = {"machine": machine(), "steps": steps, "seed": seed, "runs": ordered}
            write_results("ablation", content)
    insert("ablation", "\n\n".join([INTRODUCTION.format(steps=steps), table(content["runs"]), REMARK]))


if __name__ == "__main__":
    typer.run(main)
