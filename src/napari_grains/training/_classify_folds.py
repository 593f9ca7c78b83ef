"""Splits for cross-validation of which no group sits on both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from ._classify_examples import Examples


@dataclass(frozen=True, eq=False)
class Split:
    """Indices of the examples that are learned from, and of those that are held out."""

    learned: NDArray[np.int64]
    held_out: NDArray[np.int64]


def groups_by_class(examples: Examples) -> dict[str, int]:
    """Count the groups that each class occurs in."""
    groups = np.array(examples.groups)
    return {name: len(np.unique(groups[examples.labels == k])) for k, name in enumerate(examples.class_names)}


def why_not(examples: Examples, folds: int) -> str | None:
    """Say why no score can be estimated; None if it can."""
    if folds < 2:
        return "not estimated: cross-validation was left out"
    counts = groups_by_class(examples)
    lacking = [name for name, count in counts.items() if count < 2]
    if lacking:
        come = "comes" if len(lacking) == 1 else "come"
        return f"not estimated: {', '.join(lacking)} {come} from a single group; two of each class are needed"
    if not grouped_splits(examples, folds, 0):
        return "not estimated: no part of the groups could be held out with every class still left"
    return None


def grouped_splits(examples: Examples, folds: int, seed: int) -> list[Split]:
    """Part the groups so that each is held out once, with the classes spread as evenly as they allow.

    Parameters
    ----------
    examples : Examples
        With their groups.
    folds : int
        Most parts; there are no more than the rarest class has groups.
    seed : int
        Of the order of the groups.

    Returns
    -------
    list of Split
        Empty if some split would leave a class without examples to learn from.
    """
    number = min(folds, *groups_by_class(examples).values())
    if number < 2:
        return []
    parts = StratifiedGroupKFold(number, shuffle=True, random_state=seed)
    rows = np.zeros(len(examples.labels))
    splits = [Split(*pair) for pair in parts.split(rows, examples.labels, np.array(examples.groups))]
    splits = [one for one in splits if len(one.held_out)]
    everything = set(range(len(examples.class_names)))
    complete = all(set(examples.labels[one.learned].tolist()) == everything for one in splits)
    return splits if complete and len(splits) > 1 else []
