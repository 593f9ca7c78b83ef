"""Compare the grain size of automatic segmentations with that of hand-traced boundaries.

    python benchmarks/grain_size.py [--model NAME|FILE]

One setting for all images; the scale is found for each. Needs NAPARI_GRAINS_DATA. Results go to
benchmarks/results/grain_size.json and docs/benchmarks.md.
"""

from __future__ import annotations

import statistics
from typing import Annotated, Any

import numpy as np
import typer
from _results import insert, machine, markdown_table, write_results
from _score import ScoreFolder, Truth
from scipy import stats

from napari_grains.events import drive
from napari_grains.grains import Measurement, measure
from napari_grains.images import PixelSize, calibrated
from napari_grains.inference import Predictor, Segmentation, SegmentationSettings, segment

Row = dict[str, Any]
ANY_SIZE = PixelSize(1e-6, 1e-6, "assumed")
"""G differs by a constant for another size of a pixel, which its difference does not show."""
INTRODUCTION = """
## Grain size on hand-traced micrographs

The images of the table of boundaries: grain size of the automatic segmentation, with one setting for all,
less that of the traced boundaries, both measured by `measure` over the whole image. KS: distance of
Kolmogorov and Smirnov between the equivalent circle diameters of complete grains. Where two people traced
the same field of 316L, their counts differ by dG 0.11.
""".strip()


def compare(score: ScoreFolder, name: str, truth: Truth, settings: SegmentationSettings) -> Row:
    """Segment one image, and measure it and its truth."""
    result = drive(segment(calibrated(truth.image, name=truth.name, rgb=False), settings))
    if not isinstance(result, Segmentation):
        raise TypeError("a segmentation that nobody stopped gave no result")
    traced = score.module("score").partition_from_boundary(truth.boundary)
    found, true = (measure(np.asarray(labels, np.int32), ANY_SIZE) for labels in (result.grains, traced))
    row = {"set": name, "image": truth.name, "grains": found.summary["grains"]}
    row |= {"true_grains": true.summary["grains"]} | differences(found, true)
    print(*row.values(), flush=True)
    return row


def differences(found: Measurement, true: Measurement) -> Row:
    """Differences of both grain sizes, and the distance of the distributions of complete grains."""
    diameters = [each.table["ecd_px"][~each.table["edge"]] for each in (found, true)]
    return {
        f"dG_{kind}": round(float(found.summary[f"astm_g_{kind}"] - true.summary[f"astm_g_{kind}"]), 4)  # type: ignore[operator]
        for kind in ("planimetric", "intercept")
    } | {"ks": round(float(stats.ks_2samp(*diameters).statistic), 4)}


def page(content: dict[str, Any]) -> str:
    """Write the text for the documentation."""
    rows = content["images"]
    lines = [
        [
            f"{row['set']} {row['image']}",
            str(row["grains"]),
            str(row["true_grains"]),
            *(f"{row[key]:+.2f}" for key in ("dG_planimetric", "dG_intercept")),
            f"{row['ks']:.2f}",
        ]
        for row in rows
    ]
    header = ("image", "grains", "traced grains", "dG planimetric", "dG intercept", "KS")
    middle = " and ".join(
        f"{statistics.median(abs(row[f'dG_{kind}']) for row in rows):.2f} ({kind})"
        for kind in ("planimetric", "intercept")
    )
    return "\n\n".join([INTRODUCTION, markdown_table(header, lines), f"The median of |dG| is {middle}."])


def main(model: Annotated[str, typer.Option(help="Name or file of the network.")] = "default") -> None:
    """Compare grain sizes on hand-traced images, and write the results and the documentation."""
    score, settings = ScoreFolder.find(), SegmentationSettings(model)
    content: dict[str, Any] = {"machine": machine(), "sha256": Predictor.load(model).sha256}
    content["images"] = [
        compare(score, name, truth, settings) for name, (_, tests) in score.sets.items() for truth in tests
    ]
    write_results("grain_size", content)
    insert("grain_size", page(content))


if __name__ == "__main__":
    typer.run(main)
