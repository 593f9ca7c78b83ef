"""The class of an image, with all others in the order of their probability."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_grains.errors import InputError
from napari_grains.events import STOP, Job, Progress
from napari_grains.networks import (
    Classifier,
    DevicePlan,
    Inputs,
    StoredClassifier,
    choose_device,
    file_hash,
    find_classifier,
    load_classifier,
)

UNKNOWN: Final = "unknown"
"""Class of what lies far from every class."""
BATCH: Final = 64
"""Examples that are classified at once."""


@dataclass(frozen=True)
class Answer:
    """What a classifier says about an image.

    Parameters
    ----------
    ranking : tuple of str
        Names of the classes, the most probable one first.
    probabilities : tuple of float
        Theirs, calibrated by the classifier's temperature; they add up to 1.
    distance : float, optional
        From the nearest class in feature space, in units of the distance beyond which nothing is known.
    """

    ranking: tuple[str, ...]
    probabilities: tuple[float, ...]
    distance: float | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether it lies far from every class."""
        return self.distance is not None and self.distance > 1

    @property
    def name(self) -> str:
        """Most probable class, or "unknown"."""
        return UNKNOWN if self.is_unknown else self.ranking[0]


class ImageClassifier:
    """A classifier at work.

    Parameters
    ----------
    stored : StoredClassifier
        The network, its card, and where its classes lie.
    plan : DevicePlan
        Where it runs; in single precision.
    sha256 : str
        Hash of its file; empty if it has none.

    Attributes
    ----------
    network : Classifier
        In ``eval`` mode, where it runs.
    """

    def __init__(self, stored: StoredClassifier, plan: DevicePlan, sha256: str = "") -> None:
        self.card, self.plan, self.sha256 = stored.card, plan, sha256
        self.network: Classifier = stored.network.to(memory_format=torch.channels_last).to(plan.device).eval()
        self._space = stored.space

    @classmethod
    def load(cls, model: str, device: str = "auto") -> ImageClassifier:
        """Take a classifier by name or by file.

        Raises
        ------
        InputError
            If there is none, or no such device.
        """
        path = find_classifier(model)
        plan = choose_device(device, precision="float32")
        return cls(load_classifier(path), plan, file_hash(path))

    def prepare(self, image: NDArray[np.generic]) -> Tensor:
        """Input (C, S, S) for an image (Y, X) or channels (C, Y, X).

        Raises
        ------
        InputError
            If it has another number of channels than the classifier reads, or that reads grains.
        """
        if self.card.architecture.measures:
            raise InputError(
                f"the classifier {self.card.name} sorts grains; give the grains of the image, too."
            )
        tensor = self.card.preparation(image)
        wanted = self.card.architecture.channels
        if len(tensor) != wanted:
            raise InputError(f"the classifier {self.card.name} reads {wanted} channels, not {len(tensor)}.")
        return tensor

    @torch.inference_mode()
    def outputs(self, inputs: Inputs | Tensor) -> tuple[Tensor, Tensor]:
        """Logits (N, K) and features (N, F), on the CPU, of prepared inputs or images (N, C, S, S)."""
        logits, features = [], []
        for batch in (inputs if isinstance(inputs, Inputs) else Inputs(inputs)).batches(BATCH):
            found = self.network.features_of(batch.to(self.plan.device))
            features.append(found.cpu())
            logits.append(self.network.head(found).float().cpu())
        return torch.cat(logits), torch.cat(features)

    def answers(self, inputs: Inputs | Tensor) -> list[Answer]:
        """Rank the classes for prepared inputs or images (N, C, S, S)."""
        logits, features = self.outputs(inputs)
        probabilities = torch.softmax(logits / self.card.temperature, dim=1)
        distances = self._distances(features)
        order = probabilities.argsort(dim=1, descending=True, stable=True)
        return [
            Answer(
                tuple(self.card.class_names[k] for k in row),
                tuple(one[k] for k in row),
                distance,
            )
            for row, one, distance in zip(order.tolist(), probabilities.tolist(), distances, strict=True)
        ]

    def _distances(self, features: Tensor) -> Sequence[float | None]:
        limit = self.card.unknown_distance
        if self._space is None or limit is None:
            return [None] * len(features)
        found: list[float] = (self._space.distance(features) / limit).tolist()
        return found


def classify(
    images: Iterable[NDArray[np.generic]], total: int, classifier: ImageClassifier
) -> Job[list[Answer]]:
    """Classify images.

    Parameters
    ----------
    images : iterable of ndarray, (Y, X) or (C, Y, X)
        Taken one after the other.
    total : int
        How many there are.
    classifier : ImageClassifier
        Whose classes.

    Yields
    ------
    Progress
        After every batch.

    Returns
    -------
    list of Answer
        One per image; fewer when stopped.
    """
    answers: list[Answer] = []
    waiting: list[Tensor] = []
    for image in images:
        waiting.append(classifier.prepare(image))
        if len(waiting) == BATCH:
            answers += classifier.answers(torch.stack(waiting))
            waiting.clear()
            if (yield Progress(len(answers), total, "classifying")) == STOP:
                return answers
    if waiting:
        answers += classifier.answers(torch.stack(waiting))
    yield Progress(len(answers), total, "classifying")
    return answers
