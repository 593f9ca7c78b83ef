"""Classifiers on disk, in the same format as the networks that segment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from napari_grains.errors import InputError
from napari_grains.weights import CLASSIFIER, card_text, kind_of

from ._classifier import Classifier, ClassifierConfig
from ._feature_space import FeatureSpace
from ._named import classifier
from ._preparation import Preparation
from ._tensors import write_tensors

_FORMAT: Final = 1
TASKS: Final = ("images", "patches", "frames", "patterns", "grains")
"""What a classifier is for: whole images, parts of them, frames of a stack, diffraction patterns, grains."""
_NETWORK, _SPACE = "network.", "space."


@dataclass(frozen=True)
class ClassifierCard:
    """What a classifier is, where it comes from and what it may be used for.

    Parameters
    ----------
    name : str
        Name shown to the user.
    architecture : ClassifierConfig
        What the tensors fit into.
    class_names : tuple of str
        In the order of the logits.
    task : str
        One of `TASKS`.
    preparation : Preparation
        How an image becomes the input.
    temperature : float
        What logits are divided by, so that probabilities are as often right as they say; 1 if not estimated.
    unknown_distance : float, optional
        Distance in feature space beyond which an image is of no known class; None: never.
    patch : int, optional
        Side in px of the patches that it was trained on.
    recipe : mapping
        How it was trained.
    data : tuple of str
        Fingerprints of the images it was trained on; empty for simulated ones.
    scores : mapping
        On held-out images.
    versions : mapping
        Of the packages that trained it.
    licence, created, notes : str
        SPDX licence of the weights, ISO date, free text.

    Raises
    ------
    ValueError
        If names, classes and task do not go together.
    """

    name: str
    architecture: ClassifierConfig
    class_names: tuple[str, ...]
    task: str = "images"
    preparation: Preparation = field(default_factory=Preparation)
    temperature: float = 1.0
    unknown_distance: float | None = None
    patch: int | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    scores: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    licence: str = "BSD-3-Clause"
    created: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        if len(self.class_names) != self.architecture.classes or self.task not in TASKS:
            raise ValueError(f"{len(self.class_names)} names, {self.architecture}, {self.task!r}")
        if not self.temperature > 0:
            raise ValueError(f"temperature {self.temperature}")

    def to_json(self) -> str:
        """Return the card as JSON text."""
        return json.dumps({"format": _FORMAT, "kind": CLASSIFIER} | asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ClassifierCard:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError, AttributeError
            If the text is not a card.
        """
        values = json.loads(text)
        if (found := values.pop("format")) != _FORMAT or values.pop("kind") != CLASSIFIER:
            raise ValueError(f"format {found}")
        values["architecture"] = ClassifierConfig(**values["architecture"])
        values["preparation"] = Preparation(**values["preparation"])
        for name in ("class_names", "data"):
            values[name] = tuple(values[name])
        return cls(**values)


@dataclass(frozen=True, eq=False)
class StoredClassifier:
    """A classifier as it lies on disk.

    Parameters
    ----------
    network : Classifier
        In ``eval`` mode, float32, on the CPU.
    card : ClassifierCard
        Its card.
    space : FeatureSpace, optional
        Where its classes lie, if that is known.
    """

    network: Classifier
    card: ClassifierCard
    space: FeatureSpace | None = None


def save_classifier(path: str | os.PathLike[str], stored: StoredClassifier) -> None:
    """Write a classifier and all about it to one .safetensors file, whole or not at all.

    Raises
    ------
    ValueError
        If card and network disagree.
    InputError
        If the file cannot be written.
    """
    if stored.card.architecture != stored.network.config:
        raise ValueError(f"the card says {stored.card.architecture}, not {stored.network.config}")
    tensors = {_NETWORK + name: one for name, one in stored.network.state_dict().items()}
    if stored.space is not None:
        tensors |= {_SPACE + name: one for name, one in stored.space.tensors().items()}
    write_tensors(path, tensors, stored.card.to_json())


def read_classifier_card(path: str | os.PathLike[str]) -> ClassifierCard:
    """Read the card of a classifier, without its tensors.

    Raises
    ------
    InputError
        If the file is missing, damaged, or no classifier of this package.
    """
    text = card_text(path)
    if kind_of(text) != CLASSIFIER:
        raise InputError(f"{path} is no classifier; choose another network.")
    try:
        return ClassifierCard.from_json(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} was saved by another version of napari-grains ({error}); update napari-grains."
        ) from None


def load_classifier(path: str | os.PathLike[str]) -> StoredClassifier:
    """Read a classifier.

    Raises
    ------
    InputError
        If the file is missing, damaged, no classifier of this package, or its tensors do not fit its card.
    """
    card = read_classifier_card(path)
    config = card.architecture
    try:
        network = classifier(config.network, config.classes, config.channels, measures=config.measures)
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
        network.load_state_dict(_below(tensors, _NETWORK))
        space = _below(tensors, _SPACE)
        found = FeatureSpace.from_tensors(space) if space else None
    except (OSError, SafetensorError, RuntimeError, TypeError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"the tensors in {path} do not fit its card ({reason}); the file is damaged."
        ) from None
    return StoredClassifier(network.to(torch.float32).eval(), card, found)


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)}
