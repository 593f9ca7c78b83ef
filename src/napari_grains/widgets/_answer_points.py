"""Classes of patches and frames as a Points layer with features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import lazy_loader
import numpy as np
from napari.layers import Image, Points
from napari.viewer import Viewer

from napari_grains.widgets._answers import Answer, table_of
from napari_grains.widgets._example_points import point_size
from napari_grains.widgets._results import METADATA, frame_of, result_layer
from napari_grains.widgets._source import Source
from napari_grains.widgets._viewer import add_aside

pd = lazy_loader.load("pandas")  # it takes longer to import than the dock may take to open

ROLE: Final = "classes"
_GREY: Final = "#9e9e9e"
_OPACITY: Final = 0.45
_CORNER: Final = 0.03
"""Where the class of a frame stands, as a share of its sides."""


def show_answers_on(
    viewer: Viewer, image: Image, answers: Sequence[Answer], patch: int | None, colours: Mapping[str, str]
) -> Points:
    """Make or update the layer "<image> classes": squares over patches, a word in the corner of a frame.

    Parameters
    ----------
    viewer : Viewer
    image : Image
        On which the answers lie.
    answers : sequence of Answer
    patch : int or None
        Side of the patches; None for frames.
    colours : mapping
        Of the classes, by name; what is not in it is grey.
    """
    earlier = result_layer(viewer, image, ROLE)
    if earlier is not None:
        viewer.layers.remove(earlier)
    mark = {"role": ROLE, "source_id": str(image.unique_id), "source_layer": image.name}
    face = [colours.get(answer.name, _GREY) for answer in answers]
    layer = Points(
        _positions(image, answers, patch),
        features=pd.DataFrame(table_of(answers)),
        name=f"{image.name} classes",
        metadata={METADATA: mark},
        face_color=face,
        border_width=0,
        **_look(image, patch, face),
        **frame_of(image),
    )
    add_aside(viewer, layer)
    return layer


def _positions(image: Image, answers: Sequence[Answer], patch: int | None) -> np.ndarray[Any, Any]:
    places = np.array([answer.place.position for answer in answers], np.float64)
    if patch is None:
        places[:, -2:] = _CORNER * np.array(Source(image).plane)
    return places


def _look(image: Image, patch: int | None, colours: Sequence[str]) -> dict[str, Any]:
    """Squares as large as patches, or words: on a stack large squares would add slices to napari's slider."""
    source = Source(image)
    if patch is not None and source.slices == 1:
        return {"symbol": "square", "size": 0.92 * patch, "opacity": _OPACITY}
    anchor, size = ("upper_left", 14) if patch is None else ("center", 8)
    text = {"string": "{class}", "color": list(colours), "anchor": anchor, "size": size}
    return {"symbol": "square", "size": point_size(source), "text": text}
