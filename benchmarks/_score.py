"""The development images and the scores, from the folder that fixes the conventions for every method."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

METRICS = ("are", "boundary_f1", "count_ratio", "vi_split", "vi_merge", "dG")


@dataclass(frozen=True)
class Truth:
    """A hand-traced image.

    Parameters
    ----------
    name : str
        Number of the image within its set, from 0.
    image : ndarray of float64, (Y, X)
        Grey levels.
    boundary : ndarray of bool, (Y, X)
        Traced boundary.
    """

    name: str
    image: NDArray[np.float64]
    boundary: NDArray[np.bool_]


@dataclass(frozen=True)
class ScoreFolder:
    """The modules score, strokes and baselines, and the data they are for.

    Parameters
    ----------
    folder : Path
        Holds score.py, strokes.py and baselines.py.
    data : Path
        Holds the data sets.
    """

    folder: Path
    data: Path

    @classmethod
    def find(cls) -> ScoreFolder:
        """Take the folders from NAPARI_GRAINS_DATA and NAPARI_GRAINS_SCORE, else "score" beside the data.

        Raises
        ------
        SystemExit
            With what to do, if one is missing.
        """
        data = os.environ.get("NAPARI_GRAINS_DATA")
        if not data or not Path(data).is_dir():
            raise SystemExit("Set NAPARI_GRAINS_DATA to the folder of labelled micrographs.")
        folder = Path(os.environ.get("NAPARI_GRAINS_SCORE") or Path(data).resolve().parent / "score")
        if not (folder / "baselines.py").is_file():
            raise SystemExit(f"There is no baselines.py in {folder}: set NAPARI_GRAINS_SCORE to its folder.")
        return cls(folder, Path(data))

    def module(self, name: str) -> ModuleType:
        """Import score, strokes or baselines."""
        if str(self.folder) not in sys.path:
            sys.path.append(str(self.folder))
        return importlib.import_module(name)

    @cached_property
    def sets(self) -> dict[str, tuple[Truth, list[Truth]]]:
        """Name of each set, its image to paint on and its images to score."""
        sets = self.module("baselines").development_sets(self.data)
        return {
            name: (Truth("training", *training), [Truth(str(k), *test) for k, test in enumerate(tests)])
            for name, (training, tests) in sets.items()
        }

    def score(self, grains: NDArray[np.integer[Any]], truth: Truth) -> dict[str, float]:
        """Score labels (Y, X) of any method against a traced boundary; see `METRICS`."""
        score = self.module("score")
        figures = score.score(score.fill(grains.astype(int)), score.partition_from_boundary(truth.boundary))
        return {key: round(float(figures[key]), 4) for key in METRICS}
