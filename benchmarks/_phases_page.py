"""The tables of phases.py for the documentation."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from _phases_data import CLASSES, CR, CR_SPECIMENS, NASA, UHCS
from _phases_score import of_images
from _results import markdown_table

Row = dict[str, Any]
OURS, FOREST, SCRATCH = "napari-grains", "random forest", "napari-grains, not pretrained"
_PAINT = {"dense": "every pixel", "strokes": "strokes on 1 %"}
_PRECIPITATE = 1
INTRODUCTION = """
## Phases

Classes of pixels. `napari-grains` is the bundled boundary network, fine-tuned on a processor for a fixed
number of steps; scales, steps and other settings were chosen on parts of the training images alone. A share
of the images or strokes told is held out to choose the network by. The random forest has the multi-scale
features of the tables above and learns from the same strokes, or, where the class of every pixel is told,
from 5,000 pixels of each image that are drawn once. Intersection over
union (IoU) of each class over all test pixels of a fold together, then the mean over the classes and over
the folds; where there are several sets of strokes or seeds: mean (smallest to largest).

UHCS: ultra-high-carbon steel, SEM, the six published folds of 24 images. NASA: a nickel superalloy, SEM,
one training image, scored on the four validation images; `not pretrained` is the same network with random
weights at the beginning.
""".strip()
ALLOY = """
Precipitates in chromium alloys, SEM: IoU of their class, as the mean over images. Trained on the published
training images and scored on the five published test images, beside the masks that were published for
these; two of the five are parts of micrographs of which other parts are trained on. By specimen: all 24
images in five parts, none of which shares a specimen with another; each is scored once. The published test
images were scored three times while the network was being set up (0.735, 0.745, 0.767), and the number of
steps was raised from 300 to 400 after the second: 0.767 is a little optimistic.
""".strip()


def page(rows: Sequence[Row], where: Mapping[str, Any]) -> str:
    """Write the text for the documentation."""
    parts = [INTRODUCTION, table(rows)]
    alloy = [row for row in rows if row["set"] in (CR, CR_SPECIMENS)]
    parts += [ALLOY, alloy_table(alloy)] if alloy else []
    told = f"{where['processor']}, {where['threads']} thread(s), {where['date']}; processor time."
    return "\n\n".join([*parts, told])


def table(rows: Sequence[Row]) -> str:
    """One row per set, kind of labels and method of the sets that are scored by the mean over classes."""
    lines = []
    for name in (UHCS, NASA):
        for paint in _PAINT:
            for method in (OURS, SCRATCH, FOREST):
                mine = [r for r in rows if (r["set"], r["paint"], r["method"]) == (name, paint, method)]
                lines += [_line(name, paint, method, mine)] if mine else []
    header = ("images", "learned from", "method", "trainings", "mean IoU", "IoU by class", "s / training")
    return markdown_table(header, lines)


def _line(name: str, paint: str, method: str, rows: Sequence[Row]) -> list[str]:
    """Cells of one method."""
    of_classes = np.mean([row["iou"] for row in rows], axis=0)
    by_class = ", ".join(f"{k} {v:.2f}" for k, v in zip(CLASSES[name], of_classes, strict=True))
    return [name, _PAINT[paint], method, f"{len(rows)}", spread(means(rows)), by_class, _seconds(rows)]


def means(rows: Sequence[Row]) -> list[float]:
    """Mean IoU over classes and folds, for each seed."""
    return [
        statistics.fmean(statistics.fmean(row["iou"]) for row in rows if row["seed"] == seed)
        for seed in sorted({row["seed"] for row in rows})
    ]


def alloy_table(rows: Sequence[Row]) -> str:
    """One row per method and split of the chromium alloy."""
    lines = []
    for name in (CR, CR_SPECIMENS):
        for method in dict.fromkeys(row["method"] for row in rows if row["set"] == name):
            mine = [row for row in rows if (row["set"], row["method"]) == (name, method)]
            images = len([image for row in mine for image in row["images"]])
            split = "published" if name == CR else "by specimen"
            lines.append([split, method, f"{images}", f"{of_precipitates(mine):.3f}", _seconds(mine)])
    return markdown_table(("split", "method", "images", "IoU of precipitates", "s / training"), lines)


def of_precipitates(rows: Sequence[Row]) -> float:
    """Mean over the test images of the IoU of their precipitates."""
    return of_images([np.array(image) for row in rows for image in row["images"].values()], _PRECIPITATE)


def _seconds(rows: Sequence[Row]) -> str:
    """Mean processor time of a training; nothing for published masks."""
    told = [row["training_processor_seconds"] for row in rows if "training_processor_seconds" in row]
    return f"{statistics.fmean(told):.0f}" if told else ""


def spread(values: Sequence[float]) -> str:
    """Mean, and range if there are several."""
    mean = f"{statistics.fmean(values):.3f}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.3f} to {max(values):.3f})"
