"""What a journal of edits holds, read again."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError

from .._graph import Ids, Values
from ._history import History, Step
from ._journal_folder import BASE, EDITS, FACTS
from ._journal_records import REDONE, UNDONE, entries
from ._proofreading import Proofreading
from ._regions import repainted


@dataclass(frozen=True)
class JournalSummary:
    """A journal that can be restored.

    Parameters
    ----------
    path : Path
        Its folder.
    facts : dict
        As given to `Journal.begin`.
    edits : int
        Number of steps in effect.
    saved : datetime
        When the last one was saved, with time zone.
    """

    path: Path
    facts: dict[str, Any]
    edits: int
    saved: datetime


@dataclass(frozen=True, eq=False)
class Restored:
    """What a journal holds.

    Parameters
    ----------
    labels : ndarray of int32, shape (Y, X) or (Z, Y, X)
        With all edits applied.
    base : ndarray of int32
        As it was before the first edit.
    facts : dict
        As given to `Journal.begin`.
    steps : tuple of (int, Edit)
        Those in effect, the oldest first, to be recorded in a `History`.
    boundary, regions : ndarray or None
        As given to `Journal.begin`.
    """

    labels: Ids
    base: Ids
    facts: dict[str, Any]
    steps: tuple[Step, ...]
    boundary: Values | None = None
    regions: Ids | None = None

    @classmethod
    def of(
        cls, arrays: Mapping[str, NDArray[Any]], facts: dict[str, Any], steps: tuple[Step, ...]
    ) -> Restored:
        """Apply steps to the arrays of a journal."""
        base, regions = arrays["labels"], arrays.get("regions")
        labels = base.copy()
        of_region = _planes(base if regions is None else regions)
        planes = _planes(labels)
        for index, edit in steps:
            planes[index].reshape(-1)[edit.indices] = edit.after
            if edit.kind == "threshold":
                repainted(planes[index], of_region[index], edit.regrouped.regions, edit.regrouped.after)
        return cls(labels, base, facts, steps, arrays.get("boundary"), regions)

    def proofreading(self, index: int, threshold: float = 0.0, above: int = 0) -> Proofreading:
        """Go on with a plane of ``labels``, which is in the state of the last edit.

        Parameters
        ----------
        index : int
            Of the plane.
        threshold, above
            As they were given to `Proofreading` at the beginning.
        """
        plane = _planes(self.labels)[index]
        plane[...] = _planes(self.base)[index]
        boundary = None if self.boundary is None else _planes(self.boundary)[index]
        regions = None if self.regions is None else _planes(self.regions)[index]
        proofreading = Proofreading(plane, boundary, regions, threshold, above)
        for edited, edit in self.steps:
            if edited == index:
                proofreading.apply(edit)
        return proofreading


def restored(path: Path) -> Restored:
    """Read a journal; see `Journal.restore`."""
    try:
        facts = json.loads((path / FACTS).read_text("utf-8"))
        with np.load(path / BASE, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        steps = _steps(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            f"The saved edits in {path} cannot be read ({error}): start from the saved layer."
        ) from error
    return Restored.of(arrays, facts, steps)


def summary(path: Path) -> JournalSummary:
    """Tell of a journal without reading its arrays."""
    facts = json.loads((path / FACTS).read_text("utf-8"))
    saved = datetime.fromtimestamp((path / EDITS).stat().st_mtime, UTC)
    return JournalSummary(path, facts, len(_steps(path)), saved)


def _steps(path: Path) -> tuple[Step, ...]:
    """Return the steps in effect, by what was done, undone and done again."""
    history = History()
    for entry in entries((path / EDITS).read_bytes()):
        if entry == UNDONE:
            history.undo()
        elif entry == REDONE:
            history.redo()
        elif not isinstance(entry, str):
            history.record(*entry)
    return history.done


def _planes(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(-1, *array.shape[-2:])
