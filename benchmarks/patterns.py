"""Score the bundled classifier on simulated diffraction patterns of other crystals and other cameras.

    python benchmarks/patterns.py [--model NAME|FILE] [--number N]

The crystals are of a seed that the training did not use; the imaging parameters lie within the ranges of the
training or, all at once, outside them. Results go to benchmarks/results/patterns.json and docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Final

import numpy as np
import torch
import typer
from _results import insert, machine, markdown_table, write_results
from numpy.typing import NDArray

from napari_grains.inference import ImageClassifier
from napari_grains.synthesis import CRYSTAL_SYSTEMS, DiffractionPattern, PatternRecipe, Range

Figures = dict[str, Any]
SEED: Final = 1001
THREE: Final = ("cubic", "hexagonal", "orthorhombic")
KINDS: Final = ("zone axes", "any orientation", "powders")
NO_NOISE: Final = {"imaging.counts": Range(0, 0), "imaging.readout": Range(0, 0)}
_SAME: Final = {
    "illumination.kilovolts": Range(80, 115),
    "illumination.thickness": Range(165, 220),
    "illumination.tilt": Range(1.05, 1.5),
    "imaging.spot_size": Range(1.05, 1.25),
    "imaging.offset_y": Range(1.6, 2.2),
    "imaging.ellipticity": Range(0.032, 0.045),
    "imaging.background": Range(0.21, 0.3),
    "imaging.beam": Range(5.2, 7.0),
    "imaging.counts": Range(25, 55),
    "imaging.readout": Range(0.011, 0.02),
}
OUTSIDE: Final = (
    {**_SAME, "imaging.camera_constant": Range(18.0, 21.5)},
    {**_SAME, "imaging.camera_constant": Range(37.0, 46.0)},
)
"""Ranges outside those of the training, all of them at once; half of the patterns each."""
CONDITIONS: Final[Mapping[str, tuple[Mapping[str, Range], ...]]] = {
    "training ranges, no noise": (NO_NOISE,),
    "training ranges, noise": ({},),
    "outside them, no noise": tuple(ranges | NO_NOISE for ranges in OUTSIDE),
    "outside them, noise": OUTSIDE,
}
INTRODUCTION = """
## Simulated diffraction patterns

The bundled classifier `patterns` on patterns of crystals that it has not seen, the same crystals in each row:
60 % near zone axes of low indices, 5 % in any orientation, 35 % powders, the seven systems equally often.
"Outside" are, all at once: camera constant (18 to 21.5 or 37 to 46 px angstrom), voltage, thickness, tilt,
spot size, offset, ellipticity, background, direct beam and, with noise, counts and readout noise. Share of
the patterns whose system is named; in brackets, is among the first two. `three`: cubic, hexagonal and
orthorhombic patterns alone, told apart among these three. Guessing gives 0.14 (0.29), and 0.33 of three.
All is simulated, kinematically: no figure here is of a real pattern.
""".strip()


@dataclass(frozen=True, eq=False)
class Answers:
    """What a classifier says about N patterns.

    Parameters
    ----------
    truth : ndarray of int64, (N,)
        Index of the system of each.
    kinds : ndarray of str, (N,)
        Kind of each, one of `KINDS`.
    probabilities : ndarray of float64, (N, 7)
        In the order of `CRYSTAL_SYSTEMS`.
    unknown : ndarray of bool, (N,)
        Whether it calls the pattern unknown.
    """

    truth: NDArray[np.int64]
    kinds: NDArray[np.str_]
    probabilities: NDArray[np.float64]
    unknown: NDArray[np.bool_]

    def of(self, kind: str | None) -> Answers:
        """Those about one kind of patterns; None: all."""
        if kind is None:
            return self
        chosen = self.kinds == kind
        parts = (self.truth, self.kinds, self.probabilities, self.unknown)
        return Answers(*(part[chosen] for part in parts))

    def within(self, ranks: int) -> float:
        """Share of the patterns whose system is among the first ranks."""
        first = np.argsort(-self.probabilities, axis=1, kind="stable")[:, :ranks]
        return float(np.any(first == self.truth[:, None], axis=1).mean())

    def among_three(self) -> float:
        """Share of the cubic, hexagonal and orthorhombic patterns that are told from one another."""
        three = np.array([CRYSTAL_SYSTEMS.index(name) for name in THREE])
        chosen = np.isin(self.truth, three)
        named = three[self.probabilities[chosen][:, three].argmax(axis=1)]
        return float((named == self.truth[chosen]).mean())

    def confusion(self) -> NDArray[np.int64]:
        """(7, 7), patterns of each true system (row) that were taken for each system (column)."""
        found = np.zeros((len(CRYSTAL_SYSTEMS),) * 2, np.int64)
        np.add.at(found, (self.truth, self.probabilities.argmax(axis=1)), 1)
        return found


def kind_of(pattern: DiffractionPattern) -> str:
    zone = np.array(pattern.parameters.illumination.zone)
    if pattern.parameters.kind == "rings":
        return "powders"
    return "zone axes" if np.array_equal(zone, np.rint(zone)) else "any orientation"


def answered(classifier: ImageClassifier, recipes: list[PatternRecipe], number: int) -> Answers:
    """Answers about patterns 0, 1, ... of the seed, drawn by the recipes in turn."""
    truth, kinds, logits, unknown = [], [], [], []
    for begin, end in pairwise([*range(0, number, 250), number]):
        patterns = [recipes[k % len(recipes)].pattern(SEED, k) for k in range(begin, end)]
        images = torch.stack([classifier.prepare(one.image) for one in patterns])
        truth += [CRYSTAL_SYSTEMS.index(one.system) for one in patterns]
        kinds += [kind_of(one) for one in patterns]
        for answer in classifier.answers(images):
            given = dict(zip(answer.ranking, answer.probabilities, strict=True))
            logits.append([given[name] for name in CRYSTAL_SYSTEMS])
            unknown.append(answer.is_unknown)
    return Answers(np.array(truth), np.array(kinds), np.array(logits), np.array(unknown))


def in_figures(answers: Answers) -> Figures:
    """Scores of all patterns and of each kind."""
    return {name or "all": _figures(answers.of(name)) for name in (None, *KINDS)}


def _figures(answers: Answers) -> Figures:
    confusion = answers.confusion()
    recall = np.diag(confusion) / np.maximum(confusion.sum(axis=1), 1)
    return {
        "patterns": len(answers.truth),
        "accuracy": round(answers.within(1), 4),
        "accuracy_within_2": round(answers.within(2), 4),
        "accuracy_of_three": round(answers.among_three(), 4),
        "unknown": round(float(answers.unknown.mean()), 4),
        "recall": dict(zip(CRYSTAL_SYSTEMS, recall.round(4).tolist(), strict=True)),
        "confusion": confusion.tolist(),
    }


def page(content: Figures) -> str:
    """Write the text for the documentation."""
    conditions = content["conditions"]
    cells = "{accuracy:.2f} ({accuracy_within_2:.2f})".format_map
    rows = [
        [name, cells(one["all"]), *(cells(one[kind]) for kind in KINDS), *(
            f"{one[kind]['accuracy_of_three']:.2f}" for kind in ("all", "zone axes", "powders")
        ), f"{one['all']['unknown']:.2f}"]
        for name, one in conditions.items()
    ]  # fmt: skip
    header = ["imaging", "all", *KINDS, "three", "three, zone axes", "three, powders", "unknown"]
    where, last = content["machine"], conditions["training ranges, noise"]
    return "\n\n".join(
        [
            INTRODUCTION,
            markdown_table(header, rows),
            "By system, training ranges with noise: share of the patterns of each that is named.",
            markdown_table(
                ["", *CRYSTAL_SYSTEMS],
                [[kind, *(f"{one:.2f}" for one in last[kind]["recall"].values())] for kind in KINDS[::2]],
            ),
            _confusions(last),
            f"{last['all']['patterns']} patterns in each row; {where['processor']}, {where['date']}.",
        ]
    )


def _confusions(figures: Figures) -> str:
    zones, powders = (confused(figures[kind]) for kind in KINDS[::2])
    return f"Most often confused along zone axes: {zones}; in powders: {powders}."


def confused(figures: Figures, number: int = 4) -> str:
    """Name the most frequent confusions, as shares of the patterns of the true system."""
    counts = np.array(figures["confusion"])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    order = np.argsort(-shares, axis=None, kind="stable")[:number]
    pairs = (np.unravel_index(k, shares.shape) for k in order)
    return ", ".join(
        f"{CRYSTAL_SYSTEMS[true]} for {CRYSTAL_SYSTEMS[named]} ({shares[true, named]:.0%})"
        for true, named in pairs
    )


def main(
    model: Annotated[str, typer.Option(help="Name or file of the classifier.")] = "patterns",
    number: Annotated[int, typer.Option(help="Patterns under each condition.")] = 2000,
) -> None:
    """Score the classifier under all conditions, and write the results and the documentation."""
    torch.set_num_threads(1)
    classifier = ImageClassifier.load(model, "cpu")
    content: Figures = {"machine": machine(), "sha256": classifier.sha256, "seed": SEED, "conditions": {}}
    for name, ranges in CONDITIONS.items():
        recipes = [PatternRecipe(ranges=one) for one in ranges]
        content["conditions"][name] = in_figures(answered(classifier, recipes, number))
        shown = (f"{kind} {one['accuracy']:.3f}" for kind, one in content["conditions"][name].items())
        print(name, *shown, flush=True)
    write_results("patterns", content)
    insert("patterns", page(content))


if __name__ == "__main__":
    typer.run(main)
