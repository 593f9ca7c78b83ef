"""The one place that turns results into layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import lazy_loader
import numpy as np
from napari.layers import Image, Labels, Layer
from napari.viewer import Viewer

from napari_grains.events import Preview
from napari_grains.grains import COLOURS
from napari_grains.widgets._looks import look
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._viewer import add_aside

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazy_loader.load("pandas")  # it takes longer to import than the dock may take to open

METADATA: Final = "napari_grains"
"""Key of a layer's metadata under which a layer of ours says what it is and how it was made."""
ROLES: Final = ("grains", "uncertainty", "boundary")
"""Results of an image, from below upwards."""

_FRAME: Final = ("units", "axis_labels", "scale", "translate", "rotate", "shear", "affine")


def is_ours(layer: Layer) -> bool:
    """Whether a layer was made by this package."""
    return METADATA in layer.metadata


def mark_of(layer: Layer) -> dict[str, Any]:
    """Return what a layer says of itself, empty if it was made by others."""
    mark: dict[str, Any] = layer.metadata.get(METADATA, {})
    return mark


def result_layer(viewer: Viewer, source: Layer, role: str) -> Layer | None:
    """Return the result of a source by what its metadata say, whatever it is called now."""
    wanted = (role, str(source.unique_id))
    for layer in viewer.layers:
        mark = layer.metadata.get(METADATA, {})
        if (mark.get("role"), mark.get("source_id")) == wanted:
            return layer
    return None


class ResultLayers:
    """The layers "<source> grains", "<source> uncertainty" and "<source> boundary" of a run.

    Parameters
    ----------
    viewer : Viewer
        Where they are shown.
    source : Source
        The image that is segmented; its name and place are taken when a layer is made.
    index : int, optional
        The slice that is segmented alone: results of other slices stay.
    """

    def __init__(self, viewer: Viewer, source: Source, index: int | None = None) -> None:
        self._viewer = viewer
        self._source = source
        self._index = None if source.slices == 1 else index
        self._preview: Image | None = None
        self._blocks: Array | None = None
        self._before: Array | None = None

    def preview(self, previews: list[Preview]) -> None:
        """Show blocks of boundary probability; they take the place of an earlier result until `show`."""
        if not previews:
            return
        if self._blocks is None:
            self._begin()
        if self._preview is None or self._blocks is None or self._preview not in self._viewer.layers:
            return  # the user removed the layer: no use in bringing it back before the end
        blocks = self._part(self._blocks)
        for preview in previews:
            where = (
                slice(start, start + n) for start, n in zip(preview.offset, preview.array.shape, strict=True)
            )
            blocks[tuple(where)] = preview.array
        self._preview.refresh(extent=False)

    def show(self, result: Mapping[str, Any]) -> None:
        """Make or update the layers.

        Parameters
        ----------
        result : mapping
            Of the job "segment": "boundary", "grains", "regions", maybe "uncertainty", "table" and "summary".
            Regions, and by slice the threshold they were merged at, are kept with the grains, in whose
            metadata proofreading finds them.
        """
        grains, table = self._among_slices(result["grains"], pd.DataFrame(result["table"]))
        arrays = {"grains": grains}
        arrays |= {role: result[role] for role in ROLES[1:] if role in result}
        for role in reversed(ROLES):
            if role in arrays:
                self._put(role, self._whole(role, arrays[role]))
        labels = self._existing("grains")
        if isinstance(labels, Labels):
            labels.features = table
            labels.metadata[METADATA] |= self._origin(labels.metadata[METADATA], result)
        summary = dict(result["summary"]) | ({} if self._index is None else {"slice": self._index})
        for layer in filter(None, map(self._existing, arrays)):
            layer.metadata[METADATA] |= {"source_layer": self._source.layer.name, "summary": summary}
        self._blocks = self._preview = self._before = None

    def discard(self) -> None:
        """Take the previews back: what was there before is there again."""
        layer, self._preview = self._preview, None
        if layer is not None and layer in self._viewer.layers:
            if self._before is None:
                self._viewer.layers.remove(layer)
            else:
                layer.data = self._whole("boundary", self._before)
        self._blocks = self._before = None

    def _begin(self) -> None:
        earlier = self._existing("boundary")
        if earlier is None or self._index is None:
            self._before = None if earlier is None else earlier.data
            self._blocks = np.zeros(self._source.shape, np.float32)
        else:
            self._before = self._part(earlier.data).copy()
            self._blocks = self._whole("boundary", np.zeros_like(self._before))
        self._preview = self._put("boundary", self._blocks)

    def _part(self, whole: Array) -> Array:
        """Return a view of what this run answers for: a slice, or everything."""
        squeezed = whole.reshape(self._source.squeezed)
        return squeezed if self._index is None else squeezed[self._index]

    def _whole(self, role: str, result: Array) -> Array:
        """Return a result in the shape of the source: a slice is put among those that are there already."""
        shape = self._source.shape
        if self._index is None:
            return result.reshape(shape)
        earlier = self._existing(role)
        whole: Array = np.zeros(shape, result.dtype) if earlier is None else earlier.data
        self._part(whole)[...] = result
        return whole

    def _among_slices(self, grains: Array, table: pd.DataFrame) -> tuple[Array, pd.DataFrame]:
        """Give the grains of a single slice numbers that no other slice has, and their rows a place."""
        if self._index is None:
            return grains, table
        rows = self._rows_of_others()
        first = 0 if rows.empty else -(-int(rows["index"].max()) // COLOURS) * COLOURS  # colours stay
        table = table.assign(slice=self._index, index=table["index"] + first)
        joined = table if rows.empty else pd.concat([rows, table], ignore_index=True)
        return np.where(grains > 0, grains + first, 0).astype(np.int32), joined

    def _origin(self, earlier: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the grains were merged from, and where; a slice is put among the others."""
        thresholds = list(result["summary"]["merge_threshold"])
        if self._index is None:
            return {"regions": result["regions"].reshape(self._source.shape), "merge_threshold": thresholds}
        regions = earlier.get("regions", np.zeros(self._source.shape, np.int32))
        self._part(regions)[...] = result["regions"]
        others = list(earlier.get("merge_threshold", [0.0] * self._source.slices))
        others[self._index] = thresholds[0]
        return {"regions": regions, "merge_threshold": others}

    def _rows_of_others(self) -> pd.DataFrame:
        earlier = self._existing("grains")
        rows = earlier.features if isinstance(earlier, Labels) else pd.DataFrame()
        return rows[rows["slice"] != self._index] if {"slice", "index"} <= set(rows) else rows.iloc[:0]

    def _put(self, role: str, data: Array) -> Layer:
        layer = self._existing(role)
        if layer is None:
            kind = Labels if role == "grains" else Image
            return self._insert(kind(data, **self._properties(role)), role)
        layer.data = data
        for attribute, value in frame_of(self._source.layer).items():
            if not _same(getattr(layer, attribute), value):  # each change draws the layer anew
                setattr(layer, attribute, value)
        return layer

    def _existing(self, role: str) -> Layer | None:
        """Return the layer of an earlier run; one of another shape cannot be kept."""
        layer = result_layer(self._viewer, self._source.layer, role)
        if layer is not None and layer.data.shape != self._source.shape:
            self._viewer.layers.remove(layer)
            return None
        return layer

    def _properties(self, role: str) -> dict[str, Any]:
        source = self._source.layer
        mark = {"role": role, "source_id": str(source.unique_id), "source_layer": source.name}
        name = {"name": f"{source.name} {role}", "metadata": {METADATA: mark}}
        return {**look(role), **frame_of(source), **name}

    def _insert(self, layer: Layer, role: str) -> Layer:
        """Add a layer below the results that belong above it, and leave the user's selection alone."""
        layers = self._viewer.layers
        above = (self._existing(name) for name in ROLES[ROLES.index(role) + 1 :])
        places = [layers.index(other) for other in above if other is not None]
        add_aside(self._viewer, layer, min(places, default=None))
        return layer


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - arrays, tuples of units or names, transforms
    matrices = (getattr(value, "affine_matrix", value) for value in (one, other))
    return bool(np.array_equal(*matrices))


def frame_of(source: Layer) -> dict[str, Any]:
    """Where a layer's pixels lie: all that a result takes over from its source."""
    return {name: getattr(source, name) for name in _FRAME}
