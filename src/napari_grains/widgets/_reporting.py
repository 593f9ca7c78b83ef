"""What goes into a report: the grains as they are now, their micrograph, and where both come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from napari.layers import Image
from napari.viewer import Viewer

from napari_grains.errors import InputError
from napari_grains.widgets._grain_source import GrainSource
from napari_grains.widgets._measured_layers import edits_of, summary_of
from napari_grains.widgets._measuring import Measuring
from napari_grains.widgets._relatives import micrograph_of
from napari_grains.widgets._source import Array, Source, grey_slice

_ORIGINS: Final = (
    "source", "model", "model_sha256", "method", "scale", "scale_chosen", "merge", "relative_merge",
    "averaged", "device", "precision", "notes",
)  # fmt: skip
"""Keys of a summary of the segmentation that say how the grains were found."""
FILES: Final = ("{stem}_report.html", "{stem}_grains.csv", "{stem}_summary.json")


@dataclass(frozen=True)
class ReportText:
    """Where a report goes, and what the user says in it.

    Parameters
    ----------
    folder : Path
        An existing folder.
    stem : str
        What the names of its files begin with.
    title, specimen, operator : str
        For the head of the report; empty where unknown.
    """

    folder: Path
    stem: str
    title: str
    specimen: str = ""
    operator: str = ""


def report_arguments(viewer: Viewer, measuring: Measuring, text: ReportText) -> dict[str, Any]:
    """Read the pixels and return the arguments of the job "report"; may take long for lazy layers.

    Raises
    ------
    InputError
        If several layers are measured together that are not equally large.
    """
    arguments = measuring.arguments()
    if "fields" in arguments:
        arguments["labels"] = _stacked(arguments.pop("fields"), "grains")
        masks = arguments["exclude"]
        arguments["exclude"] = None if masks is None else _stacked(masks, "masks")
    size = measuring.pixel_size
    return arguments | {
        "image": _micrographs(viewer, measuring),
        "pixel_size_source": "" if size is None else size.source,
        "folder": str(text.folder),
        "stem": text.stem,
        "title": text.title,
        "specimen_text": text.specimen,
        "operator": text.operator,
        "provenance": provenance_of(viewer, measuring),
    }


def provenance_of(viewer: Viewer, measuring: Measuring) -> dict[str, Any]:
    """Say how the grains were found, what was left out of them, and how many were corrected by hand."""
    layers = measuring.layers
    summary = summary_of(layers[0])
    facts: dict[str, Any] = {key: summary[key] for key in _ORIGINS if key in summary}
    image = micrograph_of(viewer, layers[0])
    if facts.get("source") is None and image is not None:
        facts["source"] = image.source.path or image.name
    facts["edits"] = sum(map(edits_of, layers))
    if len(layers) > 1:
        facts["fields"] = [layer.name for layer in layers]
    if measuring.index is not None:
        facts["slice"] = measuring.index
    left_out = [int(field.left_out.sum()) for field in measuring.fields if field.left_out is not None]
    if left_out:
        facts["left_out"] = f"{sum(left_out):,} px by a region or a mask"
    return facts


def _micrographs(viewer: Viewer, measuring: Measuring) -> Array | None:
    """Grey levels (Y, X), or (Z, Y, X) for several fields or slices; None if a micrograph is missing."""
    found = [
        _grey(micrograph_of(viewer, field.source.layer), field.source, measuring.index_of(field))
        for field in measuring.fields
    ]
    known = [image for image in found if image is not None]
    if len(known) < len(found):
        return None
    return known[0] if len(known) == 1 else _stacked(known, "micrographs")


def _grey(image: Image | None, grains: GrainSource, index: int | None) -> Array | None:
    source = None if image is None else Source(image)
    if source is None or source.problem() or source.squeezed != grains.squeezed:
        return None
    if index is not None or source.slices == 1:
        return grey_slice(source, index or 0)
    return np.stack([grey_slice(source, each) for each in range(source.slices)])


def _stacked(planes: Sequence[Array], what: str) -> Array:
    stacks = [_as_stack(plane) for plane in planes]
    if len({stack.shape[1:] for stack in stacks}) > 1:
        raise InputError(f"The {what} of the fields differ in size: take other sizes out of the fields.")
    return np.concatenate(stacks)


def _as_stack(plane: Array) -> Array:
    return plane if plane.ndim == 3 else plane[None]
