"""Score the bundled classifier on simulated diffraction patterns of other crystals and other cameras.

    python benchmarks/patterns.py [--model NAME|FILE] [--number N] [--number-each N]

The crystals are of a seed that the training did not use; the imaging parameters lie within the ranges of the
training or, all at once or one at a time, outside them. Results go to benchmarks/results/patterns.json and
docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Final

import numpy as np
import torch
import typer
from _results import insert, machine, markdown_table, write_results
from numpy.typing import NDArray

from napari_grains.inference import ImageClassifier
from napari_grains.synthesis import (
    CRYSTAL_SYSTEMS,
    WIDE_PATTERN_RANGES,
    DiffractionPattern,
    PatternRecipe,
    Range,
)

Figures = dict[str, Any]
SEED: Final = 1001
THREE: Final = ("cubic", "hexagonal", "orthorhombic")
KINDS: Final = ("zone axes", "any orientation", "powders")
NO_NOISE: Final = {"imaging.counts": Range(0, 0), "imaging.readout": Range(0, 0)}
_UNUSUAL: Final = {
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
UNUSUAL: Final = (
    {**_UNUSUAL, "imaging.camera_constant": Range(18.0, 21.5)},
    {**_UNUSUAL, "imaging.camera_constant": Range(37.0, 46.0)},
)
"""Ranges outside the usual ones, all of them at once; half of the patterns each."""
_OUTSIDE: Final = {
    "illumination.kilovolts": Range(45, 58),
    "illumination.thickness": Range(310, 400),
    "illumination.tilt": Range(1.55, 2.2),
    "imaging.spot_size": Range(1.55, 1.85),
    "imaging.offset_y": Range(4.1, 5.0),
    "imaging.ellipticity": Range(0.052, 0.07),
    "imaging.background": Range(0.41, 0.55),
    "imaging.beam": Range(8.2, 11.0),
    "imaging.counts": Range(15, 28),
    "imaging.readout": Range(0.021, 0.035),
}
OUTSIDE: Final = (
    {**_OUTSIDE, "imaging.camera_constant": Range(12.5, 14.7)},
    {**_OUTSIDE, "imaging.camera_constant": Range(56.0, 68.0)},
)
"""Ranges outside all of the training, all of them at once; half of the patterns each."""
CONDITIONS: Final[Mapping[str, tuple[Mapping[str, Range], ...]]] = {
    "usual, no noise": (NO_NOISE,),
    "usual": ({},),
    "wide, no noise": (WIDE_PATTERN_RANGES | NO_NOISE,),
    "wide": (WIDE_PATTERN_RANGES,),
    "unusual, no noise": tuple(ranges | NO_NOISE for ranges in UNUSUAL),
    "unusual": UNUSUAL,
    "outside, no noise": tuple(ranges | NO_NOISE for ranges in OUTSIDE),
    "outside": OUTSIDE,
}
ONE_BY_ONE: Final[Mapping[str, tuple[tuple[float, float], ...]]] = {
    "imaging.camera_constant": ((10, 12), (12, 15), (15, 18), (18, 22), (36, 46), (46, 55), (55, 70)),
    "imaging.spot_size": ((0.4, 0.5), (1.0, 1.25), (1.25, 1.5), (1.5, 2.0)),
    "imaging.offset_y": ((1.5, 2.5), (2.5, 4), (4, 6)),
    "imaging.ellipticity": ((0.03, 0.05), (0.05, 0.07), (0.07, 0.1)),
    "imaging.exposure": ((0.3, 0.5), (0.5, 1), (10, 15), (15, 30)),
    "imaging.beam_stop": ((0, 0), (2, 4), (4, 6), (6, 8)),
    "imaging.background": ((0.2, 0.4), (0.4, 0.7)),
    "imaging.beam": ((5, 8), (8, 12)),
    "imaging.counts": ((0, 0), (30, 60), (10, 30)),
    "imaging.readout": ((0.01, 0.02), (0.02, 0.04)),
    "illumination.thickness": ((20, 30), (160, 300), (300, 450)),
    "illumination.tilt": ((1, 1.5), (1.5, 2.5)),
    "illumination.kilovolts": ((40, 60), (60, 120)),
}
"""Ranges of one parameter while the others are usual."""
NAMES: Final = {
    "camera_constant": "camera constant, px Å", "spot_size": "spot size, px", "offset_y": "offset, px",
    "ellipticity": "ellipticity", "exposure": "exposure", "beam_stop": "radius of the beam stop, px",
    "background": "background", "beam": "direct beam", "counts": "electrons in a white pixel",
    "readout": "readout noise", "thickness": "thickness, Å", "tilt": "tilt, °", "kilovolts": "voltage, kV",
}  # fmt: skip
LAST: Final = ("sure", "unknown", "wrong")
INTRODUCTION = """
## Simulated diffraction patterns

The bundled classifier `patterns` on patterns of crystals that it has not seen, the same crystals in each row:
60 % near zone axes of low indices, 5 % in any orientation, 35 % powders, the seven systems equally often.
`usual` is the imaging of the default recipe and `wide` that of `WIDE_PATTERN_RANGES`; the training has half
of each. `unusual` is beyond the usual ranges, though within the wide ones, in all of the following at once:
camera constant (18 to 21.5 or 37 to 46 px Å), voltage, thickness, tilt, spot size, offset, ellipticity,
background, direct beam and, with noise, counts and readout noise. `outside` is beyond the wide ranges, too,
in all of them at once (camera constant 12.5 to 14.7 or 56 to 68 px Å). Share of the patterns whose system
comes first; in brackets, is among the first two. `three`: cubic, hexagonal and orthorhombic patterns alone,
told apart among these three. `sure`: mean probability that is given for the first name; `unknown`: called
unknown; `wrong`: given a wrong name. Guessing gives 0.14 (0.29), and 0.33 of three. All is simulated,
kinematically: no figure here is of a real pattern.
""".strip()
EACH = """
One parameter at a time, all others usual, with noise. The first row has all usual; ranges that are not in the
training are marked.
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

    def wrong(self) -> float:
        """Share of the patterns that are given a wrong name."""
        return float(((self.probabilities.argmax(axis=1) != self.truth) & ~self.unknown).mean())

    def sure(self) -> float:
        """Mean probability of the name that comes first."""
        return float(self.probabilities.max(axis=1).mean())

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
        "wrong": round(answers.wrong(), 4),
        "sure": round(answers.sure(), 4),
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
        ), *(f"{one['all'][key]:.2f}" for key in LAST)]
        for name, one in conditions.items()
    ]  # fmt: skip
    header = ["imaging", "all", *KINDS, "three", "three, zone axes", "three, powders", *LAST]
    where, last = content["machine"], conditions["usual"]
    each = content["one_by_one"][0]["all"]["patterns"]
    ended = (
        f"{last['all']['patterns']} patterns in each row of the first table, {each} in each row of the last; "
        f"{where['processor']}, {where['date']}."
    )
    return "\n\n".join(
        [
            INTRODUCTION,
            markdown_table(header, rows),
            "By system, with noise: share of the patterns of each that is named.",
            markdown_table(["", *CRYSTAL_SYSTEMS], by_system(conditions)),
            _confusions(last),
            EACH,
            one_by_one(content["one_by_one"]),
            ended,
        ]
    )


def by_system(conditions: Mapping[str, Figures]) -> list[list[str]]:
    """Rows of the table of each system."""
    return [
        [f"{name}, {kind}", *(f"{share:.2f}" for share in conditions[name][kind]["recall"].values())]
        for name in ("usual", "wide", "outside")
        for kind in KINDS[::2]
    ]


def one_by_one(figures: list[Figures]) -> str:
    """Table of the ranges of single parameters."""
    header = ["", "", "all", "zone axes", "powders", "three", *LAST]
    return markdown_table(
        header,
        [
            [one["name"], one["range"], *(f"{one[kind]['accuracy']:.2f}" for kind in ("all", *KINDS[::2])),
             *(f"{one['all'][key]:.2f}" for key in ("accuracy_of_three", *LAST))]
            for one in figures
        ],
    )  # fmt: skip


def is_outside(name: str, low: float, high: float) -> bool:
    """Whether a range of a parameter has nothing in common with those of the training."""
    trained = WIDE_PATTERN_RANGES[name]
    return bool(high) and (low >= trained.high or high <= trained.low)


def said(name: str, low: float, high: float) -> str:
    """Put a range into words."""
    words = f"{low:g} to {high:g}" if high else "none"
    return words + (", not in the training" if is_outside(name, low, high) else "")


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


def scored(classifier: ImageClassifier, ranges: Sequence[Mapping[str, Range]], number: int) -> Figures:
    """Scores of patterns of recipes with these ranges, in turn."""
    recipes = [PatternRecipe(ranges=one) for one in ranges]
    return in_figures(answered(classifier, recipes, number))


def singly(classifier: ImageClassifier, number: int) -> list[Figures]:
    """Scores with all parameters usual, and with one after the other in other ranges."""
    found = [{"name": "all usual", "range": ""} | scored(classifier, [{}], number)]
    for name, ranges in ONE_BY_ONE.items():
        for low, high in ranges:
            words = {"name": NAMES[name.partition(".")[2]], "range": said(name, low, high)}
            found.append(words | scored(classifier, [{name: Range(low, high)}], number))
            print(*words.values(), found[-1]["all"]["accuracy"], flush=True)
    return found


def main(
    model: Annotated[str, typer.Option(help="Name or file of the classifier.")] = "patterns",
    number: Annotated[int, typer.Option(help="Patterns under each condition.")] = 2000,
    number_each: Annotated[int, typer.Option(help="Patterns with each range of one parameter.")] = 600,
) -> None:
    """Score the classifier under all conditions, and write the results and the documentation."""
    torch.set_num_threads(1)
    classifier = ImageClassifier.load(model, "cpu")
    content: Figures = {"machine": machine(), "sha256": classifier.sha256, "seed": SEED, "conditions": {}}
    for name, ranges in CONDITIONS.items():
        content["conditions"][name] = scored(classifier, ranges, number)
        shown = (f"{kind} {one['accuracy']:.3f}" for kind, one in content["conditions"][name].items())
        print(name, *shown, flush=True)
    content["one_by_one"] = singly(classifier, number_each)
    write_results("patterns", content)
    insert("patterns", page(content))


if __name__ == "__main__":
    typer.run(main)
