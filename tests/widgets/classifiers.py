"""Classifiers and results about them, as the engine would leave and give them."""

from __future__ import annotations

import json

import numpy as np

from napari_grains.weights import KEY, user_folder

NAMES = ("carbide", "ferrite")
NOT_ESTIMATED = "not estimated: all examples of carbide come from one group"


def scores(names=NAMES):
    """Held-out scores as `ClassificationScores.to_dict` gives them."""
    return {
        "held_out": "each of 3 groups once, in 3 parts",
        "examples": 20,
        "accuracy": 0.9,
        "accuracy_within_2": 1.0,
        "balanced_accuracy": 0.875,
        "calibration_error": 0.04,
        "classes": list(names),
        "confusion": [[7, 1], [1, 11]],
        "precision": [0.875, None],
        "recall": [0.875, 0.9167],
        "calibration": {
            "confidence": [None] * 5 + [0.55, 0.65, None, 0.85, 0.97],
            "accuracy": [None] * 5 + [0.5, 0.6, None, 0.9, 1.0],
            "examples": [0] * 5 + [2, 3, 0, 5, 10],
        },
    }


def save_classifier(task, name, *, held_out=True, patch=None, channels=1):
    """Write a classifier without tensors into the user's folder, and return its file."""
    card = {"format": 1, "kind": "classifier", "name": name, "task": task, "class_names": list(NAMES)}
    card |= {"scores": scores() if held_out else {"held_out": NOT_ESTIMATED}, "patch": patch}
    card["architecture"] = {"channels": channels}
    header = json.dumps({"__metadata__": {KEY: json.dumps(card)}}).encode()
    header += b" " * (-len(header) % 8)
    file = user_folder() / f"{name}.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header)
    return file


def trained(task, name, *, held_out=True, patch=None, channels=1, **values):
    """A result of the job "train_classifier"; the classifier is there."""
    return {
        "network": str(save_classifier(task, name, held_out=held_out, patch=patch, channels=channels)),
        "name": name,
        "classes": list(NAMES),
        "examples": dict.fromkeys(NAMES, 4),
        "scores": scores() if held_out else None,
        "why_not": None if held_out else NOT_ESTIMATED,
        "strategy": "frozen",
        "seconds": 3.2,
        "stopped": False,
    } | values


def held_out(index, ranking, classes, origin=None):
    """What was said of examples while they were held out, as the job "train_classifier" gives it."""
    return {"index": index, "ranking": ranking, "class": classes, "origin": origin}


def ranked(first, share):
    """A ranking with one class first."""
    other = next(name for name in NAMES if name != first)
    return [[first, share], [other, 1 - share]]


def answers(shares, names=None):
    """A result of the job "classify": ferrite with these probabilities, carbide below one half."""
    rows = []
    for number, share in enumerate(shares):
        ranking = ranked("ferrite", share) if share >= 0.5 else ranked("carbide", 1 - share)
        name = ranking[0][0] if names is None else names[number]
        rows.append({"class": name, "probability": ranking[0][1], "distance": 0.5, "ranking": ranking})
    return {"answers": rows, "class_names": list(NAMES), "model": "x", "model_sha256": "", "device": "CPU"}


def classified_grains(labels, of):
    """A result of the job "classify_grains"; ``of`` gives class and probability of a label."""
    ids = [int(one) for one in np.unique(labels) if one]
    found = [of(one) for one in ids]
    phases = np.zeros(labels.shape, np.int32)
    for one, (name, _) in zip(ids, found, strict=True):
        phases[labels == one] = NAMES.index(name) + 1 if name in NAMES else 0
    table = {
        "slice": [0] * len(ids),
        "label": ids,
        "class": [name for name, _ in found],
        "probability": [share for _, share in found],
    }
    table["distance"] = [0.4] * len(ids)
    table["ranking"] = [ranked(name if name in NAMES else "ferrite", share) for name, share in found]
    shares = [
        {"class": name, "fraction": 0.5, "ci95": None, "indicative95": [0.4, 0.6], "pixels": 10}
        for name in NAMES
    ]
    return {
        "table": table,
        "phases": phases,
        "class_names": list(NAMES),
        "fractions": shares,
        "number_fractions": [row | {"indicative95": None} for row in shares],
        "model": "x",
        "model_sha256": "",
        "device": "CPU",
    }


def call(tab, label, text):
    """Name a class."""
    tab.examples.classes.names[label].setText(text)
    tab.examples.classes.names[label].editingFinished.emit()
