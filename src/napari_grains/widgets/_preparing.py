"""What correcting a slice begins with, made in a thread: a large slice takes a second."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from napari.layers import Labels
from napari.viewer import Viewer

from napari_grains.errors import InputError
from napari_grains.grains import Proofreading, Restored
from napari_grains.widgets._grain_planes import GrainPlanes, boundary_of
from napari_grains.widgets._results import mark_of

_log: Final = logging.getLogger(__name__)

Way = Callable[[], Proofreading]


def way_to(viewer: Viewer, layer: Labels, planes: GrainPlanes, index: int, restored: Restored | None) -> Way:
    """Return what makes the `Proofreading` of a slice, to be called in a thread.

    Parameters
    ----------
    viewer : Viewer
        Where the boundary map may be.
    layer : Labels
        Its metadata may hold the regions, and the thresholds at which they became grains.
    planes : GrainPlanes
        Of the layer.
    index : int
        The slice.
    restored : Restored, optional
        What a journal held, if the layer shows that.
    """
    thresholds = thresholds_of(layer)
    threshold = float(thresholds[index]) if index < len(thresholds) else 0.0
    if restored is not None:
        return lambda: restored.proofreading(index, threshold, planes.rooms[index])
    boundary = planes.plane_of(boundary_of(viewer, layer), index)
    regions = planes.plane_of(mark_of(layer).get("regions"), index)
    grains = planes.labels[index]
    return lambda: Proofreading(grains, boundary, regions, threshold, planes.rooms[index])


def looked_at(index: int, way: Way, copied: GrainPlanes | None) -> tuple[int, Proofreading | str]:
    """Go a way, after a copy of what a journal will begin with; return why not if that fails.

    From a thread an exception would end as a pop-up.
    """
    try:
        if copied is not None:
            _ = copied.base
        return index, way()
    except InputError as problem:
        return index, str(problem)
    except Exception as error:  # noqa: BLE001 - a worker must not let any defect go by
        _log.exception("grains could not be looked at")
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return index, f"The grains cannot be corrected ({reason})."


def thresholds_of(layer: Labels) -> list[float]:
    """Return at which threshold regions became grains, per slice; empty if it is not known."""
    return list(mark_of(layer).get("merge_threshold") or [])
