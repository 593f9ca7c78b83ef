"""What `phases classify` does with grains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from napari_grains.events import Job, Progress
from napari_grains.grains import grain_fractions
from napari_grains.images import read_image, read_labels, write_tiff
from napari_grains.inference import UNKNOWN, Answer, GrainClasses, ImageClassifier, classify_grains
from napari_grains.training import area_fractions, number_fractions

from ._folder import Input, ResultFolder

ENDING = "_phases.tif"
"""What is put behind a stem to name the map of its classes."""


def grain_work(
    each: Input, grains: Path, classifier: ImageClassifier, folder: ResultFolder
) -> Job[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Classify the grains of an input and write the map of their classes.

    Returns
    -------
    rows : list of dict
        Of the table, one per grain and slice.
    more : dict
        What the summary tells of the input: files and fractions.
    """
    yield Progress(0, 0, "reading")
    image, (labels, pixel_size) = read_image(each.path), read_labels(grains)
    found = yield from classify_grains(image.pixels, labels, classifier)
    path = folder.path / f"{each.stem}{ENDING}"
    told = {"content": "phases", "class_names": list(found.class_names), "model": classifier.card.name}
    write_tiff(path, found.phases, pixel_size or image.pixel_size, description=told)
    more = {
        "grains": str(grains),
        "files": {"phases": str(path)},
        "fractions": area_fractions(found.phases, found.class_names),
        "number_fractions": number_fractions(found),
    }
    return _rows(each, found), more


def pooled_numbers(
    entries: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], classifier: ImageClassifier
) -> list[dict[str, Any]]:
    """Share of the grains of all inputs that each class has; every image and slice is a field.

    Parameters
    ----------
    entries : sequence of mapping
        Of the summary.
    rows : sequence of mapping
        Of the table of grains.
    classifier : ImageClassifier
        Has the names of the classes.

    Returns
    -------
    list of dict
        See `GrainFraction.to_dict`.
    """
    done = [entry for entry in entries if entry["status"] == "done"]
    if len(done) == 1:  # it has an interval over the blocks of a single field, too
        fractions: list[dict[str, Any]] = done[0]["number_fractions"]
        return fractions
    numbers: dict[tuple[str, int], int] = {}
    fields = [numbers.setdefault((row["name"], row["frame"]), len(numbers)) for row in rows]
    names = (*classifier.card.class_names, UNKNOWN)
    nowhere = np.zeros((len(rows), 2))
    found = grain_fractions([row["class"] for row in rows], names, fields, nowhere, (1, 1))
    return [one.to_dict() for one in found]


def class_cells(answer: Answer) -> dict[str, Any]:
    """Columns of a table that tell a class and all others in their order."""
    row: dict[str, Any] = {"class": answer.name, "distance": answer.distance}
    for rank, (name, probability) in enumerate(zip(answer.ranking, answer.probabilities, strict=True), 1):
        row |= {f"class_{rank}": name, f"probability_{rank}": round(probability, 6)}
    return row


def _rows(each: Input, found: GrainClasses) -> list[dict[str, Any]]:
    head = {"name": each.stem, "source": str(each.path)}
    places = zip(found.slices, found.labels, found.areas, found.answers, strict=True)
    return [
        head | {"frame": index, "grain": label, "area_px": area} | class_cells(answer)
        for index, label, area, answer in places
    ]
