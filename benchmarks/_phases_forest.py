"""The random forest on multi-scale features of the other benchmarks, with a class for each phase."""

from __future__ import annotations

from functools import cache

import numpy as np
from _phases_data import Experiment, Labelled
from _score import ScoreFolder
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

FRACTION = 0.01
_TREES, _LEAF = 100, 5
SAMPLE = 5000
"""Pixels of each densely labelled image that the forest learns from: drawn once, the same in every run."""


def strokes_of(score: ScoreFolder, labelled: Labelled, seed: int) -> NDArray[np.int64]:
    """Simulate what a user paints on 1 % of an image: (Y, X), 0 unpainted, k + 1 for phase k."""
    strokes = score.module("strokes").simulate_phase_strokes(labelled.phases, FRACTION, seed)
    return np.asarray(strokes, np.int64)


FOREST_SETTINGS = {"trees": _TREES, "fewest_in_leaf": _LEAF, "fraction": FRACTION, "sample": SAMPLE}


class Forest:
    """A random forest as in baselines.py.

    Parameters
    ----------
    score : ScoreFolder
        Has the features and the strokes.
    """

    def __init__(self, score: ScoreFolder) -> None:
        self._score = score
        self._features = cache(lambda labelled: score.module("baselines").features(labelled.image))

    def learn(self, experiment: Experiment) -> None:
        """Learn from the painted pixels of the training images, or from a sample where all are told."""
        known = [self._known(each, experiment) for each in experiment.training]
        self._forest = RandomForestClassifier(_TREES, min_samples_leaf=_LEAF, random_state=0, n_jobs=1)
        self._forest.fit(np.concatenate([x for x, _ in known]), np.concatenate([y for _, y in known]))

    def classify(self, labelled: Labelled) -> NDArray[np.int64]:
        """Phases 0..K-1 of an image, (Y, X)."""
        features = self._features(labelled)
        found = self._forest.predict(features.reshape(-1, features.shape[-1]))
        return np.asarray(found, np.int64).reshape(labelled.phases.shape)

    def _known(
        self, labelled: Labelled, experiment: Experiment
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Features and phases of the pixels to learn from."""
        if experiment.paint == "strokes":
            strokes = strokes_of(self._score, labelled, experiment.seed)
            return self._features(labelled)[strokes > 0], strokes[strokes > 0] - 1
        drawn = np.random.default_rng(0).choice(labelled.phases.size, SAMPLE, replace=False)
        features = self._features(labelled)
        return features.reshape(-1, features.shape[-1])[drawn], labelled.phases.ravel()[drawn]
