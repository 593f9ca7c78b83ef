"""Patches of images and frames of stacks as jobs take them, with the place of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from napari.layers import Image, Points
from napari.viewer import Viewer

from napari_grains.errors import InputError
from napari_grains.images import patch_at, patch_corner, patch_grid
from napari_grains.widgets._answers import Place
from napari_grains.widgets._camera import long_axes, to_data, to_world
from napari_grains.widgets._source import Array, Source, grey_levels


@dataclass(frozen=True)
class Part:
    """A patch, or a whole frame where ``side`` is None.

    Parameters
    ----------
    index : int
        Slice of a stack, 0 for an image.
    corner : (int, int)
        First row and column.
    side : int or None
        In px.
    """

    index: int
    corner: tuple[int, int] = (0, 0)
    side: int | None = None


def parts_everywhere(source: Source, patch: int | None) -> list[Part]:
    """Return all frames, or the patches that lie side by side in all of them.

    Raises
    ------
    InputError
        If a patch is larger than the image.
    """
    if patch is None:
        return [Part(index) for index in range(source.slices)]
    corners = patch_grid(source.plane, patch)
    return [Part(index, corner, patch) for index in range(source.slices) for corner in corners]


def parts_at(viewer: Viewer, points: Points, image: Image, patch: int | None) -> list[Part]:
    """Return the patch around each point, or the frame that it lies in.

    Raises
    ------
    InputError
        If a patch is larger than the image.
    """
    source = Source(image)
    return [_part_at(source, place, patch) for place in _places_in(viewer, points, image)]


def read_parts(sources: Sequence[Source], parts: Sequence[Part]) -> list[Array]:
    """Cut parts out of an image or a stack and its channels, as grey levels.

    Parameters
    ----------
    sources : sequence of Source
        The image, and the further channels that are seen together with it.
    parts : sequence of Part

    Returns
    -------
    list of ndarray, (Y, X) or (C, Y, X)
        With an axis of channels where there are several.
    """
    cut = [_cut(source, parts) for source in sources]
    return cut[0] if len(cut) == 1 else [np.stack(channels) for channels in zip(*cut, strict=True)]


def stacked(images: Sequence[Array]) -> Array:
    """Join images of one size.

    Raises
    ------
    InputError
        If their sizes differ.
    """
    if len({image.shape for image in images}) > 1:
        raise InputError("The images differ in size: give them as a folder or a table, or crop them alike.")
    return np.stack(images)


def place_of(image: Image, part: Part) -> Place:
    """Return where a part lies, in words and in the viewer."""
    source = Source(image)
    rows, columns = source.plane if part.side is None else (part.side, part.side)
    middle = (part.corner[0] + rows // 2, part.corner[1] + columns // 2)
    position = [0.0] * (len(source.shape) - 2) + [float(one) for one in middle]
    stack = source.slices > 1
    for axis in long_axes(source.shape):
        position[axis] = float(part.index)
    details: dict[str, object] = {"name": image.name} | ({"frame": part.index} if stack else {})
    details |= {} if part.side is None else {"row": middle[0], "column": middle[1]}
    extent = 3.0 * part.side if part.side is not None else float(max(source.plane))
    index = part.index if stack else None
    return Place(
        _text(image, part, middle, stack=stack), image, position, extent, index, part.corner, details
    )


def _cut(source: Source, parts: Sequence[Part]) -> list[Array]:
    pixels = grey_levels(source)
    planes = pixels if source.slices > 1 else pixels[None]
    return [
        planes[part.index] if part.side is None else patch_at(planes[part.index], part.corner, part.side)
        for part in parts
    ]


def _text(image: Image, part: Part, middle: tuple[int, int], *, stack: bool) -> str:
    if part.side is None:
        return f"frame {part.index}" if stack else image.name
    frame = f"frame {part.index}: " if stack else ""
    return f"{frame}{middle[0]}, {middle[1]}"


def _part_at(source: Source, place: Array, patch: int | None) -> Part:
    axes = long_axes(source.shape)
    index = int(np.clip(round(float(place[axes[0]])), 0, source.slices - 1)) if axes else 0
    if patch is None:
        return Part(index)
    middle = float(place[-2]), float(place[-1])
    return Part(index, patch_corner(source.plane, middle, patch), patch)


def _places_in(viewer: Viewer, points: Points, image: Image) -> list[Array]:
    """Places of points in the pixels of an image, one coordinate per axis of it."""
    points_data = np.asarray(points.data, np.float64)
    return [to_data(viewer, image, to_world(viewer, points, point)) for point in points_data]
