"""Micrographs with phase maps, and how each set is parted into what is learned from and what is scored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from csv import DictReader
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from skimage.io import imread
from sklearn.model_selection import GroupKFold

SEEDS = (0, 1, 2)
UHCS, CR, CR_SPECIMENS, NASA = "UHCS", "Cr alloy", "Cr alloy, by specimen", "NASA superalloy"
CLASSES = {
    UHCS: ("matrix", "carbide network", "spheroidite", "Widmanstätten"),
    CR: ("matrix", "precipitate"),
    CR_SPECIMENS: ("matrix", "precipitate"),
    NASA: ("matrix", "large precipitate", "small precipitate"),
}
CR_TEST = (1, 5, 9, 14, 20)
PUBLISHED = {
    "ilastik": "RF",
    "Weka": "FRF",
    "U-Net": "unet",
    "DeepLabV3+": "deeplabv3p_resnet50",
    "SegFormer-B0": "B0",
    "DT-SegNet": "DT-SegNet",
}
"""Methods whose masks of the test images were published with the Cr alloy, and how their files begin."""
_SPECIMEN_FOLDS = 5
Paint = Literal["dense", "strokes"]
_PAINTED: tuple[tuple[Paint, int], ...] = (("dense", 0), *(("strokes", seed) for seed in SEEDS))


@dataclass(frozen=True, eq=False)
class Labelled:
    """A micrograph of which the phase of every pixel is known.

    Parameters
    ----------
    name : str
        Of its file.
    image : ndarray of float64, (Y, X)
        Grey levels.
    phases : ndarray of int64, (Y, X)
        0..K-1; 0 is a phase, too.
    """

    name: str
    image: NDArray[np.float64]
    phases: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Experiment:
    """Learn from some micrographs, and be scored on others.

    Parameters
    ----------
    name : str
        Of the set.
    fold : int
        Of the set.
    paint : {"dense", "strokes"}
        Whether every pixel of ``training`` is told, or strokes.
    seed : int
        Of strokes and trainings.
    training, validation, tests : sequence of Labelled
        To learn from, to choose the network by where the set has such images, and to score.
    """

    name: str
    fold: int
    paint: Paint
    seed: int
    training: Sequence[Labelled]
    validation: Sequence[Labelled]
    tests: Sequence[Labelled]

    @property
    def key(self) -> tuple[str, int, str, int]:
        """What tells it from others."""
        return self.name, self.fold, self.paint, self.seed

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the phases."""
        return CLASSES[self.name]


def experiments(data: Path, names: Sequence[str] = tuple(CLASSES)) -> Iterator[Experiment]:
    """All experiments on some sets."""
    makers: dict[str, Callable[[Path], Iterator[Experiment]]] = {
        UHCS: _uhcs,
        CR: _cr_published,
        CR_SPECIMENS: _cr_specimens,
        NASA: _nasa,
    }
    for name in names:
        yield from makers[name](data)


def _uhcs(data: Path) -> Iterator[Experiment]:
    """Six folds of four micrographs each, from dense labels and from three sets of strokes."""
    folder = data / "uhcs"
    folds = json.loads((folder / "uhcs-validation-sets.json").read_text("utf-8"))
    stems = {
        fold: [f"uhcs{int(name.removeprefix('micrograph')):04d}" for name in names]
        for fold, names in folds.items()
    }
    everything = [stem for tests in stems.values() for stem in tests]
    for (paint, seed), (fold, tests) in product(_PAINTED, stems.items()):
        training = _read(folder, sorted(set(everything) - set(tests)))
        yield Experiment(UHCS, int(fold), paint, seed, training, (), _read(folder, tests))


def _cr_published(data: Path) -> Iterator[Experiment]:
    """Learn from the images published for that."""
    folder = data / "cr_alloy_precipitates"
    stems = sorted(path.stem for path in (folder / "labels").iterdir())
    training, validation = (
        _read(folder, [stem for stem in stems if stem.startswith(part)]) for part in ("train", "val")
    )
    tests = _read(folder, [f"test_{number}" for number in CR_TEST])
    yield Experiment(CR, 0, "dense", 0, training, validation, tests)


def _cr_specimens(data: Path) -> Iterator[Experiment]:
    """Part all images so that no specimen is on both sides."""
    folder = data / "cr_alloy_precipitates"
    specimen = specimens(folder / "dataset_mapping.csv")
    stems = sorted(path.stem for path in (folder / "labels").iterdir())
    groups = [specimen[int(stem.rpartition("_")[2])] for stem in stems]
    for fold, (mine, yours) in enumerate(GroupKFold(_SPECIMEN_FOLDS).split(stems, groups=groups)):
        training, tests = (_read(folder, [stems[k] for k in side]) for side in (mine, yours))
        yield Experiment(CR_SPECIMENS, fold, "dense", 0, training, (), tests)


def specimens(table: Path) -> dict[int, str]:
    """Specimen of each image: its name there without crop, number of the micrograph and magnification."""
    with table.open(encoding="utf-8", newline="") as lines:
        return {int(row["filename"]): _specimen(row["image"]) for row in DictReader(lines)}


def _specimen(name: str) -> str:
    name = re.sub(r"[ -]*crop\d*$", "", name.strip())
    return re.sub(r"(-\d+k)?-\d+$", "", re.sub(r"^\d+k-", "", name)).replace("Ageing", "A")


def published(data: Path, method: str, labelled: Labelled) -> NDArray[np.int64]:
    """Phases 0..1 of a test image of the Cr alloy that were published, (Y, X)."""
    number = labelled.name.rpartition("_")[2]
    folder = data / "cr_alloy_precipitates" / "baseline_outputs"
    mask = imread(folder / f"{PUBLISHED[method]}__{number}.png")
    return ((mask if mask.ndim == 2 else mask[..., :3].max(-1)) > 127).astype(np.int64)


def _nasa(data: Path) -> Iterator[Experiment]:
    """Learn from the first training image alone, three times."""
    folder = data / "nasa_superalloy"
    stems = sorted(path.stem for path in (folder / "labels").iterdir())
    first = next(stem for stem in stems if stem.startswith("train"))
    tests = _read(folder, [stem for stem in stems if stem.startswith("val")])
    for seed in SEEDS:
        yield Experiment(NASA, 0, "dense", seed, _read(folder, [first]), (), tests)


def _read(folder: Path, stems: Sequence[str]) -> list[Labelled]:
    return [_one(folder, stem) for stem in stems]


@cache
def _one(folder: Path, stem: str) -> Labelled:
    phases = imread(folder / "labels" / f"{stem}.png").astype(np.int64)
    image = imread(folder / "images" / f"{stem}.png").astype(np.float64)
    return Labelled(stem, image, phases // 255 if phases.max() == 255 else phases)
