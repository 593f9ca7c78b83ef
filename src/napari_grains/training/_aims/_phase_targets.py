"""From painted phases to classes on the network's own grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.inference import WorkingFrame

from .._sampling import nearest, touched

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PhaseTargets:
    """Working pixels of which the phase is known; all others are ignored.

    Parameters
    ----------
    classes : ndarray of uint8, (Y, X)
        1..K, 0 where nothing is known.
    number : int
        K.
    """

    classes: NDArray[np.uint8]
    number: int

    def only(self, where: Mask) -> PhaseTargets:
        """Ignore what is elsewhere."""
        return PhaseTargets(np.where(where, self.classes, np.uint8(0)), self.number)

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of pixels of each class."""
        return tuple(np.bincount(self.classes.ravel(), minlength=self.number + 1)[1:].tolist())

    @property
    def known(self) -> Mask:
        """Pixels that are not ignored."""
        return self.classes > 0

    @property
    def planes(self) -> dict[str, NDArray[Any]]:
        """The classes, as they go along with the image."""
        return {"phases": self.classes}

    @property
    def places(self) -> list[NDArray[np.intp]]:
        """Flat indices of the pixels of each class."""
        flat = self.classes.ravel()
        return [np.flatnonzero(flat == k) for k in range(1, self.number + 1)]


def phase_targets(
    labels: NDArray[Any], frame: WorkingFrame, number: int, specimen: Mask | None = None
) -> PhaseTargets:
    """Bring painted phases to the working grid.

    A stroke that is thinner than a working pixel still marks that pixel, unless another phase is painted in
    it, too.

    Parameters
    ----------
    labels : ndarray of int, (Y, X)
        1..K, 0 is not painted.
    frame : WorkingFrame
        The grid.
    number : int
        K.
    specimen : ndarray of bool, (Y, X), optional
        Where something is to be seen.

    Raises
    ------
    InputError
        If there are other numbers than 0..K.
    """
    if labels.min(initial=0) < 0 or labels.max(initial=0) > number:
        raise InputError(
            f"phases are 1 to {number}, found {int(labels.min())} to {int(labels.max())}; "
            "a network's phases stay as they are, so train anew for further ones."
        )
    if specimen is not None:
        labels = np.where(specimen, labels, 0)
    classes = nearest(labels, frame).astype(np.uint8)
    if frame.scale >= 1:
        return PhaseTargets(classes, number)
    marked = np.stack([touched(labels == k, frame) for k in range(1, number + 1)])
    alone = np.where(marked.sum(axis=0) == 1, marked.argmax(axis=0) + 1, 0)
    return PhaseTargets(np.where(classes > 0, classes, alone).astype(np.uint8), number)
