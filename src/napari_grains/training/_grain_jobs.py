"""The job "classify_grains" in the form that crosses a process boundary."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.events import Job
from napari_grains.grains import grain_fractions, phase_fractions
from napari_grains.inference import UNKNOWN, GrainClasses, ImageClassifier, classify_grains

from ._classify_jobs import answer_to_dict


def classify_grains_arrays(
    image: NDArray[np.generic], grains: NDArray[np.integer], *, model: str, device: str = "auto"
) -> Job[dict[str, Any]]:
    """Give every grain of an image or of a stack its class; the job "classify_grains".

    Parameters
    ----------
    image : ndarray, (Y, X) or (Z, Y, X)
        Grey levels.
    grains : ndarray of int, same shape
        Grains > 0; a stack is classified slice by slice.
    model : str
        Name or file of a classifier of grains.
    device : str
        As in `choose_device`.

    Yields
    ------
    Progress
        After every batch.

    Returns
    -------
    dict
        "table": columns with one entry per grain and slice, "slice", "label", "area_px", "class",
        "probability" (of the most probable class), "distance" (from the nearest class, in units of that
        beyond which nothing is known; NaN if that is not) and "ranking" (all classes with their
        probabilities); "phases", int32 like the grains, class 1..K, 0 unknown or no grain; "class_names";
        "fractions" by area and "number_fractions", see `area_fractions` and `number_fractions`; "model",
        "model_sha256", "device".

    Raises
    ------
    InputError
        If there is no such classifier or device, or the image or the grains do not fit.
    """
    classifier = ImageClassifier.load(model, device)
    found = yield from classify_grains(image, grains, classifier)
    return {
        "table": grain_columns(found),
        "phases": found.phases,
        "class_names": list(found.class_names),
        "fractions": area_fractions(found.phases, found.class_names),
        "number_fractions": number_fractions(found),
        "model": classifier.card.name,
        "model_sha256": classifier.sha256,
        "device": str(classifier.plan),
    }


def grain_columns(found: GrainClasses) -> dict[str, Any]:
    """Return the table of the job "classify_grains"."""
    told = [answer_to_dict(one) for one in found.answers]
    distances = [math.nan if one["distance"] is None else one["distance"] for one in told]
    return {
        "slice": np.array(found.slices, np.int32),
        "label": np.array(found.labels, np.int64),
        "area_px": np.array(found.areas, np.int64),
        "class": [one["class"] for one in told],
        "probability": np.array([one["probability"] for one in told], np.float64),
        "distance": np.array(distances, np.float64),
        "ranking": [one["ranking"] for one in told],
    }


def area_fractions(phases: NDArray[np.int32], class_names: Sequence[str]) -> list[dict[str, Any]]:
    """Share of the area of all known grains that each class has, with its intervals.

    Returns
    -------
    list of dict
        See `PhaseFraction.to_dict`.
    """
    return [one.to_dict() for one in phase_fractions(phases, class_names)]


def number_fractions(found: GrainClasses) -> list[dict[str, Any]]:
    """Share of all grains that each class has, and "unknown" has, with its intervals.

    Slices are fields of the same specimen.

    Returns
    -------
    list of dict
        See `GrainFraction.to_dict`.
    """
    names = [one.name for one in found.answers]
    shape = found.phases.shape[-2], found.phases.shape[-1]
    fractions = grain_fractions(
        names, (*found.class_names, UNKNOWN), found.slices, np.array(found.middles).reshape(-1, 2), shape
    )
    return [one.to_dict() for one in fractions]
