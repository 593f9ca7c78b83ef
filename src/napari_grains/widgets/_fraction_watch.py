"""Area fractions follow when somebody corrects the phases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QObject, Signal
from superqt.utils import create_worker

from napari_grains.grains import phase_fractions
from napari_grains.widgets._phase_layers import checksum, summary_of
from napari_grains.widgets._stroke_watch import StrokeWatch


class FractionWatch(QObject):
    """Counts the phases of a layer anew, in a thread, a moment after it was edited.

    Attributes
    ----------
    counted : Signal(Labels)
        The fractions in the summary of a layer are new.
    """

    counted = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._last = 0
        self._watch = StrokeWatch(self)
        self._watch.painted.connect(self._count)

    def follow(self, layers: Sequence[Labels]) -> None:
        """Follow these layers and no others."""
        self._watch.follow(list(layers))

    def _count(self, phases: Labels) -> None:
        summary, self._last = summary_of(phases), self._last + 1
        if not summary or summary.get("checksum") == checksum(phases.data):
            return
        worker = create_worker(
            _counted, self._last, phases, list(summary["class_names"]), _start_thread=False
        )
        worker.returned.connect(
            self._take
        )  # a bound method: called on the GUI thread, forgotten with the dock
        worker.start()

    def _take(self, counted: _Counted) -> None:
        if counted.number == self._last:  # else there are later edits
            summary = {"fractions": counted.whole, "by_field": counted.by_field, "edited": True}
            summary_of(counted.phases).update(summary)
            self.counted.emit(counted.phases)


@dataclass(frozen=True, eq=False)
class _Counted:
    """Fractions of a layer, and which count it was."""

    number: int
    phases: Labels
    whole: list[dict[str, Any]]
    by_field: list[dict[str, Any]]


def _counted(number: int, phases: Labels, names: Sequence[str]) -> _Counted:
    """Measure a layer as a whole and slice by slice; labels that are no phase do not count."""
    labels = np.asarray(phases.data)
    known = np.where((labels > 0) & (labels <= len(names)), labels, 0)
    planes = known.reshape(-1, *known.shape[-2:])
    whole = [one.to_dict() for one in phase_fractions(planes, names)]
    fields = [
        {"field": index, **one.to_dict()}
        for index, plane in enumerate(planes)
        for one in phase_fractions(plane, names)
    ]
    return _Counted(number, phases, whole, fields)
