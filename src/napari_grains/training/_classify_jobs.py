"""The jobs "train_classifier" and "classify" in the form that crosses a process boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.events import Job
from napari_grains.inference import Answer, ImageClassifier, classify
from napari_grains.networks import save_classifier, user_folder

from ._classify import TrainedClassifier, train_classifier
from ._classify_examples import Examples, examples_from
from ._classify_settings import ClassifierTraining, training_from
from ._grain_examples import GrainExamples, grain_examples_from


def train_classifier_arrays(
    *,
    name: str,
    output: str | None = None,
    examples: str | None = None,
    stack: str | None = None,
    images: NDArray[np.generic] | None = None,
    classes: Sequence[str] = (),
    groups: Sequence[str] = (),
    grain_examples: Sequence[Mapping[str, Any]] | None = None,
    held_out: str | None = None,
    start: str | None = None,
    device: str = "auto",
    notes: str = "",
    **settings: Any,  # noqa: ANN401 - of `ClassifierTraining`
) -> Job[dict[str, Any]]:
    """Train a classifier and save it; the job "train_classifier".

    Parameters
    ----------
    name, notes : str
        Of the classifier, on its card.
    output : str, optional
        File of the classifier; None: NAME.safetensors in the user's folder. A file of that name is replaced.
    examples, stack : str, optional
        Folder or table, and the stack that a table is about; see `examples_from`. With the task "grains" a
        table of grains; see `grain_examples_from`.
    images : ndarray, (N, Y, X) or (N, C, Y, X), optional
        Examples instead, with the class and the group of each.
    classes, groups : sequence of str
        Of ``images``; without groups nothing can be held out.
    grain_examples : sequence of mapping, optional
        Grains with classes instead, for the task "grains"; see `GrainExamples.of`.
    held_out : str, optional
        Folder or table of examples that nothing is learned from.
    start, device : str, optional
        See `train_classifier`.
    **settings
        Of `ClassifierTraining`.

    Yields
    ------
    Progress, TrainingProgress, Notice
        See `train_classifier`.

    Returns
    -------
    dict
        "network" (its file), "name", "classes" and the number of examples of each under "examples", "scores"
        (see `ClassificationScores.to_dict`; None if not estimated, and "why_not"), "held_out_examples" (see
        `ClassificationScores.by_example`; with the "class" that each was given and, where they come from
        files, the "origin", see `Origin`), "temperature", "unknown_distance", "strategy", "steps",
        "seconds", "device", "stopped".

    Raises
    ------
    InputError
        See `train_classifier`; also if examples or name do not fit, or the file cannot be written.
    """
    path = _output(name, output)
    chosen = training_from(settings)
    if chosen.task == "grains":
        learned: Examples = _grains(examples, grain_examples, chosen)
    else:
        learned = _examples(examples, stack, images, classes, groups, chosen.patch)
    others = None if held_out is None else _held_out(Path(held_out), chosen)
    trained = yield from train_classifier(
        learned, chosen, held_out=others, start=start, device=device, name=name, notes=notes
    )
    save_classifier(path, trained.stored)
    return {"network": str(path), "name": name} | _told(trained, learned)


def classify_arrays(*, images: NDArray[np.generic], model: str, device: str = "auto") -> Job[dict[str, Any]]:
    """Classify images; the job "classify".

    Parameters
    ----------
    images : ndarray, (N, Y, X) or (N, C, Y, X)
        Patches, frames or patterns.
    model : str
        Name or file of a classifier.
    device : str
        As in `choose_device`.

    Yields
    ------
    Progress
        After every batch.

    Returns
    -------
    dict
        "answers", see `answer_to_dict`, "class_names", "model", "model_sha256" and "device".

    Raises
    ------
    InputError
        If there is no such classifier or device, or the images do not fit it.
    """
    classifier = ImageClassifier.load(model, device)
    answers = yield from classify(images, len(images), classifier)
    return {
        "answers": [answer_to_dict(one) for one in answers],
        "class_names": list(classifier.card.class_names),
        "model": classifier.card.name,
        "model_sha256": classifier.sha256,
        "device": str(classifier.plan),
    }


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON values: "class", "probability" of the first, "distance" and "ranking"."""
    return {
        "class": answer.name,
        "probability": answer.probabilities[0],
        "distance": answer.distance,
        "ranking": [list(pair) for pair in zip(answer.ranking, answer.probabilities, strict=True)],
    }


def _examples(
    path: str | None,
    stack: str | None,
    images: NDArray[np.generic] | None,
    classes: Sequence[str],
    groups: Sequence[str],
    patch: int | None,
) -> Examples:
    if (path is None) == (images is None):
        raise InputError("give examples as a folder or table, or as images with their classes.")
    if path is not None:
        return examples_from(Path(path), stack=None if stack is None else Path(stack), patch=patch)
    assert images is not None  # noqa: S101 - for mypy; one of the two is there
    return Examples.named(list(images), classes, groups or ["all"] * len(images))


def _grains(
    path: str | None, marked: Sequence[Mapping[str, Any]] | None, settings: ClassifierTraining
) -> GrainExamples:
    if (path is None) == (marked is None):
        raise InputError("give examples of grains as a table, or as images and grains with their classes.")
    if path is not None:
        return grain_examples_from(Path(path), settings.prepared)
    assert marked is not None  # noqa: S101 - for mypy; one of the two is there
    return GrainExamples.of(marked, settings.prepared)


def _held_out(path: Path, settings: ClassifierTraining) -> Examples:
    if settings.task == "grains":
        return grain_examples_from(path, settings.prepared)
    return examples_from(path, patch=settings.patch)


def _told(trained: TrainedClassifier, examples: Examples) -> dict[str, Any]:
    card, scores = trained.stored.card, trained.scores
    return {
        "classes": list(card.class_names),
        "examples": examples.counts,
        "scores": None if scores is None else scores.to_dict(),
        "why_not": trained.why_not,
        "held_out_examples": None if scores is None else _held_out_examples(scores.by_example(), examples),
        "temperature": card.temperature,
        "unknown_distance": card.unknown_distance,
    } | dict(trained.figures)


def _held_out_examples(said: Mapping[str, Any] | None, examples: Examples) -> dict[str, Any] | None:
    if said is None:
        return None
    classes = [examples.class_names[examples.labels[index]] for index in said["index"]]
    origins = [examples.origins[index].to_dict() for index in said["index"]] if examples.origins else None
    return {**said, "class": classes, "origin": origins}


def _output(name: str, output: str | None) -> Path:
    """File of the classifier, whose name other rooms can read."""
    if output is None and (not name.strip() or Path(name).name != name or name.startswith(".")):
        raise InputError(f"{name!r} cannot be the name of a network; use letters and digits.")
    path = user_folder() / f"{name}.safetensors" if output is None else Path(output)
    if path.suffix != ".safetensors":
        raise InputError(f"a network is saved as .safetensors; name it {path.stem or name}.safetensors.")
    return path
