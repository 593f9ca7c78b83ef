"""Classes of grains as layers show them: a Labels layer by class, and columns in the table of the grains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import lazy_loader
import numpy as np
from napari.layers import Labels
from napari.viewer import Viewer

from napari_grains.widgets._answers import Answer, Place, pairs_of
from napari_grains.widgets._grain_source import GrainSource
from napari_grains.widgets._looks import phase_look
from napari_grains.widgets._results import METADATA, frame_of, result_layer
from napari_grains.widgets._source import Array
from napari_grains.widgets._viewer import add_aside

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazy_loader.load("pandas")  # it takes longer to import than the dock may take to open

ROLE: Final = "grain phases"


def show_phases_of(
    viewer: Viewer, grains: Labels, result: Mapping[str, Any], colours: Sequence[str]
) -> Labels:
    """Make or update the layer "<grains> phases".

    Parameters
    ----------
    viewer : Viewer
    grains : Labels
        What was classified.
    result : mapping
        Of the job "classify_grains".
    colours : sequence of str
        Of the classes 1..K.
    """
    names = [str(name) for name in result["class_names"]]
    phases = np.asarray(result["phases"], np.int32).reshape(GrainSource(grains).shape)
    layer = result_layer(viewer, grains, ROLE)
    if not isinstance(layer, Labels) or layer.data.shape != phases.shape:
        layer = _new(viewer, grains, phases)
    layer.data = phases
    for name, value in phase_look(names, colours).items():
        if name != "opacity":  # the user's
            setattr(layer, name, value)
    kept = ("class_names", "fractions", "number_fractions", "model", "model_sha256", "device")
    layer.metadata[METADATA]["summary"] = {key: result[key] for key in kept if key in result}
    return layer


def add_columns(grains: Labels, table: Mapping[str, Any]) -> None:
    """Give the table of a layer of grains the columns "class" and "probability".

    Parameters
    ----------
    grains : Labels
        Rows that its table has already stay, with what was measured.
    table : mapping
        Columns "slice", "label", "class" and "probability", one row per grain and slice.
    """
    names = ("slice", "label", "class", "probability")
    found = pd.DataFrame({name: list(table[name]) for name in names}).rename(columns={"label": "index"})
    features = grains.features
    by = ["slice", "index"] if "slice" in features else ["index"]
    if GrainSource(grains).slices == 1:
        found = found.drop(columns="slice")
    if "index" not in features and "grain" in features:
        features = features.assign(index=features["grain"])
    if "index" not in features:
        grains.features = found.assign(grain=found["index"])
        return
    before = features.drop(columns=["class", "probability"], errors="ignore")
    joined = before.merge(found[[*by, "class", "probability"]].drop_duplicates(by), on=by, how="left")
    joined["class"] = joined["class"].fillna("")
    grains.features = joined


def answers_about(
    grains: Labels, table: Mapping[str, Any], given: Mapping[tuple[int, int], str]
) -> list[Answer]:
    """Return what was said of each grain; where it lies is found when somebody wants to see it.

    Parameters
    ----------
    grains : Labels
    table : mapping
        Of the job "classify_grains".
    given : mapping
        Class that the user gave, by slice and label.
    """
    stack = GrainSource(grains).slices > 1
    return [
        Answer(
            _place(grains, int(index), int(label), stack=stack),
            str(name),
            pairs_of(ranking),
            _number_or_none(distance),
            given.get((int(index), int(label)), ""),
        )
        for index, label, name, ranking, distance in zip(
            *(table[name] for name in ("slice", "label", "class", "ranking", "distance")), strict=True
        )
    ]


def _place(grains: Labels, index: int, label: int, *, stack: bool) -> Place:
    where = f" in slice {index}" if stack else ""
    details = {"slice": index, "grain": label} if stack else {"grain": label}
    return Place(f"grain {label}{where}", grains, index=index if stack else None, details=details)


def _number_or_none(value: Any) -> float | None:  # noqa: ANN401 - a number of numpy
    return None if np.isnan(value) else float(value)


def _new(viewer: Viewer, grains: Labels, phases: Array) -> Labels:
    mark = {"role": ROLE, "source_id": str(grains.unique_id), "source_layer": grains.name}
    layer = Labels(
        phases,
        **frame_of(grains),
        name=f"{grains.name} phases",
        metadata={METADATA: mark},
        opacity=phase_look([], [])["opacity"],
    )
    add_aside(viewer, layer, viewer.layers.index(grains) + 1)
    return layer
