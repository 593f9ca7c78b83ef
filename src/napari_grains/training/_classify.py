"""Training of a classifier from examples, with scores on what was held out: the job."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_grains.errors import InputError
from napari_grains.events import STOP, Job, Notice, Progress
from napari_grains.inference import MEASURES, ImageClassifier
from napari_grains.networks import (
    Classifier,
    ClassifierCard,
    DevicePlan,
    FeatureSpace,
    GrainClassifier,
    Inputs,
    StoredClassifier,
    choose_device,
)

from ._classify_examples import Examples
from ._classify_folds import grouped_splits, why_not
from ._classify_learner import Learner, balanced, batches, repeatable
from ._classify_scores import ClassificationScores, temperature_of
from ._classify_settings import ClassifierTraining, Strategy, training_to_dict
from ._classify_start import Start
from ._grain_examples import GrainExamples
from ._grain_head import GrainHead
from ._pace import Pace, TrainingReport
from ._trained import machine


@dataclass(frozen=True, eq=False)
class TrainedClassifier:
    """A classifier and how good it is.

    Parameters
    ----------
    stored : StoredClassifier
        Network, card, and where its classes lie.
    scores : ClassificationScores, optional
        On held-out examples; None if nothing could be held out.
    why_not : str, optional
        Why there are none, in one line.
    figures : mapping
        "steps", "seconds", "device", "strategy" and "stopped".
    """

    stored: StoredClassifier
    scores: ClassificationScores | None
    why_not: str | None
    figures: Mapping[str, Any]


def train_classifier(
    examples: Examples,
    settings: ClassifierTraining,
    *,
    held_out: Examples | None = None,
    start: str | None = None,
    device: str = "auto",
    name: str = "classifier",
    notes: str = "",
    every: int | None = None,
) -> Job[TrainedClassifier]:
    """Train a classifier on all examples, and estimate how good it is on others.

    Parameters
    ----------
    examples : Examples
        To learn from.
    settings : ClassifierTraining
        What and how.
    held_out : Examples, optional
        Examples that nothing is learned from, of the same classes. Without them the groups of ``examples``
        are cross-validated: a network that learned from some groups is tried on the others.
    start : str, optional
        "random", "pretrained", or name or file of a classifier to start from; None: pretrained where that
        needs no download, else random.
    device : str
        As in `choose_device`.
    name, notes : str
        Of the classifier, on its card.
    every : int, optional
        Steps between events with losses; None: about a second.

    Yields
    ------
    Progress, TrainingProgress, Notice
        Progress after every step, where a stop is heard. A stop keeps what was learned; what then was not
        held out is not estimated.

    Returns
    -------
    TrainedClassifier

    Raises
    ------
    InputError
        If device, network or start do not exist or do not fit the examples.
    """
    plan = choose_device(device)
    began = Start.of(start, settings, examples)
    run = _Run(examples, settings, began, plan, every)
    inputs = yield from run.prepared(examples)
    network, stopped = yield from run.fit(inputs, np.arange(len(inputs)), "training")
    features = _outputs(network, inputs, run, name)[1]
    space = FeatureSpace.fit(features, torch.from_numpy(examples.labels), len(examples.class_names))
    if held_out is not None:
        found: _HeldOut | str = yield from run.tried_on(held_out, network, space, name)
    elif stopped:
        found = "not estimated: the training was stopped"
    else:
        found = yield from run.cross_validated(inputs, name)
    if isinstance(found, str):
        yield Notice(found)
    return run.trained(network, space, found, name, notes, stopped=stopped)


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """Outputs for held-out examples: logits (N, K), distances (N,), labels (N,), and which they are (N,)."""

    logits: Tensor
    distances: Tensor
    labels: Tensor
    how: str
    index: NDArray[np.int64] | None = None


class _Run:
    """A training on its way."""

    def __init__(
        self,
        examples: Examples,
        settings: ClassifierTraining,
        began: Start,
        plan: DevicePlan,
        every: int | None,
    ) -> None:
        self.examples, self.settings, self.began, self.plan = examples, settings, began, plan
        self.strategy = settings.strategy_for(min(examples.counts.values()), pretrained=began.pretrained)
        self._every, self._done, self._began = every, 0, time.monotonic()
        self._splits = grouped_splits(examples, settings.folds, settings.seed)
        self._head = GrainHead(plan)

    def prepared(self, examples: Examples) -> Job[Inputs]:
        """Prepare all images, in half precision."""
        if isinstance(examples, GrainExamples):
            return examples.inputs
        total, tensors = len(examples.images), []
        for number, image in enumerate(examples.images, 1):
            tensors.append(self.settings.prepared(image).half())
            if number % 64 == 0 or number == total:
                yield Progress(number, total, "preparing the images")
        if len({one.shape for one in tensors}) > 1:
            raise InputError("the examples differ in their number of channels; give all the same ones.")
        return Inputs(torch.stack(tensors))

    def fit(self, inputs: Inputs, learned: np.ndarray[Any, Any], doing: str) -> Job[tuple[Classifier, bool]]:
        """Train a network on some of the examples; return it, to be used, and whether that was stopped."""
        targets = torch.from_numpy(self.examples.labels[learned])
        with repeatable(self.plan, self.settings.seed):
            network = self.began.network()
        weights = balanced(targets, len(self.examples.class_names))
        if isinstance(network, GrainClassifier):
            stopped = yield from self._head.fit(network, inputs, learned, targets, weights)
            if stopped or self.strategy == Strategy.frozen:
                return network.eval(), stopped
        return (yield from self._fit(network, inputs[learned], targets, weights, doing))

    def _fit(
        self, network: Classifier, inputs: Inputs, targets: Tensor, weights: Tensor, doing: str
    ) -> Job[tuple[Classifier, bool]]:
        """Train a network step by step."""
        pretrained = self.began.pretrained
        learner = Learner(network, self.strategy, self.settings, self.plan, weights, pretrained=pretrained)
        steps, minutes = self.settings.steps_for(len(targets)), self.settings.minutes
        pace = Pace(steps, None if minutes is None else 60 * minutes)
        pace.begin()
        report, stopped = TrainingReport(pace, self._every), False
        for chosen in batches(len(targets), self.settings.batch, steps, self.settings.seed):
            loss = learner.learn(inputs[chosen], targets[chosen], pace.rate, pace.fraction, pace.step)
            report.learned(loss)
            pace.advance()
            if (yield replace(report.event(), message=doing)) == STOP:
                stopped = not pace.finished
            if stopped or pace.finished:
                break
        self._done += pace.step
        return learner.network.eval(), stopped

    def tried_on(
        self, held_out: Examples, network: Classifier, space: FeatureSpace, name: str
    ) -> Job[_HeldOut | str]:
        """Try the network on examples that were given for that."""
        if held_out.class_names != self.examples.class_names:
            raise InputError("the held-out examples have other classes than those to learn from.")
        inputs = yield from self.prepared(held_out)
        logits, features = _outputs(network, inputs, self, name)
        how = f"{len(held_out.labels)} examples given for that"
        return _HeldOut(logits, space.distance(features), torch.from_numpy(held_out.labels), how)

    def cross_validated(self, inputs: Inputs, name: str) -> Job[_HeldOut | str]:
        """Hold every group out once."""
        if reason := why_not(self.examples, self.settings.folds):
            return reason
        parts: list[_HeldOut] = []
        labels = self.examples.labels
        for number, split in enumerate(self._splits, 1):
            doing = f"cross-validation {number} of {len(self._splits)}"
            network, stopped = yield from self.fit(inputs, split.learned, doing)
            if stopped:
                return "not estimated: the cross-validation was stopped"
            features = _outputs(network, inputs[split.learned], self, name)[1]
            known = torch.from_numpy(labels[split.learned])
            space = FeatureSpace.fit(features, known, len(self.examples.class_names))
            logits, found = _outputs(network, inputs[split.held_out], self, name)
            truth = torch.from_numpy(labels[split.held_out])
            parts.append(_HeldOut(logits, space.distance(found), truth, ""))
        how = f"each of {len(set(self.examples.groups))} groups once, in {len(parts)} parts"
        return replace(_joined(parts, how), index=np.concatenate([split.held_out for split in self._splits]))

    def trained(
        self,
        network: Classifier,
        space: FeatureSpace,
        found: _HeldOut | str,
        name: str,
        notes: str,
        *,
        stopped: bool,
    ) -> TrainedClassifier:
        """Put everything together."""
        figures = {
            "steps": self._done,
            "seconds": round(time.monotonic() - self._began, 1),
            "device": str(self.plan),
            "strategy": str(self.strategy),
            "stopped": stopped,
        }
        card = replace(_card(network, self.examples, self.settings, name), notes=notes)
        recipe = training_to_dict(self.settings) | figures
        recipe |= {"start": self.began.name, "machine": machine(), "examples": self.examples.counts}
        if self.examples.measures:
            recipe["measures"] = list(MEASURES)
        if isinstance(found, str):
            card = replace(card, recipe=recipe, scores={"held_out": found})
            return TrainedClassifier(StoredClassifier(network.cpu(), card, space), None, found, figures)
        temperature = temperature_of(found.logits, found.labels)
        scores = _scores(found, temperature, card.class_names)
        limit = float(torch.quantile(found.distances.double(), 1 - self.settings.unknown_share))
        card = replace(card, recipe=recipe, temperature=temperature, unknown_distance=limit)
        card = replace(card, scores=scores.to_dict())
        return TrainedClassifier(StoredClassifier(network.cpu(), card, space), scores, None, figures)


def _outputs(network: Classifier, inputs: Inputs, run: _Run, name: str) -> tuple[Tensor, Tensor]:
    card = _card(network, run.examples, run.settings, name)
    return ImageClassifier(StoredClassifier(network, card), run.plan).outputs(inputs)


def _card(network: Classifier, examples: Examples, settings: ClassifierTraining, name: str) -> ClassifierCard:
    return ClassifierCard(
        name,
        network.config,
        examples.class_names,
        settings.task,
        settings.prepared,
        patch=settings.patch,
        data=(examples.fingerprint,),
        versions={one: version(one) for one in ("napari-grains", "torch", "torchvision", "numpy")},
        created=datetime.now(UTC).date().isoformat(),
    )


def _joined(parts: list[_HeldOut], how: str) -> _HeldOut:
    return _HeldOut(
        torch.cat([one.logits for one in parts]),
        torch.cat([one.distances for one in parts]),
        torch.cat([one.labels for one in parts]),
        how,
    )


def _scores(found: _HeldOut, temperature: float, names: tuple[str, ...]) -> ClassificationScores:
    probabilities = torch.softmax(found.logits.double() / temperature, dim=1)
    return ClassificationScores(names, found.labels.numpy(), probabilities.numpy(), found.how, found.index)
