"""The class of every grain of an image or of a stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.events import STOP, Job, Progress

from ._classify import BATCH, Answer, ImageClassifier
from ._grain_measures import MEASURES
from ._grain_plane import GrainPlane


@dataclass(eq=False)
class GrainClasses:
    """What a classifier says about the grains of an image; one entry per grain and slice, in their order.

    Parameters
    ----------
    class_names : tuple of str
        Names of the K classes.
    phases : ndarray of int32, shape of the grains
        Class 1..K of the grain at every pixel; 0 where there is none, or an unknown one.
    slices, labels, areas : list of int
        Where each grain is, its id, and its pixels there.
    middles : list of (float, float)
        Row and column of the middle of its box.
    answers : list of Answer
        What it is.
    """

    class_names: tuple[str, ...]
    phases: NDArray[np.int32]
    slices: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    middles: list[tuple[float, float]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def add(self, index: int, plane: GrainPlane, answers: Sequence[Answer]) -> None:
        """Take in the answers for the first grains of a slice."""
        ids = plane.ids[: len(answers)]
        numbers = [0 if one.is_unknown else self.class_names.index(one.name) + 1 for one in answers]
        here = np.searchsorted(ids, plane.grains)
        known = (plane.grains > 0) & (here < len(ids))
        layer = self.phases if self.phases.ndim == 2 else self.phases[index]
        layer[known] = np.array(numbers, np.int32)[here[known]]
        areas = np.bincount(here[known], minlength=len(ids))
        self.slices += [index] * len(ids)
        self.labels += ids.tolist()
        self.areas += areas.tolist()
        self.middles += [crop.middle for crop in plane.crops[: len(ids)]]
        self.answers += answers


def classify_grains(
    image: NDArray[np.generic], grains: NDArray[np.integer], classifier: ImageClassifier
) -> Job[GrainClasses]:
    """Classify every grain of an image, or of every slice of a stack.

    Parameters
    ----------
    image : ndarray, (Y, X) or (Z, Y, X)
        Grey levels.
    grains : ndarray of int, same shape
        Grains > 0.
    classifier : ImageClassifier
        One of grains.

    Yields
    ------
    Progress
        After every batch.

    Returns
    -------
    GrainClasses
        Fewer grains when stopped.

    Raises
    ------
    InputError
        If image and grains do not fit each other, or the classifier sorts something else.
    """
    check_grain_classifier(classifier)
    found = GrainClasses(classifier.card.class_names, np.zeros(grains.shape, np.int32))
    total = sum(len(np.unique(one[one > 0])) for one in _planes(grains))
    for index, (seen, of_it) in enumerate(planes_of(image, grains)):
        plane = GrainPlane.of(seen, of_it, classifier.card.preparation)
        answers: list[Answer] = []
        for start in range(0, len(plane.ids), BATCH):
            rows = range(start, min(start + BATCH, len(plane.ids)))
            answers += classifier.answers(plane.inputs(rows))
            if (yield Progress(len(found.labels) + len(answers), total, "classifying grains")) == STOP:
                found.add(index, plane, answers)
                return found
        if answers:
            found.add(index, plane, answers)
    yield Progress(len(found.labels), total, "classifying grains")
    return found


def check_grain_classifier(classifier: ImageClassifier) -> None:
    """Refuse a classifier that sorts something else than grains by the measures of this version.

    Raises
    ------
    InputError
        In one line.
    """
    card = classifier.card
    if not card.architecture.measures:
        raise InputError(f"the classifier {card.name} sorts {card.task}, not grains; choose another one.")
    if card.architecture.measures != len(MEASURES) or card.architecture.channels != 1:
        raise InputError(
            f"the classifier {card.name} was trained by another version of napari-grains; train it anew."
        )


def planes_of(
    image: NDArray[np.generic], grains: NDArray[np.integer]
) -> Iterator[tuple[NDArray[np.generic], NDArray[np.integer]]]:
    """Yield an image and its grains slice by slice.

    Raises
    ------
    InputError
        If they are no image and its grains, nor a stack and its grains.
    """
    if image.shape != grains.shape or image.ndim not in (2, 3):
        raise InputError(
            f"the image {image.shape} and its grains {grains.shape} must have one shape, (Y, X) or (Z, Y, X)."
        )
    yield from zip(_planes(image), _planes(grains), strict=True)


def _planes(array: NDArray[Any]) -> list[NDArray[Any]]:
    return [array] if array.ndim == 2 else list(array)
