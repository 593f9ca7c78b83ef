"""Score grain boundaries on hand-traced development images, beside methods that need no network.

    python benchmarks/boundaries.py [--model NAME|FILE] [--baselines|--no-baselines] [--fixed-scales]

One setting for all images; the scale is found for each. Needs NAPARI_GRAINS_DATA. Results go to
benchmarks/results/boundaries.json and docs/benchmarks.md. The other methods are computed once and then taken
from the results; --baselines computes them again.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import numpy as np
import typer
from _results import insert, machine, markdown_table, read_results, write_results
from _score import METRICS, ScoreFolder, Truth
from numpy.typing import NDArray
from skimage.transform import rescale, resize

from napari_grains.events import drive
from napari_grains.images import calibrated
from napari_grains.inference import Predictor, Segmentation, SegmentationSettings, choose_scale, segment

Row = dict[str, Any]
Labels = NDArray[np.integer[Any]]
OURS = "napari-grains"
FOREST = "random forest"
SEEDS = (0, 1, 2)
INTRODUCTION = f"""
## Boundaries on hand-traced micrographs

Means over the images of each set: four fields of optical 316L steel, half of an SEM image of a
perovskite film, two sections of a TEM stack (ISBI 2012). `{OURS}` uses one setting for all and finds the
scale itself. The other methods work at scales fixed by hand; the random forest learned from strokes on 1
% of another image, or of the other half, painted three times: mean (smallest to largest). ARE, adapted
Rand error, and VI, variation of information in bits: 0 is best. Boundary F1 and count ratio, grains
found per true grain: 1 is best. dG: error of the grain size number that the count alone causes. Traces
by hand differ among people: two of the same 316L fields score ARE 0.24, F1 0.87.
""".strip()
SCALES = "The scale found for each image, and the one of the scales considered that has the smallest ARE:"
COLUMNS = ("ARE", "boundary F1", "count ratio", "VI split", "VI merge", "dG", "s / image")


def score_network(score: ScoreFolder, settings: SegmentationSettings) -> list[Row]:
    """Score `segment` on every image."""
    return [
        row(name, OURS, truth, score_segmentation(score, truth, settings))
        for name, (_, tests) in score.sets.items()
        for truth in tests
    ]


def segmented(truth: Truth, settings: SegmentationSettings) -> Segmentation:
    """Segment one image."""
    result = drive(segment(calibrated(truth.image, name=truth.name, rgb=False), settings))
    if not isinstance(result, Segmentation):
        raise TypeError("a segmentation that nobody stopped gave no result")
    return result


def score_segmentation(score: ScoreFolder, truth: Truth, settings: SegmentationSettings) -> Row:
    """Segment one image; figures, scale and seconds."""
    result = segmented(truth, settings)
    seconds = result.summary["seconds"]
    return score.score(result.grains, truth) | {
        "scale": round(result.summary["scale"], 4),
        "seconds": seconds["total"],
        "seconds_of_parts": seconds,
    }


def row(name: str, method: str, truth: Truth, figures: Row) -> Row:
    """Name the figures, and show them."""
    result = {"set": name, "method": method, "image": truth.name} | figures
    shown = (f"{key} {result[key]:.3f}" for key in (*METRICS, "scale", "seconds"))
    print(f"{name:11s} {method:30s} {truth.name:>8s}", *shown, flush=True)
    return result


def score_baselines(score: ScoreFolder) -> list[Row]:
    """Score the methods without a network at their fixed working scales."""
    rows = []
    for name, (training, tests) in score.sets.items():
        scale = score.module("baselines").WORKING_SCALE[name]
        for method, labels_of in baselines(score, training, scale):
            rows += [row(name, method, truth, timed(score, truth, labels_of, scale)) for truth in tests]
    return rows


def baselines(
    score: ScoreFolder, training: Truth, scale: float
) -> Iterator[tuple[str, Callable[[NDArray[np.float64]], Labels]]]:
    """Names of the methods, and what turns an image at the working scale into labels."""
    module, strokes = score.module("baselines"), score.module("strokes")
    yield "adaptive threshold", module.adaptive_threshold
    yield "Sato ridges", module.sato_ridges
    small = rescale(training.image, scale, anti_aliasing=True)
    for seed in SEEDS:
        painted = strokes.simulate_strokes(training.boundary, 0.01, seed)
        forest = module.random_forest(small, module.shrink_strokes(painted, small.shape))
        yield f"{FOREST}, strokes seed {seed}", forest


def timed(
    score: ScoreFolder, truth: Truth, labels_of: Callable[[NDArray[np.float64]], Labels], scale: float
) -> Row:
    """Segment one image at a working scale, as baselines.py does; figures, scale and seconds."""
    start = time.perf_counter()
    small = labels_of(rescale(truth.image, scale, anti_aliasing=True))
    labels = resize(small, truth.image.shape, order=0, preserve_range=True, anti_aliasing=False).astype(int)
    seconds = round(time.perf_counter() - start, 3)
    return score.score(labels, truth) | {"scale": scale, "seconds": seconds}


def score_fixed_scales(score: ScoreFolder, model: str) -> list[Row]:
    """Score every scale that the automatic choice considers, with its indecision there."""
    predictor, rows = Predictor.load(model), []
    for name, (_, tests) in score.sets.items():
        for truth in tests:
            micrograph = calibrated(truth.image, name=truth.name, rgb=False)
            for scale, indecision in drive(choose_scale(micrograph.pixels, predictor)).tried:
                if math.isfinite(indecision) and scale <= 1:
                    figures = score_segmentation(score, truth, SegmentationSettings(model, scale))
                    found = {"indecision": round(indecision, 4)}
                    rows.append(row(name, f"scale {scale:.3f}", truth, figures | found))
    return rows


def averages(rows: list[Row]) -> list[Row]:
    """Mean over the images of each set and method, in the order they came in."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for each in rows:
        groups.setdefault((each["set"], each["method"]), []).append(each)
    keys = (*METRICS, "scale", "seconds")
    return [
        {"set": name, "method": method, "images": len(group)}
        | {key: statistics.fmean(each[key] for each in group) for key in keys}
        for (name, method), group in groups.items()
    ]


def table(rows: list[Row]) -> str:
    """One row per set and method; the random forest's three show as their mean and range."""
    lines = []
    for name in dict.fromkeys(each["set"] for each in rows):
        means = [mean for mean in averages(rows) if mean["set"] == name]
        forests = [mean for mean in means if mean["method"].startswith(FOREST)]
        lines += [line(name, [mean]) for mean in means if mean not in forests]
        lines += [line(name, forests)] if forests else []
    return markdown_table(("images", "method", "scale", *COLUMNS), lines)


def line(name: str, means: list[Row]) -> list[str]:
    """Cells of one method on one set; several means show as their mean and range."""
    method = means[0]["method"] if len(means) == 1 else f"{FOREST}, {len(means)} sets of strokes"
    figures = [[mean[key] for mean in means] for key in METRICS]
    signs = ["+.2f" if key == "dG" else ".3f" for key in METRICS]
    cells = [spread(values, sign) for values, sign in zip(figures, signs, strict=True)]
    seconds = statistics.fmean(mean["seconds"] for mean in means)
    return [name, method, f"{means[0]['scale']:.2f}", *cells, f"{seconds:.1f}"]


def spread(values: list[float], spec: str) -> str:
    """Mean of one or several values, with their range if there are several."""
    mean = format(statistics.fmean(values), spec)
    return mean if len(values) == 1 else f"{mean} ({min(values):{spec}} to {max(values):{spec}})"


def fixed_scale_table(ours: list[Row], fixed: list[Row]) -> str:
    """For each image the scale found, and the one among the fixed scales that scores best."""
    lines = []
    for found in ours:
        same = [each for each in fixed if (each["set"], each["image"]) == (found["set"], found["image"])]
        best = min(same, key=lambda each: each["are"])
        figures = [f"{each[key]:.3f}" for key in ("scale", "are", "boundary_f1") for each in (found, best)]
        lines.append([f"{found['set']} {found['image']}", *figures])
    header = ("image", "scale found", "best scale", "ARE", "best ARE", "F1", "F1 at best ARE")
    return markdown_table(header, lines)


def page(content: dict[str, Any]) -> str:
    """Write the text for the documentation."""
    where, fixed = content["machine"], content.get("fixed_scales", [])
    seconds = (
        f"Seconds: {where['processor']}, {where['threads']} threads, {where['date']}, "
        f"load average at the start {where['load_average']}."
    )
    scales = [SCALES, fixed_scale_table(content["network"], fixed)] if fixed else []
    return "\n\n".join([INTRODUCTION, table(content["network"] + content["baselines"]), seconds, *scales])


def main(
    model: Annotated[str, typer.Option(help="Name or file of the network.")] = "default",
    baselines: Annotated[bool | None, typer.Option(help="Compute the other methods again, or never.")] = None,
    fixed_scales: Annotated[bool, typer.Option(help="Also score every scale that is considered.")] = False,
) -> None:
    """Score grain boundaries on hand-traced images, and write the results and the documentation."""
    score, known = ScoreFolder.find(), read_results("boundaries").get("baselines", [])
    content: dict[str, Any] = {"machine": machine(), "sha256": Predictor.load(model).sha256}
    content["network"] = score_network(score, SegmentationSettings(model))
    wanted = baselines if baselines is not None else not known
    content["baselines"] = score_baselines(score) if wanted else known
    if fixed_scales:
        content["fixed_scales"] = score_fixed_scales(score, model)
    write_results("boundaries", content)
    insert("boundaries", page(content))


if __name__ == "__main__":
    typer.run(main)
