"""From strokes to what a network is asked for, on its own grid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as ndi
from skimage.morphology import skeletonize
from skimage.segmentation import expand_labels

from napari_grains.errors import InputError
from napari_grains.inference import WorkingFrame

from ._sampling import nearest, touched

Mask = NDArray[np.bool_]
Paint: TypeAlias = Literal["boundary", "grains", "phases"]
GRAIN, BOUNDARY = 1, 2
_SQUARE: Final = np.ones((3, 3), np.bool_)
_NEAR: Final = 2.0
"""Working px from a painted boundary within which grain strokes are ignored: lines are 3 px wide there."""
_LINE: Final = 1.5
"""Working px from its middle to the rim of a boundary as the network draws it."""
_CLEAR: Final = 3.5
"""Image px by which a stroke inside a grain keeps away from the middle of a boundary."""
_RIM: Final = 1.5
"""Working px at the rim of a grain that was painted by id, beyond which nothing is known."""
_GAP: Final = 2
"""Image px by which painted grains grow: those apart by up to twice as much touch."""


class Marks(Protocol):
    """Working pixels of which something is known, whatever that is."""

    def only(self, where: Mask) -> Marks:
        """Ignore what is elsewhere."""

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of pixels of each class."""

    @property
    def known(self) -> Mask:
        """Pixels (Y, X) that are not ignored."""

    @property
    def planes(self) -> dict[str, NDArray[Any]]:
        """What goes along with the image, (Y, X) each, 0 where nothing is known."""

    @property
    def places(self) -> list[NDArray[np.intp]]:
        """Flat indices of the pixels of each class."""


@dataclass(frozen=True, eq=False)
class Targets:
    """Working pixels of which something is known; all others are ignored.

    Parameters
    ----------
    boundary : ndarray of bool, (Y, X)
        On a boundary, or at most one pixel away from one.
    grain : ndarray of bool, (Y, X)
        Inside a grain, or at most one pixel away from its inside.
    lenience : float
        How far one pixel away counts for those in grains: 0, not at all, to 1, as much as the pixel itself.
    """

    boundary: Mask
    grain: Mask
    lenience: float = 1.0

    def only(self, where: Mask) -> Targets:
        """Ignore what is elsewhere."""
        return replace(self, boundary=self.boundary & where, grain=self.grain & where)

    @property
    def counts(self) -> tuple[int, int]:
        """Number of boundary and of grain pixels."""
        return int(np.count_nonzero(self.boundary)), int(np.count_nonzero(self.grain))

    @property
    def known(self) -> Mask:
        """Pixels that are not ignored."""
        return self.boundary | self.grain

    @property
    def planes(self) -> dict[str, NDArray[Any]]:
        """What goes along with the image, (Y, X) each, 0 where nothing is known."""
        return {"boundary": self.boundary, "grain": self.grain, "lenient": self.lenience * self.grain}

    @property
    def places(self) -> list[NDArray[np.intp]]:
        """Flat indices of the pixels of each class."""
        return [np.flatnonzero(self.boundary), np.flatnonzero(self.grain)]


def paint_of(labels: NDArray[Any]) -> Paint:
    """Tell strokes, 1 in grains and 2 on boundaries, from grains that were painted by number."""
    return "boundary" if labels.max(initial=0) <= BOUNDARY else "grains"


def targets_of(
    labels: NDArray[Any], frame: WorkingFrame, paint: Paint | None = None, specimen: Mask | None = None
) -> Targets:
    """Turn painted labels into targets at the working scale.

    A stroke that is thinner than a working pixel still marks that pixel, one that is wider than a boundary
    marks a boundary along its middle only, and what is painted as grain next to a painted boundary is
    ignored: on the coarser grid it lies within the line.

    Parameters
    ----------
    labels : ndarray of int, (Y, X)
        0 is not painted. See ``paint``.
    frame : WorkingFrame
        The grid.
    paint : {"boundary", "grains"}, optional
        1 in grains and 2 on boundaries, or a number for each grain, whose boundaries are where two of them
        touch; None: strokes if there is no number above 2.
    specimen : ndarray of bool, (Y, X), optional
        Where something is to be seen.

    Returns
    -------
    Targets

    Raises
    ------
    InputError
        If strokes hold other numbers than 0, 1 and 2.
    """
    if specimen is not None:
        labels = np.where(specimen, labels, 0)
    lenience = lenience_at(frame.scale)
    if (paint or paint_of(labels)) == "grains":
        return replace(_of_grains(labels, frame), lenience=lenience)
    if labels.max(initial=0) > BOUNDARY or labels.min(initial=0) < 0:
        raise InputError(
            f"strokes are 1 (grain) and 2 (boundary), found {int(labels.max())}; "
            "if these are numbers of grains, say that grains are painted."
        )
    strokes = _of_strokes(touched(labels == BOUNDARY, frame), touched(labels == GRAIN, frame))
    return replace(strokes, lenience=lenience)


def lenience_at(scale: float) -> float:
    """How far a grain stroke may lie within the width that a boundary has on the working grid.

    On a coarse grid a stroke that keeps clear of a boundary is still within the width that the network gives
    to it, and asks for no boundary only next to it. On a fine one it is not, and to be lenient there would be
    to pass over thin boundaries that are none.

    Parameters
    ----------
    scale : float
        Working pixels per image pixel.

    Returns
    -------
    float
        Working px, 0 to 1.
    """
    return min(max(_LINE - _CLEAR * scale, 0.0), 1.0)


def _of_strokes(boundary: Mask, grain: Mask) -> Targets:
    if not boundary.any():
        return Targets(boundary, grain)
    middle = boundary & ndi.binary_dilation(skeletonize(boundary), _SQUARE)  # type: ignore[no-untyped-call]
    return Targets(middle, grain & (ndi.distance_transform_edt(~boundary) > _NEAR))


def _of_grains(labels: NDArray[Any], frame: WorkingFrame) -> Targets:
    labels = expand_labels(labels, _GAP)  # type: ignore[no-untyped-call]
    boundary = touched(_edges(labels), frame)
    painted = nearest(labels, frame) > 0
    inside = ndi.distance_transform_edt(np.pad(painted, 1, mode="edge"))[1:-1, 1:-1] > _RIM
    away = ndi.distance_transform_edt(~boundary) > _NEAR if boundary.any() else True
    return Targets(boundary, painted & inside & away)


def _edges(labels: NDArray[Any]) -> Mask:
    """Pixels with another grain beside or below them, and those pixels of that grain."""
    edges = np.zeros(labels.shape, np.bool_)
    for axis in (0, 1):
        one, other = np.moveaxis(labels, axis, 0)[:-1], np.moveaxis(labels, axis, 0)[1:]
        differ = (one != other) & (one > 0) & (other > 0)
        along = np.moveaxis(edges, axis, 0)
        along[:-1] |= differ
        along[1:] |= differ
    return edges
