"""Grains of known classes: clicked or painted in images, or listed in a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from napari_grains.errors import InputError
from napari_grains.images import read_labels
from napari_grains.inference import MEASURES, GrainPlane, planes_of
from napari_grains.networks import Inputs, Preparation

from ._classify_examples import Examples, file_of, frames_of, number_in, rows_of


@dataclass(frozen=True, eq=False)
class GrainExamples(Examples):
    """Grains with their classes, cut out and measured; as `Examples`, whose images are the crops.

    Parameters
    ----------
    inputs : Inputs
        What a classifier reads of them.
    """

    inputs: Inputs

    @property
    def measures(self) -> int:
        """Numbers that are known of each grain beside its image."""
        return len(MEASURES)

    @classmethod
    def of(cls, marked: Sequence[Mapping[str, Any]], preparation: Preparation) -> GrainExamples:
        """Take grains that a user has given classes.

        Parameters
        ----------
        marked : sequence of mapping
            One for each image or stack: "image" (Y, X) or (Z, Y, X), its "grains", of the same shape, the
            "ids" of those with a class, and the "classes" of these, by name. Of a stack also "index", the
            slice of each. "group", optional, is the specimen or session; without it each image is one.
        preparation : Preparation
            How grey levels become input.

        Raises
        ------
        InputError
            If there are no two classes, no such grain, or parts do not fit each other.
        """
        parts, classes, groups = [], [], []
        for number, one in enumerate(marked, 1):
            for inputs, names in _marked(one, preparation):
                parts.append(inputs)
                classes += names
                groups += [str(one.get("group") or f"image {number}")] * len(names)
        if not parts:
            raise InputError("no grain has a class yet; give some grains of each class.")
        inputs, found = Inputs.joined(parts), tuple(sorted(set(classes)))
        labels = np.array([found.index(one) for one in classes], np.int64)
        return cls([one.numpy() for one in inputs.images], labels, tuple(groups), found, inputs)


def grain_examples_from(path: Path, preparation: Preparation) -> GrainExamples:
    """Read examples from a table of grains.

    Parameters
    ----------
    path : Path
        A table (.csv) with the columns ``image`` and ``grains`` (files), ``label`` (of the grain in the
        latter) and ``class``; optional are ``group`` (specimen or session; without it the image) and
        ``frame`` (of a stack, from 0).
    preparation : Preparation
        How grey levels become input.

    Raises
    ------
    InputError
        If something is missing or cannot be read; the line names it.
    """
    marked: dict[tuple[Path, Path, str], dict[str, Any]] = {}
    if path.is_dir():
        raise InputError(
            "grains are listed in a .csv table: image, grains, label, class, perhaps group, frame."
        )
    for number, row in enumerate(rows_of(path), 2):
        where = f"line {number} of {path.name}"
        files = file_of(path, row, number, "image"), file_of(path, row, number, "grains")
        group = (row.get("group") or "").strip() or str(files[0])
        label, name = number_in(row, "label", where), (row.get("class") or "").strip()
        if label is None or not name:
            raise InputError(f"{where} needs the label of a grain and its class.")
        one = marked.setdefault((*files, group), {"ids": [], "classes": [], "index": [], "group": group})
        one["ids"].append(label)
        one["classes"].append(name)
        one["index"].append(number_in(row, "frame", where) or 0)
    return GrainExamples.of([_read(*key[:2]) | one for key, one in marked.items()], preparation)


@lru_cache(maxsize=4)
def _read(image: Path, grains: Path) -> dict[str, Any]:
    return {"image": np.squeeze(np.stack(frames_of(image))), "grains": np.squeeze(read_labels(grains)[0])}


def _marked(one: Mapping[str, Any], preparation: Preparation) -> Iterator[tuple[Inputs, list[str]]]:
    """Input and class names of the grains that were given a class, slice by slice."""
    try:
        image, grains, ids, classes = (one[name] for name in ("image", "grains", "ids", "classes"))
    except KeyError as error:
        raise InputError(f"examples of grains need {error}.") from None
    index = one.get("index")
    slices = np.zeros(len(ids), np.int64) if index is None else np.asarray(index, np.int64)
    if not len(ids) == len(classes) == len(slices):
        raise InputError("there must be a class for every grain, and in a stack a slice.")
    planes = list(planes_of(np.asarray(image), np.asarray(grains)))
    for number in np.unique(slices).tolist():
        if not 0 <= number < len(planes):
            raise InputError(f"there is no slice {number}; there are {len(planes)}, from 0.")
        here, (seen, of_it) = slices == number, planes[number]
        plane = GrainPlane.of(seen, of_it, preparation)
        rows = plane.rows_of(np.asarray(ids, np.int64)[here])
        yield plane.inputs(rows), [str(name) for name, mine in zip(classes, here, strict=True) if mine]
