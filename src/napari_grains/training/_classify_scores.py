"""How often a classifier is right on what it did not learn from, and how well it knows that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

_BINS = 10
_COLDEST, _HOTTEST = 0.05, 20.0
_USUAL = math.log(2)
"""Standard deviation of the logarithm of temperatures that are expected before anything is seen."""


@dataclass(frozen=True, eq=False)
class ClassificationScores:
    """Scores of held-out examples.

    Parameters
    ----------
    class_names : tuple of str
        Names of the K classes.
    labels : ndarray of int64, (N,)
        True class of each example.
    probabilities : ndarray of float64, (N, K)
        What the classifier gave each class.
    how : str
        Which examples were held out, in words.
    index : ndarray of int64, (N,), optional
        Which of the examples that were given each is; None where others were held out.
    """

    class_names: tuple[str, ...]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    how: str
    index: NDArray[np.int64] | None = None

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """(K, K), examples of each true class (row) that were taken for each class (column)."""
        k = len(self.class_names)
        pairs = self.labels * k + self.probabilities.argmax(axis=1)
        return np.bincount(pairs, minlength=k * k).reshape(k, k).astype(np.int64)

    @property
    def accuracy(self) -> float:
        """Share of the examples whose most probable class is the true one."""
        return self.accuracy_within(1)

    def accuracy_within(self, ranks: int) -> float:
        """Share of the examples whose true class is among the most probable ones."""
        first = np.argsort(-self.probabilities, axis=1, kind="stable")[:, :ranks]
        return float(np.any(first == self.labels[:, None], axis=1).mean())

    @property
    def recall(self) -> NDArray[np.float64]:
        """(K,), share of the examples of a class that were found; NaN without examples."""
        return _shares(np.diag(self.confusion), self.confusion.sum(axis=1))

    @property
    def precision(self) -> NDArray[np.float64]:
        """(K,), share of what was taken for a class that is of it; NaN if nothing was."""
        return _shares(np.diag(self.confusion), self.confusion.sum(axis=0))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall over the classes that have examples."""
        return float(np.nanmean(self.recall))

    def calibration(self, bins: int = _BINS) -> tuple[NDArray[np.float64], ...]:
        """Compare what the classifier says with how often it is right.

        Returns
        -------
        confidence, accuracy, count : ndarray of float64, (bins,)
            Mean probability of the most probable class, share in which it is the true one, and number of the
            examples, in bins of equal width between 0 and 1; NaN in empty ones.
        """
        confidence = self.probabilities.max(axis=1)
        right = self.probabilities.argmax(axis=1) == self.labels
        index = np.minimum((confidence * bins).astype(np.intp), bins - 1)
        count = np.bincount(index, minlength=bins).astype(np.float64)
        said = _shares(np.bincount(index, confidence, bins), count)
        found = _shares(np.bincount(index, right, bins), count)
        return said, found, count

    @property
    def calibration_error(self) -> float:
        """Expected calibration error (Guo et al., 2017): mean difference in `calibration`, by examples."""
        said, found, count = self.calibration()
        return float(np.nansum(np.abs(said - found) * count) / len(self.labels))

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as JSON values."""
        said, found, count = self.calibration()
        return {
            "held_out": self.how,
            "examples": len(self.labels),
            "accuracy": round(self.accuracy, 4),
            "accuracy_within_2": round(self.accuracy_within(2), 4),
            "balanced_accuracy": round(self.balanced_accuracy, 4),
            "calibration_error": round(self.calibration_error, 4),
            "classes": list(self.class_names),
            "confusion": self.confusion.tolist(),
            "precision": _rounded(self.precision),
            "recall": _rounded(self.recall),
            "calibration": {
                "confidence": _rounded(said),
                "accuracy": _rounded(found),
                "examples": [int(one) for one in count],
            },
        }

    def by_example(self) -> dict[str, Any] | None:
        """Return what was said of each example while it was held out, as JSON values.

        Returns
        -------
        dict or None
            "index" of the example, and its "ranking": all classes with their probabilities, the most probable
            one first. None where other examples were held out.
        """
        if self.index is None:
            return None
        order = np.argsort(-self.probabilities, axis=1, kind="stable")
        return {
            "index": self.index.tolist(),
            "ranking": [
                [[self.class_names[k], float(one[k])] for k in row]
                for row, one in zip(order.tolist(), self.probabilities, strict=True)
            ],
        }


def temperature_of(logits: Tensor, labels: Tensor, *, worth: float | None = None) -> float:
    """Temperature that makes logits (N, K) of held-out examples most probable (Guo et al., 2017).

    Parameters
    ----------
    logits : Tensor, (N, K)
        Of the examples.
    labels : Tensor of int64, (N,)
        Their classes.
    worth : float, optional
        How many independent examples they are worth, if they are neighbours in space: the less, the nearer
        is the temperature to 1 (maximum a posteriori, with a factor of 2 either way expected). None: as many
        as there are, and nothing is expected.

    Returns
    -------
    float
        Between 0.05 and 20, at which it stops where all answers are right, or none says anything.
    """
    logarithm = torch.zeros((), dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([logarithm], max_iter=100, line_search_fn="strong_wolfe")
    bounds = math.log(_COLDEST), math.log(_HOTTEST)

    def loss() -> Tensor:
        search.zero_grad()
        value = F.cross_entropy(logits.double() / logarithm.clamp(*bounds).exp(), labels)
        if worth is not None:
            value = value + (logarithm / _USUAL) ** 2 / (2 * worth)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    with torch.enable_grad():
        search.step(loss)  # type: ignore[no-untyped-call]
    return float(logarithm.detach().clamp(*bounds).exp())


def _shares(parts: NDArray[Any], wholes: NDArray[Any]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(wholes > 0, parts / wholes, np.nan)


def _rounded(values: NDArray[np.float64]) -> list[float | None]:
    return [None if math.isnan(one) else round(one, 4) for one in values.tolist()]
